"""A person's own choices: language, theme, dates, keyboard. In force from the next page."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from core.acts import acting
from core.models import User
from core.pages import formats
from kernel.actors import Actor

FIELDS = frozenset(
    {"language", "theme", "shortcuts_enabled", "date_style", "first_name", "last_name"}
)


def change_preferences(*, user: User, actor: Actor, **choices: str | bool) -> None:
    """Store a person's own choices; other fields of the account are out of reach here."""
    unknown = set(choices) - FIELDS
    if unknown:
        raise ValueError(f"not a preference: {sorted(unknown)}")
    for name, value in choices.items():
        setattr(user, name, value)
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
            return self.get_response(request)
        finally:
            formats.date_style.reset(style)


def furniture(request: HttpRequest) -> dict[str, object]:
    """Context processor: the theme of the page."""
    user = getattr(request, "user", None)
    return {"theme": user.theme if isinstance(user, User) else ""}
