"""Jobs: what runs in the background, how far it is, what it did, why it failed."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import access, bulk, export_jobs, job_acts
from core.models import ExportedFile, Job, JobOutcome, JobState, OutcomeState
from core.pages import DetailPage, ListPage, PageView, Tab, words
from core.pages.base import ActedRequest
from core.pages.columns import LinkColumn, MomentColumn, QuantityColumn, StatusColumn, TextColumn
from core.pages.exports import XLSX_TYPE
from core.pages.filters import ChipsFilter, ListFilterSet, MomentDayFilter, SearchFilter
from core.remarks import recalled


class JobFilter(ListFilterSet):
    q = SearchFilter(fields=("title", "kind__startswith", "actor_name__startswith"))
    state = ChipsFilter(choices=JobState.choices, label=_("State"))
    since = MomentDayFilter(field_name="created_at", lookup_expr="gte", label=_("From"))
    until = MomentDayFilter(field_name="created_at", lookup_expr="lte", label=_("To"))

    class Meta:
        model = Job
        fields: list[str] = []


class JobTitleColumn(TextColumn):
    """What the job is, in words."""

    def render(self, value: str, record: Job) -> str:  # type: ignore[override]  # the library asks for the arguments it finds
        return str(super().render(words.job_title(record.kind, value)))


class JobTable(tables.Table):
    id = LinkColumn("core:job", verbose_name=_("Number"))
    title = JobTitleColumn(width=56)
    state = StatusColumn()
    actor_name = tables.Column()
    created_at = MomentColumn()
    started_at = MomentColumn()
    ended_at = MomentColumn()
    attempts = QuantityColumn(verbose_name=_("Attempts"))
    kind = tables.Column()
    error = TextColumn(width=32, verbose_name=_("Error"))

    class Meta:
        order_by = ("-id",)


class JobList(ListPage):
    title = _("Jobs")
    action = access.Action.VIEW_JOBS
    model = Job
    filterset_class = JobFilter
    table_class = JobTable
    tabs = (
        Tab(_("All")),
        Tab(_("Live"), "state=QUEUED&state=RUNNING"),
        Tab(_("Failed"), "state=FAILED"),
    )
    hidden_columns = ("kind", "attempts", "started_at")
    export_name = "jobs"
    empty_text = _("No job has run yet: they start with a capture, an import or a report.")

    def get_queryset(self) -> QuerySet[Job]:
        return job_acts.list_jobs(actor=self.request.actor)

    def row_url(self, record: Job) -> str:
        return f"{self.request.path}{record.pk}/"


class JobDetail(DetailPage):
    """One job; while it lives the browser asks for its state each second."""

    title = _("Job")
    action = access.Action.VIEW_JOBS
    template_name = "core/job.html"
    model = Job

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        template = "core/_job.html" if self.is_fragment else ""
        return self.render({"object": self.object, **self.extra_context()}, template=template)

    def get_queryset(self) -> QuerySet[Job]:
        return job_acts.list_jobs(actor=self.request.actor)

    def extra_context(self) -> dict[str, Any]:
        may = access.allows(self.request.actor, access.Action.RUN_JOB)
        return {
            **_rows_of(self.object, self.request),
            "live_states": (JobState.QUEUED, JobState.RUNNING),
            "may_retry": may and self.object.state == JobState.FAILED,
        }


class RetryJob(PageView):
    """Start a failed job again, then back to its page."""

    http_method_names = ["post"]
    title = _("Job")
    action = access.Action.RUN_JOB

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        get_object_or_404(job_acts.list_jobs(actor=self.request.actor), pk=pk)
        job_acts.retry_job(job_id=pk, actor=self.request.actor, at=timezone.now())
        messages.success(request, gettext("The job is queued again."))
        return redirect("core:job", pk)


class OutcomeFilter(ListFilterSet):
    q = SearchFilter(fields=("label__istartswith", "code__istartswith"))
    state = ChipsFilter(choices=OutcomeState.choices, label=_("Outcome"))

    class Meta:
        model = JobOutcome
        fields: list[str] = []


class OutcomeTable(tables.Table):
    n = QuantityColumn(verbose_name=_("Row"))
    label = tables.Column(verbose_name=_("Record"), empty_values=())
    state = StatusColumn(verbose_name=_("Outcome"))
    message = TextColumn(
        verbose_name=_("Why not"), orderable=False, attrs={"td": {"class": "wrap"}}
    )
    code = TextColumn(verbose_name=_("Code"))

    class Meta:
        order_by = ("n",)

    def render_message(self, record: JobOutcome) -> str:
        return _why(record)

    def value_message(self, record: JobOutcome) -> str:
        return _why(record)

    def render_label(self, record: JobOutcome) -> Any:
        name = record.label or f"#{record.subject_id}"
        return format_html('<a href="{}">{}</a>', record.url, name) if record.url else name


class JobRows(ListPage):
    """What became of each row of a bulk act: for who asked for it, and for auditors."""

    title = _("Rows of a job")
    action = access.Action.VIEW_JOBS
    filterset_class = OutcomeFilter
    table_class = OutcomeTable
    tabs = (
        Tab(_("All")),
        Tab(_("Refused"), "state=REFUSED"),
        Tab(_("Waiting"), "state=WAITING"),
    )
    export_name = "outcomes"
    empty_text = _("This job has no rows.")

    def get_queryset(self) -> QuerySet[JobOutcome]:
        job = get_object_or_404(job_acts.list_jobs(actor=self.request.actor), pk=self.kwargs["pk"])
        if not _may_see_rows(job, self.request):
            raise Http404
        return JobOutcome.objects.filter(job=job)

    def row_url(self, record: JobOutcome) -> str:
        return record.url


class Download(PageView):
    """The workbook that a job wrote, for who asked for it, while it is kept."""

    title = _("Export")

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        export = get_object_or_404(ExportedFile, pk=pk, owner=self.request.user)
        path = export_jobs.open_export(
            export=export, user=self.request.user, actor=self.request.actor, at=timezone.now()
        )
        return FileResponse(
            path.open("rb"), as_attachment=True, filename=export.name, content_type=XLSX_TYPE
        )


def _may_see_rows(job: Job, request: ActedRequest) -> bool:
    """Rows name records of any desk: their author has seen them, an auditor sees everything."""
    mine = job.actor_user_id is not None and job.actor_user_id == request.user.pk
    return mine or access.allows(request.actor, access.Action.VIEW_AUDIT)


def _rows_of(job: Job, request: ActedRequest) -> dict[str, Any]:
    """Return the outcomes of the rows of a bulk act: how many of each, and the first refused."""
    counts = bulk.counts_of(job)
    if not counts or not _may_see_rows(job, request):
        return {}
    refused = job.outcomes.filter(state=OutcomeState.REFUSED.value)
    shown = [(state, counts[state]) for state in OutcomeState.values if state in counts]
    told = [(row, _why(row)) for row in refused[:REFUSED_SHOWN]]
    return {"row_counts": shown, "refused": told}


def _why(row: JobOutcome) -> str:
    """Say why a row was left alone, in the reader's notation."""
    if row.finding:
        return words.finding_sentence(recalled(row.finding))
    return words.dated(row.message)


REFUSED_SHOWN = 20
