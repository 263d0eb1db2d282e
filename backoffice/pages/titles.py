"""What a work item asks for, in the reader's words: titles keep codes, as everything stored."""

from __future__ import annotations

from core.pages import status
from desk.models import WorkItem
from desk.states import WorkKind
from reconciliation.states import BreakCategory

CATEGORIES = {category.value for category in BreakCategory}


def work_title(item: WorkItem) -> str:
    """Return the title with the category of a break in words."""
    code, _, rest = item.title.partition(" ")
    if item.kind != WorkKind.BREAK or code not in CATEGORIES:
        return item.title
    return f"{status.look(code).label} {rest}".strip()
