from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from reporting.facts import (
    Decider,
    DeciderKind,
    IdScheme,
    PartyKind,
    PriceKind,
    QuantityKind,
    ReportedParty,
    ReportedPrice,
    ReportedQuantity,
)
from reporting.rules import rts22
from reporting.rules.page import reporting_section
from tests.unit.reporting.samples import (
    BAD_LEI,
    CONTEXT,
    FIRM,
    INTC,
    LEI_BANK,
    LEI_FIRM,
    SHARE,
    TRADER,
    person,
    replace,
    report,
)

BAD_PARTY = ReportedParty(PartyKind.LEI, BAD_LEI)
LAPSED = replace(LEI_BANK, lei_status="LAPSED")
NO_COUNTRY = replace(LEI_BANK, branch_country="XX")
OPTION: dict[str, Any] = {
    "instrument": SHARE,
    "isin": "",
    "venue": "XXXX",
    "membership_country": "",
}
BOND: dict[str, Any] = {
    "cfi": "DBFTFB",
    "quantity": ReportedQuantity(QuantityKind.NOMINAL, Decimal(1000), "EUR"),
    "price": ReportedPrice(PriceKind.PERCENT, Decimal("101.5")),
    "net_amount": Decimal("1015.5"),
}


def option(**changes: object) -> dict[str, Any]:
    return OPTION | {"instrument": replace(SHARE, **changes)}


def units(amount: str, currency: str = "") -> ReportedQuantity:
    return ReportedQuantity(QuantityKind.UNIT, Decimal(amount), currency)


def money(amount: str | None, currency: str = "EUR") -> ReportedPrice:
    return ReportedPrice(PriceKind.MONETARY, None if amount is None else Decimal(amount), currency)


def algo(name: str) -> Decider:
    return Decider(DeciderKind.ALGO, name)


NORE = Decider(DeciderKind.NO_REASON)

