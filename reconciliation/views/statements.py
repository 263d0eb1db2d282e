"""Statements: the list, the upload with its preview and saved mapping, one file with its proof."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django import forms
from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from core import access, jobs, tabular
from core.access import Action
from core.models import LIVE_JOB, Job, JobState
from core.pages import DetailPage, ListPage, PageView, Tab, formats, status, words
from core.pages.columns import LinkColumn, MomentColumn, QuantityColumn, StatusColumn, TextColumn
from core.pages.filters import ChipsFilter, ListFilterSet, MomentDayFilter, SearchFilter
from core.pages.upload import FileForm, Preview, UploadPage
from kernel.actors import Actor
from kernel.findings import Finding
from reconciliation import selectors, services
from reconciliation.formats.camt053 import read_camt053
from reconciliation.formats.mt940 import read_mt940
from reconciliation.formats.trade_table import (
    DATE_FORMATS,
    FIGURES,
    ColumnPlan,
    guess_columns,
    read_trade_lines,
)
from reconciliation.models import ColumnMapping, StatementFile, StatementLine, labelled
from reconciliation.services.statements import format_of
from reconciliation.states import Coverage, FileFormat, Kind, StatementState
from reconciliation.views.mappings import ReadingForm
from refdata.models import Party

PREVIEW_ROWS = 12
LINES_SHOWN = 200


class StatementFilter(ListFilterSet):
    q = SearchFilter(fields=("name__icontains", "sender_code__istartswith", "sha256__startswith"))
    kind = ChipsFilter(choices=labelled(Kind), label=_("Kind"))
    state = ChipsFilter(choices=labelled(StatementState), label=_("Status"))
    since = MomentDayFilter(field_name="received_at", lookup_expr="gte", label=_("From"))
    until = MomentDayFilter(field_name="received_at", lookup_expr="lte", label=_("To"))

    class Meta:
        model = StatementFile
        fields: list[str] = []


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
        Tab(_("Quarantined"), "state=QUARANTINED"),
    )
    create_url = "/reconciliation/statements/upload/"
    create_label = _("Take in a statement")
    create_action = Action.IMPORT_STATEMENT
    export_name = "statements"
    empty_text = _("No statement has come in yet.")


class StatementForm(ReadingForm, FileForm):
    """The file, and for a table how its columns read: a saved mapping, or a new one."""

    field_order = ("file", "mapping", "sender", "mapping_name")

    mapping = forms.ModelChoiceField(
        ColumnMapping.objects.none(),
        required=False,
        label=_("Saved column mapping"),
        help_text=_("For a table of trades. A bank statement needs none."),
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    sender = forms.ModelChoiceField(
        Party.objects.none(),
        to_field_name="code",
        required=False,
        label=_("or sender of a new kind of table"),
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    mapping_name = forms.CharField(
        max_length=80,
        required=False,
        label=_("Name of the new mapping"),
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ReadingForm.base_fields:  # a bank statement needs none of them
            self.fields[name].required = False
        self.fields["mapping"].queryset = ColumnMapping.objects.all()  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["sender"].queryset = Party.objects.exclude(  # type: ignore[attr-defined]  # a ModelChoiceField
            is_broker=False, is_custodian=False, is_counterparty=False
        ).order_by("code")


class StatementUpload(UploadPage):
    title = _("Take in a statement")
    action = Action.IMPORT_STATEMENT
    form_class = StatementForm
    accept = ".sta,.mt940,.txt,.xml,.csv,.xlsx,.940,.swi"
    help_text = _(
        "Bank statements as MT940 or camt.053; trades of a broker or custodian as CSV or XLSX."
    )

    def preview(self, name: str, content: bytes, options: dict[str, Any]) -> Preview:
        kind = format_of(content)
        if kind is FileFormat.TABLE:
            return _table_preview(name, content, options)
        read = read_mt940(content) if kind is FileFormat.MT940 else read_camt053(content)
        rows = [
            [
                formats.day(entry.value_date), entry.reference,
                formats.amount(entry.amount, entry.currency), entry.currency,
                entry.description[:80],
            ]
            for statement in read.statements
            for entry in statement.entries
        ]  # fmt: skip
        figures: list[tuple[Any, str]] = [
            (_("Format"), str(status.look(kind).label)),
            (_("Statements"), str(len(read.statements))),
            (_("Lines"), str(len(rows))),
            (_("Encoding"), read.encoding),
        ]
        for statement in read.statements[:6]:
            opening = formats.amount(statement.opening.amount, statement.currency)
            closing = formats.amount(statement.closing.amount, statement.currency)
            figures.append((statement.account, f"{opening} → {closing} {statement.currency}"))
        return Preview(
            figures=figures,
            columns=(_("Value date"), _("Reference"), _("Amount"), _("Currency"), _("Text")),
            numbers=(2,),
            rows=rows[:PREVIEW_ROWS],
            findings=read.findings,
            may_confirm=True,
            note=_("Confirmed as it is, it waits in quarantine: nothing of it is booked.")
            if read.findings
            else _("Opening balance plus lines equals the closing balance."),
        )

    def confirm(self, name: str, content: bytes, options: dict[str, Any]) -> str:
        actor, at = self.request.actor, timezone.now()
        mapping = options["mapping"]
        if format_of(content) is FileFormat.TABLE and mapping is None:
            mapping = _save_guess(name, content, options, actor)
        file = services.receive_statement(
            name=name,
            content=content,
            mapping_id=mapping.pk if mapping else None,
            actor=actor,
            at=at,
        )
        return file.get_absolute_url()


def _plan(columns: tuple[str, ...], options: dict[str, Any]) -> ColumnPlan:
    mapping = options["mapping"]
    if mapping is not None:
        return ColumnPlan(mapping.columns, mapping.date_format, mapping.decimal_mark)
    dates = options["date_format"] or DATE_FORMATS[0]
    return ColumnPlan(guess_columns(columns), dates, options["decimal_mark"] or ".")


def _encoding(options: dict[str, Any]) -> str:
    """Return what the table is declared to be written in: by its saved mapping, or just now."""
    mapping = options["mapping"]
    return str(mapping.encoding if mapping is not None else options["encoding"])


def _written_as(dialect: str) -> str:
    """Say what kind of table it is: a workbook, or text cells apart by one sign."""
    if dialect == "xlsx":
        return "XLSX"
    sign = _t("tabulator") if dialect == "\t" else dialect
    return _t("CSV, separator %(sign)s") % {"sign": sign}


def _table_preview(name: str, content: bytes, options: dict[str, Any]) -> Preview:
    table = tabular.read_table(name, content, encoding=_encoding(options))
    plan = _plan(table.columns, options)
    read = read_trade_lines(table.columns, table.rows, plan)
    findings = list(read.findings)
    if options["mapping"] is None and options["sender"] is None:
        findings.insert(
            0,
            Finding(
                code="TAB-SENDER",
                field="sender",
                message="Choose a saved mapping, or the sender of this table",
                line=1,
            ),
        )
    used = {header: field for field, header in plan.columns.items()}
    return Preview(
        figures=[
            (_("Format"), _written_as(table.dialect)),
            (_("Lines"), str(len(table.rows))),
            (_("Read"), str(len(read.lines))),
            (_("Encoding"), table.encoding),
        ],
        columns=[
            f"{header} → {words.named(used[header])}" if header in used else header
            for header in table.columns
        ],
        numbers=[n for n, header in enumerate(table.columns) if used.get(header) in FIGURES],
        rows=table.rows[:PREVIEW_ROWS],
        findings=findings,
        may_confirm=not findings,
    )


def _save_guess(name: str, content: bytes, options: dict[str, Any], actor: Actor) -> ColumnMapping:
    table = tabular.read_table(name, content, encoding=options["encoding"])
    plan = _plan(table.columns, options)
    sender = options["sender"].code
    return services.save_mapping(
        name=options["mapping_name"] or f"{sender} {name}"[:80],
        sender_code=sender,
        columns=plan.columns,
        date_format=plan.date_format,
        decimal_mark=plan.decimal_mark,
        coverage=Coverage(options["coverage"] or Coverage.COUNTERPARTY),
        encoding=options["encoding"],
        actor=actor,
    )


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
        lines = StatementLine.objects.filter(source=self.object).order_by("id")
        job = _last_job(self.object)
        statements = list(self.object.statements.order_by("n"))
        named = [(item.account_number, item.currency) for item in statements]
        ours = selectors.our_accounts(named) if self.object.kind == Kind.CASH else {}
        return {
            "statements": [
                (item, ours.get(key)) for item, key in zip(statements, named, strict=True)
            ],
            "strangers": sorted({" ".join(key) for key in named if key not in ours})
            if self.object.kind == Kind.CASH
            else [],
            "lines": lines[:LINES_SHOWN],
            "lines_hidden": max(self.object.declared_rows - LINES_SHOWN, 0),
            "runs": self.object.runs.all(),
            "job": job,
            "waits": _waits(self.object, job),
            "given_up": selectors.import_was_given_up(self.object),
            "breaks": self.object.lines.filter(breaks__isnull=False)
            .values("breaks__category")
            .annotate(n=Count("breaks")),
            "findings": [{**found, "text": _said(found)} for found in self.object.findings],
            "may_import": access.allows(self.request.actor, Action.IMPORT_STATEMENT),
        }


def _last_job(file: StatementFile) -> Job | None:
    jobs = Job.objects.filter(parameters__file_id=file.pk, kind__startswith="reconciliation.")
    return jobs.order_by("-id").first()


def _waits(file: StatementFile, job: Job | None) -> bool:
    """Whether something is still being done with the file."""
    if job is not None and job.state == JobState.FAILED:
        return False
    return file.state == StatementState.RECEIVED or (job is not None and job.state in LIVE_JOB)


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
            jobs.enqueue(
                kind="reconciliation.run",
                parameters={"file_id": pk},
                title=file.name,
                actor=self.request.actor,
                at=timezone.now(),
                dedupe_key=f"reconciliation.run:{pk}",
            )
            messages.success(request, _t("The reconciliation is running."))
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
