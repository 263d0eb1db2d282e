"""The ground every page stands on: signed in, allowed, refusals shown instead of a 500."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.views import View

from core import access
from core.models import User
from kernel.actors import Actor
from kernel.findings import Refusal

STATUS_DEFAULT = 422
FORBIDDEN = 403


class ActedRequest(HttpRequest):
    """A request that ActorMiddleware has seen: it knows who acts."""

    actor: Actor
    user: User  # a page is never shown to a stranger


class UnreadableText(Refusal):
    """A text that was sent holds a character that no text has."""

    code = "UNREADABLE_TEXT"


class PageView(LoginRequiredMixin, View):
    """A page of a signed-in person; `action` is what the role matrix must allow.

    A Refusal raised anywhere below becomes a page (or a fragment, for htmx) with its code, its
    message and its findings, and nothing of the request is kept.
    """

    request: ActedRequest
    title: ClassVar[str | Promise] = ""
    subtitle: ClassVar[str | Promise] = ""
    action: ClassVar[access.Action | None] = None
    template_name: ClassVar[str] = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        try:
            if self.action is not None:
                access.require(self.request.actor, self.action)
            if any("\0" in text for texts in request.POST.lists() for text in texts[1]):
                raise UnreadableText(gettext("What was sent holds a control character."))
            return super().dispatch(request, *args, **kwargs)
        except Refusal as refusal:
            return refused(request, refusal)

    def render(
        self, context: Mapping[str, Any], *, template: str = "", status: int = 200
    ) -> HttpResponse:
        """Render the page's template (or `template`) with its title and `context`."""
        names = {"page": self, "title": self.title, "subtitle": self.subtitle}
        shown = {**names, **context}
        return render(self.request, template or self.template_name, shown, status=status)

    @property
    def is_fragment(self) -> bool:
        """True when htmx asks for a part of the page."""
        return is_fragment(self.request)


def is_fragment(request: HttpRequest) -> bool:
    """True when htmx asks for a part of the page."""
    return request.headers.get("HX-Request") == "true"


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Show a refusal with the status it stands for: 403, 404, 409 or 422."""
    status = getattr(refusal, "status_code", _status_of(refusal))
    template = "core/_refusal.html" if is_fragment(request) else "core/refusal.html"
    context = {
        "title": gettext("Not allowed") if status == FORBIDDEN else gettext("Refused"),
        "refusal": refusal,
        "status": status,
        "back": request.headers.get("Referer", "/"),
    }
    return render(request, template, context, status=status)


def _status_of(refusal: Refusal) -> int:
    if isinstance(refusal, access.Forbidden):
        return FORBIDDEN
    return 409 if refusal.code == "ILLEGAL_TRANSITION" else STATUS_DEFAULT