CASES: list[tuple[str, dict[str, Any], list[str]]] = [
    ("faultless", {}, []),
    ("faultless bond", BOND, []),
    ("faultless option", OPTION, []),
    ("faultless agent", {"capacity": "AOTC", "buyers": (INTC,), "investment_decider": None}, []),
    ("reference with hyphen", {"transaction_id": "T-1"}, ["R22-02-1"]),
    ("reference too long", {"transaction_id": "T" * 53}, ["R22-02-1"]),
    ("reference sent before", {"transaction_id": "SENT1"}, ["R22-02-2"]),
    ("venue reference small", {"venue_transaction_id": "abc"}, ["R22-03-1"]),
    (
        "venue reference off venue",
        {"venue_transaction_id": "A1", "venue": "XOFF", "membership_country": ""},
        ["R22-03-2"],
    ),
    ("executing LEI", {"executing_lei": BAD_LEI, "buyers": (BAD_PARTY,)}, ["R22-04-1", "R22-07-2"]),
    ("executing LEI lapsed", {"executing_lei_status": "LAPSED"}, ["R22-04-2"]),
    ("submitting LEI", {"submitting_lei": BAD_LEI}, ["R22-06-1"]),
    ("no buyer", {"buyers": (), "sellers": (LEI_FIRM,)}, ["R22-07-1"]),
    ("buyer LEI", {"buyers": (BAD_PARTY,), "sellers": (LEI_FIRM,)}, ["R22-07-2"]),
    (
        "INTC beside another buyer",
        {"buyers": (INTC, LEI_BANK), "capacity": "MTCH", "sellers": (person(),)},
        ["R22-07-3"],
    ),
    ("buyer lapsed", {"buyers": (LAPSED,), "sellers": (LEI_FIRM,)}, ["R22-07-4"]),
    ("buyer branch", {"buyers": (NO_COUNTRY,), "sellers": (LEI_FIRM,)}, ["R22-08-1"]),
    (
        "buyer without surname",
        {"buyers": (person(surname=""),), "sellers": (LEI_FIRM,)},
        ["R22-09-1"],
    ),
    (
        "buyer born tomorrow",
        {"buyers": (person(birth_date=date(2026, 11, 21)),), "sellers": (LEI_FIRM,)},
        ["R22-09-1"],
    ),
    (
        "buyer CONCAT malformed",
        {"buyers": (person(identifier="DE19751304ANNA#MULLE"),), "sellers": (LEI_FIRM,)},
        ["R22-11-1"],
    ),
    (
        "buyer German passport",
        {
            "buyers": (person(identifier="DEC01X00T47", scheme=IdScheme.CCPT),),
            "sellers": (LEI_FIRM,),
        },
        ["R22-11-2"],
    ),
    ("buyer decision maker", {"buyer_deciders": (BAD_PARTY,)}, ["R22-12-1"]),
    ("buyer decision person", {"buyer_deciders": (person(identifier="??"),)}, ["R22-12-2"]),
    ("no seller", {"sellers": ()}, ["R22-16-1"]),
    ("seller LEI", {"sellers": (BAD_PARTY,)}, ["R22-16-2"]),
    ("seller MIC", {"sellers": (ReportedParty(PartyKind.MIC, "xpar"),)}, ["R22-16-2"]),
    (
        "INTC beside another seller",
        {"sellers": (INTC, LEI_BANK), "capacity": "MTCH", "buyers": (person(),)},
        ["R22-16-3"],
    ),
    ("seller lapsed", {"sellers": (LAPSED,)}, ["R22-16-4"]),
    (
        "INTC on both sides",
        {"buyers": (INTC,), "sellers": (INTC,), "capacity": "AOTC"},
        ["R22-16-5"],
    ),
    ("same on both sides", {"sellers": (LEI_FIRM,)}, ["R22-16-6"]),
    ("seller branch", {"sellers": (NO_COUNTRY,)}, ["R22-17-1"]),
    ("seller without first name", {"sellers": (person(first_names=" "),)}, ["R22-18-1"]),
    ("seller person malformed", {"sellers": (person(identifier="DE1"),)}, ["R22-20-1"]),
    (
        "seller French passport",
        {"sellers": (person(identifier="FR12AB34567", scheme=IdScheme.CCPT),)},
        ["R22-20-2"],
    ),
    ("seller decision maker", {"seller_deciders": (BAD_PARTY,)}, ["R22-21-1"]),
    ("seller decision person", {"seller_deciders": (person(identifier="ZZ"),)}, ["R22-21-2"]),
    ("transmitted own account", {"is_transmitted": True}, ["R22-25-1"]),
    ("transmitting LEI", {"transmitting_buyer": BAD_LEI}, ["R22-26-1"]),
    ("transmits to itself", {"transmitting_seller": FIRM}, ["R22-26-2"]),
    ("naive moment", {"traded_at": datetime(2026, 11, 20, 12, 0, 0, 1)}, ["R22-28-1"]),  # noqa: DTZ001 - the case
    ("before MiFIR", {"traded_at": datetime(2018, 1, 2, 9, 0, 0, 1, tzinfo=UTC)}, ["R22-28-2"]),
    ("tomorrow", {"traded_at": CONTEXT.reported_at + timedelta(microseconds=1)}, ["R22-28-2"]),
    ("whole second", {"traded_at": datetime(2026, 11, 20, 9, 0, tzinfo=UTC)}, ["R22-28-3"]),
    (
        "capacity",
        {"capacity": "XXXX", "buyers": (LEI_BANK,), "sellers": (person(),)},
        ["R22-29-1"],
    ),
    ("deals but is no side", {"buyers": (person(),)}, ["R22-29-2"]),
    ("agent is a side", {"capacity": "AOTC"}, ["R22-29-3"]),
    ("INTC on own account", {"sellers": (INTC,)}, ["R22-29-4"]),
    ("quantity zero", {"quantity": units("0")}, ["R22-30-1"]),
    ("quantity too fine", {"quantity": units("1.123456789012345678")}, ["R22-30-1"]),
    ("shares as nominal", {"quantity": BOND["quantity"]}, ["R22-30-2"]),
    ("units with currency", {"quantity": units("1", "EUR")}, ["R22-31-1"]),
    (
        "nominal without currency",
        BOND | {"quantity": replace(BOND["quantity"], currency="")},
        ["R22-31-1"],
    ),
    ("notional change", {"notional_change": "UP"}, ["R22-32-1"]),
    ("no price", {"price": money(None)}, ["R22-33-1"]),
    ("price too fine", {"price": money("1.12345678901234")}, ["R22-33-1"]),
    (
        "percent too long",
        BOND | {"price": replace(BOND["price"], amount=Decimal("101.123456789"))},
        ["R22-33-1"],
    ),
    ("price zero", {"price": money("0")}, ["R22-33-2"]),
    ("share in percent", {"price": BOND["price"]}, ["R22-33-3"]),
    ("price pending", {"price": ReportedPrice(PriceKind.PENDING)}, []),
    ("price currency", {"price": money("1", "EU")}, ["R22-34-1"]),
    (
        "percent with currency",
        BOND | {"price": replace(BOND["price"], currency="EUR")},
        ["R22-34-1"],
    ),
    ("bond without net amount", BOND | {"net_amount": None}, ["R22-35-1"]),
    ("net amount negative", BOND | {"net_amount": Decimal(-1)}, ["R22-35-2"]),
    ("share with net amount", {"net_amount": Decimal(5)}, ["R22-35-3"]),
    ("venue", {"venue": "PAR"}, ["R22-36-1", "R22-36-4"]),
    (
        "XXXX without description",
        {"venue": "XXXX", "membership_country": "", "isin": "US0378331005"},
        ["R22-36-2"],
    ),
    ("XXXX for an admitted one", OPTION | {"isin": "FR0000131104"}, ["R22-36-2"]),
    (
        "XOFF for what is admitted nowhere",
        {"venue": "XOFF", "membership_country": "", "isin": "US0378331005"},
        ["R22-36-3"],
    ),
    ("admitted elsewhere", {"venue": "XAMS"}, ["R22-36-4"]),
    ("dealt outside the EEA", {"venue": "XNYS", "venue_country": "US"}, []),
    ("no membership country", {"membership_country": ""}, ["R22-37-1"]),
    ("membership off venue", {"venue": "XOFF"}, ["R22-37-1"]),
    ("up-front without currency", {"up_front_amount": Decimal(5)}, ["R22-38-1"]),
    ("up-front currency alone", {"up_front_currency": "EUR"}, ["R22-38-1"]),
    ("package", {"package_id": "a b"}, ["R22-40-1"]),
    ("ISIN check digit", {"isin": "FR0000131105"}, ["R22-41-1"]),
    ("no instrument", {"isin": ""}, ["R22-41-2"]),
    ("nameless", option(full_name=""), ["R22-42-1"]),
    ("CFI", option(cfi="OC"), ["R22-42-1"]),
    ("multiplier", option(multiplier=Decimal(0)), ["R22-46-1"]),
    ("underlying", option(underlying_isin="FR0000131105"), ["R22-46-1"]),
    ("delivery", option(delivery_type=""), ["R22-46-1"]),
    ("option type", option(option_type="PUT"), ["R22-50-1"]),
    ("exercise style", option(exercise_style=""), ["R22-50-1"]),
    ("strike", option(strike=None), ["R22-50-1"]),
    ("strike currency", option(strike=money("5", "")), ["R22-50-1"]),
    ("expired", option(expiry_date=date(2026, 11, 19)), ["R22-54-1"]),
    ("nobody decided", {"investment_decider": None}, ["R22-57-1"]),
    ("algorithm name", {"investment_decider": algo("fast one")}, ["R22-57-2"]),
    ("NORE decided", {"investment_decider": NORE}, ["R22-57-2"]),
    ("decider country", {"investment_decider": replace(TRADER, branch_country="")}, ["R22-58-1"]),
    ("executing person", {"executing_person": replace(TRADER, identifier="")}, ["R22-59-1"]),
    ("NORE on own account", {"executing_person": NORE}, ["R22-59-2"]),
    ("waiver", {"waivers": ("FAST",)}, ["R22-61-1"]),
    (
        "waiver off venue",
        {"waivers": ("SIZE",), "venue": "XOFF", "membership_country": ""},
        ["R22-61-1"],
    ),
    ("short selling", {"short_selling": "YES"}, ["R22-62-1"]),
    ("short selling an option", {"short_selling": "SESH", "cfi": "OCASPS"}, ["R22-62-2"]),
    ("post-trade flag", {"post_trade_flags": ("LRGS", "NOPE")}, ["R22-63-1"]),
]


