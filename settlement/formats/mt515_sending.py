"""Our confirmations as SWIFT MT515, for counterparties that take them so: docs/formats/mt515.md.

One message for each confirmation. A cancellation repeats the terms and names in PREV the message
that it takes back. What the message cannot say exactly is not said in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from settlement.facts import Deal
from settlement.formats.confirmation_json import Outgoing

LINE_END: Final = "\r\n"
REFERENCE_MAX: Final = 16
NUMBER_MAX: Final = 15
NAME_MAX: Final = 35
MARKS: Final = {"NEWM": "/", "CANC": "-"}
INDICATORS: Final = {"BUY": "SELL", "SELL": "BUYI"}
"""What we do is the other side of the order of the receiver, of which the message speaks."""
STRANGE: Final = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]", re.ASCII)
OUT_OF_PLACE: Final = re.compile(r"^[:\-/ ]+")
PERCENT_OF_NOMINAL: Final = "BOND"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A firm as a message names it: by BIC, or by name where it has none, and by LEI."""

    name: str
    bic: str = ""
    lei: str = ""


def is_sayable(item: Outgoing) -> bool:
    """Say whether the message says all of a confirmation exactly.

    It has no exchange of currencies, no repo and no loan, no open day of settlement, no negative
    price or amount, sixteen characters for a reference and fifteen for a number.
    """
    deal = item.deal
    numbers = (deal.quantity, deal.price, deal.amount)
    return (
        not deal.product
        and deal.settlement_date is not None
        and all(one >= 0 and len(_number(one)) <= NUMBER_MAX for one in numbers)
        and len(message_reference(item)) <= REFERENCE_MAX
    )


def message_reference(item: Outgoing, function: str = "") -> str:
    """Return how a message of ours is called: the trade and its version, each message once."""
    return f"{item.reference}{MARKS[function or item.function]}{item.version}"


def write_messages(*, sender: Named, recipient: Named, items: Sequence[Outgoing]) -> bytes:
    """Return the messages in their order: the same items give the same bytes."""
    text = "".join(line + LINE_END for item in items for line in _message(sender, recipient, item))
    return text.encode("ascii")


def _message(sender: Named, recipient: Named, item: Outgoing) -> Iterator[str]:
    yield _envelope(sender, recipient) + "{4:"
    yield from _sequence("GENL", _general(item))
    yield from _sequence("CONFDET", _detail(sender, recipient, item.deal))
    yield from _sequence("SETDET", _settlement(sender, item.deal))
    yield from _sequence("OTHRPRTY", _party("MEOR", sender))
    yield "-}"


def _envelope(sender: Named, recipient: Named) -> str:
    """Return blocks 1 and 2, of two firms that have a BIC; a text without them stands alone."""
    if not (sender.bic and recipient.bic):
        return ""
    terminals = [f"{one.bic[:8]}{mark}{one.bic[8:] or 'XXX'}"
                 for one, mark in ((sender, "A"), (recipient, "X"))]  # fmt: skip
    return f"{{1:F01{terminals[0]}0000000000}}{{2:I515{terminals[1]}N}}"


def _sequence(name: str, lines: Iterator[str]) -> Iterator[str]:
    yield f":16R:{name}"
    yield from lines
    yield f":16S:{name}"


def _general(item: Outgoing) -> Iterator[str]:
    yield f":20C::SEME//{message_reference(item)}"
    yield f":23G:{item.function}"
    yield ":22F::TRTR//TRAD"
    yield from _sequence("LINK", iter([f":20C::TRRF//{item.reference}"]))
    if item.function == "CANC":
        taken_back = message_reference(item, "NEWM")
        yield from _sequence("LINK", iter([f":20C::PREV//{taken_back}"]))


def _detail(sender: Named, recipient: Named, deal: Deal) -> Iterator[str]:
    is_percent = deal.asset_class == PERCENT_OF_NOMINAL
    yield f":98A::TRAD//{_day(deal.trade_date)}"
    yield f":98A::SETT//{_day(deal.settlement_date)}"
    if is_percent:
        yield f":90A::DEAL//PRCT/{_number(deal.price)}"
    else:
        yield f":90B::DEAL//ACTU/{deal.currency}{_number(deal.price)}"
    yield f":22H::BUSE//{INDICATORS[deal.side]}"
    yield ":22H::PAYM//APMT"
    buyer, seller = (sender, recipient) if deal.side == "BUY" else (recipient, sender)
    for role, firm in (("INVE", recipient), ("BUYR", buyer), ("SELL", seller)):
        yield from _sequence("CONFPRTY", _party(role, firm))
    yield f":36B::CONF//{'FAMT' if is_percent else 'UNIT'}/{_number(deal.quantity)}"
    yield f":35B:ISIN {deal.isin}"


def _settlement(sender: Named, deal: Deal) -> Iterator[str]:
    """Say who is across in the settlement, and what is paid."""
    yield ":22F::SETR//TRAD"
    role = "BUYR" if deal.side == "BUY" else "SELL"
    yield from _sequence("SETPRTY", _party(role, sender))
    settled = f":19A::SETT//{deal.currency}{_number(deal.amount)}"
    yield from _sequence("AMT", iter([settled]))


def _party(role: str, firm: Named) -> Iterator[str]:
    yield f":95P::{role}//{firm.bic}" if firm.bic else f":95Q::{role}//{_name(firm.name)}"
    if firm.lei:
        yield f":95L::ALTE//{firm.lei}"


def _name(name: str) -> str:
    """Return a name in the letters of SWIFT, as much of it as one line holds."""
    plain = " ".join(STRANGE.sub(" ", name).split())
    return OUT_OF_PLACE.sub("", plain)[:NAME_MAX].strip() or "UNKNOWN"


def _day(day: date | None) -> str:
    return f"{day:%Y%m%d}" if day else ""


def _number(value: Decimal) -> str:
    """Return a number with its comma, which is there without decimals as well."""
    whole, _point, decimals = f"{value.normalize():f}".partition(".")
    return f"{whole},{decimals}"
