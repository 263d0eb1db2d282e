"""By rule: a trade that breaks it, in the reference data in which it does."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal

from refdata.rules.fees import FeeBook
from tests.unit.trades.agreement_cases import AGREEMENT_CASES
from tests.unit.trades.product_cases import PRODUCT_CASES
from tests.unit.trades.provision_cases import PROVISION_CASES
from tests.unit.trades.rule_world import (
    BNP_ISIN,
    FOUR_BASIS_POINTS,
    FRIDAY,
    OAT,
    OAT_ISIN,
    bond,
    facts,
    instruction,
    party,
    world,
)
from tests.unit.trades.sanction_cases import SANCTION_CASES
from trades.rules.context import BookRef, Crossing, LastPrice, RuleContext, Slices

FULL = Crossing(Decimal(1_000), Decimal(1_000))


def inactive(context: RuleContext, name: str, key: str) -> RuleContext:
    known: Mapping[str, object] = getattr(context, name)
    return dataclasses.replace(
        context,
        **{name: {**known, key: dataclasses.replace(known[key], active=False)}},  # type: ignore[arg-type, type-var]  # fields by name
    )


def book(**changes: object) -> BookRef:
    return dataclasses.replace(world().books["EQ-PAR-1"], **changes)  # type: ignore[arg-type]  # fields by name


def ticking(tick: str) -> RuleContext:
    listed = dataclasses.replace(world().instruments[BNP_ISIN], tick_size=Decimal(tick))
    return world(instruments={BNP_ISIN: listed})


def ranging(low: str, high: str) -> RuleContext:
    today = LastPrice(FRIDAY, Decimal(61), "EURONEXT", high=Decimal(high), low=Decimal(low))
    return world(last_prices={(BNP_ISIN, FRIDAY): today})


def calm(**said: object) -> RuleContext:
    """A share that moves a fifth of a percent a day."""
    last = LastPrice(
        date(2026, 11, 19), Decimal(60), "EURONEXT", usual_move=Decimal("0.2"), moves=19
    )
    known = dataclasses.replace(last, **said)  # type: ignore[arg-type]  # fields by name
    return world(last_prices={(BNP_ISIN, FRIDAY): known})


ANA = world().traders["T-ANA"]


CASES = [
    ("TRD-101", "no_book", facts(book_code=""), world()),
    ("TRD-101", "no_instrument_at_all", facts(isin=""), world()),
    ("TRD-102", "check_digit", facts(isin="FR0000131105"), world()),
    ("TRD-103", "unknown_isin", facts(isin="US0378331005"), world()),
    ("TRD-103", "symbol_without_instrument", facts(isin="", symbol="AAPL"), world()),
    ("TRD-104", "unknown_counterparty", facts(counterparty_code="NOBODY"), world()),
    ("TRD-105", "no_lei", facts(), world(counterparties={"BNPP": party(lei="")})),
    (
        "TRD-105",
        "lei_check_digits",
        facts(),
        world(counterparties={"BNPP": party(lei="529900CL4KFEG8W2RZ19")}),
    ),
    (
        "TRD-106",
        "lei_lapsed",
        facts(),
        world(counterparties={"BNPP": party(lei_next_renewal=date(2026, 1, 1))}),
    ),
    *[
        ("TRD-106", case, facts(), world(counterparties={"BNPP": party(**known)}))
        for case, known in (
            ("registration_lapsed", {"lei_status": "LAPSED"}),
            ("nothing_known_of_it", {"lei_status": "", "lei_next_renewal": None}),
        )
    ],
    ("TRD-107", "unknown_book", facts(book_code="NOPE"), world()),
    ("TRD-108", "unknown_trader", facts(trader_code="T-NIL"), world()),
    ("TRD-109", "venue_not_listed", facts(venue="XQQQ"), world()),
    ("TRD-109", "venue_closed_down", facts(venue="XOLD"), world()),
    ("TRD-110", "unknown_currency", facts(currency="XXQ"), world()),
    ("TRD-111", "other_desk", facts(), world(books={"EQ-PAR-1": book(desk="FI")})),
    (
        "TRD-111",
        "book_of_the_desk_outside_the_mandate",
        facts(),
        world(traders={"T-ANA": dataclasses.replace(ANA, mandate=frozenset({"EQ-PAR-2"}))}),
    ),
    ("TRD-112", "no_capacity", facts(capacity=""), world()),
    ("TRD-113", "no_instruction", facts(settlement_instruction_id=None), world()),
    (
        "TRD-114",
        "instruction_ended",
        facts(),
        world(chosen={1: instruction(1, valid_to=date(2026, 11, 23))}),
    ),
    *[
        ("TRD-115", status, facts(), world(counterparties={"BNPP": party(lei_status=status)}))
        for status in ("RETIRED", "ANNULLED", "MERGED", "DUPLICATE", "CANCELLED")
    ],
    ("TRD-201", "settles_before", facts(settlement_date=date(2026, 11, 19)), world()),
    (
        "TRD-202",
        "saturday",
        facts(trade_date=date(2026, 11, 21), traded_at=datetime(2026, 11, 21, 9, tzinfo=UTC)),
        world(),
    ),
    (
        "TRD-202",
        "beyond_the_calendar",
        facts(trade_date=date(2025, 11, 20), traded_at=datetime(2025, 11, 20, 9, tzinfo=UTC)),
        world(),
    ),
    ("TRD-203", "settles_on_sunday", facts(settlement_date=date(2026, 11, 22)), world()),
    ("TRD-204", "one_day_late", facts(settlement_date=date(2026, 11, 25)), world()),
    ("TRD-205", "tomorrow", facts(trade_date=date(2026, 11, 23)), world()),
    (
        "TRD-206",
        "after_midnight_in_paris",
        facts(traded_at=datetime(2026, 11, 19, 22, 59, tzinfo=UTC)),
        world(),
    ),
    ("TRD-207", "matured", bond(settlement_date=date(2029, 11, 26)), world()),
    ("TRD-208", "no_settlement_date", facts(settlement_date=None), world()),
    ("TRD-209", "no_calendar_of_paris", facts(), world(calendars={})),
    ("TRD-210", "no_calendar_of_the_euro", facts(), world(payable=frozenset())),
    ("TRD-211", "no_cycle", facts(), world(settlement_dates={})),
    ("TRD-212", "next_year", facts(settlement_date=date(2027, 11, 24)), world()),
    ("TRD-301", "no_quantity", facts(quantity=Decimal(0)), world()),
    ("TRD-301", "negative_price", facts(price=Decimal("-60.50")), world()),
    ("TRD-302", "three_cents_over", facts(gross_amount=Decimal("6050.03")), world()),
    ("TRD-302", "sign_lost", facts(gross_amount=Decimal("-6050.00")), world()),
    ("TRD-302", "percent_forgotten", bond(gross_amount=Decimal("875000.00")), world()),
    ("TRD-303", "three_cents_over", facts(net_amount=Decimal("6053.03")), world()),
    ("TRD-303", "fees_on_the_wrong_side", facts(side="SELL"), world()),
    ("TRD-304", "fees_of_two_percent", facts(fees=Decimal(121)), world()),
    ("TRD-305", "share_with_coupon", facts(accrued_interest=Decimal(5)), world()),
    ("TRD-306", "dealt_in_dollars", facts(currency="USD"), world()),
    (
        "TRD-307",
        "broken_lot",
        facts(quantity=Decimal("100.5")),
        world(),
    ),
    ("TRD-308", "a_year_forgotten", bond(accrued_interest=Decimal(0)), world()),
    ("TRD-308", "eleven_cents_over", bond(accrued_interest=Decimal("12.08")), world()),
    (
        "TRD-309",
        "nothing_known_of_the_coupon",
        bond(),
        world(instruments={OAT_ISIN: dataclasses.replace(OAT, coupon_rate=None, coupons=None)}),
    ),
    ("TRD-310", "thirty_five_cents_over", facts(), world(fees=FeeBook([FOUR_BASIS_POINTS]))),
    ("TRD-312", "between_two_ticks", facts(price=Decimal("60.505")), ticking("0.01")),
    ("TRD-312", "half_ticks", facts(price=Decimal("60.52")), ticking("0.05")),
    ("TRD-313", "tenth_of_a_cent", facts(net_amount=Decimal("6053.001")), world()),
    ("TRD-313", "cents_of_a_yen", facts(currency="JPY", fees=Decimal("3.50")), world()),
    ("TRD-401", "six_percent_up", facts(price=Decimal("63.60")), world()),
    ("TRD-402", "factor_of_ten", facts(price=Decimal("605.00")), world()),
    (
        "TRD-403",
        "price_of_last_month",
        facts(),
        world(
            last_prices={(BNP_ISIN, FRIDAY): LastPrice(date(2026, 10, 19), Decimal(60), "EURONEXT")}
        ),
    ),
    ("TRD-404", "no_price", facts(), world(last_prices={})),
    ("TRD-406", "close_in_euros", facts(currency="USD"), world()),
    ("TRD-407", "above_the_highest", facts(price=Decimal("61.31")), ranging("60", "61")),
    ("TRD-407", "below_the_lowest", facts(price=Decimal("60.69")), ranging("61", "62")),
    ("TRD-408", "two_percent_in_a_calm_share", facts(price=Decimal("61.20")), calm()),
    (
        "TRD-409",
        "another_source_two_percent_higher",
        facts(),
        calm(others=(("FEED", Decimal("61.20")),)),
    ),
    ("TRD-410", "a_point_and_a_half", bond(price=Decimal("82.40")), world()),
    ("TRD-501", "twin", facts(), world(twins={7: "T3"})),
    ("TRD-502", "near_twin", facts(), world(near_twins={7: "T3"})),
    ("TRD-601", "over_25_million", facts(risk_amount_eur=Decimal("25000000.01")), world()),
    ("TRD-602", "trader", facts(), world(over_trader={7: FULL})),
    ("TRD-603", "counterparty", facts(), world(over_counterparty={7: FULL})),
    ("TRD-604", "inactive_party", facts(), inactive(world(), "counterparties", "BNPP")),
    ("TRD-605", "delisted", facts(), inactive(world(), "instruments", BNP_ISIN)),
    *SANCTION_CASES,
    ("TRD-606", "trader_left", facts(), inactive(world(), "traders", "T-ANA")),
    ("TRD-607", "closed_book", facts(), inactive(world(), "books", "EQ-PAR-1")),
    ("TRD-608", "no_rate", facts(risk_amount_eur=None), world()),
    (
        "TRD-609",
        "one_is_missing",
        facts(),
        world(
            trader_unvalued={("T-ANA", FRIDAY): 1},
            trader_before={7: Decimal(250_000_000)},
        ),
    ),
    (
        "TRD-610",
        "two_are_missing",
        facts(),
        world(
            counterparty_unvalued={("BNPP", FRIDAY): 2},
            counterparty_before={7: Decimal(500_000_000)},
        ),
    ),
    (
        "TRD-611",
        "three_of_ten_million",
        facts(),
        world(slices={7: Slices(Decimal(25_000_000), Decimal(30_000_000), ("T5", "T6", "T7"), 3)}),
    ),
    (
        "TRD-701",
        "an_hour_and_a_minute",
        facts(received_at=datetime(2026, 11, 20, 10, 2, tzinfo=UTC)),
        world(),
    ),
    (
        "TRD-702",
        "two_business_days",
        facts(received_at=datetime(2026, 11, 24, 9, tzinfo=UTC)),
        world(),
    ),
    ("TRD-703", "sunday", facts(received_at=datetime(2026, 11, 22, 9, tzinfo=UTC)), world()),
    ("TRD-703", "christmas", facts(received_at=datetime(2026, 12, 25, 9, tzinfo=UTC)), world()),
    ("TRD-703", "beyond", facts(received_at=datetime(2028, 1, 3, 9, tzinfo=UTC)), world()),
    ("TRD-703", "no_calendar_of_the_house", facts(), world(house=None)),
    *[
        ("TRD-705", f"at_{hour}_in_paris", facts(received_at=received), world())
        for hour, received in (
            (22, datetime(2026, 11, 20, 21, 0, tzinfo=UTC)),
            (5, datetime(2026, 11, 21, 4, 59, tzinfo=UTC)),
        )
    ],
    (
        "TRD-704",
        "at_eleven_at_night_in_paris",
        facts(received_at=datetime(2026, 11, 20, 22, 0, tzinfo=UTC)),
        world(),
    ),
    *PRODUCT_CASES,
    *AGREEMENT_CASES,
    *PROVISION_CASES,
    *(
        (
            "TRD-706",
            f"at_{moment:%H_%M}_utc",
            facts(traded_at=moment),
            world(sessions={"XPAR": (time(9), time(17, 30))}),
        )
        for moment in (
            datetime(2026, 11, 20, 7, 29, tzinfo=UTC),
            datetime(2026, 11, 20, 17, 1, tzinfo=UTC),
        )
    ),
]
