"""Saved views: a list's filter, columns and order under a name, private or shared."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from core import access
from core.acts import acting
from core.models import SavedView
from core.text import visible
from kernel.actors import Actor
from kernel.findings import Refusal

QUERY_LENGTH_MAX = 2000
NAME_LENGTH_MAX = 60
PATH_LENGTH_MAX = 200
VIEWS_PER_PERSON_MAX = 100
COLUMNS_MAX = 100
COLUMN: Final = re.compile(r"-?[a-z][a-z0-9_]{0,62}", re.ASCII)


class UnableToSaveView(Refusal):
    """The view has no name, is not of this house, or is one too many."""

    code = "UNABLE_TO_SAVE_VIEW"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a list looks: its filter, its columns in their order, its sorting."""

    query: str = ""
    columns: Sequence[str] = ()
    sort: Sequence[str] = ()


def list_views(*, owner_id: int, path: str) -> list[dict[str, Any]]:
    """Return the views of one page that a person may use: theirs and the shared ones, by name.

    `owner` names whose it is when it is somebody else's.
    """
    mine_or_shared = Q(owner_id=owner_id) | Q(is_shared=True)
    found = SavedView.objects.filter(mine_or_shared, path=path).select_related("owner")
    return [
        {
            "label": view.name,
            "query": view.query,
            "address": _address(view),
            "id": view.pk,
            "is_mine": view.owner_id == owner_id,
            "is_shared": view.is_shared,
            "owner": "" if view.owner_id == owner_id else view.owner.get_username(),
        }
        for view in found.order_by("name", "pk")
    ]


def save_view(
    *, owner_id: int, path: str, name: str, look: Look, shared: bool, actor: Actor
) -> SavedView:
    """Keep how a list looks under a name; the same name again replaces it.

    Raises UnableToSaveView, or Forbidden when a role that may not share would share.
    """
    name, query = visible(name), urlencode(parse_qsl(look.query))
    if not name or len(name) > NAME_LENGTH_MAX or len(query) > QUERY_LENGTH_MAX:
        raise UnableToSaveView(_("A view needs a name of at most 60 characters."))
    if not path.startswith("/") or path.startswith("//") or len(path) > PATH_LENGTH_MAX:
        raise UnableToSaveView(_("This is not a page of the house."))
    if SavedView.objects.filter(owner_id=owner_id).count() >= VIEWS_PER_PERSON_MAX:
        raise UnableToSaveView(_("You already keep a hundred views: remove one first."))
    if shared:
        access.require(actor, access.Action.SHARE_VIEW)
    kept = {"query": query, "columns": _names(look.columns), "sort": _names(look.sort)}
    with acting(actor=actor):
        view, _created = SavedView.objects.update_or_create(
            owner_id=owner_id, path=path, name=name, defaults={**kept, "is_shared": shared}
        )
    return view


def address_of(view: SavedView) -> str:
    """Return the address that shows the list as the view keeps it."""
    return f"{view.path}?{_address(view)}"


def delete_view(*, owner_id: int, view_id: int, actor: Actor) -> str:
    """Remove one's own view and return the page it was for; another's view stays untouched."""
    with acting(actor=actor):
        view = get_object_or_404(SavedView, pk=view_id, owner_id=owner_id)
        view.delete()
    return view.path


def _address(view: SavedView) -> str:
    """Write a view as a query string; what the list no longer has is passed over by the list."""
    return urlencode(
        [
            *parse_qsl(view.query),
            *(("cols", name) for name in view.columns),
            *(("sort", name) for name in view.sort),
            ("view", view.pk),
        ]
    )


def _names(names: Sequence[str]) -> list[str]:
    kept = dict.fromkeys(name for name in names if COLUMN.fullmatch(name))
    return list(kept)[:COLUMNS_MAX]
