"""Doors of background work: name the actor, read the parameters, call one service per chunk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from core.jobs import JobRun, job_handler
from core.models import StoredFile
from core.unreadable import message_of
from trades.models import CaptureBatch
from trades.rules import RULE_BY_CODE
from trades.services import by_file, capture, control, control_data, imports, repair, validation
from trades.states import TradeState

DECISIONS_PER_STEP: Final = validation.CHUNK


CONTROLLED: Final = ("judged", "held", *RULE_BY_CODE)


@job_handler("trades.control_batch", counts=CONTROLLED)
def control_batch(run: JobRun) -> None:
    """Judge what a batch brought in; a repeated job finds nothing left to do, and says so."""
    ids = control_data.trades_of_batch(batch_id=int(run.parameters["batch_id"]))
    _control(run, ids, only=frozenset({TradeState.RECEIVED}))


@job_handler("trades.recontrol", counts=CONTROLLED)
def recontrol(run: JobRun) -> None:
    """Judge again: the trades named, or those that wait and deal in instruments of `isins`."""
    ids = control_data.trades_to_recontrol(
        trade_ids=run.parameters.get("trade_ids"), isins=run.parameters.get("isins")
    )
    _control(run, ids, only=control.JUDGED)


@job_handler(validation.JOB_KIND, counts=("decided", *validation.CODES))
def decide_many(run: JobRun) -> None:
    """Validate or refuse many trades; those already decided say so and stay."""
    seen = {int(trade_id): str(text) for trade_id, text in run.parameters["seen"]}
    ids = sorted(seen)
    for start in range(0, len(ids), DECISIONS_PER_STEP):
        step = {trade_id: seen[trade_id] for trade_id in ids[start : start + DECISIONS_PER_STEP]}
        outcomes = validation.decide_many(
            seen=step,
            approve=bool(run.parameters["approve"]),
            reason=str(run.parameters["reason"]),
            actor=run.actor,
            at=run.at,
        )
        for refused in validation.refusals(outcomes):
            run.count(refused.code)
            run.log(f"{refused.reference}: {refused.refusal and message_of(refused.refusal)}")
        run.count("decided", len(outcomes) - len(validation.refusals(outcomes)))
        run.progress(min(start + DECISIONS_PER_STEP, len(ids)), len(ids))
    run.result("/validation/")


@job_handler(imports.TABLE_JOB, counts=("rows", *by_file.COUNTS, *capture.COUNTS))
def import_table(run: JobRun) -> None:
    """Capture the rows of a table; a repeated job meets its own rows as repeats."""
    batch = imports.import_table(
        file=StoredFile.objects.get(pk=run.parameters["file_id"]),
        source_system=str(run.parameters["source_system"]),
        decimal_sign=str(run.parameters["decimal_sign"]),
        encoding=str(run.parameters.get("encoding", "")),
        actor=run.actor,
        at=run.at,
    )
    _report(run, batch)


@job_handler(imports.FIX_JOB, counts=("messages", *by_file.COUNTS, *capture.COUNTS))
def import_fix(run: JobRun) -> None:
    """Capture the fills of a FIX log; a repeated job meets its own fills as repeats."""
    file = StoredFile.objects.get(pk=run.parameters["file_id"])
    _report(run, imports.import_fix(file=file, actor=run.actor, at=run.at))


@job_handler("trades.replay_waiting", counts=("booked",))
def replay_waiting(run: JobRun) -> None:
    """Let go on what waited for an instrument that has just been named."""
    name = str(run.parameters["symbol"])
    run.count("booked", repair.replay_waiting(name=name, actor=run.actor, at=run.at))


def _report(run: JobRun, batch: CaptureBatch) -> None:
    for name, number in batch.counts.items():
        if isinstance(number, int):
            run.count(name, number)
    run.result(f"/trades/imports/{batch.pk}/")


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
