"""What a work item asks for, in the reader's words: titles keep codes, as everything stored."""

from __future__ import annotations

from typing import Final

from core.pages import status, words
from desk.models import WorkItem
from desk.states import RequestKind, WorkKind
from reconciliation.states import BreakCategory
from settlement.states import ConfirmationState

CODES: Final = {
    WorkKind.BREAK: ("", {category.value for category in BreakCategory}),
    WorkKind.QUARANTINE: ("", {"STATEMENT_LATE"}),
    WorkKind.ACCESS: (
        "",
        {"ROLE_ASKED", "ROLE_ALONE", "GLASS_BROKEN", "REVIEW_DECIDE", "REVIEW_SIGN"}
        | {kind.value for kind in RequestKind},
    ),
    WorkKind.CONDUCT: ("", {RequestKind.CONDUCT_WAIVER.value}),
    WorkKind.WAIVER: ("", {RequestKind.WAIVER.value}),
    WorkKind.STATIC_DATA: ("", {RequestKind.STATIC_DATA.value}),
    WorkKind.CONFIRMATION: ("confirmation", {state.value for state in ConfirmationState}),
}
"""The model and the codes that the titles of a kind begin with."""


def work_title(item: WorkItem) -> str:
    """Return the title with the code that it begins with, and its days, in words."""
    code, _, rest = item.title.partition(" ")
    model, codes = CODES.get(WorkKind(item.kind), ("", set()))
    if code not in codes:
        return item.title
    if " · " in rest and item.kind == WorkKind.ACCESS:
        who, _dot, role = rest.partition(" · ")
        code_of_role, _blank, desk = role.partition(" ")
        rest = f"{who} · {status.look(code_of_role).label} {desk}"
    return f"{status.look(code, of=model).label} {words.dated(rest)}".strip()
