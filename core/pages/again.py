"""A list page once more, as a person saw it: for what is done with the list after its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, QueryDict
from django.urls import resolve

from core.models import User
from core.people import actor_of

if TYPE_CHECKING:
    from core.pages.lists import ListPage


def page_again(*, path: str, query: str, user: User) -> ListPage:
    """Return the list page of an address with its filter, for its person with today's rights.

    Raises Resolver404 when no page has this address (any more).
    """
    match = resolve(path)
    view_class = match.func.view_class  # type: ignore[attr-defined]  # set by View.as_view
    page: ListPage = view_class(**match.func.view_initkwargs)  # type: ignore[attr-defined]  # idem
    request = HttpRequest()
    request.method, request.path, request.GET = "GET", path, QueryDict(query)
    request.user, request.actor = user, actor_of(user)  # type: ignore[attr-defined]  # our attribute
    request.session = {}  # type: ignore[assignment]  # what a person chose before does not count
    page.setup(request, *match.args, **match.kwargs)
    return page
