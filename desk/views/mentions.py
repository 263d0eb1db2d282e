"""Mentions: opened by who is named, on the page of what it is about; and who was not reached."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import ngettext

from core.access import Action
from core.models import User
from core.pages import PageView
from core.pages.base import ActedRequest
from desk.models import Comment, Mention
from desk.services import mentions

SHOWN_MAX = 8


class OpenMention(PageView):
    """Lead to the comment, which is read with that; a second time it only leads there."""

    action = Action.VIEW_TRADES

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            mention = mentions.read_mention(
                mention_id=pk, actor=self.request.actor, at=timezone.now()
            )
        except Mention.DoesNotExist:
            raise Http404 from None
        return redirect(f"{mention.url}#comment-{mention.comment_id}")


class PeopleLookup(PageView):
    """Whom a comment can name: people whose name begins so, while it is typed."""

    action = Action.RESOLVE_EXCEPTION

    def get(self, request: HttpRequest) -> JsonResponse:
        begun = request.GET.get("q", "")[:150]
        called = Q(username__istartswith=begun) | Q(last_name__istartswith=begun)
        people = User.objects.filter(called, is_active=True, grants__isnull=False)
        found = (
            people.exclude(username=self.request.actor.name)
            .distinct()
            .order_by("username")[:SHOWN_MAX]
        )
        return JsonResponse(
            [{"value": one.get_username(), "text": one.get_full_name()} for one in found],
            safe=False,
        )


def tell_who_was_not_reached(request: ActedRequest, comment: Comment) -> None:
    """Say which names of a comment are nobody here, or somebody who may not see this."""
    reached = {one.user.get_username().lower() for one in comment.mentions.select_related("user")}
    names = [
        name
        for name in mentions.named_in(comment.text)
        if name not in reached and name != comment.author.lower()
    ]
    if names:
        said = ngettext(
            "%(names)s was not told: there is nobody of this name, or they may not see this.",
            "%(names)s were not told: there is nobody of these names, or they may not see this.",
            len(names),
        )
        messages.warning(request, said % {"names": ", ".join(f"@{name}" for name in names)})
