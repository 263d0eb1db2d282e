"""Who calls: a bearer token of a source system, or the session of a person."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from core import tokens
from core.models import User

SCHEME: Final = "bearer "


def token_in(request: HttpRequest) -> str | None:
    """Return the token of the Authorization header; None without one of our scheme."""
    said = request.META.get("HTTP_AUTHORIZATION", "")
    return said[len(SCHEME) :].strip() if said[: len(SCHEME)].lower() == SCHEME else None


def client_of(request: HttpRequest) -> tokens.Client | None:
    """Return the client that the Authorization header names; None without or with a bad token."""
    token = token_in(request)
    if token is None:
        return None
    client = tokens.find_client(token, at=timezone.now())
    if client is not None:
        request.actor = client.actor  # type: ignore[attr-defined]  # our attribute
    return client


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer …`; sets `request.auth` to the Client and `request.actor`."""

    def authenticate(self, request: Request) -> tuple[User, tokens.Client] | None:
        if token_in(request._request) is None:  # noqa: SLF001 - DRF's own way to the request
            return None
        client = client_of(request._request)  # noqa: SLF001 - the same
        if client is None:
            raise AuthenticationFailed("The token is unknown, expired or revoked")
        return User.objects.get(username=client.actor.name), client

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="denouement"'
