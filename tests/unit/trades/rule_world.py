"""Clean trades and the reference data in which they are clean."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec

from kernel.calendars import BusinessCalendar
from kernel.coupons import Coupons, DayCount
from refdata.facts import FeeFacts, InstructionFacts
from trades.facts import TradeFacts
from trades.rules.context import (
    BookRef,
    InstrumentRef,
    LastPrice,
    PartyRef,
    RuleContext,
    TraderRef,
)

FRIDAY = date(2026, 11, 20)
MONDAY = date(2026, 11, 23)
TUESDAY = date(2026, 11, 24)
BNP_ISIN = "FR0000131104"
OAT_ISIN = "FR0013508470"
PARIS = BusinessCalendar(
    code="XPAR", first=date(2026, 1, 1), last=date(2027, 12, 31), holidays=frozenset()
)


TARGET = dataclasses.replace(PARIS, code="TARGET", holidays=frozenset({date(2026, 12, 25)}))
BNP = InstrumentRef(
    isin=BNP_ISIN,
    asset_class="EQUITY",
    currency="EUR",
    price_type="MONETARY",
    multiplier=Decimal(1),
    active=True,
    lot_size=Decimal(1),
)
OAT = dataclasses.replace(
    BNP,
    isin=OAT_ISIN,
    asset_class="BOND",
    price_type="PERCENT",
    maturity_date=date(2029, 11, 25),
    coupon_rate=Decimal("0.12"),
    coupons=Coupons(
        rate=Decimal("0.12"),
        frequency=1,
        day_count=DayCount.ACT_ACT,
        maturity=date(2029, 11, 25),
    ),
)
FUND_ISIN = "FR0010135103"
FUTURE_ISIN = "FRENX28ZFCE6"
OPTION_ISIN = "FRENX28ZPXC5"
FUND = dataclasses.replace(BNP, isin=FUND_ISIN, asset_class="FUND", lot_size=Decimal("0.001"))
FUTURE = dataclasses.replace(
    BNP,
    isin=FUTURE_ISIN,
    asset_class="DERIVATIVE",
    multiplier=Decimal(10),
    is_future=True,
    maturity_date=date(2028, 12, 15),
)
OPTION = dataclasses.replace(FUTURE, isin=OPTION_ISIN, is_future=False, is_option=True)
NEW_YORK = dataclasses.replace(PARIS, code="US", holidays=frozenset({date(2026, 11, 26)}))


def party(
    *,
    lei: str = "R0MUWSFPU8MPRO8K5P83",
    lei_next_renewal: date | None = date(2027, 3, 1),
    lei_status: str = "ISSUED",
) -> PartyRef:
    return PartyRef(
        code="BNPP",
        active=True,
        lei=lei,
        lei_next_renewal=lei_next_renewal,
        lei_status=lei_status,
    )


def facts(**changes: object) -> TradeFacts:
    """Return a clean share purchase of 20 November 2026, with some terms changed."""
    clean = TradeFacts(
        trade_id=7,
        reference="T7",
        source_system="OMS",
        source_reference="R-7",
        version_no=1,
        state="RECEIVED",
        isin=BNP_ISIN,
        symbol="",
        instrument_id=1,
        side="BUY",
        quantity=Decimal("100"),
        price=Decimal("60.50"),
        currency="EUR",
        gross_amount=Decimal("6050.00"),
        accrued_interest=Decimal(0),
        fees=Decimal("3.00"),
        net_amount=Decimal("6053.00"),
        trade_date=FRIDAY,
        traded_at=datetime(2026, 11, 20, 9, 1, tzinfo=UTC),
        settlement_date=TUESDAY,
        venue="XPAR",
        counterparty_id=1,
        counterparty_code="BNPP",
        desk_code="EQ",
        book_code="EQ-PAR-1",
        trader_code="T-ANA",
        account_code="",
        capacity="DEAL",
        maker="oms",
        contributors=("oms",),
        fingerprint="f",
        risk_amount_eur=Decimal("6053.00"),
        received_at=datetime(2026, 11, 20, 9, 2, tzinfo=UTC),
        settlement_instruction_id=1,
    )
    return msgspec.structs.replace(clean, **changes)


def bond(**changes: object) -> TradeFacts:
    terms: dict[str, object] = {
        "isin": OAT_ISIN,
        "quantity": Decimal(10_000),
        "price": Decimal("87.50"),
        "gross_amount": Decimal("8750.00"),
        "accrued_interest": Decimal("12.00"),
        "fees": Decimal(0),
        "net_amount": Decimal("8762.00"),
    }
    return facts(**(terms | changes))


FOUR_BASIS_POINTS = FeeFacts(
    schedule_id=1, name="COM", kind="COMMISSION", party_id=None, venue="XPAR", issuer_country="",
    asset_class="EQUITY", side="", currency="EUR", rate=Decimal("0.0437"), per_unit=Decimal(0),
    fixed=Decimal(0), minimum=Decimal(0), maximum=None, valid_from=date(2026, 1, 1), valid_to=None,
)  # fmt: skip


def instruction(number: int, **changes: object) -> InstructionFacts:
    """Return an approved instruction for any trade with the counterparty, unless changed."""
    terms: dict[str, object] = {
        "instruction_id": number, "party_id": 1, "account_id": None, "currency": "",
        "asset_class": "", "place_of_settlement": "SICVFRPP", "agent_bic": "BNPAFRPP",
        "account_number": "A", "valid_from": date(2026, 1, 1), "valid_to": None,
    }  # fmt: skip
    return InstructionFacts(**(terms | changes))  # type: ignore[arg-type]  # a table of terms


def world(**changes: object) -> RuleContext:
    """Return reference data in which the clean trades are clean."""
    context = RuleContext(
        at=datetime(2026, 11, 20, 10, tzinfo=UTC),
        instruments={
            BNP_ISIN: BNP,
            OAT_ISIN: OAT,
            FUND_ISIN: FUND,
            FUTURE_ISIN: FUTURE,
            OPTION_ISIN: OPTION,
        },
        counterparties={"BNPP": party()},
        books={"EQ-PAR-1": BookRef(code="EQ-PAR-1", active=True, desk="EQ")},
        traders={"T-ANA": TraderRef(code="T-ANA", active=True, desk="EQ")},
        venues={"XPAR": True, "XMON": True, "XOLD": False},
        currencies=frozenset({"EUR", "JPY", "USD"}),
        calendars={"XPAR": PARIS, "XMON": PARIS},
        settlement_calendars={
            ("EUR", "XPAR"): PARIS,
            ("EUR", "XOFF"): PARIS,
            ("EUR", "XXXX"): PARIS,
            ("USD", "XXXX"): NEW_YORK,
        },
        rates={FRIDAY: {"EUR": Decimal(1), "USD": Decimal("1.1684"), "JPY": Decimal("186.75")}},
        payable=frozenset({"EUR", "JPY", "USD"}),
        house=TARGET,
        settlement_dates={
            (BNP_ISIN, "XPAR", FRIDAY): TUESDAY,
            (BNP_ISIN, "XOFF", FRIDAY): TUESDAY,
            (OAT_ISIN, "XPAR", FRIDAY): TUESDAY,
            (FUND_ISIN, "XXXX", FRIDAY): TUESDAY,
            (FUTURE_ISIN, "XMON", FRIDAY): MONDAY,
            (OPTION_ISIN, "XMON", FRIDAY): MONDAY,
        },
        last_prices={
            (BNP_ISIN, FRIDAY): LastPrice(date(2026, 11, 19), Decimal("60.00"), "EURONEXT"),
            (OAT_ISIN, FRIDAY): LastPrice(date(2026, 11, 19), Decimal("87.40"), "EURONEXT"),
            (FUND_ISIN, FRIDAY): LastPrice(FRIDAY, Decimal("758.41"), "NAV"),
            (FUTURE_ISIN, FRIDAY): LastPrice(date(2026, 11, 19), Decimal(8100), "EURONEXT"),
            (OPTION_ISIN, FRIDAY): LastPrice(date(2026, 11, 19), Decimal(612), "EURONEXT"),
        },
        chosen={1: instruction(1)},
    )
    return dataclasses.replace(context, **changes)  # type: ignore[arg-type]  # fields by name
