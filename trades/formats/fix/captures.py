"""TradeCaptureReport (35=AE): a trade told as a whole, with a group of sides (552).

One side is ours. Of two, ours is the one whose parties (453) name us; when none does, or we do not
know our own id, it is not guessed. NEW, correction and cancellation come from TradeReportTransType
(487), TradeReportType (856) and ExecType (150), whichever says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kernel.findings import Finding
from trades.formats.fix.fills import (
    NAMES,
    Fill,
    Roots,
    identity,
    name_findings,
    reference_of,
    terms_of,
    typed,
    wrong_in,
)
from trades.formats.fix.wire import Fields
from trades.states import Action, Capacity

CANCELLED_BY: Final = {487: {"1"}, 856: {"6", "7"}, 150: {"H"}}
REPLACED_BY: Final = {487: {"2"}, 856: {"5"}, 150: {"G"}}
NEW_TYPES: Final = frozenset({"", "0"})
#: Alleged, declined, pended and the like: what the other side says, not what was done.
NOT_DONE: Final = frozenset({"1", "3", "8", "9", "10", "11", "12", "13", "14", "15"})
CAPACITIES: Final[Mapping[str, Capacity]] = {
    "A": Capacity.AOTC,
    "P": Capacity.DEAL,
    "R": Capacity.MTCH,
}
#: The names that a report is kept under and found by: with the number of the side in three of them.
KEPT_UNDER: Final = {571: NAMES[17], 572: NAMES[17], 1003: NAMES[17], **NAMES}
CONTRA_FIRM: Final = "17"
EXECUTING_FIRM: Final = "1"


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a report: its own fields over those of the report, and its parties by role."""

    tags: Mapping[int, str]
    parties: tuple[tuple[str, str], ...]

    def names(self, party_id: str) -> bool:
        return any(party == party_id for party, _role in self.parties)

    def party(self, role: str) -> str:
        return next((party for party, held in self.parties if held == role), "")


def kind_of(tags: Mapping[int, str]) -> str | None:
    """Return what is counted, or None when the report is about a trade that was done."""
    if tags.get(856, "") in NOT_DONE:
        return "TradeCaptureReport/not a trade yet"
    return None


def read_capture(
    fields: Fields, *, party_id: str, roots: Roots
) -> tuple[Fill, ...] | tuple[Finding, ...]:
    """Return one fill per side of ours, or what is wrong; never both."""
    report, sides = _sides(fields)
    action = _action(report)
    ours = _ours(sides, party_id)
    findings = [*_form(report, sides, ours), *_transaction(report, action)]
    if findings:
        return tuple(findings)
    fills: list[Fill] = []
    for number, side in enumerate(ours, 1):
        found = _fill(side, sides, action, roots, suffix=f"/{number}" if len(ours) > 1 else "")
        if not isinstance(found, Fill):
            return found
        fills.append(found)
    return tuple(fills)


def _fill(
    side: Side, sides: Sequence[Side], action: Action, roots: Roots, *, suffix: str
) -> Fill | tuple[Finding, ...]:
    tags = side.tags
    session = f"{tags.get(49, '?')}>{tags.get(56, '?')}"
    follows = tags.get(572, "") if action is not Action.NEW else ""
    known = roots.get((session, follows + suffix))
    name = tags.get(17) or tags.get(1003) or tags.get(571, "")
    if action is not Action.NEW:
        name = tags.get(1003) or follows or name
    root = known or reference_of(f"{name}{suffix}" if name else "", tags)
    values = identity(root, tags, action)
    if action is not Action.CANCEL:
        values |= terms_of(tags)
        values["counterparty"] = _other_firm(side, sides) or tags.get(49, "")
        if capacity := CAPACITIES.get(tags.get(528, "")):
            values["capacity"] = capacity
    named = {**tags, **{tag: f"{tags[tag]}{suffix}" for tag in (571, 572, 1003) if tags.get(tag)}}
    if findings := [*name_findings(named, KEPT_UNDER), *wrong_in(values)]:
        return tuple(findings)
    message_id = tags.get(571, "") + suffix
    roots[session, message_id] = root
    facts = typed(values, message_id=message_id)
    return Fill(line=0, session=session, facts=facts, follows=follows + suffix if follows else "")


def _sides(fields: Fields) -> tuple[dict[int, str], list[Side]]:
    """Split a report into its own fields and its sides: each begins with Side (54)."""
    report: dict[int, str] = {}
    groups: list[list[tuple[int, str]]] = []
    for tag, value in fields:
        if 552 in report and tag == 54:  # noqa: PLR2004 - NoSides, Side
            groups.append([])
        if groups:
            groups[-1].append((tag, value))
        else:
            report.setdefault(tag, value)
    return report, [
        Side(tags=report | dict(reversed(group)), parties=_parties(group)) for group in groups
    ]


def _parties(group: Sequence[tuple[int, str]]) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for tag, value in group:
        if tag == 448:  # noqa: PLR2004 - PartyID
            found.append((value, ""))
        elif tag == 452 and found:  # noqa: PLR2004 - PartyRole
            found[-1] = (found[-1][0], value)
    return tuple(found)


def _ours(sides: Sequence[Side], party_id: str) -> list[Side]:
    if len(sides) == 1:
        return list(sides)
    return [side for side in sides if party_id and side.names(party_id)]


def _other_firm(side: Side, sides: Sequence[Side]) -> str:
    """Return who dealt against us: the contra firm of our side, else the firm of the other one."""
    others = [one.party(EXECUTING_FIRM) for one in sides if one is not side]
    return side.party(CONTRA_FIRM) or next((firm for firm in others if firm), "")


def _action(tags: Mapping[int, str]) -> Action:
    if any(tags.get(tag) in values for tag, values in CANCELLED_BY.items()):
        return Action.CANCEL
    if any(tags.get(tag) in values for tag, values in REPLACED_BY.items()):
        return Action.AMEND
    return Action.NEW


def _form(report: Mapping[int, str], sides: Sequence[Side], ours: Sequence[Side]) -> list[Finding]:
    told = report.get(552, "")
    if not sides or told != str(len(sides)):
        return [
            Finding(
                code="FIX-008",
                field="552",
                message="NoSides (552) says {expected}, the report holds {found} sides",
                expected=told or "0",
                found=str(len(sides)),
            )
        ]
    if not ours:
        return [
            Finding(
                code="FIX-009",
                field="552",
                message="The report has {found} sides, and which of them is ours is not said:"
                " set our id among the parties on the session",
                found=str(len(sides)),
            )
        ]
    return []


def _transaction(report: Mapping[int, str], action: Action) -> list[Finding]:
    if action is Action.NEW and report.get(487, "") not in NEW_TYPES:
        return [
            Finding(
                code="FIX-011",
                field="487",
                message="TradeReportTransType (487) {found} is neither new, cancel nor replace",
                found=report.get(487, ""),
            )
        ]
    if action is not Action.NEW and not (report.get(572) or report.get(1003)):
        return [
            Finding(
                code="FIX-006",
                field="572",
                message="A correction or cancellation names no trade:"
                " TradeReportRefID (572) is missing",
            )
        ]
    return []
