"""Control evidence on screen: ask for some days, read what was kept, fetch its files."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy

from core import files
from core.pages import DetailPage, ListPage, PageView, formats
from core.roles import Action
from core.unreadable import message_of
from reporting import services
from reporting.filters import EvidenceFilter
from reporting.forms import EvidenceForm
from reporting.models import FIGURES, VERDICTS, EvidenceReport
from reporting.tables import EvidenceTable, answer_of

FIELD: Final = "ask_%s"
"""The filters of the list have names of their own."""


class EvidenceList(ListPage):
    title = gettext_lazy("Control evidence")
    action = Action.VIEW_AUDIT
    template_name = "reporting/evidence.html"
    filterset_class = EvidenceFilter
    table_class = EvidenceTable
    hidden_columns = ("workbook_sha256",)
    export_name = "control-evidence"
    empty_text = gettext_lazy("No evidence was asked for yet: choose a period above.")
    form: EvidenceForm | None = None

    def get_queryset(self) -> QuerySet[EvidenceReport]:
        return EvidenceReport.objects.select_related("pdf", "workbook")

    def row_url(self, record: EvidenceReport) -> str:
        return record.get_absolute_url()

    def extra_context(self) -> dict[str, Any]:
        today = formats.day(timezone.localdate())
        language = (get_language() or "en")[:2]
        first = {"span": "month", "day": today, "language": language}
        return {"form": self.form or EvidenceForm(initial=first, auto_id=FIELD)}


class AskEvidence(EvidenceList):
    """Have a job write the evidence of some days, then watch it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.form = form = EvidenceForm(request.POST, auto_id=FIELD)
        if form.is_valid():
            first_day, last_day = form.days()
            desk = form.cleaned_data["desk"]
            today = timezone.localdate()
            asked = services.EvidenceAsked(
                first_day=first_day,
                last_day=min(last_day, today) if first_day <= today else last_day,
                desk_code=desk.code if desk else "",
                language=form.cleaned_data["language"],
            )
            try:
                job = services.ask_evidence(
                    asked=asked, actor=self.request.actor, at=timezone.now(), today=today
                )
                return redirect("core:job", job.pk)
            except services.UnableToShowEvidence as refusal:
                form.add_error(None, message_of(refusal))
        return self.render(self.get_context(), status=422)


class EvidencePage(DetailPage):
    """What one report says in its head, and its files with their digests."""

    title = gettext_lazy("Control evidence")
    action = Action.VIEW_AUDIT
    template_name = "reporting/evidence_report.html"

    def get_queryset(self) -> QuerySet[EvidenceReport]:
        return EvidenceReport.objects.select_related("pdf", "workbook")

    def extra_context(self) -> dict[str, Any]:
        report: EvidenceReport = self.object
        found, figures = report.figures["verdicts"], report.figures["figures"]
        return {
            "figures": [(name, figures[name]) for name in FIGURES if name in figures],
            "verdicts": [
                (said, answer_of(found.get(code)), _colour(found.get(code)))
                for code, said in VERDICTS.items()
            ],
            "files": (("PDF", "pdf", report.pdf), ("XLSX", "xlsx", report.workbook)),
        }


def _colour(broken: int | None) -> str:
    return "amber" if broken is None else "red" if broken else "green"


class EvidenceFile(PageView):
    """The bytes as they were written, checked against their digest."""

    action = Action.VIEW_AUDIT

    def get(self, request: HttpRequest, pk: int, kind: str) -> HttpResponse:
        report = get_object_or_404(EvidenceReport.objects.select_related("pdf", "workbook"), pk=pk)
        stored = report.workbook if kind == "xlsx" else report.pdf
        response = HttpResponse(files.open_stored(stored), content_type=stored.media_type)
        response["Content-Disposition"] = f'attachment; filename="{stored.name}"'
        return response
