"""Pages of a list: the next one starts where this one ended, however far down the list that is.

A list in the order of columns that are never empty is turned by the values of its last row: page
one thousand costs what page one does, and what is added meanwhile shifts nothing. Any other order
is for short lists, and turned by page numbers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db.models import Field, Model, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from django.http import QueryDict

from core import asked

PARAMETERS: Final = ("page", "after", "before", "from")
Among = Callable[[QuerySet[Any], int], QuerySet[Any] | None]
UNSENT: Final = re.compile("[\x00\ud800-\udfff]")
"""What JSON can write and no text of the database holds."""


@dataclass(frozen=True, slots=True)
class Window:
    """The rows of one page; `start` is the place of the first, counted from one.

    `previous` and `following` are the parameters that lead to the pages beside, None at an end.
    """

    rows: Sequence[Any]
    start: int
    previous: Mapping[str, str] | None
    following: Mapping[str, str] | None

    @property
    def end(self) -> int:
        return self.start + len(self.rows) - 1


def window(rows: QuerySet[Any], query: QueryDict, *, size: int, last: int, among: Among) -> Window:
    """Return the page that a query asks for; an unreadable or empty one is the first.

    `last` is the highest number of a page where pages are numbered. `among` may leave out what is
    not among the first rows of a number; the keys of the page are then sought before its rows are
    read: an index may hold all that they are ordered by.
    """
    order = Order.of(rows)
    if order is None:
        return _by_number(rows, _number(query.get("page", "")), size, last, among)
    return _by_key(rows, order, query, size)


@dataclass(frozen=True, slots=True)
class Order:
    """Columns of the model, never empty, all in one direction; the last of them is unique."""

    fields: tuple[Field[Any, Any], ...]
    descending: bool

    @classmethod
    def of(cls, rows: QuerySet[Any]) -> Order | None:
        """Return the order of the rows, None if it is not of this kind."""
        named = rows.query.order_by
        if not named or not all(isinstance(name, str) for name in named):
            return None
        descending = str(named[0]).startswith("-")
        if any(str(name).startswith("-") != descending for name in named):
            return None
        meta = rows.model._meta
        columns = {f.name: f for f in meta.concrete_fields if not f.null and not f.is_relation}
        if len(meta.pk_fields) == 1:
            columns["pk"] = meta.pk_fields[0]
        fields = [columns.get(str(name).lstrip("-")) for name in named]
        known = tuple(field for field in fields if field is not None)
        return cls(known, descending) if len(known) == len(fields) else None

    def beyond(self, rows: QuerySet[Any], place: list[Any], *, backwards: bool) -> QuerySet[Any]:
        """Return the rows on one side of a place, the nearest first."""
        lookup = TupleLessThan if self.descending is not backwards else TupleGreaterThan
        columns = Tuple(*(field.name for field in self.fields))
        return (rows.reverse() if backwards else rows).filter(lookup(columns, place))

    def place_of(self, record: Model) -> str:
        """Write the place of a record."""
        return json.dumps(
            [field.value_to_string(record) for field in self.fields], separators=(",", ":")
        )

    def read(self, text: str) -> list[Any] | None:
        """Return the values of a place, None if it is none of this order."""
        try:
            told = json.loads(text)
            if not isinstance(told, list) or len(told) != len(self.fields):
                return None
            if any(UNSENT.search(str(value)) for value in told):
                return None
            pairs = zip(self.fields, told, strict=True)
            return [field.clean(str(value), None) for field, value in pairs]
        except (ValueError, RecursionError, ValidationError):
            return None


def _by_key(rows: QuerySet[Any], order: Order, query: QueryDict, size: int) -> Window:
    backwards = "before" in query
    text = query.get("before") or query.get("after") or ""
    place = order.read(text) if text else None
    found = rows if place is None else order.beyond(rows, place, backwards=backwards)
    taken = list(found[: size + 1])
    if place is not None and not taken:
        return _by_key(rows, order, QueryDict(), size)
    more, shown = len(taken) > size, taken[:size]
    if backwards and place is not None:
        shown.reverse()
        before, after = more, True
    else:
        before, after = place is not None, more
    start = _number(query.get("from", "")) if before else 1
    return Window(
        rows=shown,
        start=start,
        previous={"before": order.place_of(shown[0]), "from": str(max(start - size, 1))}
        if before
        else None,
        following={"after": order.place_of(shown[-1]), "from": str(start + len(shown))}
        if after
        else None,
    )


def _by_number(rows: QuerySet[Any], number: int, size: int, last: int, among: Among) -> Window:
    number = min(number, last)
    start = (number - 1) * size
    page = slice(start, start + size + 1)
    some = among(rows, page.stop)
    taken = list(rows[page] if some is None else rows.filter(pk__in=some.values("pk")[page]))
    if not taken and number > 1:
        return _by_number(rows, 1, size, last, among)
    is_last = len(taken) <= size or number == last
    return Window(
        rows=taken[:size],
        start=start + 1,
        previous={"page": str(number - 1)} if number > 1 else None,
        following=None if is_last else {"page": str(number + 1)},
    )


def _number(text: str) -> int:
    return max(asked.number(text) or 1, 1)
