"""Statements: the list, and one file with its proof."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_tables2 as tables
from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from core import access, job_acts
from core.access import Action
from core.models import LIVE_JOB, Job, JobState
from core.pages import DetailPage, ListPage, PageView, Tab, words
from core.pages.columns import LinkColumn, MomentColumn, QuantityColumn, StatusColumn, TextColumn
from core.pages.filters import ChipsFilter, DayFilter, ListFilterSet, MomentDayFilter, SearchFilter
from kernel.actors import Actor
from reconciliation import selectors, services
from reconciliation.models import StatementFile, labelled
from reconciliation.services.receiving import may_be_accepted
from reconciliation.states import BreakState, Content, Kind, Purpose, StatementState

LINES_SHOWN = 200


class StatementFilter(ListFilterSet):
    q = SearchFilter(fields=("name__icontains", "sender_code__istartswith", "sha256__startswith"))
    kind = ChipsFilter(choices=labelled(Content), label=_("Kind"))
    state = ChipsFilter(choices=labelled(StatementState), label=_("Status"))
    since = MomentDayFilter(field_name="received_at", lookup_expr="gte", label=_("From"))
    until = MomentDayFilter(field_name="received_at", lookup_expr="lte", label=_("To"))

    day = DayFilter(method="filter_day", label=_("Business day"))

    class Meta:
        model = StatementFile
        fields: list[str] = []

    def filter_day(
        self, queryset: QuerySet[StatementFile], name: str, value: date
    ) -> QuerySet[StatementFile]:
        """Keep what belongs to one business day."""
        return selectors.files_of_day(queryset, value)


class StatementTable(tables.Table):
    id = LinkColumn("reconciliation:statement", verbose_name=_("Number"))
    name = TextColumn(width=50, verbose_name=_("File"))
    kind = StatusColumn(verbose_name=_("Kind"))
    format = StatusColumn(verbose_name=_("Format"))
    sender_code = tables.Column(verbose_name=_("Sender"))
    state = StatusColumn(verbose_name=_("Status"))
    declared_rows = QuantityColumn(verbose_name=_("Lines"))
    received_by = tables.Column(verbose_name=_("Received by"))
    received_at = MomentColumn(verbose_name=_("Received at"))

    class Meta:
        order_by = ("-id",)


class StatementList(ListPage):
    title = _("Statements")
    action = Action.VIEW_RECONCILIATION
    model = StatementFile
    filterset_class = StatementFilter
    table_class = StatementTable
    tabs = (
        Tab(_("All")),
        Tab(_("Cash"), "kind=CASH"),
        Tab(_("Trades"), "kind=TRADES"),
        Tab(_("Holdings"), "kind=STOCK"),
        Tab(_("Movements of securities"), "kind=MOVES"),
        Tab(_("Quarantined"), "state=QUARANTINED"),
    )
    create_url = "/reconciliation/statements/upload/"
    create_label = _("Take in a statement")
    create_action = Action.IMPORT_STATEMENT
    export_name = "statements"
    empty_text = _("No statement has come in yet.")


class StatementDetail(DetailPage):
    title = _("Statement")
    action = Action.VIEW_RECONCILIATION
    template_name = "reconciliation/statement.html"
    model = StatementFile

    def get_queryset(self) -> QuerySet[StatementFile]:
        return StatementFile.objects.select_related("mapping", "file")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the file; asked by the page itself, say only when it is worth another look."""
        if not self.is_fragment:
            return super().get(request, *args, **kwargs)
        found = self.get_object()
        if _waits(found, _last_job(found)):
            return HttpResponse(status=204)
        return HttpResponse(headers={"HX-Refresh": "true"})

    def extra_context(self) -> dict[str, Any]:
        actor = self.request.actor
        is_whole = access.desks_of(actor, Action.VIEW_RECONCILIATION) is None
        if self.object.kind in {Content.STOCK, Content.MOVES}:
            return self._context_of_securities(is_whole=is_whole)
        lines = selectors.list_lines(actor=actor).filter(source=self.object).order_by("id")
        shown = self.object.declared_rows if is_whole else lines.count()
        breaks = selectors.list_breaks(actor=actor).filter(line__source=self.object)
        breaks = breaks.exclude(state=BreakState.RESOLVED.value)
        return {
            **self._life(is_whole=is_whole),
            **_accounts(self.object),
            "lines": lines.select_related("replacement__by")[:LINES_SHOWN],
            "lines_hidden": max(shown - LINES_SHOWN, 0),
            "runs": self.object.runs.all(),
            "breaks": breaks.order_by().values("category").annotate(n=Count("pk")),
        }

    def _life(self, *, is_whole: bool) -> dict[str, Any]:
        """Return what is done with the file, and what was found of it."""
        actor, job = self.request.actor, _last_job(self.object)
        return {
            "is_whole": is_whole,
            "job": job if job and _may_see(job, actor) else None,
            "waits": _waits(self.object, job),
            "given_up": selectors.import_was_given_up(self.object),
            "findings": [_shown(found) for found in self.object.findings]
            if is_whole or self.object.received_by == actor.name
            else [],
            "may_accept": may_be_accepted(self.object),
            "may_import": access.allows(self.request.actor, Action.IMPORT_STATEMENT),
        }

    def _context_of_securities(self, *, is_whole: bool) -> dict[str, Any]:
        """A statement of securities is about the whole house: who sees some desks sees its head."""
        lines = self.object.security_lines.order_by("id") if is_whole else []
        return {
            **self._life(is_whole=is_whole),
            "pages": self.object.statements.select_related("account").order_by("n"),
            "is_stock": self.object.kind == Content.STOCK,
            "security_lines": lines[:LINES_SHOWN],
            "lines_hidden": max(self.object.declared_rows - LINES_SHOWN, 0) if is_whole else 0,
        }


