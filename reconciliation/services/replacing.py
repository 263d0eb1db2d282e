"""A statement replaces the intraday reports before it: lines, matches and breaks move over.

Nothing counts twice: a line that another one replaces is no line of the account any more. What an
intraday report told and its statement does not have is a break.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

import polars as pl
from django.db import connection
from django.utils.translation import gettext as _

from core.acts import acting
from core.sequences import next_ids
from kernel.actors import SYSTEM, Actor
from reconciliation.frames.replacing import paired, repeated
from reconciliation.models import (
    Break,
    MatchAllocation,
    MatchGroup,
    Replacement,
    Statement,
    StatementFile,
    StatementLine,
)
from reconciliation.selectors import early
from reconciliation.services import changes, matches, queue
from reconciliation.states import BreakCategory, BreakState, GroupState, Kind, Purpose

Account = tuple[str, str]
LOOKED_BACK: Final = timedelta(days=31)
"""How long before a file lines of reports are sought in it that no statement had."""
COPY_GROUPS: Final = """
INSERT INTO reconciliation_matchgroup (id, run_id, kind, pass_name, rule_version, score, state,
       difference, currency, evidence, decided_by, decided_at, reason)
SELECT m.new, g.run_id, g.kind, g.pass_name, g.rule_version, g.score, g.state,
       g.difference, g.currency, g.evidence, g.decided_by, g.decided_at, g.reason
  FROM unnest(%(old)s::bigint[], %(new)s::bigint[]) AS m(old, new)
  JOIN reconciliation_matchgroup g ON g.id = m.old ORDER BY m.new"""
COPY_ALLOCATIONS: Final = """
INSERT INTO reconciliation_matchallocation (group_id, kind, trade_id, line_id, amount, state,
       claims_trade, claims_line)
