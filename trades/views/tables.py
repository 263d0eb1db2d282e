"""Tables of executions: sent, shown row by row as their mapping reads them, counted, confirmed."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from core import tabular
from core.access import Action
from core.pages import formats, status, words
from core.pages.upload import Preview, UploadPage
from core.table_reading import Reading
from kernel.findings import Refusal
from trades.facts import ExecutionFacts
from trades.formats.execution_table import DAYS, NUMBERS, TableRow
from trades.forms import TableForm
from trades.services import by_file, tables
from trades.services.totals import Declared, Totals
from trades.views.intake import COUNT_NAMES

BAD_SHOWN: Final = 50
GOOD_SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class ShownCell:
    """A cell as it came, and what was understood where that is written otherwise."""

    came: str
    understood: str = ""
    is_bad: bool = False


@dataclass(frozen=True, slots=True)
class ShownRow:
    line: int
    is_bad: bool
    cells: Sequence[ShownCell]


@dataclass(frozen=True, slots=True)
class Proof:
    """One control total: declared by the sender and found in the file, as text."""

    label: str | Promise
    found: str
    declared: str = ""
    differs: bool = False


class UploadTable(UploadPage):
    title = _("Upload executions")
    action = Action.IMPORT_FILE
    form_class = TableForm
    template_name = "trades/upload.html"
    asks_all = True
    help_text = _(
        "CSV or XLSX, one execution per row. The columns are learned from the header, or read as a"
        " saved mapping says."
    )

    def preview(self, name: str, content: bytes, options: dict[str, Any]) -> Preview:
        tables.refuse_known(content)
        sent, likely = _sent(name, content, options)
        if options["mapping_name"]:
            tables.require_mapping(self.request.actor)
        by_file.require_source(sent.source_system)
        try:
            read = tables.read_table(sent)
        except by_file.UnableToImport as refusal:
            return _unread(sent, options, likely, refusal)
        said = by_file.admit(
            source_system=sent.source_system,
            reads=[row.read for row in read.rows],
            actor=self.request.actor,
        )
        return _preview(sent, read, said, options, likely)

    def misread(self, form: forms.Form) -> Preview:
        return Preview(may_confirm=False, extra={"form": form})

    def confirm(self, name: str, content: bytes, options: dict[str, Any]) -> str:
        actor, at = self.request.actor, timezone.now()
        sent, _likely = _sent(name, content, options)
        if options["mapping_name"]:
            saved = tables.save_mapping(
                name=options["mapping_name"],
                reading=sent.reading,
                source_system=sent.source_system,
                is_whole=sent.is_whole,
                actor=actor,
            )
            sent = dataclasses.replace(sent, mapping=saved)
        return f"/jobs/{tables.queue_table(sent=sent, actor=actor, at=at).pk}/"


def _preview(
    sent: tables.Sent,
    read: tables.ReadTable,
    said: by_file.Admitted,
    options: Mapping[str, Any],
    likely: frozenset[str],
) -> Preview:
    """Show what would become of each row: booked, asked for, or put in quarantine."""
    unread, refused = read.totals.unread, said.refused
    bad = unread + len(refused)
    blocked = not read.is_as_declared or (sent.is_whole and bad > 0)
    not_ours = [
        one for n, found in refused.items() for one in by_file.on_line([found], read.rows[n].line)
    ]
    return Preview(
        figures=(
            (_("Rows"), formats.integer(read.totals.rows)),
            (_("Readable"), formats.integer(read.totals.rows - unread)),
            (_("Unreadable"), formats.integer(unread)),
            (COUNT_NAMES["refused"], formats.integer(len(refused))),
            (COUNT_NAMES["asked"], formats.integer(len(said.cancellations))),
            (_("Encoding"), read.encoding),
        ),
        findings=[*read.findings, *not_ours],
        may_confirm=len(read.good) > len(refused) and not blocked,
        note=_note(bad=bad, blocked=blocked, asked=bool(said.cancellations)),
        extra={
            "form": _form(sent, options, read.columns),
            "likely": likely,
            "proofs": list(proofs(read.totals, read.declared)),
            "headers": _headers(read.columns, sent.reading),
            "rows": list(_shown(read, sent.reading, refused)),
            "hidden": max(read.totals.rows - BAD_SHOWN - GOOD_SHOWN, 0),
        },
    )


def _unread(
    sent: tables.Sent, options: Mapping[str, Any], likely: frozenset[str], refusal: Refusal
) -> Preview:
    """Show the cells as they came, and the form in which their columns can be named."""
    table = tabular.read_table(sent.name, sent.content, layout=tabular.layout_of(sent.reading))
    shown = [
        ShownRow(line, is_bad=False, cells=[ShownCell(cell) for cell in row])
        for line, row in zip(table.lines[:GOOD_SHOWN], table.rows[:GOOD_SHOWN], strict=True)
    ]
    return Preview(
        figures=((_("Rows"), formats.integer(len(table.rows))), (_("Encoding"), table.encoding)),
        findings=refusal.findings,
        may_confirm=False,
        note=_("Say below which column gives which field, and read it again."),
        extra={
            "form": _form(sent, options, table.columns),
            "likely": likely,
            "headers": _headers(table.columns, sent.reading),
            "rows": shown,
            "hidden": len(table.rows) - len(shown),
        },
    )


def _sent(
    name: str, content: bytes, options: Mapping[str, Any]
) -> tuple[tables.Sent, frozenset[str]]:
    """Return the file as it is handed over, and which columns were taken for their likeness."""
    mapping, likely = options["mapping"], frozenset[str]()
    reading: Reading = options["reading"]
    whose, whole = options["source_system"], options["is_whole"]
    if not options["has_columns"] and mapping is not None:
        reading, whose, whole = mapping.reading, mapping.source_system, mapping.is_whole
    elif not options["has_columns"]:
        reading, likely = tables.learned(name, content, reading)
    same = mapping is not None and mapping.reading == reading
    sent = tables.Sent(
        name=name,
        content=content,
        reading=reading,
        source_system=whose,
        mapping=mapping if same else None,
        is_whole=whole,
        declared=options["declared"],
    )
    return sent, likely


def _form(sent: tables.Sent, options: Mapping[str, Any], headers: Sequence[str]) -> TableForm:
    """Return the form under the preview: all that was understood, to be corrected."""
    asked = ("declared_rows", "declared_quantity", "declared_gross", "mapping_name", "mapping")
    initial = {
        **TableForm.initial_of(sent.reading),
        **{name: options.get(name) for name in asked},
        "source_system": sent.source_system,
        "is_whole": sent.is_whole,
    }
    return TableForm(initial=initial, headers=headers)


def _note(*, bad: int, blocked: bool, asked: bool) -> str | Promise:
    if blocked:
        return _("It cannot be booked as it is.")
    told = []
    if bad:
        told.append(_("Confirmed as it is, these rows wait in quarantine to be repaired."))
    if asked:
        told.append(_("A cancellation by file is asked for: a second person decides."))
    return " ".join(map(str, told))


def proofs(totals: Totals, declared: Declared) -> Iterator[Proof]:
    """Yield the control totals, each beside what the sender declares of it."""
    rows = "" if declared.rows is None else formats.integer(declared.rows)
    yield Proof(_("Rows"), formats.integer(totals.rows), rows, declared.rows not in
                (None, totals.rows))  # fmt: skip
    for side, total in totals.quantity.items():
        label = status.look(side).label
        yield Proof(_("Quantity") + f" · {label}", formats.quantity(total))
    if declared.quantity is not None:
        found = sum(totals.quantity.values(), Decimal(0))
        yield Proof(_("Quantity"), formats.quantity(found), formats.quantity(declared.quantity),
                    found != declared.quantity)  # fmt: skip
    yield from _gross(totals, declared)


def _gross(totals: Totals, declared: Declared) -> Iterator[Proof]:
    for currency in sorted({*totals.gross, *filter(None, declared.gross)}):
        found = totals.gross.get(currency, Decimal(0))
        said = declared.gross.get(currency)
        if said is None and len(totals.gross) == 1:
            said = declared.gross.get("")
        yield Proof(
            f"{capfirst(words.named('gross_amount'))} · {currency}",
            formats.amount(found, currency),
            "" if said is None else formats.amount(said, currency),
            said is not None and said != found,
        )


def _headers(columns: Sequence[str], reading: Reading) -> list[tuple[str, str, bool]]:
    """Return each header with the field that it gives, and whether its cells are figures."""
    fields = {header: name for name, header in reading.columns.items()}
    return [
        (header, words.named(fields[header]) if header in fields else "",
         fields.get(header) in NUMBERS)
        for header in columns
    ]  # fmt: skip


def _shown(
    read: tables.ReadTable, reading: Reading, refused: Collection[int]
) -> Iterator[ShownRow]:
    """Yield the first bad rows and the first good ones, in the order of the file."""
    fields = {header: name for name, header in reading.columns.items()}
    names = [fields.get(header, "") for header in read.columns]
    left = {True: BAD_SHOWN, False: GOOD_SHOWN}
    for n, (row, cells) in enumerate(zip(read.rows, read.cells, strict=True)):
        is_bad = n in refused or isinstance(row.read, tuple)
        if left[is_bad]:
            left[is_bad] -= 1
            yield ShownRow(row.line, is_bad, list(_cells(row, cells, names)))


def _cells(row: TableRow, cells: Sequence[str], names: Sequence[str]) -> Iterator[ShownCell]:
    bad = {found.field for found in row.read} if isinstance(row.read, tuple) else set()
    facts = row.read if isinstance(row.read, ExecutionFacts) else None
    for name, cell in zip(names, cells, strict=True):
        understood = understood_as(facts, name) if facts is not None and name else ""
        yield ShownCell(cell, "" if understood == cell else understood, name in bad)


def understood_as(facts: ExecutionFacts, name: str) -> str:
    """Write what was understood of one field, as the reader writes it."""
    value = getattr(facts, name)
    if value is None:
        return ""
    if name == "traded_at":
        return formats.moment(value)
    if name in DAYS:
        return formats.day(value)
    if name in NUMBERS:
        return words.said(str(value), name)
    return str(status.look(value, of="execution").label) if name in CODED else str(value)


CODED: Final = ("side", "action", "capacity")
