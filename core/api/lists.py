"""Lists over the API: the filters of the page, a cursor, and only the fields that are asked for.

Rows come as values and leave as JSON without a serializer in between. The order is fixed, the
latest first, by columns that an index has; a cursor names the last row that was given, so that rows
which come or go meanwhile move nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Final, NoReturn

import django_filters
import msgspec
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_  # noqa: N812 - the mark of texts
from rest_framework.request import Request

from core.api import cursors
from core.api.views import BaseAPIView
from kernel.findings import Finding, Refusal
from kernel.money import minor_units

PER_PAGE: Final = 50
PER_PAGE_MAX: Final = 500
RESERVED: Final = ("limit", "cursor", "fields")
NOT_SO: Final = N_("{field} cannot be read: {found} (expected: {expected})")
KINDS: Final = {"trade_date": date, "id": int}
"""What the columns of an order hold."""
Row = Mapping[str, Any]


class UnreadableQuery(Refusal):
    """A parameter of the address is unknown, or its value cannot be read."""

    code = "INVALID"
    status = 400


@dataclass(frozen=True, slots=True)
class Column:
    """A field of the answer: the column that it comes from, and whose minor units it has."""

    path: str
    currency: str = ""


class ListAPIView(BaseAPIView):
    """Rows of a queryset; subclasses say which, how they are filtered and what is told of each."""

    filterset_class: ClassVar[type[django_filters.FilterSet]]
    columns: ClassVar[Mapping[str, Column]]
    order: ClassVar[tuple[str, ...]] = ("id",)
    needed: ClassVar[frozenset[str]] = frozenset()

    def scoped(self, request: Request) -> QuerySet[Any]:
        """Return every row that the caller may see."""
        raise NotImplementedError

    def shaped(self, item: dict[str, Any], row: Row) -> dict[str, Any]:
        """Return what is told of a row, which has all columns that are `needed` for it."""
        return item

    def listed(self, request: Request) -> HttpResponse:
        """Answer one page. Raises UnreadableQuery, UnreadableCursor."""
        require_known(request, {*self.filterset_class.base_filters, *RESERVED})
        names = self._fields(request)
        limit = whole_number(request, "limit", default=PER_PAGE, most=PER_PAGE_MAX)
        rows = self._after(self._filtered(request), request.query_params.get("cursor", ""))
        paths = {*self.order, *self.needed, *self._paths(names)}
        found = list(rows.values(*sorted(paths))[: limit + 1])
        items = [self.shaped(self._told(row, names), row) for row in found[:limit]]
        onward = None
        if len(found) > limit:
            onward = cursors.written(*(found[limit - 1][column] for column in self.order))
        return as_json({"items": items, "next": onward})

    def _fields(self, request: Request) -> Sequence[str]:
        said = request.query_params.get("fields", "")
        asked = [name.strip() for name in said.split(",") if name.strip()]
        unknown = [name for name in asked if name not in self.columns]
        if unknown:
            refuse_query("fields", unknown[0], expected=", ".join(self.columns))
        if said and not asked:
            refuse_query("fields", said, expected=", ".join(self.columns))
        return asked or list(self.columns)

    def _filtered(self, request: Request) -> QuerySet[Any]:
        found = self.filterset_class(
            request.query_params, queryset=self.scoped(request), request=request
        )
        if not found.is_valid():
            field, errors = next(iter(found.errors.items()))
            refuse_query(str(field), str(request.query_params.get(field, "")), why=str(errors[0]))
        rows: QuerySet[Any] = found.qs
        return rows.order_by(*(f"-{column}" for column in self.order))

    def _after(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        """Narrow to what comes after the row of a cursor, in a way that an index answers."""
        if not text:
            return rows
        place = cursors.read(text, *(KINDS[column] for column in self.order))
        condition = Q()
        for column, value in zip(reversed(self.order), reversed(place), strict=True):
            later = Q(**{f"{column}__lt": value})
            condition = later | (Q(**{column: value}) & condition) if condition else later
        return rows.filter(condition, **{f"{self.order[0]}__lte": place[0]})

    def _paths(self, names: Sequence[str]) -> set[str]:
        asked = [self.columns[name] for name in names]
        return {column.path for column in asked} | {c.currency for c in asked if c.currency}

    def _told(self, row: Row, names: Sequence[str]) -> dict[str, Any]:
        return {name: told(row, self.columns[name]) for name in names}


def told(row: Row, column: Column) -> Any:  # noqa: ANN401 - whatever JSON can say
    """Return the value of a column as the API writes it; numbers become plain decimal texts."""
    value = row[column.path]
    if isinstance(value, Decimal):
        return plain(value, minor_units(row[column.currency]) if column.currency else 0)
    return value


def plain(value: Decimal, places: int = 0) -> str:
    """Write a number exactly, without an exponent or needless zeros; with `places` at least."""
    text = f"{value:f}"
    whole, _point, fraction = text.partition(".")
    fraction = fraction.rstrip("0").ljust(places, "0")
    return f"{whole}.{fraction}" if fraction else whole


def require_known(request: Request, known: set[str]) -> None:
    """Raise UnreadableQuery for a parameter that does not exist, or that says nothing."""
    for name, values in request.query_params.lists():
        if name not in known:
            refuse_query(name, name, why=_("There is no such parameter"))
        if not all(values):
            refuse_query(name, "", why=_("The parameter is empty: leave it out"))


def whole_number(request: Request, name: str, *, default: int, most: int) -> int:
    """Return a parameter from 1 to `most`. Raises UnreadableQuery."""
    said = request.query_params.get(name, "")
    if not said:
        return default
    readable = said.isascii() and said.isdigit() and len(said) <= len(str(most))
    if not readable or not 1 <= int(said) <= most:
        refuse_query(name, said, expected=f"1–{most}")
    return int(said)


def refuse_query(field: str, found: str, *, expected: str = "", why: str = "") -> NoReturn:
    """Raise UnreadableQuery for one parameter: `why`, or else that something else was expected."""
    finding = Finding(
        code="API-003",
        field=field[:40],
        message=why.replace("{", "{{").replace("}", "}}") or NOT_SO,
        expected=expected,
        found=found[:50],
    )
    raise UnreadableQuery(_("The request is not valid"), findings=(finding,))


def as_json(body: object, *, status: int = 200) -> HttpResponse:
    """Answer with JSON."""
    return HttpResponse(msgspec.json.encode(body), status=status, content_type="application/json")
