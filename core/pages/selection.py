"""Frozen selections: a bulk act touches exactly what its author saw, or nothing at all.

Ticked rows travel as `pk` or `pk:revision`. "Select all matching" travels as a signed token that
holds the list, its filter, the count and a fingerprint of every row; it is run again before the
act, and any difference is a 409. A token of one list selects nothing for an act of another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

from django.core import signing
from django.http import HttpRequest
from django.urls import Resolver404
from django.utils.translation import gettext as _

from core import asked
from core.pages import formats
from core.pages.again import page_again
from kernel.findings import Refusal

if TYPE_CHECKING:
    from core.models import User
    from core.pages.lists import ListPage

SALT: Final = "core.pages.selection"
VALID_SECONDS: Final = 1800
ROWS_MAX: Final = 50_000


class SelectionChanged(Refusal):
    """What was selected is not what stands there now: look again, nothing was done."""

    code = "SELECTION_CHANGED"
    status_code = 409


class UnableToSelect(Refusal):
    """Nothing was selected, or more than one act may touch."""

    code = "UNABLE_TO_SELECT"
    status_code = 422


@dataclass(frozen=True, slots=True)
class Selection:
    """The primary keys selected, in order, with the revision of each that the author saw."""

    ids: tuple[int, ...]
    revisions: Mapping[int, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[int]:
        return iter(self.ids)


def freeze(page: ListPage) -> tuple[str, int]:
    """Return the signed token of everything that matches the filter of `page`, and the count."""
    rows = _rows(page)
    token = signing.dumps(
        {
            "path": page.request.path,
            "query": page.filter_query(),
            "user": page.request.user.pk,
            "count": len(rows),
            "print": _fingerprint(rows),
        },
        salt=SALT,
        compress=True,
    )
    return token, len(rows)


def resolve(request: HttpRequest, *, path: str) -> Selection:
    """Return what the POST selected: its frozen token if there is one, else its ticked rows.

    `path` is the list that the act is offered on. Raises SelectionChanged when the frozen rows
    differ by one from what was shown, when the token is too old, altered, another user's or of
    another list, and UnableToSelect when nothing is selected.
    """
    token = request.POST.get("selection", "")
    rows = _thawed(request, token, path) if token else _ticked(request.POST.getlist("ids"))
    if not rows:
        raise UnableToSelect(_("Nothing is selected."))
    return Selection(
        ids=tuple(pk for pk, _revision in rows),
        revisions={pk: revision for pk, revision in rows if revision},
    )


def _thawed(request: HttpRequest, token: str, path: str) -> list[tuple[int, str]]:
    changed = SelectionChanged(
        _("The list has changed since you selected it. Nothing was done: look again.")
    )
    try:
        frozen: dict[str, Any] = signing.loads(token, salt=SALT, max_age=VALID_SECONDS)
        if frozen["user"] != request.user.pk or frozen["path"] != path:
            raise changed
        user = cast("User", request.user)  # a token names no stranger
        page = page_again(path=path, query=frozen["query"], user=user)
    except (signing.BadSignature, Resolver404) as error:
        raise changed from error
    rows = _rows(page)
    if len(rows) != frozen["count"] or _fingerprint(rows) != frozen["print"]:
        raise changed
    return rows


def _rows(page: ListPage) -> list[tuple[int, str]]:
    fields = ["pk", page.revision_field] if page.revision_field else ["pk"]
    found = page.filterset.qs.order_by("pk").values_list(*fields)[: ROWS_MAX + 1]
    rows = [(row[0], str(row[1]) if len(row) > 1 else "") for row in found]
    if len(rows) > ROWS_MAX:
        raise UnableToSelect(
            _("More than %(most)s rows match: narrow the filter first.")
            % {"most": formats.integer(ROWS_MAX)}
        )
    return rows


def _ticked(values: list[str]) -> list[tuple[int, str]]:
    rows = []
    for value in values[: ROWS_MAX + 1]:
        pk, _colon, revision = value.partition(":")
        number = asked.number(pk)
        if number is None:
            said = _("“%(value)s” is not a row of this list.")
            raise UnableToSelect(said % {"value": value[: asked.SHOWN_MAX]})
        rows.append((number, revision))
    return rows


def _fingerprint(rows: list[tuple[int, str]]) -> str:
    digest = hashlib.sha256()
    for pk, revision in rows:
        digest.update(f"{pk}:{revision}\n".encode())
    return digest.hexdigest()
