"""One faultless report, and ways to spoil it."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from reporting.facts import (
    Decider,
    DeciderKind,
    Envelope,
    FirmSource,
    IdScheme,
    InstrumentSource,
    PartyKind,
    PartySource,
    Person,
    PriceKind,
    QuantityKind,
    ReportedInstrument,
    ReportedParty,
    ReportedPrice,
    ReportedQuantity,
    TradeSource,
    TransactionFacts,
)
from reporting.rules.book import RuleContext

SHARED_DATA = Path(
    os.environ.get("SHARED_DATA", Path(__file__).resolve().parents[3].parent / "shared" / "data")
)
FIRM, BANK = "5493001KJTIIGC8Y1R12", "R0MUWSFPU8MPRO8K5P83"
BAD_LEI = "529900CL4KFEG8W2RZ19"
TRADER = Decider(DeciderKind.PERSON, "FR19800101JEAN#DUPON", IdScheme.CONCAT, "FR")
LEI_FIRM = ReportedParty(PartyKind.LEI, FIRM)
LEI_BANK = ReportedParty(PartyKind.LEI, BANK)
INTC = ReportedParty(PartyKind.INTERNAL)
ANNA = Person("Anna", "Müller", date(1975, 5, 4), "DE19750504ANNA#MULLE", IdScheme.CONCAT)
NOON = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)
SHARE = ReportedInstrument(
    full_name="CALL on shares",
    cfi="OCASPS",
    notional_currency="EUR",
    expiry_date=date(2027, 6, 18),
    multiplier=Decimal(100),
    underlying_isin="FR0000131104",
    option_type="CALL",
    strike=ReportedPrice(PriceKind.MONETARY, Decimal("60.5"), "EUR"),
    exercise_style="EURO",
    delivery_type="PHYS",
)
CONTEXT = RuleContext(
    reported_at=datetime(2026, 11, 20, 20, 0, tzinfo=UTC),
    currencies=frozenset({"EUR", "USD", "GBP"}),
    live_transaction_ids=frozenset({"SENT1"}),
    listings={"FR0000131104": frozenset({"XPAR"}), "US0378331005": frozenset()},
)
ENVELOPE = Envelope(FIRM, BANK, "RTS22-0001", datetime(2026, 11, 20, 20, 0, tzinfo=UTC))


def person(**changes: object) -> ReportedParty:
    return ReportedParty(PartyKind.PERSON, person=replace(ANNA, **changes))


def report(**changes: object) -> TransactionFacts:
    base = TransactionFacts(
        transaction_id="T1V1",
        executing_lei=FIRM,
        submitting_lei=FIRM,
        buyers=(LEI_FIRM,),
        sellers=(LEI_BANK,),
        traded_at=NOON,
        capacity="DEAL",
        quantity=ReportedQuantity(QuantityKind.UNIT, Decimal("100.0000000000")),
        price=ReportedPrice(PriceKind.MONETARY, Decimal("54.8000000000"), "EUR"),
        venue="XPAR",
        isin="FR0000131104",
        executing_person=TRADER,
        investment_decider=TRADER,
        membership_country="FR",
        cfi="ESVUFR",
    )
    return replace(base, **changes)


def trade(**changes: object) -> TradeSource:
    base = TradeSource(
        trade_id=1,
        version_no=1,
        reference="T-0001",
        action="NEW",
        is_current=True,
        side="BUY",
        quantity=Decimal(100),
        price=Decimal("54.8"),
        currency="EUR",
        net_amount=Decimal(5480),
        trade_date=date(2026, 11, 20),
        traded_at=NOON,
        venue="XPAR",
        venue_country="FR",
        capacity="DEAL",
        isin="FR0000131104",
        counterparty=PartySource("BANK", BANK, "ISSUED"),
        instrument=InstrumentSource("FR0000131104", "BNP", "ESVUFR", "EQUITY", "MONETARY", "EUR"),
        trader=TRADER,
        trader_code="T-ANA",
        firm=FirmSource(FIRM, FIRM, BANK, "FR"),
    )
    return replace(base, **changes)


def schema_directory() -> Path:
    """The official schemas, which are test data and never enter the product."""
    directory = SHARED_DATA / "mifir"
    if not directory.is_dir():
        if os.environ.get("REQUIRE_SHARED"):
            pytest.fail(f"REQUIRE_SHARED is set and {directory} is absent")
        pytest.skip(f"official schemas are not on this machine: {directory}")
    return directory
