"""Base of REST views: signed in by default, the actor at hand, errors as problem documents."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from core.access import Action, require
from core.api.authentication import TokenAuthentication
from core.api.parsers import StrictJsonParser
from core.api.throttles import ClientThrottle
from core.people import actor_of
from kernel.actors import Actor


class BaseAPIView(APIView):
    """A view whose `actions` say what each method needs; a method without one is refused."""

    authentication_classes = (TokenAuthentication, SessionAuthentication)
    permission_classes = (IsAuthenticated,)
    parser_classes = (StrictJsonParser,)
    throttle_classes = (ClientThrottle,)
    actions: ClassVar[dict[str, Action]] = {}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        action = self.actions.get(str(request.method).upper())
        if action is not None:
            require(actor_in(request), action)


def actor_in(request: Request) -> Actor:
    """Return who acts: the token's client or the signed-in person."""
    client = getattr(request.auth, "actor", None)
    return client if isinstance(client, Actor) else actor_of(request.user)
