"""A person's own choices: language, theme, dates, keyboard. In force from the next page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from core import text
from core.acts import acting
from core.models import Theme, User
from core.pages import formats
from kernel.actors import Actor

COOKIE_AGE_SECONDS: Final = 365 * 24 * 3600
THEME_COOKIE: Final = "theme"
FIELDS = frozenset(
    {"language", "theme", "shortcuts_enabled", "date_style", "first_name", "last_name"}
)


def change_preferences(*, user: User, actor: Actor, **choices: str | bool) -> None:
    """Store a person's own choices; other fields of the account are out of reach here.

    Raises UncleanText for a name that is not what it looks like.
    """
    unknown = set(choices) - FIELDS
    if unknown:
        raise ValueError(f"not a preference: {sorted(unknown)}")
    for name, value in choices.items():
        setattr(user, name, text.clean(value, field=name) if isinstance(value, str) else value)
    with acting(actor=actor):
        user.save(update_fields=sorted(choices))


class PreferencesMiddleware:
    """Speak the person's language and write their dates; else the cookie, else the browser's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        language = user.language if isinstance(user, User) else ""
        if language:
            translation.activate(language)
            request.LANGUAGE_CODE = language
        style = formats.date_style.set(user.date_style if isinstance(user, User) else "")
        try:
            response = self.get_response(request)
        finally:
            formats.date_style.reset(style)
        if isinstance(user, User):
            _remember(request, response, settings.LANGUAGE_COOKIE_NAME, user.language)
            _remember(request, response, THEME_COOKIE, user.theme)
        return response


def _remember(request: HttpRequest, response: HttpResponse, name: str, choice: str) -> None:
    """Leave a choice with the browser: pages that come before the person is known speak it too."""
    if choice and request.COOKIES.get(name) != choice and name not in response.cookies:
        response.set_cookie(
            name,
            choice,
            max_age=COOKIE_AGE_SECONDS,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )


def furniture(request: HttpRequest) -> dict[str, object]:
    """Context processor: the theme of the page."""
    user = getattr(request, "user", None)
    if isinstance(user, User):
        return {"theme": user.theme}
    kept = request.COOKIES.get(THEME_COOKIE, "")
    return {"theme": kept if kept in Theme.values else ""}
