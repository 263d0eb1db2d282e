"""What a message of a live session means to the house: fills, a count of its kind, or findings.

The types that are taken are those of a drop copy and of the orders that it may carry along; all
others are refused with a BusinessMessageReject, and kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from kernel.findings import Finding
from trades.formats.fix import allocations, answers, captures, fills
from trades.formats.fix.allocations import Instruction
from trades.formats.fix.fills import Fill, Roots
from trades.formats.fix.frames import MESSAGE_TYPES, FixMessage
from trades.formats.fix.wire import Fields, Wire, text

SUPPORTED: Final = frozenset({"J", "AS", "8", "9", "AE", "AK", "B", "D", "E", "F", "G", "P", "Q"})


@dataclass(frozen=True, slots=True)
class Reading:
    """`what` names the kind of message; with neither fills nor findings it is only counted."""

    what: str
    fills: tuple[Fill, ...] = ()
    findings: tuple[Finding, ...] = ()
    allocation: Instruction | None = None


class DropCopy:
    """The application of the house: it takes what a drop copy carries and answers nothing."""

    def supports(self, kind: str) -> bool:
        return kind in SUPPORTED

    def take(self, _message: Wire) -> Iterable[tuple[str, Fields]]:
        return ()


def read_live(message: Wire, *, party_id: str, roots: Roots) -> Reading:
    """Read one message that was taken."""
    fields = tuple((tag, text(value).strip()) for tag, value in message.fields)
    plain = FixMessage(line=0, begin=message.begin, fields=dict(reversed(fields)))
    if message.kind == "J":
        return Reading(plain.kind, allocation=instruction_of(message))
    if message.kind == "AS":
        return Reading(plain.kind, findings=(_allocation(plain),))
    if message.kind == "AE":
        return _capture(fields, plain, party_id, roots)
    kind = fills.kind_of(plain)
    if kind is not None:
        return Reading(kind)
    found = fills.read_fill(plain, roots)
    if isinstance(found, Fill):
        return Reading(fills.FILL, fills=(found,))
    return Reading(fills.UNREADABLE, findings=_placed(found))


def instruction_of(message: Wire) -> Instruction:
    """Read an AllocationInstruction (J); what is wrong with it is among its findings."""
    return allocations.read_instruction(
        tuple((tag, text(value).strip()) for tag, value in message.fields)
    )


def way_back(message: Wire) -> Fields:
    """Return the routing of an answer to this message."""
    return answers.way_back(message)


def _capture(
    fields: tuple[tuple[int, str], ...], plain: FixMessage, party_id: str, roots: Roots
) -> Reading:
    if kind := captures.kind_of(plain.fields):
        return Reading(kind)
    found = captures.read_capture(fields, party_id=party_id, roots=roots)
    sides = tuple(one for one in found if isinstance(one, Fill))
    wrong = tuple(one for one in found if isinstance(one, Finding))
    return Reading(plain.kind, fills=sides, findings=_placed(wrong))


def _placed(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return the findings under the tags of FIX, which is what their sender knows."""
    return tuple(fills.tagged(finding) for finding in findings)


def _allocation(plain: FixMessage) -> Finding:
    return Finding(
        code="FIX-010",
        field="755",
        message="An allocation that somebody reports waits: the house takes instructions ({found})",
        found=plain.fields.get(755, ""),
    )


def refused(note: str) -> Finding:
    """Return the finding about a message that the session itself rejected."""
    return Finding(
        code="FIX-013",
        field="35",
        message="The message was rejected at session level, so its sender may not send it again:"
        " {found}",
        found=note,
    )


def skipped(note: str) -> Finding:
    """Return the finding about numbers that a SequenceReset left out."""
    return Finding(
        code="FIX-012",
        field="36",
        message="The sender reset its count and left out the numbers {found}: ask what they held",
        found=note,
    )


def unforeseen(error: str) -> Finding:
    """Return the finding about a message that could not be dealt with, for whatever reason."""
    return Finding(
        code="FIX-014",
        field="35",
        message="The message could not be dealt with ({found}): it is kept, and was reported",
        found=error,
    )


def name_of(kind: str) -> str:
    """Return what a type of message is called."""
    return MESSAGE_TYPES.get(kind, f"35={kind}" if kind else "?")
