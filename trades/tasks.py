"""Doors of background work: name the actor, read the parameters, call one service per chunk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from core import bulk, jobs
from core.jobs import JobRun, job_handler
from core.models import StoredFile
from kernel.actors import SYSTEM
from trades.models import CaptureBatch
from trades.rules import RULE_BY_CODE
from trades.services import (
    back_tests,
    by_file,
    capture,
    control,
    control_data,
    control_facts,
    drop,
    imports,
    maturity,
    quarantine,
    repair,
    rule_evidence,
    tables,
    tallying,
    validation,
)
from trades.states import TradeState

ALONG_MAX: Final = 9
"""Batches that a small one takes along: ten thousand trades, about, when a front office sends."""
CONTROLLED: Final = ("judged", "held", *RULE_BY_CODE)


@job_handler("trades.control_batch", counts=CONTROLLED)
def control_batch(run: JobRun) -> None:
    """Judge what a batch brought in; a repeated job finds nothing left to do, and says so.

    Behind a queue, small batches are judged together.
    """
    ids = control_facts.trades_of_batches(batch_ids=[int(run.parameters["batch_id"])])
    if len(ids) < control.CHUNK:
        along = [int(more["batch_id"]) for more in run.take_along(ALONG_MAX)]
        ids += control_facts.trades_of_batches(batch_ids=along) if along else []
    _control(run, sorted(set(ids)), only=frozenset({TradeState.RECEIVED}))


@job_handler("trades.recontrol", counts=CONTROLLED)
def recontrol(run: JobRun) -> None:
    """Judge again: the trades named, or those that wait and deal in instruments of `isins`."""
    ids = control_facts.trades_to_recontrol(
        trade_ids=run.parameters.get("trade_ids"),
        isins=run.parameters.get("isins"),
        party_ids=_parties_of(run.parameters),
        instruction_ids=run.parameters.get("instruction_ids"),
        account_codes=run.parameters.get("account_codes"),
    )
    _control(run, ids, only=control.JUDGED)


@job_handler(back_tests.JOB, counts=("parts",))
def back_test(run: JobRun) -> None:
    """Replay what is left of a back-test, part by part; lets other work pass in between."""
    pk = int(run.parameters["back_test_id"])
    run.result(f"/trades/rules/back-tests/{pk}/")
    replay = back_tests.begin(back_test_id=pk, actor=run.actor, at=timezone.now())
    while told := back_tests.replay_next(
        replay, back_test_id=pk, actor=run.actor, at=timezone.now()
    ):
        run.count("parts")
        run.progress(told.done, told.total)
        if told.done < told.total and run.gives_way():
            return


bulk.handler(validation.JOB_KIND, counts=validation.CODES)(validation.decide_step)
bulk.handler(quarantine.REIMPORT_JOB, counts=quarantine.CODES)(quarantine.reimport_step)
bulk.handler(quarantine.DISCARD_JOB, counts=quarantine.CODES)(quarantine.discard_step)


@job_handler(tables.TABLE_JOB, counts=("rows", "quarantined", *by_file.COUNTS, *capture.COUNTS))
def import_table(run: JobRun) -> None:
    """Capture the rows of a table; a repeated job finds its file done."""
    file = tables.import_table(
        file_id=int(run.parameters["capture_file_id"]), actor=run.actor, at=run.at
    )
    if file.batch is not None:
        _count(run, file.batch)
        run.count("quarantined", file.rows.count())
    run.result(file.get_absolute_url())


@shared_task(name="trades.fold_tallies", ignore_result=True)
def fold_tallies() -> None:
    """Keep the tallies few."""
    tallying.fold()


@shared_task(name="trades.sum_up_rules", ignore_result=True)
def sum_up_rules() -> None:
    """Keep the statistics of rules cheap to read; a tick too many finds every day summed up."""
    rule_evidence.sum_up_days(at=timezone.now())


@shared_task(name="trades.look_into_drop_folder", ignore_result=True)
def look_into_drop_folder() -> None:
    """Queue one look when a file came or is half dealt with; a tick too many finds it queued."""
    if drop.has_work():
        with transaction.atomic():
            jobs.enqueue(
                kind=drop.DROP_JOB,
                parameters={},
                title="",
                actor=drop.SENDER,
                at=timezone.now(),
                dedupe_key=drop.DROP_JOB,
            )


@job_handler(drop.DROP_JOB, counts=drop.COUNTS)
def take_in_dropped_files(run: JobRun) -> None:
    """Take in what is whole; a repeated job goes on where the first one stopped."""
    looked = drop.look(at=run.at)
    for name in drop.COUNTS:
        if n := getattr(looked, name):
            run.count(name, n)
    run.result("/trades/arrivals/")


@shared_task(name="trades.look_for_what_is_over", ignore_result=True)
def look_for_what_is_over() -> None:
    """Queue the closing of what ended by itself; a tick too many finds it queued, or nothing."""
    day = timezone.localdate()
    if maturity.matured(day).exists() or maturity.expired(day).exists():
        with transaction.atomic():
            jobs.enqueue(
                kind=maturity.MATURITY_JOB,
                parameters={},
                title="",
                actor=SYSTEM,
                at=timezone.now(),
                dedupe_key=maturity.MATURITY_JOB,
            )


@job_handler(maturity.MATURITY_JOB, counts=maturity.COUNTS)
def close_what_is_over(run: JobRun) -> None:
    """Close matured repos and loans and expired contracts; a repeated job finds none left."""
    day = timezone.localdate(run.at)
    closed = maturity.close_what_is_over(day=day, actor=run.actor, at=run.at)
    for name, number in closed.items():
        run.count(name, number)


@job_handler(imports.FIX_JOB, counts=("messages", *by_file.COUNTS, *capture.COUNTS))
def import_fix(run: JobRun) -> None:
    """Capture the fills of a FIX log; a repeated job meets its own fills as repeats."""
    file = StoredFile.objects.get(pk=run.parameters["file_id"])
    _report(run, imports.import_fix(file=file, actor=run.actor, at=run.at))


@job_handler("trades.replay_waiting", counts=("booked",))
def replay_waiting(run: JobRun) -> None:
    """Let go on what waited for an instrument that has just been named, or for many of a file."""
    named = run.parameters.get("names") or [str(run.parameters["symbol"])]
    booked = repair.replay_waiting(
        names=named,
        actor=run.actor,
        at=run.at,
        by_hand=bool(run.parameters.get("by_hand")),
        hands=_hands(run.parameters),
        progress=run.progress,
    )
    run.count("booked", booked)


@job_handler("trades.complete_named", counts=("completed",))
def complete_named(run: JobRun) -> None:
    """Let go on what waited for a counterparty that is known by now, under any of these names."""
    completed = repair.complete_waiting(
        names=run.parameters["names"],
        actor=run.actor,
        at=run.at,
        by_hand=bool(run.parameters.get("by_hand")),
        hands=_hands(run.parameters),
        progress=run.progress,
    )
    run.count("completed", completed)


@job_handler("trades.complete_instructed", counts=("completed",))
def complete_instructed(run: JobRun) -> None:
    """Give the instruction that was just approved to the trades that wait for one."""
    completed = repair.complete_uninstructed(
        party_id=int(run.parameters["party_id"]),
        instruction_id=int(run.parameters["instruction_id"]),
        actor=run.actor,
        at=run.at,
    )
    run.count("completed", completed)


def _hands(parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """Return who gave the name that news tell of, and so had a hand in what goes on with it."""
    hand = str(parameters.get("hand") or "")
    return (hand,) if hand else ()


def _parties_of(parameters: Mapping[str, Any]) -> Sequence[int]:
    """Return the parties that news tell of: one that a person saved, or many of a file."""
    one = parameters.get("party_id")
    return parameters.get("party_ids", ()) if one is None else (one,)


def _report(run: JobRun, batch: CaptureBatch) -> None:
    _count(run, batch)
    run.result(f"/trades/imports/{batch.pk}/")


def _count(run: JobRun, batch: CaptureBatch) -> None:
    for name, number in batch.counts.items():
        if isinstance(number, int):
            run.count(name, number)


def _control(run: JobRun, ids: Sequence[int], **options: Any) -> None:
    library = control_data.Library(at=run.at)
    total = control.Controlled()
    for start in range(0, len(ids), control.CHUNK):
        total.add(
            control.control_trades(
                trade_ids=ids[start : start + control.CHUNK],
                actor=run.actor,
                at=run.at,
                library=library,
                job_id=run.job_id,
                **options,
            )
        )
        run.progress(min(start + control.CHUNK, len(ids)), len(ids))
    run.count("judged", total.judged)
    run.count("held", total.held)
    for code, hits in sorted(total.hits.items()):
        run.count(code, hits)
