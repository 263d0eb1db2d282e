"""What people and earlier runs already know: kept, never repeated, ended when it is gone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import polars as pl
from django.db import connection
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from core.acts import acting
from desk import services as desk
from desk.states import WorkKind
from kernel.actors import SYSTEM, Actor
from reconciliation.frames import Outcome
from reconciliation.models import Break, MatchAllocation, ReconciliationRun
from reconciliation.services import queue
from reconciliation.states import (
    BreakCategory,
    BreakState,
    GroupState,
    Kind,
    Resolution,
)

KEYS: Final[dict[str, pl.DataType]] = {
    "known": pl.Int64(),
    "ours": pl.Int64(),
    "theirs": pl.Int64(),
    "known_category": pl.String(),
}
UNDONE: Final = """
WITH RECURSIVE undone (line_id) AS (
    SELECT a.line_id
      FROM reconciliation_matchallocation a JOIN reconciliation_matchgroup g ON g.id = a.group_id
     WHERE a.kind = %(kind)s AND a.state = %(undone)s AND g.decided_by <> %(system)s
    UNION
    SELECT r.by_id FROM undone u JOIN reconciliation_replacement r ON r.line_id = u.line_id
     WHERE r.by_id IS NOT NULL)
SELECT line_id FROM undone ORDER BY line_id"""
"""A repeated report leads to the first one, and that to the statement."""


def undone_lines(kind: Kind) -> list[int]:
    """Return the lines whose match a person undid, and the lines that say the same since."""
    with connection.cursor() as cursor:
        cursor.execute(
            UNDONE, {"kind": kind.value, "undone": GroupState.UNDONE.value, "system": SYSTEM.name}
        )
        return [line for (line,) in cursor.fetchall()]


def without_undone(outcome: Outcome, undone: Sequence[int]) -> Outcome:
    """Turn into a proposal every group that a person undid before: the engine does not insist."""
    if not undone:
        return outcome
    doubted = outcome.allocations.filter(pl.col("theirs").is_in(undone))["group"].unique()

    def proposed(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(
            pl.when(pl.col("group").is_in(doubted.implode()))
            .then(pl.lit(GroupState.PROPOSED.value))
            .otherwise(pl.col("state"))
            .alias("state")
        )

    return Outcome(proposed(outcome.groups), proposed(outcome.allocations), outcome.breaks)


def settle_known(
    run: ReconciliationRun, breaks: pl.DataFrame, *, actor: Actor, at: datetime
) -> tuple[pl.DataFrame, int]:
    """Return the breaks that are new, and how many open ones ended because they are gone.

    A break with the same items keeps its owner and comments; its category follows what is found
    now, but a copy stays a copy when its twin was matched long since. What a person accepted is
    not opened again. What a live match explains now is ended by that match, whoever opened it.
    """
    explained = end_explained(kind=run.kind, actor=actor, at=at)
    known = _open_breaks(run)
    found = known.join(breaks, on=["ours", "theirs"], how="left", nulls_equal=True)
    gone = found.filter(pl.col("category").is_null())["known"].to_list()
    _end_gone(gone, actor=actor, at=at)
    copies = pl.col("known_category") == BreakCategory.DUPLICATE.value
    moved = found.filter((pl.col("category") != pl.col("known_category")) & ~copies)
    _move_category(moved, actor)
    fresh = breaks.join(known, on=["ours", "theirs"], how="anti", nulls_equal=True)
    fresh = fresh.join(_accepted(run), on=["ours", "theirs"], how="anti", nulls_equal=True)
    return _once_for_all_scopes(run, fresh, actor=actor, at=at), explained + len(gone)


def _move_category(moved: pl.DataFrame, actor: Actor) -> None:
    now = dict(moved.select("known", "category").iter_rows())
    for found in Break.objects.filter(pk__in=now).order_by("pk"):
        found.category = now[found.pk]
        found.save(update_fields=["category"])
        queue.rename(found, actor=actor)


def end_explained(
    *, kind: str = "", group_ids: Sequence[int] = (), actor: Actor, at: datetime
) -> int:
    """End the open breaks of items that a live match holds, whichever statement opened them.

    Looks at all breaks of a kind, or at those of what these groups hold; returns how many ended.
    Each is tied to its match, so that undoing it brings the break back as it was.
    """
    live = Break.objects.exclude(state=BreakState.RESOLVED.value)
    if kind:
        live = live.filter(kind=kind)
    if group_ids:
        held = MatchAllocation.objects.filter(group_id__in=group_ids)
        of_trade, of_line = held.values("trade_id"), held.values("line_id")
        live = live.filter(Q(trade_id__in=of_trade) | Q(line_id__in=of_line))
    ids = list(live.annotate(by=_match()).filter(by__isnull=False).values_list("pk", flat=True))
    if not ids:
        return 0
    with acting(actor=actor):
        Break.objects.filter(pk__in=ids).update(
            state=BreakState.RESOLVED.value,
            resolution=Resolution.MATCHED.value,
            resolved_group=_match(),
            resolved_by=actor.name,
            resolved_at=at,
        )
        _close_work(ids, actor, at)
    return len(ids)


def _match() -> Coalesce:
    """The live match that holds the trade or the line of a break."""
    live = MatchAllocation.objects.exclude(state=GroupState.UNDONE.value)
    trade = live.filter(trade_id=OuterRef("trade_id"), kind=OuterRef("kind"), claims_trade=True)
    line = live.filter(line_id=OuterRef("line_id"), claims_line=True)
    return Coalesce(*(Subquery(found.values("group_id")[:1]) for found in (trade, line)))


def _once_for_all_scopes(
    run: ReconciliationRun, fresh: pl.DataFrame, *, actor: Actor, at: datetime
) -> pl.DataFrame:
    """A trade alone in several scopes has one break, which ends when a line is near the trade."""
    rows = (
        Break.objects.filter(kind=run.kind, trade__isnull=False, line__isnull=True)
        .exclude(scope=run.scope)
        .exclude(state=BreakState.RESOLVED.value)
        .values_list("id", "trade_id", "line_id", "category")
    )
    elsewhere = pl.DataFrame(list(rows), schema=KEYS, orient="row")
    paired = fresh.filter(pl.col("ours").is_not_null() & pl.col("theirs").is_not_null())
    _end_gone(elsewhere.join(paired, on="ours", how="semi")["known"].to_list(), actor=actor, at=at)
    held = fresh["ours"].is_in(elsewhere["ours"].implode()) & fresh["theirs"].is_null()
    return fresh.filter(~held.fill_null(value=False))


def _open_breaks(run: ReconciliationRun) -> pl.DataFrame:
    """Return what a run may find again or gone: what a statement lacks is sought by no run."""
    rows = (
        Break.objects.filter(kind=run.kind, scope=run.scope)
        .exclude(state=BreakState.RESOLVED.value)
        .exclude(category=BreakCategory.INTRADAY_ONLY.value)
        .values_list("id", "trade_id", "line_id", "category")
    )
    return pl.DataFrame(list(rows), schema=KEYS, orient="row")


def _accepted(run: ReconciliationRun) -> pl.DataFrame:
    rows = Break.objects.filter(
        kind=run.kind, scope=run.scope, resolution=Resolution.ACCEPTED.value
    ).values_list("id", "trade_id", "line_id", "category")
    return pl.DataFrame(list(rows), schema=KEYS, orient="row")


def _end_gone(ids: list[int], *, actor: Actor, at: datetime) -> None:
    if not ids:
        return
    with acting(actor=actor):
        Break.objects.filter(pk__in=ids).update(
            state=BreakState.RESOLVED.value,
            resolution=Resolution.NO_LONGER_FOUND.value,
            resolved_by=actor.name,
            resolved_at=at,
        )
        _close_work(ids, actor, at)


def _close_work(ids: Sequence[int], actor: Actor, at: datetime) -> None:
    desk.close_work(
        kind=WorkKind.BREAK, subject_kind=queue.SUBJECT, subject_ids=ids, actor=actor, at=at
    )
