"""What a message may do to the identity it names: the algorithm of versions, without a database.

| what stands there            | NEW      | AMEND                    | CANCEL                   |
|------------------------------|----------|--------------------------|--------------------------|
| nothing                      | book     | park                     | park                     |
| a NEW that waits for repair  | conflict | park                     | park                     |
| a trade, message is newer    | conflict | book                     | book                     |
| a trade, message is older    | conflict | ignore                   | exception: late cancel   |
| a closed trade, newer        | conflict | exception: it is over    | exception: it is over    |
| an allocated block, newer    | conflict | exception: undo it first | exception: undo it first |
| a closed trade, older        | conflict | ignore                   | ignore                   |

Before that table: the same version and action with the same content is a repeat, with other content
a conflict, and so is a version number that another action already used.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext_noop as N_  # noqa: N812 - the mark of texts

from kernel.findings import Finding
from trades.states import Action


class Verdict(StrEnum):
    BOOK = "BOOK"
    PARK = "PARK"
    EXCEPTION = "EXCEPTION"
    IGNORE = "IGNORE"
    REPEAT = "REPEAT"
    CONFLICT = "CONFLICT"


RANK: Final[dict[str, int]] = {Action.NEW: 0, Action.AMEND: 1, Action.CANCEL: 2}


@dataclass(slots=True)
class Chain:
    """All that is known of one identity: every message kept, and the head of the trade."""

    kept: dict[tuple[int, str], str] = field(default_factory=dict)
    new_waits: bool = False
    booked: bool = False
    closed: bool = False
    allocated: bool = False
    head: int = 0


def judge(
    chain: Chain, *, version: int, action: str, digest: str
) -> tuple[Verdict, Finding | None]:
    """Return what becomes of a message, and why when it is not simply booked."""
    if chain.kept:
        known = chain.kept.get((version, action))
        if known is not None:
            return (Verdict.REPEAT, None) if known == digest else _conflict("CAP-201", version)
        if any(used == version for used, _action in chain.kept):
            return _conflict("CAP-203", version)
    if action == Action.NEW:
        if chain.booked or chain.new_waits:
            return _conflict("CAP-202", version)
        return Verdict.BOOK, None
    return _follow(chain, version, action)


def _follow(chain: Chain, version: int, action: str) -> tuple[Verdict, Finding | None]:
    if not chain.booked:
        return Verdict.PARK, finding("CAP-102", "NEW", action)
    if version > chain.head:
        if chain.closed:
            code = ALLOCATED if chain.allocated else "CAP-104"
            return Verdict.EXCEPTION, finding(code, "an open trade", action)
        return Verdict.BOOK, None
    if action == Action.CANCEL and not chain.closed:
        return Verdict.EXCEPTION, finding("CAP-103", f"> {chain.head}", str(version))
    return Verdict.IGNORE, finding("CAP-105", f"> {chain.head}", str(version))


ALLOCATED: Final = "CAP-111"
MESSAGES: Final = {
    "CAP-102": N_("{found} came before its NEW: it waits for it"),
    "CAP-103": N_("The cancellation is older than what stands: {found}, expected {expected}"),
    "CAP-104": N_("{found} came after the trade was closed"),
    "CAP-105": N_("The version is older than the one that stands: {found}, expected {expected}"),
    "CAP-111": N_("{found} came after the block was allocated: it waits until that is undone"),
    "CAP-201": N_("Version {found} came before with other content"),
    "CAP-202": N_("The trade exists already: send an AMEND with a higher version"),
    "CAP-203": N_("Version {found} was already used by another action"),
}


def _conflict(code: str, version: int) -> tuple[Verdict, Finding]:
    return Verdict.CONFLICT, finding(code, "", str(version))


def finding(code: str, expected: str, found: str) -> Finding:
    """Return what is said of a message that does not simply follow what stands."""
    return Finding(
        code=code, field="version", message=MESSAGES[code], expected=expected, found=found
    )