@pytest.mark.parametrize(("case", "changes", "codes"), CASES, ids=[case[0] for case in CASES])
def test_rule_book(case: str, changes: dict[str, Any], codes: list[str]) -> None:
    findings = rts22.judge(report(**changes), CONTEXT)

    assert sorted({finding.code for finding in findings}) == codes, case


def test_every_rule_has_a_case_and_a_line_in_the_rule_book() -> None:
    tested = {code for _case, _changes, codes in CASES for code in codes}
    documented = Path("docs/rule-book.md").read_text(encoding="utf-8")

    for rule in rts22.RULE_BOOK:
        assert rule.code in tested, rule.code
        assert f"| {rule.code} |" in documented, rule.code


def test_codes_are_unique() -> None:
    codes = [rule.code for rule in rts22.RULE_BOOK]

    assert len(codes) == len(set(codes))


def test_a_reference_twice_in_one_file_is_seen() -> None:
    batch = [report(), report(), report(transaction_id="T2V1")]

    assert rts22.repeated_ids(batch) == {"T1V1"}


def test_a_finding_names_the_confirmed_rule_of_esma() -> None:
    (finding,) = rts22.judge(report(transaction_id="SENT1"), CONTEXT)

    assert finding.evidence == {"esma": "CON-023"}
    assert rts22.is_blocked([finding])


def test_the_section_of_the_rule_book_is_up_to_date() -> None:
    assert Path("docs/rule-book.md").read_text(encoding="utf-8").endswith(reporting_section())


def test_a_field_name_fits_the_queue_of_exceptions() -> None:
    assert not [rule.field for rule in rts22.RULE_BOOK if len(rule.field) > 40]
