"""Doors of background work: a confirmed reference file is loaded here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from celery import shared_task
from django.utils import timezone

from core import bulk, files
from core.jobs import JobRun, job_handler
from core.models import StoredFile
from kernel.actors import SYSTEM
from refdata import services
from refdata.services import selections
from refdata.states import SanctionsList


@job_handler("refdata.load_file", counts=("already_loaded", "rows_refused", *services.COUNTS))
def load_file(run: JobRun) -> None:
    """Load a stored file; a second run of the same job finds its content loaded and stops."""
    stored = StoredFile.objects.get(pk=run.parameters["file_id"])
    try:
        loaded = services.load_file(
            kind=run.parameters["kind"],
            name=stored.name,
            content=files.open_stored(stored),
            actor=run.actor,
            at=run.at,
            asked_at=_asked_at(run),
        )
    except services.AlreadyLoaded as known:
        run.count("already_loaded")
        run.result(f"/refdata/imports/{known.import_id}/")
        return
    for name, number in loaded.counts.items():
        run.count(name, number)
    run.count("rows_refused", loaded.bad_rows)
    run.result(loaded.get_absolute_url())


def _asked_at(run: JobRun) -> datetime | None:
    """Return when somebody confirmed the file; of a job of an earlier release nobody knows."""
    told = run.parameters.get("asked_at")
    return datetime.fromisoformat(told) if told else None


@job_handler(
    "refdata.load_sanctions",
    counts=("already_loaded", "rows_refused", *services.LIST_COUNTS, *services.READING_COUNTS),
)
def load_sanctions(run: JobRun) -> None:
    """Load a stored list; a second run of the same job finds its content in force and stops."""
    stored = StoredFile.objects.get(pk=run.parameters["file_id"])
    try:
        version = services.load_list(
            code=SanctionsList(run.parameters["list"]),
            name=stored.name,
            content=files.open_stored(stored),
            is_meant=run.parameters["is_meant"],
            actor=run.actor,
            at=run.at,
        )
    except services.VersionInForce as known:
        run.count("already_loaded")
        run.result(f"/refdata/sanctions/{known.version_id}/")
        return
    for name, number in version.counts.items():
        run.count(name, number)
    run.count("rows_refused", version.bad_rows)
    run.result(version.get_absolute_url())


@job_handler("refdata.screen", counts=services.SCREENED)
def screen(run: JobRun) -> None:
    """Screen the parties named, or all of them where a list changed."""
    counts = services.screen_parties(
        party_ids=_parties_of(run.parameters), actor=run.actor, at=run.at, told=run.progress
    )
    for name, number in counts.items():
        run.count(name, number)
    run.result("/refdata/hits/")


def _parties_of(parameters: dict[str, Any]) -> list[int] | None:
    one = parameters.get("party_id")
    ids: list[int] | None = parameters.get("party_ids") or ([one] if one else None)
    return ids


@job_handler("refdata.load_calendars", counts=("calendars", "closed_weekdays"))
def load_calendars(run: JobRun) -> None:
    """Load every calendar of the years asked for, and the currencies that pay by them."""
    days = services.load_calendars(
        first_year=int(run.parameters["first_year"]),
        last_year=int(run.parameters["last_year"]),
        actor=run.actor,
    )
    services.load_currencies(actor=run.actor)
    run.count("calendars", len(days))
    run.count("closed_weekdays", sum(days.values()))


bulk.handler(selections.DECIDE_JOB, counts=selections.CODES)(selections.decide_step)


@shared_task(name="refdata.look_for_run_out_clearances", ignore_result=True)
def look_for_run_out_clearances() -> None:
    """Have a hit looked at again when what two people decided about it has run out."""
    services.reopen_hits(actor=SYSTEM, at=timezone.now())
