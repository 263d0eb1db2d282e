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
from settlement.facts import Deal, Told
from settlement.formats import N_
from settlement.formats.fields import FIELDS, TERMS_OF, Written, read_told

FORMAT: Final = "denouement.confirmations/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One of our confirmations as it is sent; a CANC takes back what was sent before."""

    function: str
    reference: str
    version: int
    deal: Deal


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
    """Return the terms of the product in the order of the format; securities name no product."""
    product = item.deal.product
    identity = {"function": item.function, "reference": item.reference, "version": item.version}
    named = {"product": product} if product else {}
    return identity | named | {name: _term(item.deal, name) for name in TERMS_OF[product]}


def _term(deal: Deal, name: str) -> str | None:
    value = getattr(deal, name)
    if isinstance(value, Decimal):
        return _plain(value)
    return value.isoformat() if isinstance(value, date) else value


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
