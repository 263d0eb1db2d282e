"""Control evidence: somebody asks for some days, a job writes them, and what it wrote is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from core import access, files, jobs
from core.acts import acting
from core.models import Job
from core.roles import Action
from kernel.actors import Actor
from kernel.findings import Refusal
from reporting.models import EvidenceReport
from reporting.services.numbering import take_numbers

EVIDENCE_JOB: Final = "reporting.write_evidence"
STREAM: Final = "EVIDENCE"
PDF_TYPE: Final = "application/pdf"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class UnableToShowEvidence(Refusal):
    """The days are in the wrong order or not over yet."""

    code = "UNABLE_TO_SHOW_EVIDENCE"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceAsked:
    """Of which days and which desk, "" for all, evidence is wanted, in which language."""

    first_day: date
    last_day: date
    desk_code: str
    language: str

    def told(self) -> dict[str, str]:
        """Return it as the parameters of a job."""
        return {
            "first_day": self.first_day.isoformat(),
            "last_day": self.last_day.isoformat(),
            "desk_code": self.desk_code,
            "language": self.language,
        }

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> EvidenceAsked:
        """Return what the parameters of a job ask for."""
        return cls(
            first_day=date.fromisoformat(parameters["first_day"]),
            last_day=date.fromisoformat(parameters["last_day"]),
            desk_code=parameters["desk_code"],
            language=parameters["language"],
        )


def ask_evidence(*, asked: EvidenceAsked, actor: Actor, at: datetime, today: date) -> Job:
    """Queue the job that writes it; the same asked for again while it is written is the same job.

    Raises Forbidden, UnableToShowEvidence.
    """
    access.require(actor, Action.VIEW_AUDIT)
    if asked.first_day > asked.last_day:
        raise UnableToShowEvidence(_("The last day lies before the first."))
    if asked.last_day > today:
        raise UnableToShowEvidence(_("These days are not there yet: the last one is today."))
    parameters = asked.told()
    with transaction.atomic():
        return jobs.enqueue(
            kind=EVIDENCE_JOB,
            parameters=parameters,
            title=f"{asked.first_day} – {asked.last_day} {asked.desk_code}".strip(),
            actor=actor,
            at=at,
            dedupe_key=":".join([EVIDENCE_JOB, actor.name, *parameters.values()]),
        )


def keep_evidence(
    *,
    asked: EvidenceAsked,
    job: Job,
    write: Callable[[int], bytes],
    workbook: bytes,
    figures: Mapping[str, object],
    actor: Actor,
    at: datetime,
) -> EvidenceReport:
    """Give it its number, have `write` make the document that bears it, and keep both files.

    A job that is run again keeps what it kept. Raises Forbidden.
    """
    access.require(actor, Action.VIEW_AUDIT)
    with acting(actor=actor):
        known = EvidenceReport.objects.filter(job_id=job.pk).first()
        if known is not None:
            return known
        number = take_numbers(stream=STREAM, count=1)[0]
        name = f"control-evidence-{number}"
        pdf = files.store(
            name=f"{name}.pdf", content=write(number), media_type=PDF_TYPE, actor=actor, at=at
        )
        xlsx = files.store(
            name=f"{name}.xlsx", content=workbook, media_type=XLSX_TYPE, actor=actor, at=at
        )
        return EvidenceReport.objects.create(
            seq=number,
            first_day=asked.first_day,
            last_day=asked.last_day,
            desk_code=asked.desk_code,
            language=asked.language,
            asked_by=actor.name,
            asked_at=job.created_at,
            made_at=at,
            job_id=job.pk,
            pdf=pdf,
            workbook=xlsx,
            figures=dict(figures),
        )
