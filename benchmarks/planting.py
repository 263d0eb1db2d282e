"""What a fault is, and how a clean trade is changed into one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from benchmarks.market import Fields, Market, Sent, clean, unfit

Planted = list[Sent]
Plant = Callable[[Market, date, str], Planted]
FAMILIES: Final = (
    "complete",
    "dates",
    "economics",
    "price",
    "duplicates",
    "limits",
    "timing",
    "fraud",
    "provision",
    "sanctions",
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault: its family, the rules of which one must find it, and how it is made."""

    kind: str
    family: str
    codes: frozenset[str]
    plant: Plant


FAULTS: Final[list[Fault]] = []


def fault(family: str, *codes: str) -> Callable[[Plant], Plant]:
    """Add a kind of fault under the name of the function that plants it."""

    def add(plant: Plant) -> Plant:
        FAULTS.append(Fault(plant.__name__.strip("_"), family, frozenset(codes), plant))
        return plant

    return add


def changed(market: Market, day: date, name: str, **terms: object) -> Planted:
    """Return one trade with other terms; None takes a term away."""
    message = clean(market, day, name)
    other = {term: value for term, value in (message | terms).items() if value is not None}
    return [Sent(Sent.soon(message).at, other)]


def of_a_share(market: Market, day: date, name: str) -> Fields:
    """Return a clean trade in a share."""
    message = clean(market, day, name)
    while message["isin"] not in {one.isin for one in market.shares}:
        message = clean(market, day, name)
    return message


def in_what_is_unfit(market: Market, day: date, name: str, what: str, **terms: object) -> Planted:
    """Return one trade in something that clean trades do not deal in, at its close."""
    at = {"isin": unfit(what), "venue": "XPAR", "price": "100", "quantity": "100"}
    return changed(market, day, name, **(at | terms))
