"""Runs of the engine: both sides out by COPY, groups and breaks in by COPY, all or nothing.

PostgreSQL and the engine work at the same time: what is identical goes in while the rest is sought.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Final

import polars as pl
from django.db import connection

from core.acts import acting
from core.sequences import next_ids
from kernel.actors import Actor
from kernel.states import require_transition
from reconciliation import selectors
from reconciliation.frames import MatchRules, Outcome, joined, reconcile_in_steps
from reconciliation.frames.items import ONE
from reconciliation.models import (
    Break,
    MatchAllocation,
    MatchGroup,
    ReconciliationRun,
    StatementFile,
)
from reconciliation.selectors import Scope
from reconciliation.services import changes, queue
from reconciliation.services.copying import Copying, as_decimal
from reconciliation.services.known import settle_known, undone_lines, without_undone
from reconciliation.services.tolerances import rules_in_force
from reconciliation.states import RUN_TRANSITIONS, BreakState, Kind, RunState, StatementState

MEMORY: Final = "128MB"
Progress = Callable[[int, int], None]


def reconcile_file(
    *, file_id: int, actor: Actor, at: datetime, progress: Progress = lambda _done, _total: None
) -> list[ReconciliationRun]:
    """Run every scope that an imported file speaks of; nothing for any other file.

    `progress` is told the scopes done and all of them, before each run and at the end.
    """
    file = StatementFile.objects.select_related("mapping").get(pk=file_id)
    if file.state != StatementState.IMPORTED:
        return []
    scopes = selectors.scopes_of(file)
    runs: list[ReconciliationRun] = []
    for scope in scopes:
        progress(len(runs), len(scopes))
        runs.append(run_reconciliation(scope=scope, source=file, actor=actor, at=at))
    progress(len(runs), len(scopes))
    return runs


def run_reconciliation(
    *, scope: Scope, source: StatementFile | None, actor: Actor, at: datetime
) -> ReconciliationRun:
    """Match what is open in the scope and save groups and breaks in one transaction.

    What a person confirmed, proposed, accepted or undid stays as it is. A run that fails leaves
    its row as FAILED and nothing else.
    """
    rules = rules_in_force(kind=scope.kind, day=at.date())
    run = _start(scope, source, rules, actor, at)
    try:
        with acting(actor=actor):
            _alone(scope)
            counts, digest = _save(run, scope, rules, actor, at)
            _end(run, RunState.DONE, counts, digest)
    except Exception:
        with acting(actor=actor):
            _end(run, RunState.FAILED, {}, "")
        raise
    return run


def _start(
    scope: Scope, source: StatementFile | None, rules: MatchRules, actor: Actor, at: datetime
) -> ReconciliationRun:
    period = selectors.period_of(scope)
    with acting(actor=actor):
        return ReconciliationRun.objects.create(
            kind=scope.kind.value,
            scope=scope.name[:60],
            source=source,
            rule_version=rules.version,
            parameters={
                "amount_tolerance": f"{(Decimal(rules.amount_tolerance) / ONE).normalize():f}",
                "day_lag": rules.day_lag,
            },
            period_from=period[0] if period else None,
            period_to=period[1] if period else None,
            started_by=actor.name,
            started_at=at,
        )


def _end(run: ReconciliationRun, target: RunState, counts: dict[str, int], digest: str) -> None:
    require_transition(RUN_TRANSITIONS, source=RunState(run.state), target=target)
    run.state = target.value
    run.counts, run.results_sha256 = counts, digest
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        run.ended_at = cursor.fetchone()[0]
    run.save()


def _alone(scope: Scope) -> None:
    """Let one run of a scope at a time, with memory for whole sides; the next sees this one's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('work_mem', %s, true)", [MEMORY])
    changes.alone(scope.name)
    changes.hold_off()


def _save(
    run: ReconciliationRun, scope: Scope, rules: MatchRules, actor: Actor, at: datetime
) -> tuple[dict[str, int], str]:
    if run.period_from is None or run.period_to is None:
        return {}, ""
    ours, theirs = selectors.both_sides(scope, run.period_from, run.period_to)
    undone = undone_lines(scope.kind)
    steps = []
    with Copying() as copying:
        copying.draw_ids(MatchGroup, most=min(ours.height, theirs.height))
        for step in reconcile_in_steps(ours, theirs, rules, period_end=run.period_to):
            steps.append(without_undone(step, undone))
            _save_groups(run, steps[-1], copying)
        copying.wait()
        outcome = joined(steps)
        fresh, ended = settle_known(run, outcome.breaks, actor=actor, at=at)
        due_at = queue.due_from(at)
        new = _save_breaks(run, fresh, ours, theirs, at, copying)
        tasks = queue.tasks(new, due_at=due_at)  # while the breaks are copied
    queue.open_tasks(tasks, actor=actor, at=at)
    counts = _counts(outcome, ours, theirs) | {"breaks_new": fresh.height, "breaks_ended": ended}
    return counts, copying.digest()


