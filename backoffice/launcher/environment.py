"""Reading the environment: every setting comes from here, each unreadable value is refused."""

from __future__ import annotations

import os
import re
import zoneinfo
from collections.abc import Collection
from typing import Final

from django.core.exceptions import ImproperlyConfigured

LANGUAGES: Final = {"en": "English", "fr": "Français"}
LOG_FORMATS: Final = ("console", "json")
LOG_LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
RATE: Final = re.compile(r"[1-9][0-9]{0,8}/(s|sec|second|m|min|minute|h|hour|d|day)", re.ASCII)


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def flag(name: str, *, default: bool = False) -> bool:
    value = text(name, "1" if default else "0").lower()
    if value not in {"0", "1", "true", "false", "yes", "no"}:
        raise ImproperlyConfigured(f"{name}={value!r}: write 1 or 0")
    return value in {"1", "true", "yes"}


def number(name: str, default: int, *, least: int = 0) -> int:
    value = text(name, str(default))
    if not (value.isascii() and value.isdigit()):
        raise ImproperlyConfigured(f"{name}={value!r}: write a whole number")
    if int(value) < least:
        raise ImproperlyConfigured(f"{name}={value}: {least} is the least")
    return int(value)


def job_lease() -> int:
    """Return the seconds after which the work of a silent worker is taken over."""
    return number("JOB_LEASE_SECONDS", 30, least=3)


def words(name: str, default: str = "") -> list[str]:
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def choice(name: str, default: str, known: Collection[str]) -> str:
    value = text(name, default)
    if value not in known:
        raise ImproperlyConfigured(f"{name}={value!r}: write one of {', '.join(known)}")
    return value


def log_format() -> str:
    return choice("LOG_FORMAT", "console", LOG_FORMATS)


def log_level() -> str:
    return choice("LOG_LEVEL", "INFO", LOG_LEVELS)


def language() -> str:
    return choice("LANGUAGE_CODE", "en", LANGUAGES)


def time_zone() -> str:
    value = text("TIME_ZONE", "Europe/Paris")
    try:
        zoneinfo.ZoneInfo(value)
    except (KeyError, OSError, ValueError):
        raise ImproperlyConfigured(
            f"TIME_ZONE={value!r}: write a name such as Europe/Paris"
        ) from None
    return value


def rate(name: str) -> str | None:
    """Read so many per period, such as 20000/min; None where nothing is limited."""
    value = text(name)
    if value and not RATE.fullmatch(value):
        raise ImproperlyConfigured(f"{name}={value!r}: write so many per period, such as 20000/min")
    return value or None


def check() -> None:
    """Read what every process will read: a launcher says at once what they would say in turn."""
    log_format()
    log_level()
    language()
    time_zone()
    rate("API_RATE")
    for name in ("DEBUG", "SECURE_SSL_REDIRECT"):
        flag(name)
    for name in ("CONN_MAX_AGE", "SIGN_IN_ATTEMPTS", "SECURE_HSTS_SECONDS"):
        number(name, 0)
    job_lease()