SELECT m.new, a.kind, a.trade_id, coalesce(r.by_id, a.line_id), a.amount, g.state,
       a.claims_trade, a.claims_line
  FROM unnest(%(old)s::bigint[], %(new)s::bigint[]) AS m(old, new)
  JOIN reconciliation_matchgroup g ON g.id = m.new
  JOIN reconciliation_matchallocation a ON a.group_id = m.old
  LEFT JOIN reconciliation_replacement r ON r.line_id = a.line_id"""
MOVE_BREAKS: Final = """
UPDATE reconciliation_break b SET line_id = r.by_id
  FROM reconciliation_replacement r
 WHERE r.line_id = b.line_id AND r.line_id = ANY(%(lines)s) AND r.by_id IS NOT NULL
   AND NOT (b.category = 'INTRADAY_ONLY' AND b.state = 'RESOLVED')"""
MOVE_ENDED: Final = """
UPDATE reconciliation_break b SET resolved_group_id = m.new
  FROM unnest(%(old)s::bigint[], %(new)s::bigint[]) AS m(old, new)
 WHERE b.resolved_group_id = m.old"""


def replace_lines(file: StatementFile, *, actor: Actor, at: datetime) -> None:
    """Let the lines of a file that was just booked replace, or be replaced by, what we hold."""
    statements = list(file.statements.order_by("n"))
    accounts = dict.fromkeys(
        (item.account_number, item.currency)
        for item in statements
        if item.purpose != Purpose.ADVICE
    )
    for account in sorted(accounts):
        changes.alone(" ".join(account))
    for item in statements:
        if item.purpose == Purpose.INTRADAY:
            _replace_repeated(file, item)
    for account in accounts:
        days = [
            day
            for item in statements
            if (item.account_number, item.currency) == account
            and (day := item.period_from or item.period_to)
        ]
        _replace_early(file, account, min(days, default=None), actor=actor, at=at)


def _replace_repeated(file: StatementFile, report: Statement) -> None:
    lines = early.reported_lines(report)
    since = early.first_day(lines["id"].to_list())
    if since is not None:
        _keep(file, repeated(lines, early.first_lines_before(report, since)))


def _replace_early(
    file: StatementFile, account: Account, first: date | None, *, actor: Actor, at: datetime
) -> None:
    days = early.covered(*account)
    if days is None:
        return
    lines = early.sought_lines(*account, (first or days.until) - LOOKED_BACK, days.until)
    since = early.first_day(lines["id"].to_list()) if lines.height else None
    if since is None:
        return
    pairs = paired(lines, early.unused_final_lines(*account, since))
    _keep(file, pairs)
    reason = _("The statement came in.")
    with acting(actor=actor, reason=reason):
        alone = lines.join(pairs, left_on="id", right_on="early", how="anti")["id"].to_list()
        _tell_missing(file, account, early.lacking(alone, days), reason, actor, at)
        _move_matches(pairs["early"].to_list(), reason, at)
        _tell_found(pairs["by"].to_list(), actor)


def _keep(file: StatementFile, pairs: pl.DataFrame) -> None:
    """Write down what replaces each line; what a statement lacked may be in this one."""
    Replacement.objects.bulk_create(
        [Replacement(line_id=line, by_id=by, source=file) for line, by in pairs.iter_rows()],
        batch_size=5_000,
        update_conflicts=True,
        unique_fields=["line"],
        update_fields=["by", "source"],
    )


def _tell_found(line_ids: Sequence[int], actor: Actor) -> None:
    """Let runs look again at breaks whose line the statement has after all."""
    lacked = Break.objects.filter(
        line_id__in=line_ids, category=BreakCategory.INTRADAY_ONLY.value
    ).exclude(state=BreakState.RESOLVED.value)
    _call(lacked, BreakCategory.MISSING_OURS, actor)


def _call(breaks: Iterable[Break], category: BreakCategory, actor: Actor) -> None:
    for found in breaks:
        found.category = category.value
        found.save(update_fields=["category"])
        queue.rename(found, actor=actor)


def _move_matches(line_ids: Sequence[int], reason: str, at: datetime) -> None:
    """Give the matches and breaks of replaced lines to the lines that replace them.

    The system ends the old ones: whoever sent the statement undid nothing.
    """
    live = MatchAllocation.objects.filter(line_id__in=line_ids, claims_line=True)
    held = live.exclude(state=GroupState.UNDONE).values_list("group_id", flat=True)
    old = sorted(set(held))
    moved = {"old": old, "new": next_ids(MatchGroup._meta.db_table, len(old)) if old else []}
    with connection.cursor() as cursor:
        cursor.execute(MOVE_BREAKS, {"lines": list(line_ids)})
        if not old:
            return
        cursor.execute(COPY_GROUPS, moved)
        ended = MatchGroup.objects.filter(pk__in=old)
        MatchAllocation.objects.filter(group_id__in=old).update(state=GroupState.UNDONE.value)
        cursor.execute(COPY_ALLOCATIONS, moved)
        ended.update(
            state=GroupState.UNDONE.value, decided_by=SYSTEM.name, decided_at=at, reason=reason
        )
        cursor.execute(MOVE_ENDED, moved)


def _tell_missing(
    file: StatementFile,
    account: Account,
    line_ids: Sequence[int],
    reason: str,
    actor: Actor,
    at: datetime,
) -> None:
    """Open a break for each line of a report that its statement does not have; undo its match."""
    held = MatchAllocation.objects.filter(line_id__in=line_ids).exclude(state=GroupState.UNDONE)
    groups = MatchGroup.objects.select_for_update().filter(pk__in=held.values("group_id"))
    for group in groups.order_by("pk"):
        matches.take_apart(group, reason=reason, actor=SYSTEM, at=at)
    Replacement.objects.bulk_create(
        [Replacement(line_id=line, by=None, source=file) for line in line_ids], batch_size=5_000
    )
    open_breaks = Break.objects.exclude(state=BreakState.RESOLVED.value)
    known = {found.line_id: found for found in open_breaks.filter(line_id__in=line_ids)}
    _call(known.values(), BreakCategory.INTRADAY_ONLY, actor)
    lines = StatementLine.objects.filter(pk__in=set(line_ids) - set(known)).order_by("pk")
    opened = Break.objects.bulk_create([_missing(line, account, at) for line in lines])
    queue.open_work(opened, actor=actor, at=at)


def _missing(line: StatementLine, account: Account, at: datetime) -> Break:
    return Break(
        kind=Kind.CASH.value,
        scope=" ".join(account)[:60],
        category=BreakCategory.INTRADAY_ONLY.value,
        line=line,
        reference=line.reference,
        currency=line.currency,
        difference=line.amount,
        day=line.value_date,
        opened_at=at,
    )
