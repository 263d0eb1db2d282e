"""Validated trades, an account and people: what the tests of this room start from."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from core import jobs
from core.roles import Role
from core.table_reading import Reading
from kernel.actors import Actor
from reconciliation import services
from reconciliation.formats.known import format_of
from reconciliation.formats.trade_table import guess_columns
from reconciliation.models import ColumnMapping, StatementFile
from reconciliation.states import Coverage, FileFormat
from refdata.models import Account
from tests.factories import refdata
from tests.integration.desk.people import person
from trades.models import CaptureBatch, Trade

AT = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
#: A line of a bank statement that pays what `trade(1)` costs.
PAID = ":61:2611201120D1000,00NTRFT000000001//BK1"
IBAN = "FR7630004000031234567890143"
HEADERS = ("Reference", "ISIN", "Side", "Quantity", "Price", "Net amount", "Currency", "Trade date",
           "Settlement date")  # fmt: skip


def agent() -> Actor:
    return person("agent", Role.AGENT)


def account() -> Account:
    found, _created = Account.objects.get_or_create(
        code="NOSTRO-EUR",
        defaults={
            "name": "EUR at the bank", "kind": "CASH", "currency": "EUR", "iban": IBAN,
            "custodian": refdata.PartyFactory(code="BANK"),
        },
    )  # fmt: skip
    return found


def trade(number: int, **changes: Any) -> Trade:
    """Return a validated trade: BUY 100 at 10.00 (EUR 1,000.00) unless changed."""
    batch, _created = CaptureBatch.objects.get_or_create(
        channel="FILE", source_system="OMS", actor_name="oms", received_at=AT
    )
    values: dict[str, Any] = {
        "id": number,
        "source_system": "OMS",
        "source_reference": f"EXEC-{number:06}",
        "source_version": 1,
        "state": "VALIDATED",
        "batch": batch,
        "isin": "FR0000131104",
        "side": "BUY",
        "quantity": Decimal(100),
        "price": Decimal(10),
        "currency": "EUR",
        "gross_amount": Decimal(1000),
        "net_amount": Decimal(1000),
        "trade_date": date(2026, 11, 18),
        "traded_at": AT,
        "settlement_date": date(2026, 11, 20),
        "desk_code": "EQ",
        "counterparty_code": "BNPP",
        "maker": "oms",
        "fingerprint": "0" * 64,
    }
    return Trade.objects.create(**values | changes)


def row(made: Trade, **changes: str) -> dict[str, str]:
    """Return the line that the broker should send for a trade."""
    return {
        "Reference": made.reference, "ISIN": made.isin, "Side": made.side,
        "Quantity": str(made.quantity), "Price": str(made.price),
        "Net amount": str(made.net_amount), "Currency": made.currency,
        "Trade date": made.trade_date.isoformat(),
        "Settlement date": str(made.settlement_date),
    } | changes  # fmt: skip


def table(*rows: dict[str, str]) -> bytes:
    return "\n".join(
        [",".join(HEADERS), *(",".join(line[name] for name in HEADERS) for line in rows)]
    ).encode()


def mapping() -> ColumnMapping:
    return services.save_mapping(
        name="BNPP daily", sender_code="BNPP", reading=Reading(columns=guess_columns(HEADERS)),
        coverage=Coverage.COUNTERPARTY, actor=agent(),
    )  # fmt: skip


def statement(*lines: str, opening: str = "C261119EUR10000,00", closing: str) -> bytes:
    return "\n".join(
        [":20:STMT", f":25:{IBAN}", ":28C:1/1", f":60F:{opening}", *lines, f":62F:{closing}", "-"]
    ).encode()


def taken_in(content: bytes, name: str = "statement.sta") -> StatementFile:
    """Receive a file, run its import and its reconciliation, return it."""
    is_table = format_of(content) is FileFormat.TABLE
    table_mapping = mapping() if is_table else None
    file = services.receive_statement(
        name=name,
        content=content,
        mapping_id=table_mapping.pk if table_mapping else None,
        actor=agent(),
        at=AT,
    )
    jobs.run_pending()
    file.refresh_from_db()
    return file