def _counts(outcome: Outcome, ours: pl.DataFrame, theirs: pl.DataFrame) -> dict[str, int]:
    states = dict(outcome.groups["state"].value_counts().iter_rows())
    passes = dict(outcome.groups["pass"].value_counts().iter_rows())
    categories = dict(outcome.breaks["category"].value_counts().iter_rows())
    return {
        "ours": ours.height,
        "theirs": theirs.height,
        "confirmed": states.get("CONFIRMED", 0),
        "proposed": states.get("PROPOSED", 0),
        "breaks": outcome.breaks.height,
        **{f"pass_{name}": count for name, count in sorted(passes.items())},
        **{f"break_{name}": count for name, count in sorted(categories.items())},
    }


def _save_groups(run: ReconciliationRun, found: Outcome, copying: Copying) -> None:
    """Save groups with their allocations, in the order of their numbers."""
    if found.groups.is_empty():
        return
    ids = copying.take_ids(found.groups.height)
    numbered = found.groups.with_columns(ids.alias("group_id"))
    copying.copy_in(
        MatchGroup,
        numbered.select(
            pl.col("group_id").alias("id"),
            pl.lit(run.pk).alias("run_id"),
            pl.lit(run.kind).alias("kind"),
            pl.col("pass").alias("pass_name"),
            pl.lit(run.rule_version).alias("rule_version"),
            "score",
            "state",
            as_decimal(pl.col("difference")).alias("difference"),
            "currency",
            "evidence",
            pl.lit("").alias("decided_by"),
            pl.lit("").alias("reason"),
        ),
    )
    keys = numbered.select("group", "group_id")
    copying.copy_in(
        MatchAllocation,
        found.allocations.join(keys, on="group", maintain_order="left").select(
            "group_id",
            pl.lit(run.kind).alias("kind"),
            pl.col("ours").alias("trade_id"),
            pl.col("theirs").alias("line_id"),
            as_decimal(pl.col("amount")).alias("amount"),
            "state",
            "claims_trade",
            "claims_line",
        ),
    )


def _save_breaks(
    run: ReconciliationRun,
    breaks: pl.DataFrame,
    ours: pl.DataFrame,
    theirs: pl.DataFrame,
    at: datetime,
    copying: Copying,
) -> list[queue.Found]:
    """Save the breaks; return them as their place in the queue needs them."""
    if breaks.is_empty():
        return []
    whole = _described(run, breaks, ours, theirs).with_columns(
        pl.Series(next_ids(Break._meta.db_table, breaks.height), dtype=pl.Int64).alias("id")
    )
    copying.copy_in(
        Break,
        whole.with_columns(
            pl.lit(run.pk).alias("run_id"),
            pl.lit(run.kind).alias("kind"),
            pl.lit(run.scope).alias("scope"),
            pl.lit(BreakState.OPEN.value).alias("state"),
            pl.lit("").alias("resolution"),
            pl.lit("").alias("resolved_by"),
            pl.lit("").alias("reason"),
            pl.lit(at.isoformat()).alias("opened_at"),
        ),
    )
    shown = whole.select("id", "category", "reference", "desk_code", "difference", "currency")
    return [
        queue.Found(pk, category, reference, desk_code, Decimal(difference), currency)
        for pk, category, reference, desk_code, difference, currency in shown.iter_rows()
    ]


def _described(
    run: ReconciliationRun, breaks: pl.DataFrame, ours: pl.DataFrame, theirs: pl.DataFrame
) -> pl.DataFrame:
    """Return the breaks with what their items say, in the order of the items."""
    due = "settle" if run.kind == Kind.TRADES else "day"

    def described(side: pl.DataFrame, name: str) -> pl.DataFrame:
        return side.select(
            pl.col("id").alias(name),
            *[
                pl.col(column).alias(f"{column}_{name}")
                for column in ("reference", "isin", "currency", due, "desk")
                if column in side.columns
            ],
        )

    def either(column: str) -> pl.Expr:
        return pl.coalesce(f"{column}_ours", f"{column}_theirs")

    whole = breaks.join(described(ours, "ours"), on="ours", how="left").join(
        described(theirs, "theirs"), on="theirs", how="left"
    )
    return whole.sort(["ours", "theirs"], nulls_last=True).select(
        "category",
        pl.col("ours").alias("trade_id"),
        pl.col("theirs").alias("line_id"),
        either("reference").fill_null("").alias("reference"),
        either("isin").fill_null("").alias("isin"),
        either("currency").fill_null("").alias("currency"),
        as_decimal(pl.col("difference")).alias("difference"),
        either(due).fill_null(_day_of(run)).alias("day"),
        "evidence",
        pl.col("desk_ours").fill_null("").alias("desk_code"),
    )


def _day_of(run: ReconciliationRun) -> date:
    return run.period_to or run.started_at.date()
