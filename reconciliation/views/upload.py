"""Taking a statement in: what it says, how the columns of a table are read, then confirmed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from core import tabular
from core.access import Action
from core.pages import formats, status, words
from core.pages.mapping import ReadingForm
from core.pages.upload import FileForm, Preview, UploadPage
from core.table_reading import DATE_FORMATS, Reading
from kernel.actors import Actor
from kernel.findings import Finding
from reconciliation import selectors, services
from reconciliation.facts import CashReport, CashStatement, StatementFile
from reconciliation.formats import N_
from reconciliation.formats.cash_table import FIELDS as CASH_FIELDS
from reconciliation.formats.cash_table import FIGURES as CASH_FIGURES
from reconciliation.formats.cash_table import guess_cash_columns, read_cash_table
from reconciliation.formats.known import SECURITIES_READERS, format_of, read_cash
from reconciliation.formats.trade_table import FIELDS, FIGURES, guess_columns, read_trade_lines
from reconciliation.models import ColumnMapping, labelled
from reconciliation.services.cash import cash_findings, holding
from reconciliation.services.receiving import refuse_known
from reconciliation.states import Coverage, FileFormat, Kind, Purpose
from reconciliation.views.mappings import CoverageForm
from reconciliation.views.previews import PREVIEW_ROWS, securities_preview
from refdata.models import Party

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

BALANCES_SHOWN: Final = 50
SAMPLES: Final = 3
COLUMN: Final = "column-"
READS: Final = ("content", "coverage", *ReadingForm.base_fields)


class StatementForm(ReadingForm, CoverageForm, FileForm):
    """The file, and for a table how its columns read: a saved mapping, or a new one.

    `chosen` is what a person said about the columns of this file, by their number: the field that
    each gives, if any. Nothing until the columns were asked about.
    """

    field_order = ("file", "mapping", "sender", "mapping_name", "content", "coverage")

    mapping = forms.ModelChoiceField(
        ColumnMapping.objects.none(),
        required=False,
        label=_("Saved column mapping"),
        help_text=_("For a table of trades or of cash. A bank statement needs none."),
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

    content = forms.ChoiceField(
        choices=[("", _("as the header shows")), *labelled(Kind)],
        label=_("The table holds"),
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in READS:  # a bank statement needs none of them
            self.fields[name].required = False
        self.fields["mapping"].queryset = ColumnMapping.objects.all()  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["sender"].queryset = Party.objects.exclude(  # type: ignore[attr-defined]  # a ModelChoiceField
            is_broker=False, is_custodian=False, is_counterparty=False
        ).order_by("code")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        cleaned["chosen"] = {
            int(name.removeprefix(COLUMN)): said
            for name, said in self.data.items()
            if name.startswith(COLUMN) and name.removeprefix(COLUMN).isdecimal()
            if said in {*FIELDS, *CASH_FIELDS, ""}
        }
        return cleaned

    def how_it_reads(self) -> list[forms.BoundField]:
        """Return the questions that go with the columns of a table."""
        return [self[name] for name in ("sender", "mapping_name", *READS)]


@dataclass(frozen=True, slots=True)
class AskedColumn:
    """A column of the file with a few of its values, and the field that it gives ('' for none)."""

    n: int
    header: str
    samples: tuple[str, ...]
    field: str


@dataclass(frozen=True, slots=True)
class StatementPreview(Preview):
    """What a statement says: the balances of a bank, or the columns of a table to be named.

    `strangers` are accounts that are none of ours; with `asks` the columns are asked about first.
    """

    balances: Sequence[tuple[str, ...]] = ()
    balances_total: int = 0
    strangers: Sequence[str] = ()
    asked: Sequence[AskedColumn] = ()
    asks: bool = False
    fields: Sequence[tuple[str, str]] = ()
    saved: ColumnMapping | None = None


class StatementUpload(UploadPage):
    title = _("Take in a statement")
    action = Action.IMPORT_STATEMENT
    form_class = StatementForm
    template_name = "reconciliation/upload.html"
    accept = (
        ".sta,.mt940,.txt,.xml,.csv,.xlsx,.940,.942,.950,.swi,.cfo,.120,.ofx,.qfx,.bai,.bai2,.fin"
    )
    help_text = _(
        "Bank statements, intraday reports and advices as MT940, MT942, MT950, camt.052, camt.053,"
        " camt.054, CFONB 120, OFX or BAI2; holdings and movements of securities as MT535, MT536,"
        " semt.002 or semt.017; trades of a broker or custodian, or cash, as CSV or XLSX."
    )

    def preview(self, name: str, content: bytes, options: dict[str, Any]) -> Preview:
        refuse_known(content)
        kind = format_of(content)
        if kind is FileFormat.TABLE:
            return _table_preview(name, content, options)
        if kind in SECURITIES_READERS:
            return securities_preview(kind, content)
        return _bank_preview(kind, content)

    def confirm(self, name: str, content: bytes, options: dict[str, Any]) -> str:
        actor, at = self.request.actor, timezone.now()
        mapping = options["mapping"]
        if format_of(content) is FileFormat.TABLE and mapping is None:
            mapping = _saved(name, content, options, actor)
        file = services.receive_statement(
            name=name,
            content=content,
            mapping_id=mapping.pk if mapping else None,
            actor=actor,
            at=at,
        )
        return file.get_absolute_url()


# ---------------------------------------------------------------------- a bank's statement
def _bank_preview(kind: FileFormat, content: bytes) -> StatementPreview:
    """Show what its import would find: also whether it follows what we hold."""
    read = read_cash(kind, content)
    findings = cash_findings(read, at=timezone.now())
    statements = sorted((*read.proved, *read.unproved), key=lambda item: item.line)
    rows = [row for statement in statements for row in _entries(statement)]
    named = [(item.account, item.currency) for item in statements]
    ours = selectors.our_accounts(named)
    return StatementPreview(
        figures=[
            (_("Format"), str(status.look(kind).label)),
            (_("Statements"), formats.integer(len(statements))),
            (_("Lines"), formats.integer(len(rows))),
            (_("Encoding"), read.encoding),
        ],
        columns=(_("Value date"), _("Reference"), _("Amount"), _("Currency"), _("Text")),
        numbers=(2,),
        rows=rows[:PREVIEW_ROWS],
        rows_total=len(rows),
        findings=findings,
        may_confirm=True,
        note=_note(read, findings),
        balances=[
            _balance(item, ours[key].code if key in ours else "")
            for item, key in zip(statements[:BALANCES_SHOWN], named, strict=False)
        ],
        balances_total=len(statements),
        strangers=sorted({" ".join(key) for key in named if key not in ours}),
    )


def _note(read: StatementFile, findings: Sequence[Finding]) -> StrOrPromise:
    """Say what was proved, or what happens to a file that proves nothing."""
    if holding(findings, is_accepted=False):
        return _("Confirmed as it is, it waits in quarantine: nothing of it is booked.")
    purposes = {report.purpose for report in read.reports}
    if read.statements or not purposes:
        return _(
            "Opening balance plus lines equals the closing balance; each statement opens where the"
            " one before it closed."
        )
    if purposes == {Purpose.ADVICE}:
        return _("An advice is kept and shown; no balance and no match depends on it.")
    return _(
        "An intraday report proves no balance. Its lines count until the statement of the day"
        " replaces them."
    )


def _entries(statement: CashStatement | CashReport) -> Iterator[list[str]]:
    for entry in statement.entries:
        yield [
            formats.day(entry.value_date), entry.reference,
            formats.amount(entry.amount, entry.currency), entry.currency, entry.description[:80],
        ]  # fmt: skip


def _balance(told: CashStatement | CashReport, ours: str) -> tuple[str, ...]:
    """Return a row of the table of balances; a report has a day and a movement."""
    day, opening, closing = (told.day if isinstance(told, CashReport) else None), "", ""
    if isinstance(told, CashStatement):
        day = told.closing.day
        opening = formats.amount(told.opening.amount, told.currency)
        closing = formats.amount(told.closing.amount, told.currency)
    return (
        told.account, ours, str(status.look(_purpose(told)).label), told.number,
        formats.day(day) if day else "", opening, formats.amount(told.movement, told.currency),
        closing, told.currency, formats.integer(len(told.entries)),
    )  # fmt: skip


def _purpose(told: CashStatement | CashReport) -> Purpose:
    return told.purpose if isinstance(told, CashReport) else Purpose.FINAL


# ---------------------------------------------------------------------- a table of trades
def _read(
    name: str, content: bytes, options: Mapping[str, Any]
) -> tuple[tabular.Table, Reading, Kind]:
    """Return the table, how it reads and what it holds: by mapping, as chosen, or as it looks."""
    mapping = options["mapping"]
    reading: Reading = _said(options) if mapping is None else mapping.reading
    table = tabular.read_table(name, content, layout=tabular.layout_of(reading))
    if mapping is not None:
        return table, reading, Kind(mapping.content)
    guesses = {Kind.TRADES: guess_columns, Kind.CASH: guess_cash_columns}
    guessed = {kind: guess(table.columns) for kind, guess in guesses.items()}
    looks = max(guessed, key=lambda kind: len(guessed[kind]))
    kind = Kind(options["content"] or looks)
    chosen = {
        field: table.columns[n]
        for n, field in options["chosen"].items()
        if field and n < len(table.columns)
    }
    columns = chosen if options["chosen"] else guessed[kind]
    return table, dataclasses.replace(reading, columns=columns), kind


def _said(options: Mapping[str, Any]) -> Reading:
    """Return what a person says of the table as a whole."""
    return Reading(
        date_format=options["date_format"] or DATE_FORMATS[0],
        decimal_mark=options["decimal_mark"] or ".",
        encoding=options["encoding"],
        separator=options["separator"],
        header_row=options["header_row"],
    )


def _written_as(dialect: str) -> str:
    """Say what kind of table it is: a workbook, or text cells apart by one sign."""
    if dialect == tabular.XLSX:
        return "XLSX"
    sign = _t("tabulator") if dialect == "\t" else dialect
    return _t("CSV, separator %(sign)s") % {"sign": sign}


def _table_preview(name: str, content: bytes, options: Mapping[str, Any]) -> StatementPreview:
    table, reading, kind = _read(name, content, options)
    read, found = _lines_of(table, reading, kind)
    findings = [*_answers_missing(options), *found]
    fields, figures = (CASH_FIELDS, CASH_FIGURES) if kind is Kind.CASH else (FIELDS, FIGURES)
    used = {header: field for field, header in reading.columns.items()}
    is_new = options["mapping"] is None
    return StatementPreview(
        figures=[
            (_("Format"), _written_as(table.dialect)),
            (_("Lines"), formats.integer(len(table.rows))),
            (_("Read"), formats.integer(read)),
            (_("Encoding"), table.encoding),
        ],
        columns=[
            f"{header} → {words.named(used[header])}" if header in used else header
            for header in table.columns
        ],
        numbers=[n for n, header in enumerate(table.columns) if used.get(header) in figures],
        rows=table.rows[:PREVIEW_ROWS],
        rows_total=len(table.rows),
        findings=findings,
        may_confirm=not holding(findings, is_accepted=False),
        asked=list(_asked(table, used)) if is_new else (),
        asks=is_new and any(finding.line == 1 for finding in findings),
        fields=[(field, capfirst(words.named(field))) for field in fields],
        saved=options["mapping"],
    )


def _lines_of(table: tabular.Table, reading: Reading, kind: Kind) -> tuple[int, list[Finding]]:
    """Return how many lines of a table were read, and what its import would find."""
    typed = table.dialect == tabular.XLSX
    if kind is Kind.TRADES:
        trades = read_trade_lines(table.columns, table.rows, reading, table.lines, typed=typed)
        return len(trades.lines), list(trades.findings)
    cash = read_cash_table(table.columns, table.rows, reading, table.lines, typed=typed)
    read = sum(len(statement.entries) for statement in cash.statements)
    return read, cash_findings(cash, at=timezone.now())


def _answers_missing(options: Mapping[str, Any]) -> Iterator[Finding]:
    """Say what a person has to answer besides the columns, and what was answered twice."""
    if options["mapping"] is not None:
        return
    if options["sender"] is None:
        message = N_("Choose a saved mapping, or the sender of this table")
        yield Finding("TAB-SENDER", "sender", message, line=1)
    name = options["mapping_name"].strip()
    if name and ColumnMapping.objects.filter(name=name).exists():
        message = N_("A mapping of this name is saved already: choose it, or give another name")
        yield Finding("TAB-NAME", "mapping_name", message, found=name, line=1)
    yield from _chosen_twice(options["chosen"].values())


def _chosen_twice(chosen: Iterable[str]) -> Iterator[Finding]:
    said = list(chosen)
    for field in dict.fromkeys((*FIELDS, *CASH_FIELDS)):
        if said.count(field) > 1:
            message = N_("{found} columns give the field {field}: choose one")
            yield Finding("TAB-FIELD", field, message, found=str(said.count(field)), line=1)


def _asked(table: tabular.Table, used: Mapping[str, str]) -> Iterator[AskedColumn]:
    """Return the columns that have a header, each with its first different values."""
    for n, header in enumerate(table.columns):
        if header:
            values = dict.fromkeys(row[n] for row in table.rows[:PREVIEW_ROWS] if row[n])
            yield AskedColumn(n, header, tuple(values)[:SAMPLES], used.get(header, ""))


def _saved(name: str, content: bytes, options: Mapping[str, Any], actor: Actor) -> ColumnMapping:
    _table, reading, kind = _read(name, content, options)
    sender = options["sender"].code
    return services.save_mapping(
        name=options["mapping_name"] or f"{sender} {name}"[:80],
        sender_code=sender,
        reading=reading,
        coverage=Coverage(options["coverage"] or Coverage.COUNTERPARTY),
        content=kind,
        actor=actor,
    )
