"""The cells of a list: what each column of django_tables2 writes, found out once for all its rows.

The library asks for the column, its field and the arguments of its renderer again for every cell,
which is most of the time of a page. `linkify` is not served: `LinkColumn` is how we lead on.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from operator import attrgetter
from typing import Any, Final

import django_tables2 as tables
from django.db import models
from django.utils.formats import localize
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django_tables2.columns import BoundColumn
from django_tables2.rows import BoundRow

from core.pages.columns import CodedColumn

NOTHING: Final = "—"
"""What the library writes in an empty cell; we leave it empty."""

Writer = Callable[[BoundRow], Any]

OFFERED: Final = frozenset({"value", "record", "column", "bound_column", "bound_row", "table"})
"""What a renderer may ask for by the names of its arguments."""


def written(table: tables.Table, records: Iterable[Any]) -> Iterator[tuple[Any, SafeString]]:
    """Yield each of these records with its cells, as `<td>`s."""
    rows = [BoundRow(record, table=table) for record in records]
    kind = type(rows[0].record) if rows else object
    columns = [
        (
            format_html('<td class="{}">', bound.attrs["td"].get("class") or ""),
            _writer(table, bound, kind, bound.render, default=bound.default),
        )
        for bound in table.columns
    ]
    for row in rows:
        cells = [f"{opening}{_content(write(row))}</td>" for opening, write in columns]
        yield row.record, SafeString("".join(cells))


def values(table: tables.Table, names: Sequence[str]) -> Iterator[list[Any]]:
    """Yield what is exported of each row: the named columns, with the codes of coded ones."""
    rows = list(table.rows)
    kind = type(rows[0].record) if rows else object
    writers = [one for name in names for one in _exporters(table, table.columns[name], kind)]
    for row in rows:
        yield [write(row) for write in writers]


def _content(cell: Any) -> str:
    """Write a cell as a template would: figures in the reader's language, marks of HTML escaped."""
    if isinstance(cell, str):
        return "" if cell == NOTHING else conditional_escape(cell)
    return conditional_escape(localize(cell))


def headings(table_class: type[tables.Table], columns: Sequence[tuple[str, str]]) -> list[str]:
    """Return the headings of `values`: each label, and the plain name above a column of codes."""
    found = []
    for name, label in columns:
        is_coded = isinstance(table_class.base_columns[name], CodedColumn)
        found += [label, name] if is_coded else [label]
    return found


def _exporters(table: tables.Table, bound: BoundColumn, kind: type) -> Iterator[Writer]:
    is_plain = getattr(bound.value, "__func__", None) is tables.Column.value
    yield _writer(table, bound, kind, bound.column.render if is_plain else bound.value)
    if isinstance(bound.column, CodedColumn):
        yield _writer(table, bound, kind, bound.column.code)


def _writer(
    table: tables.Table,
    bound: BoundColumn,
    kind: type,
    render: Callable[..., Any],
    default: Any = None,
) -> Writer:
    asked = _arguments(getattr(render, "__func__", render))
    fixed = {"column": bound.column, "bound_column": bound, "table": table}
    given = {name: thing for name, thing in fixed.items() if name in asked}
    of_row = [name for name in ("value", "record", "bound_row") if name in asked]
    read = _reader(bound, kind, in_words="value" in asked)
    empty = bound.column.empty_values

    def write(row: BoundRow) -> Any:
        value = read(row.record)
        if value in empty:
            return default
        offered = {"value": value, "record": row.record, "bound_row": row}
        return render(**given, **{name: offered[name] for name in of_row})

    return write


@cache
def _arguments(function: Callable[..., Any]) -> frozenset[str]:
    """Return which of the things on offer a renderer takes: all of them if it takes any keyword."""
    found = inspect.signature(function).parameters
    takes_any = any(one.kind is one.VAR_KEYWORD for one in found.values())
    return OFFERED if takes_any else OFFERED & found.keys()


def _reader(bound: BoundColumn, kind: type, *, in_words: bool) -> Callable[[Any], Any]:
    """Return what reads the column's value from a record; a choice `in_words` as its label."""
    accessor = bound.accessor
    field = accessor.get_field(kind)
    is_own = isinstance(field, models.Field) and accessor == field.name

    def resolved(record: Any) -> Any:
        return accessor.resolve(record, quiet=True)

    read = attrgetter(field.name) if is_own else resolved
    if not (in_words and getattr(field, "choices", None) and accessor.bits[-1] == field.name):
        return read
    labels = {code: str(label) for code, label in field.flatchoices}
    return lambda record: labels.get(value := read(record), value)
