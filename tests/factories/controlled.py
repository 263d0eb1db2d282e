"""Trades for tests of control and validation: a small world, and clean trades in it."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from core.roles import Role
from desk.models import Approval, ControlRule
from refdata import models as refdata
from tests.factories.refdata import (
    BookFactory,
    CalendarFactory,
    CurrencyFactory,
    InstrumentFactory,
    PartyFactory,
    TraderFactory,
    VenueFactory,
)
from tests.integration.desk.people import person
from trades.models import CancellationRequest, CaptureBatch, Execution, Trade, TradeVersion

FRIDAY = date(2026, 11, 20)
DEALT = datetime(2026, 11, 20, 9, 1, tzinfo=UTC)
BNP_ISIN = "FR0000131104"


def world() -> None:
    """Reference data in which `trade()` is clean: prices, calendars, names."""
    CalendarFactory(code="XPAR", name="Paris", kind="EXCHANGE")
    CurrencyFactory()
    VenueFactory()
    refdata.SettlementCycle.objects.get_or_create(
        market="", asset_class="", valid_from=date(2014, 10, 6), days=2
    )
    instrument = InstrumentFactory(isin=BNP_ISIN, code=BNP_ISIN, name="BNP PARIBAS")
    party = PartyFactory(code="BNPP", lei="R0MUWSFPU8MPRO8K5P83")
    refdata.SettlementInstruction.objects.get_or_create(
        party=party, account_number="A-1", place_of_settlement="SICVFRPPXXX",
        agent_bic="BNPAFRPPXXX", valid_from=date(2026, 1, 1), state="APPROVED",
        proposed_by="ann", proposed_at=DEALT, decided_by="ben", decided_at=DEALT,
    )  # fmt: skip
    BookFactory()
    TraderFactory()
    refdata.Price.objects.get_or_create(
        instrument=instrument, day=date(2026, 11, 19), source="EURONEXT", close=Decimal(60)
    )


def switched_off(code: str) -> None:
    """Let the house do without a rule: as two people decided, long ago."""
    ControlRule.objects.create(
        code=code, active=False, parameters={}, valid_from=date(2026, 1, 1), reason="In a test",
        state="APPROVED", proposed_by="ann", proposed_at=DEALT, decided_by="ben", decided_at=DEALT,
    )  # fmt: skip


def batch() -> CaptureBatch:
    found, _created = CaptureBatch.objects.get_or_create(
        channel="BULK", source_system="OMS", actor_name="agent", received_at=DEALT
    )
    return found


def trade(number: int, **changes: Any) -> Trade:
    """Return a stored trade in state RECEIVED with its first version; clean unless changed."""
    terms: dict[str, Any] = {
        "isin": BNP_ISIN,
        "side": "BUY",
        "quantity": Decimal(100 + number),
        "price": Decimal("60.50"),
        "currency": "EUR",
        "trade_date": FRIDAY,
        "traded_at": DEALT,
        "settlement_date": date(2026, 11, 24),
    }
    terms |= {key: changes.pop(key) for key in list(changes) if key in terms}
    gross = terms["quantity"] * terms["price"]
    amounts = {
        "gross_amount": gross,
        "accrued_interest": Decimal(0),
        "fees": Decimal(0),
        "net_amount": gross,
    }
    amounts |= {key: changes.pop(key) for key in list(changes) if key in amounts}
    written = {name: str(value) for name, value in {**terms, **amounts}.items()}
    print_ = hashlib.sha256(repr((number, sorted(written.items()))).encode()).hexdigest()
    maker = changes.pop("maker", "agent")
    row: dict[str, Any] = {
        "id": number,
        "source_system": "OMS",
        "source_reference": f"R-{number}",
        "source_version": 1,
        "batch": batch(),
        "instrument": refdata.Instrument.objects.filter(isin=terms["isin"]).first(),
        "venue": "XPAR",
        "counterparty": refdata.Party.objects.filter(code="BNPP").first(),
        "counterparty_code": "BNPP",
        "settlement_instruction": refdata.SettlementInstruction.objects.first(),
        "desk_code": "EQ",
        "book_code": "EQ-PAR-1",
        "trader_code": "T-ANA",
        "capacity": "DEAL",
        "maker": maker,
        "contributors": [maker],
        "fingerprint": print_,
        "risk_amount_eur": gross,
        "received_at": datetime(2026, 11, 20, 9, 2, tzinfo=UTC),
    }
    made = Trade.objects.create(**(row | changes), **terms, **amounts)
    _first_version(made, written, terms | amounts)
    return made


def cancelled(made: Trade) -> Trade:
    """Close a trade as cancelled: asked for by one person, decided by another."""
    person("asker", Role.AGENT)
    checker = person("decider", Role.SUPERVISOR, limit="1000000").name
    asked = {"version_no": made.version_no, "fingerprint": made.fingerprint}
    request = CancellationRequest.objects.create(
        trade=made, reason="double", asked_by="asker", asked_at=DEALT, **asked
    )
    Approval.objects.create(
        subject_kind="cancellation", subject_id=request.pk, decision="APPROVED",
        maker="asker", contributors=["asker"], checker=checker, **asked,
    )  # fmt: skip
    CancellationRequest.objects.filter(pk=request.pk).update(state="GRANTED")
    Trade.objects.filter(pk=made.pk).update(state="CLOSED", close_reason="CANCELLED")
    made.refresh_from_db()
    return made


def _first_version(made: Trade, written: dict[str, str], numbers: dict[str, Any]) -> None:
    execution = Execution.objects.create(
        source_system="OMS",
        source_reference=made.source_reference,
        source_version=1,
        action="NEW",
        content={},
        content_hash="0" * 64,
        channel="BULK",
        batch=batch(),
        maker=made.maker,
        outcome="BOOKED",
        trade=made,
    )
    TradeVersion.objects.create(
        trade=made,
        version_no=1,
        action="NEW",
        source_version=1,
        terms=written,
        maker=made.maker,
        contributors=[made.maker],
        fingerprint=made.fingerprint,
        execution=execution,
        **numbers,
    )
