"""Report files: the list, one file with what is in it, download, check, release, feedback."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core import access
from core import files as stored_files
from core.pages import DetailPage, ListPage, PageView, Tab
from core.roles import Action
from kernel.actors import Actor
from reporting import selectors, services
from reporting.filters import ReportFileFilter
from reporting.formats import schemas
from reporting.forms import FeedbackForm
from reporting.models import ReportFile, ReportItem
from reporting.states import ReportFileState, SchemaCheck
from reporting.tables import ReportFileTable

ITEMS_SHOWN = 200


class FileList(ListPage):
    title = gettext_lazy("Report files")
    action = Action.VIEW_REPORTS
    template_name = "reporting/files.html"
    filterset_class = ReportFileFilter
    table_class = ReportFileTable
    tabs = (
        Tab(gettext_lazy("All")),
        Tab(gettext_lazy("To release"), "state=GENERATED"),
        Tab(gettext_lazy("Waiting for an answer"), "state=RELEASED"),
    )
    hidden_columns = ("sha256", "seq")
    export_name = "report-files"
    empty_text = gettext_lazy("No file yet: generate the reports of a day.")

    def get_queryset(self) -> QuerySet[ReportFile]:
        return selectors.list_files()

    def extra_context(self) -> dict[str, Any]:
        may = access.allows(self.request.actor, Action.IMPORT_FILE)
        everywhere = access.desks_of(self.request.actor, Action.IMPORT_FILE) is None
        return {"feedback_form": FeedbackForm() if may and everywhere else None}


class FileDetail(DetailPage):
    title = gettext_lazy("Report file")
    action = Action.VIEW_REPORTS
    template_name = "reporting/file.html"
    model = ReportFile

    def extra_context(self) -> dict[str, Any]:
        found: ReportFile = self.object
        waits = found.state == ReportFileState.GENERATED
        actor = self.request.actor
        may_release = waits and access.allows(actor, Action.RELEASE_REPORT)
        return {
            "before": selectors.find_file_before(found) if may_release else None,
            "items": _items_for(found, actor)[:ITEMS_SHOWN],
            "items_total": found.new_count + found.cancel_count,
            "answers": found.answers.all(),
            "may_check": waits and access.allows(actor, Action.GENERATE_REPORT),
            "may_release": may_release,
            "may_download": access.desks_of(actor, Action.VIEW_REPORTS) is None,
            "is_mine": found.generated_by == actor.name,
            "is_valid": found.schema_check == SchemaCheck.VALID,
        }


def _items_for(file: ReportFile, actor: Actor) -> QuerySet[ReportItem]:
    """Return the records of a file that are about the desks which the actor may see."""
    items = file.items.select_related("report", "report__trade")
    desks = access.desks_of(actor, Action.VIEW_REPORTS)
    return items if desks is None else items.filter(report__desk_code__in=desks)


class FileDownload(PageView):
    """The bytes as they were generated, checked against their digest."""

    action = Action.VIEW_REPORTS

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        access.require_everywhere(self.request.actor, self.action)
        found = get_object_or_404(ReportFile.objects.select_related("file"), pk=pk)
        response = HttpResponse(
            stored_files.open_stored(found.file), content_type="application/xml; charset=utf-8"
        )
        response["Content-Disposition"] = f'attachment; filename="{found.name}"'
        return response


class FileCheck(PageView):
    action = Action.GENERATE_REPORT
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        get_object_or_404(ReportFile, pk=pk)
        services.check_file(file_id=pk, actor=self.request.actor, at=timezone.now())
        return redirect("reporting:file", pk)


class FileRelease(PageView):
    action = Action.RELEASE_REPORT
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        get_object_or_404(ReportFile, pk=pk)
        found = services.release_file(file_id=pk, actor=self.request.actor, at=timezone.now())
        messages.success(request, _("%(file)s is released.") % {"file": found.name})
        return redirect("reporting:file", pk)


class FeedbackImport(PageView):
    """Take an answer of the regulator; all of it or nothing."""

    action = Action.IMPORT_FILE
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        access.require_everywhere(self.request.actor, self.action)
        form = FeedbackForm(request.POST, request.FILES)
        if not form.is_valid():
            messages.error(request, " ".join(str(error) for error in form.errors.get("file", [])))
            return redirect("reporting:files")
        upload = form.cleaned_data["file"]
        taken = services.import_feedback(
            name=upload.name, content=upload.read(), actor=self.request.actor, at=timezone.now()
        )
        for one in taken:
            total = sum(one.counts.values())
            said = ngettext(
                "%(file)s: %(n)s report has its answer.",
                "%(file)s: %(n)s reports have their answer.",
                total,
            )
            messages.success(request, said % {"file": one.report_file.name, "n": total})
        return redirect(taken[0].report_file.get_absolute_url())


class SchemaStatusPage(PageView):
    """Which official schemas the operator's directory holds, and which are missing."""

    title = gettext_lazy("Schemas")
    action = Action.VIEW_REPORTS
    template_name = "reporting/schemas.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        directory = selectors.schema_dir()
        return self.render(
            {
                "directory": directory,
                "exists": directory is not None and directory.is_dir(),
                "rows": schemas.schema_status(directory),
                "missing": schemas.missing_schemas(directory),
            }
        )
