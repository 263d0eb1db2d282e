"""Which standing settlement instruction applies: the most specific one in force."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from refdata.facts import InstructionFacts


def choose_instruction(
    instructions: Iterable[InstructionFacts],
    *,
    party_id: int,
    currency: str,
    asset_class: str,
    settlement_date: date,
    account_id: int | None = None,
) -> InstructionFacts | None:
    """Return the instruction to settle with, or None when the party has none that fits.

    An instruction fits when each criterion it names agrees and it is in force on the settlement
    date. Our account counts more than the currency, the currency more than the asset class; among
    equals the one that began last, then the highest id, so that two runs agree.
    """
    fitting = [
        found
        for found in instructions
        if found.approved
        and found.party_id == party_id
        and found.account_id in (None, account_id)
        and found.currency in ("", currency)
        and found.asset_class in ("", asset_class)
        and found.valid_from <= settlement_date
        and (found.valid_to is None or settlement_date <= found.valid_to)
    ]
    return max(fitting, key=_specificity, default=None)


def _specificity(found: InstructionFacts) -> tuple[bool, bool, bool, date, int]:
    return (
        found.account_id is not None,
        bool(found.currency),
        bool(found.asset_class),
        found.valid_from,
        found.instruction_id,
    )


class Fate(StrEnum):
    """What became of an instruction in the choice: taken, or why not."""

    CHOSEN = "CHOSEN"
    LESS_SPECIFIC = "LESS_SPECIFIC"
    BEGAN_EARLIER = "BEGAN_EARLIER"
    OTHER_ACCOUNT = "OTHER_ACCOUNT"
    OTHER_CURRENCY = "OTHER_CURRENCY"
    OTHER_ASSET_CLASS = "OTHER_ASSET_CLASS"
    NOT_YET = "NOT_YET"
    ENDED = "ENDED"
    PENDING = "PENDING"


NEAREST: Final = (
    *(Fate.PENDING, Fate.ENDED, Fate.NOT_YET, Fate.OTHER_ASSET_CLASS, Fate.OTHER_CURRENCY),
    Fate.OTHER_ACCOUNT,
)
"""Misfits by what they lack: only a decision, another date, another criterion."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One instruction of the party, the criteria that it names, and what became of it."""

    instruction: InstructionFacts
    named: tuple[str, ...]
    fate: Fate


def explain_choice(
    instructions: Iterable[InstructionFacts],
    *,
    currency: str,
    asset_class: str,
    settlement_date: date,
    account_id: int | None = None,
) -> list[Judged]:
    """Return the instructions of one party in the order of the choice, each with its fate.

    The first is the one that `choose_instruction` takes, if it takes any; those that do not fit
    come last, with the first criterion that does not agree: the nearest first, which is the one
    that lacks least.
    """
    among = sorted(instructions, key=_specificity, reverse=True)
    misfits = {
        found.instruction_id: misfit_of(
            found,
            currency=currency,
            asset_class=asset_class,
            settlement_date=settlement_date,
            account_id=account_id,
        )
        for found in among
    }
    fitting = [found for found in among if misfits[found.instruction_id] is None]
    judged = [Judged(found, _named(found), _fate(found, fitting[0])) for found in fitting]
    apart = [
        Judged(found, _named(found), fate)
        for found in among
        if (fate := misfits[found.instruction_id]) is not None
    ]
    return judged + sorted(apart, key=lambda one: NEAREST.index(one.fate))


def _named(found: InstructionFacts) -> tuple[str, ...]:
    told = (("account", found.account_id), ("currency", found.currency))
    return tuple(name for name, value in (*told, ("asset_class", found.asset_class)) if value)


def _fate(found: InstructionFacts, chosen: InstructionFacts) -> Fate:
    if found is chosen:
        return Fate.CHOSEN
    as_specific = _specificity(found)[:3] == _specificity(chosen)[:3]
    return Fate.BEGAN_EARLIER if as_specific else Fate.LESS_SPECIFIC


def misfit_of(
    found: InstructionFacts,
    *,
    currency: str,
    asset_class: str,
    settlement_date: date,
    account_id: int | None = None,
) -> Fate | None:
    """Return the first criterion that does not agree with an instruction, None when all do."""
    misfits = (
        (found.account_id not in (None, account_id), Fate.OTHER_ACCOUNT),
        (found.currency not in ("", currency), Fate.OTHER_CURRENCY),
        (found.asset_class not in ("", asset_class), Fate.OTHER_ASSET_CLASS),
        (settlement_date < found.valid_from, Fate.NOT_YET),
        (found.valid_to is not None and found.valid_to < settlement_date, Fate.ENDED),
        (not found.approved, Fate.PENDING),
    )
    return next((fate for is_so, fate in misfits if is_so), None)
