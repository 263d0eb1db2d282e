"""Documentation that is written from the code, so that it cannot lag behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from conduct.rules.page import conduct_section
from core import states as core
from desk import states as desk
from feeds import states as feeds
from reconciliation import states as reconciliation
from refdata import states as refdata
from reporting import states as reporting
from reporting.rules.page import reporting_section
from settlement import states as settlement
from trades import states as trades
from trades.rules.page import rule_book_page

Table = Mapping[Any, frozenset[Any]]

LIVES: Final[tuple[tuple[str, str, Table], ...]] = (
    ("Trade", "trades", trades.TRANSITIONS),
    ("Cancellation request", "trades", trades.REQUEST_TRANSITIONS),
    ("FIX message", "trades", trades.FIX_TRANSITIONS),
    ("File of executions", "trades", trades.FILE_TRANSITIONS),
    ("Row in quarantine", "trades", trades.ROW_TRANSITIONS),
    ("Dropped file", "trades", trades.ARRIVAL_TRANSITIONS),
    ("Block", "trades", trades.BLOCK_TRANSITIONS),
    ("Allocation", "trades", trades.ALLOCATION_TRANSITIONS),
    ("Answer to an allocation by FIX", "trades", trades.ANSWER_TRANSITIONS),
    ("Proposed role", "core", core.PROPOSAL_TRANSITIONS),
    ("Role given by one person, or right in a review", "core", core.REVIEW_TRANSITIONS),
    ("Delegation", "core", core.DELEGATION_TRANSITIONS),
    ("Access review", "core", core.ACCESS_REVIEW_TRANSITIONS),
    ("Exception", "desk", desk.EXCEPTION_TRANSITIONS),
    ("Work item", "desk", desk.WORK_TRANSITIONS),
    ("Rule setting", "desk", desk.SETTING_TRANSITIONS),
    ("Request", "desk", desk.REQUEST_TRANSITIONS),
    ("Webhook", "feeds", feeds.ENDPOINT_TRANSITIONS),
    ("Delivery", "feeds", feeds.DELIVERY_TRANSITIONS),
    ("Settlement instruction", "refdata", refdata.INSTRUCTION_TRANSITIONS),
    ("Confirmation", "settlement", settlement.TRANSITIONS),
    ("Statement", "reconciliation", reconciliation.STATEMENT_TRANSITIONS),
    ("Reconciliation run", "reconciliation", reconciliation.RUN_TRANSITIONS),
    ("Match group", "reconciliation", reconciliation.GROUP_TRANSITIONS),
    ("Break", "reconciliation", reconciliation.BREAK_TRANSITIONS),
    ("Transaction report", "reporting", reporting.REPORT_TRANSITIONS),
    ("Report file", "reporting", reporting.FILE_TRANSITIONS),
)
HEAD: Final = """# States

One life per record, one table per life: a state changes only along an arrow, under a row lock, in
the transaction that writes its audit entry. Written by `manage.py write_docs` from the
`TRANSITIONS` tables.
"""


def diagram(table: Table) -> str:
    """Return a Mermaid state diagram; states in the order of their definition."""
    order = list(table)
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {order[0].value}"]
    for source in order:
        targets = sorted(table[source], key=order.index)
        lines += [f"    {source.value} --> {target.value}" for target in targets]
        if not targets:
            lines.append(f"    {source.value} --> [*]")
    return "\n".join([*lines, "```"])


def states_page() -> str:
    """Return `docs/states.md`."""
    parts = [HEAD]
    for name, room, table in LIVES:
        parts.append(f"\n## {name}\n\nFrom `{room}/states.py`.\n\n{diagram(table)}\n")
    return "".join(parts)


def pages() -> dict[str, str]:
    """Return every generated page by its name in `docs/`."""
    rules = rule_book_page() + conduct_section() + reporting_section()
    return {"rule-book.md": rules, "states.md": states_page()}
