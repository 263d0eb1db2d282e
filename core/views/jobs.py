"""Jobs: what runs in the background, how far it is, what it did, why it failed."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import access, jobs
from core.models import Job, JobState
from core.pages import DetailPage, ListPage, PageView, Tab
from core.pages.columns import LinkColumn, MomentColumn, QuantityColumn, StatusColumn, TextColumn
from core.pages.filters import ChipsFilter, ListFilterSet, MomentDayFilter, SearchFilter
from core.pages.words import job_title


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
        return str(super().render(job_title(record.kind, value)))


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
    error = TextColumn(width=60, verbose_name=_("Error"))

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
        return jobs.list_jobs(actor=self.request.actor)

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
        return jobs.list_jobs(actor=self.request.actor)

    def extra_context(self) -> dict[str, Any]:
        may = access.allows(self.request.actor, access.Action.RUN_JOB)
        return {
            "live_states": (JobState.QUEUED, JobState.RUNNING),
            "may_retry": may and self.object.state == JobState.FAILED,
        }


class RetryJob(PageView):
    """Start a failed job again, then back to its page."""

    http_method_names = ["post"]
    title = _("Job")
    action = access.Action.RUN_JOB

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        get_object_or_404(jobs.list_jobs(actor=self.request.actor), pk=pk)
        jobs.retry_job(job_id=pk, actor=self.request.actor, at=timezone.now())
        messages.success(request, gettext("The job is queued again."))
        return redirect("core:job", pk)
