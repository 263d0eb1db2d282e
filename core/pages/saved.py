"""Saved views: a list's filter under a name, private or shared."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from core.acts import acting
from core.models import SavedView
from core.text import visible
from kernel.actors import Actor
from kernel.findings import Refusal

QUERY_LENGTH_MAX = 2000
NAME_LENGTH_MAX = 60
PATH_LENGTH_MAX = 200
VIEWS_PER_PERSON_MAX = 100


class UnableToSaveView(Refusal):
    """The view has no name, is not of this house, or is one too many."""

    code = "UNABLE_TO_SAVE_VIEW"


def list_views(*, owner_id: int, path: str) -> list[dict[str, Any]]:
    """Return the views of one page that a person may use: theirs, then the shared ones."""
    mine_or_shared = Q(owner_id=owner_id) | Q(is_shared=True)
    found = SavedView.objects.filter(mine_or_shared, path=path).order_by("name", "pk")
    return [
        {"label": view.name, "query": view.query, "id": view.pk if view.owner_id == owner_id else 0}
        for view in found
    ]


def save_view(
    *, owner_id: int, path: str, name: str, query: str, shared: bool, actor: Actor
) -> None:
    """Keep a filter under a name; the same name again replaces it. Raises UnableToSaveView."""
    name, query = visible(name), urlencode(parse_qsl(query))
    if not name or len(name) > NAME_LENGTH_MAX or len(query) > QUERY_LENGTH_MAX:
        raise UnableToSaveView(_("A view needs a name of at most 60 characters."))
    if not path.startswith("/") or path.startswith("//") or len(path) > PATH_LENGTH_MAX:
        raise UnableToSaveView(_("This is not a page of the house."))
    if SavedView.objects.filter(owner_id=owner_id).count() >= VIEWS_PER_PERSON_MAX:
        raise UnableToSaveView(_("You already keep a hundred views: remove one first."))
    with acting(actor=actor):
        SavedView.objects.update_or_create(
            owner_id=owner_id,
            path=path,
            name=name,
            defaults={"query": query, "is_shared": shared},
        )


def delete_view(*, owner_id: int, view_id: int, actor: Actor) -> str:
    """Remove one's own view and return the page it was for; another's view stays untouched."""
    with acting(actor=actor):
        view = get_object_or_404(SavedView, pk=view_id, owner_id=owner_id)
        view.delete()
    return view.path
