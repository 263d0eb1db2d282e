"""The ground every page stands on: signed in, allowed, refusals shown instead of a 500."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render, resolve_url
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views import View

from core import access
from core.models import User
from kernel.actors import Actor
from kernel.findings import Refusal

STATUS_DEFAULT = 422
FORBIDDEN = 403
LOOKS: Final = ("GET", "HEAD")
"""Methods of who looks at a page, and may come back to its address."""


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
            if request.method in LOOKS and not is_fragment(request):
                return self.handle_no_permission()
            return _signed_out(request)
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

    def http_method_not_allowed(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Say in words that an address of an act has nothing to show: people come back to it."""
        refused = super().http_method_not_allowed(request, *args, **kwargs)
        answer = render(request, "405.html", status=refused.status_code)
        answer.headers["Allow"] = refused.headers["Allow"]
        return answer

    @property
    def is_fragment(self) -> bool:
        """True when htmx asks for a part of the page."""
        return is_fragment(self.request)


def is_fragment(request: HttpRequest) -> bool:
    """True when htmx asks for a part of the page."""
    return request.headers.get("HX-Request") == "true"


def _signed_out(request: HttpRequest) -> HttpResponse:
    """Lead who was signed out in the middle of a page to the sign-in, and back to that page.

    What was posted is not done, and the address of an act has nothing to show; a part of a page is
    no place for a sign-in.
    """
    said = gettext("Your session has ended and nothing was done. Sign in to go on where you were.")
    messages.info(request, said)
    answer = redirect_to_login(_page_of(request))
    if is_fragment(request):
        return HttpResponse(status=401, headers={"HX-Redirect": answer.url})
    return answer


def _page_of(request: HttpRequest) -> str:
    """Return the address of the page that a request was made on, the home page when none says."""
    said = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    parts = urlsplit(said)
    ours = url_has_allowed_host_and_scheme(said, {request.get_host()})
    if not ours or parts.path == resolve_url("core:sign_in"):
        return "/"
    return parts._replace(scheme="", netloc="", fragment="").geturl() or "/"


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
