"""A report of control evidence, gathered part by part and written as PDF and as a workbook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from backoffice.evidence import (
    conduct,
    coverage,
    exceptions,
    proofs,
    rights,
    rules,
    screening,
    validations,
)
from backoffice.evidence.parts import Part, Span, one_moment
from core import access, verification
from core.anchors import Anchor, read_anchors
from core.models import Job
from core.pages import formats, words
from core.roles import Action
from core.scratch import scratch
from kernel.actors import Actor
from reporting.facts import Sheet, WrittenReport
from reporting.formats.tables_pdf import document
from reporting.formats.tables_xlsx import write_workbook
from reporting.models import VERDICTS, EvidenceReport
from reporting.services import EvidenceAsked, keep_evidence
from reporting.tables import answer_of

STEPS: Final = 3
IN_MEMORY: Final = 8 * 1024 * 1024
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Gathered:
    """What was found at one moment: sums, and tables that are read as the workbook is written."""

    span: Span
    covered: coverage.Coverage
    spoken: rules.Spoken
    decisions: validations.Decisions
    waivers: int
    kept: proofs.Kept
    trail: verification.Verdict

    def parts(self) -> list[Part]:
        """Return the tables in their order."""
        return [
            *coverage.parts(self.covered),
            *rules.parts(self.span, self.spoken),
            *exceptions.parts(self.span),
            *validations.parts(self.span, self.decisions),
            *conduct.parts(self.span),
            *rights.parts(self.span),
            *screening.parts(self.span),
            *proofs.parts(self.kept, self.trail),
        ]

    def figures(self) -> dict[str, int]:
        """Return the figures of the head."""
        return {
            "versions": self.covered.versions,
            "versions_judged": self.covered.judged,
            "control_runs": self.covered.runs,
            "judged": self.covered.judgements,
            "without_finding": self.covered.clean,
            "findings": self.spoken.findings,
            "waived": self.waivers,
            "validated": self.decisions.approved,
            "validators": self.decisions.people,
            "trail_entries": self.trail.entries,
        }

    def verdicts(self) -> dict[str, int | None]:
        """Return how many break what was asked of the whole; None where it could not be asked."""
        return {
            "COVERED": self.covered.unexplained,
            "FOUR_EYES": self.decisions.own_work,
            "PROMISES": None if self.kept.not_asked else len(self.kept.broken),
            "TRAIL": len(self.trail.problems) or (0 if proofs.is_anchored(self.trail) else None),
        }


def write_evidence(
    *, asked: EvidenceAsked, job: Job, actor: Actor, at: datetime, progress: Progress
) -> EvidenceReport:
    """Gather the evidence of the days that were asked for, write both files and keep them.

    Raises Forbidden for who may no longer read the audit trail.
    """
    access.require(actor, Action.VIEW_AUDIT)
    kept = EvidenceReport.objects.filter(job_id=job.pk).first()
    if kept is not None:
        return kept
    known = list(read_anchors())
    progress(1, STEPS)
    with translation.override(asked.language):
        with one_moment(), scratch(in_memory=IN_MEMORY) as file:
            found = _gathered(Span.of(asked, at=at), known)
            parts = found.parts()
            whole = tuple(part.in_workbook() for part in parts)
            write_workbook(_report(found, whole, actor=actor, at=at), file)
            file.seek(0)
            workbook = file.read()
        progress(2, STEPS)
        paper = tuple(part.on_paper() for part in parts)
        report = keep_evidence(
            asked=asked,
            job=job,
            write=lambda number: document(
                _report(found, paper, actor=actor, at=at, number=number), language=asked.language
            ),
            workbook=workbook,
            figures={"figures": found.figures(), "verdicts": found.verdicts()},
            actor=actor,
            at=at,
        )
    progress(STEPS, STEPS)
    return report


def _gathered(span: Span, known: Sequence[Anchor]) -> Gathered:
    """Ask for the sums, one after the other."""
    covered = coverage.coverage_of(span)
    spoken = rules.Spoken(span, covered)
    decisions, waivers = validations.decisions_of(span), exceptions.waivers_in(span)
    kept = proofs.ask_promises()
    trail = verification.verify_between(since=span.since, until=span.until, known=known)
    return Gathered(span, covered, spoken, decisions, waivers, kept, trail)


def _report(
    found: Gathered, sheets: tuple[Sheet, ...], *, actor: Actor, at: datetime, number: int = 0
) -> WrittenReport:
    """Return the report with its head; one that has its number bears it."""
    span, moment = found.span, formats.moment(at, seconds=False)
    title = _("Control evidence")
    footer = _("Dénouement, %(by)s, %(moment)s") % {"by": actor.name, "moment": moment}
    return WrittenReport(
        title=f"{title} {number}" if number else title,
        subtitle=_("%(first)s to %(last)s, %(desk)s")
        % {
            "first": formats.day(span.first_day),
            "last": formats.day(span.last_day),
            "desk": span.desk or _("all desks"),
        },
        footer=f"{title} {number} · {footer}" if number else footer,
        sheets=sheets,
        head=(
            (_("Asked by"), actor.name),
            (_("Until"), formats.moment(span.until, seconds=False)),
            *(
                (str(capfirst(words.named(name))), formats.integer(n))
                for name, n in found.figures().items()
            ),
        ),
        verdicts=tuple(
            (str(VERDICTS[code]), answer_of(n), n == 0) for code, n in found.verdicts().items()
        ),
        nothing=_("None."),
    )
