"""Runs of the engine: both sides out by COPY, groups and breaks in by COPY, all or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date, datetime
from typing import Final

import polars as pl
from django.db import connection

from core.acts import acting
from core.sequences import next_ids
from kernel.actors import Actor
from kernel.states import require_transition
from reconciliation import selectors
from reconciliation.frames import MatchRules, Outcome, reconcile
from reconciliation.models import (
    Break,
    MatchAllocation,
    MatchGroup,
    ReconciliationRun,
    StatementFile,
)
from reconciliation.selectors import Scope
from reconciliation.services import changes, queue
from reconciliation.services.copying import as_decimal, copy_in
from reconciliation.services.known import settle_known, without_undone
from reconciliation.services.tolerances import rules_in_force
from reconciliation.states import RUN_TRANSITIONS, BreakState, Kind, RunState, StatementState

Progress = Callable[[int, int], None]
STEPS: Final = 4
MEMORY: Final = "128MB"


def _silent(done: int, total: int) -> None:
    """Take no notice of progress."""


def reconcile_file(
    *, file_id: int, actor: Actor, at: datetime, progress: Progress = _silent
) -> list[ReconciliationRun]:
    """Run every scope that an imported file speaks of; nothing for any other file."""
    file = StatementFile.objects.select_related("mapping").get(pk=file_id)
    if file.state != StatementState.IMPORTED:
        return []
    return [
        run_reconciliation(scope=scope, source=file, actor=actor, at=at, progress=progress)
        for scope in selectors.scopes_of(file)
    ]


def run_reconciliation(
    *,
    scope: Scope,
    source: StatementFile | None,
    actor: Actor,
    at: datetime,
    progress: Progress = _silent,
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
            counts, digest = _save(run, scope, rules, actor, at, progress)
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
                "amount_tolerance": str(rules.amount_tolerance),
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
        cursor.execute(
            "SELECT set_config('work_mem', %s, true), pg_advisory_xact_lock(hashtext(%s))",
            [MEMORY, f"reconciliation:{scope.name}"],
        )
    changes.hold_off()


def _save(
    run: ReconciliationRun,
    scope: Scope,
    rules: MatchRules,
    actor: Actor,
    at: datetime,
    progress: Progress,
) -> tuple[dict[str, int], str]:
    if run.period_from is None or run.period_to is None:
        return {}, ""
    ours, theirs = selectors.both_sides(scope, run.period_from, run.period_to)
    progress(1, STEPS)
    outcome = without_undone(reconcile(ours, theirs, rules, period_end=run.period_to), scope.kind)
    progress(2, STEPS)
    sent = _save_groups(run, outcome, at)
    progress(3, STEPS)
    fresh, ended = settle_known(run, outcome.breaks, actor=actor, at=at)
    sent += _save_breaks(run, fresh, ours, theirs, at)
    new = Break.objects.filter(run=run, state=BreakState.OPEN.value)
    queue.open_work(
        new.only("id", "category", "reference", "desk_code", "difference", "currency", "owner_id"),
        actor=actor,
        at=at,
    )
    counts = _counts(outcome, ours, theirs) | {"breaks_new": fresh.height, "breaks_ended": ended}
    progress(4, STEPS)
    return counts, hashlib.sha256(sent).hexdigest()


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


def _save_groups(run: ReconciliationRun, outcome: Outcome, at: datetime) -> bytes:
    groups, allocations = outcome.groups, outcome.allocations
    if groups.is_empty():
        return b""
    ids = pl.Series(next_ids(MatchGroup._meta.db_table, groups.height), dtype=pl.Int64)
    numbered = groups.with_columns(ids.alias("id"))
    keys = numbered.select("group", pl.col("id").alias("group_id"))
    currencies = allocations.group_by("group").agg(pl.col("currency").first())
    sent = copy_in(
        MatchGroup,
        numbered.join(currencies, on="group", maintain_order="left").select(
            "id",
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
    return sent + copy_in(
        MatchAllocation,
        allocations.join(keys, on="group", maintain_order="left").select(
            "group_id",
            pl.lit(run.kind).alias("kind"),
            "side",
            pl.col("id").alias("item_id"),
            as_decimal(pl.col("amount")).alias("amount"),
            "currency",
            "state",
        ),
    )


def _save_breaks(
    run: ReconciliationRun,
    breaks: pl.DataFrame,
    ours: pl.DataFrame,
    theirs: pl.DataFrame,
    at: datetime,
) -> bytes:
    if breaks.is_empty():
        return b""
    due = "settle" if run.kind == Kind.TRADES else "day"

    def described(side: pl.DataFrame, name: str) -> pl.DataFrame:
        return side.select(
            pl.col("id").alias(name),
            *[
                pl.col(column).alias(f"{column}_{name}")
                for column in ("reference", "isin", "currency", due, "desk")
            ],
        )

    def either(column: str) -> pl.Expr:
        return pl.coalesce(f"{column}_ours", f"{column}_theirs")

    whole = breaks.join(described(ours, "ours"), on="ours", how="left").join(
        described(theirs, "theirs"), on="theirs", how="left"
    )
    return copy_in(
        Break,
        whole.sort(["ours", "theirs"], nulls_last=True).select(
            pl.lit(run.pk).alias("run_id"),
            pl.lit(run.kind).alias("kind"),
            pl.lit(run.scope).alias("scope"),
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
            pl.lit(BreakState.OPEN.value).alias("state"),
            pl.lit("").alias("resolution"),
            pl.lit("").alias("resolved_by"),
            pl.lit("").alias("reason"),
            pl.lit(at.isoformat()).alias("opened_at"),
        ),
    )


def _day_of(run: ReconciliationRun) -> date:
    return run.period_to or run.started_at.date()