def _accounts(file: StatementFile) -> dict[str, Any]:
    """Return the statements of the file, each with our account, and the accounts of strangers."""
    statements = list(file.statements.order_by("n"))
    named = [(item.account_number, item.currency) for item in statements]
    ours = selectors.our_accounts(named) if file.kind == Kind.CASH else {}
    strangers = {" ".join(key) for key in named if key not in ours}
    return {
        "reports": [item for item in statements if item.purpose != Purpose.FINAL],
        "reports_only": all(item.purpose != Purpose.FINAL for item in statements),
        "statements": [(item, ours.get(key)) for item, key in zip(statements, named, strict=True)],
        "strangers": sorted(strangers) if file.kind == Kind.CASH else [],
    }


def _last_job(file: StatementFile) -> Job | None:
    jobs = Job.objects.filter(parameters__file_id=file.pk, kind__startswith="reconciliation.")
    return jobs.order_by("-id").first()


def _waits(file: StatementFile, job: Job | None) -> bool:
    """Whether something is still being done with the file."""
    if job is not None and job.state == JobState.FAILED:
        return False
    return file.state == StatementState.RECEIVED or (job is not None and job.state in LIVE_JOB)


def _shown(found: dict[str, str]) -> dict[str, str]:
    """Return a stored finding with its sentence, and with its place as people name it."""
    place = found.get("column") or words.named(found["field"])
    return {**found, "text": _said(found), "place": place}


def _said(found: dict[str, str]) -> str:
    """Say a stored finding in the reader's language."""
    template = found["template"]
    return _t(template).format(
        expected=words.said(found["expected"], found["field"]),
        found=words.said(found["found"], found["field"]),
        field=found["field"],
    )


class StatementAct(PageView):
    """Try a quarantined file again, or reconcile an imported one again."""

    http_method_names = ["post"]
    action = Action.IMPORT_STATEMENT

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        file = get_object_or_404(StatementFile, pk=pk)
        if file.state != StatementState.IMPORTED:
            services.retry_statement(file_id=pk, actor=self.request.actor, at=timezone.now())
            messages.success(request, _t("The file is being read again."))
        else:
            services.queue_run(file=file, actor=self.request.actor, at=timezone.now())
            messages.success(request, _t("The reconciliation is running."))
        return redirect(file)


class AcceptStatement(PageView):
    """Let a file be booked that is only odd, for a reason."""

    http_method_names = ["post"]
    action = Action.IMPORT_STATEMENT

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        file = get_object_or_404(StatementFile, pk=pk)
        services.accept_statement(
            file_id=pk,
            reason=request.POST.get("reason", ""),
            actor=self.request.actor,
            at=timezone.now(),
        )
        messages.success(request, _t("The file is accepted and being read."))
        return redirect(file)


class RejectStatement(PageView):
    """Give a quarantined file up, for a reason."""

    http_method_names = ["post"]
    action = Action.IMPORT_STATEMENT

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        file = get_object_or_404(StatementFile, pk=pk)
        services.reject_statement(
            file_id=pk, reason=request.POST.get("reason", ""), actor=self.request.actor
        )
        messages.success(request, _t("The file is rejected."))
        return redirect(file)


def _may_see(job: Job, actor: Actor) -> bool:
    return job_acts.list_jobs(actor=actor).filter(pk=job.pk).exists()
