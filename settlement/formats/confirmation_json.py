"""Confirmations as JSON: what the API takes, and the files that we send.

Described in docs/formats/confirmation.md. Numbers are texts of plain decimals, days are ISO 8601.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

import msgspec

from kernel.findings import Finding
from settlement.facts import Told
from settlement.formats import N_
from settlement.formats.fields import FIELDS, Written, read_told

FORMAT: Final = "denouement.confirmations/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One of our confirmations as it is sent; a CANC takes back what was sent before."""

    function: str
    reference: str
    version: int
    isin: str
    side: str
    quantity: Decimal
    price: Decimal
    amount: Decimal
    currency: str
    trade_date: date
    settlement_date: date | None


def read_message(body: Mapping[str, object]) -> Told | tuple[Finding, ...]:
    """Return the confirmation of a JSON object, or everything that is wrong with it."""
    findings = list(_shape(body))
    if findings:
        return tuple(findings)
    cells = {name: str(value) for name, value in body.items() if value is not None}
    return read_told(cells, Written())


def write_file(*, sender: str, recipient: str, seq: int, items: Sequence[Outgoing]) -> bytes:
    """Return the file for one counterparty: the same items give the same bytes."""
    document = {
        "format": FORMAT,
        "sender": sender,
        "recipient": recipient,
        "number": seq,
        "confirmations": [_written(item) for item in items],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"


def _written(item: Outgoing) -> dict[str, object]:
    settles = item.settlement_date
    return {
        "function": item.function,
        "reference": item.reference,
        "version": item.version,
        "isin": item.isin,
        "side": item.side,
        "quantity": _plain(item.quantity),
        "price": _plain(item.price),
        "amount": _plain(item.amount),
        "currency": item.currency,
        "trade_date": item.trade_date.isoformat(),
        "settlement_date": settles.isoformat() if settles else None,
    }


def _shape(body: Mapping[str, object]) -> Iterator[Finding]:
    for name, value in body.items():
        if name not in FIELDS:
            yield Finding("CNF-104", str(name)[:40], N_("{field} is not known here"))
        elif name == "version":
            if isinstance(value, bool) or not isinstance(value, int):
                yield Finding("CNF-105", name, N_("{field} must be a whole number"))
        elif value is not None and not isinstance(value, str):
            found = str(value)[:40]
            yield Finding("CNF-106", name, N_("{field} must be a text, not {found}"), found=found)


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
