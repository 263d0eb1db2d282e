"""Numbers, days and people that a request asks for: read one way, by every page.

A number is ASCII digits and no larger than a key of the database: `int()` alone also reads `１２`
and `1_000`, and stops at 4,300 digits with an error that is nobody's fault but ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Final

from django.http import Http404
from django.utils.translation import gettext as _

from core.models import User
from kernel.calendars import is_plausible
from kernel.findings import Refusal

KEY_MAX: Final = 2**63 - 1
DIGITS_MAX: Final = len(str(KEY_MAX))
SHOWN_MAX: Final = 40
DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class NotANumber(Refusal):
    """What was sent where the number of a row belongs is none."""

    code = "NOT_A_NUMBER"


def number(text: str) -> int | None:
    """Return the whole number that a request asks for, None when it is none."""
    if not (text.isascii() and text.isdigit() and len(text) <= DIGITS_MAX):
        return None
    found = int(text)
    return found if found <= KEY_MAX else None


def numbers(texts: Iterable[str]) -> list[int]:
    """Return the whole numbers that a request asks for; raises NotANumber at the first other."""
    found = []
    for text in texts:
        read = number(text)
        if read is None:
            raise NotANumber(
                _("“%(value)s” is not a row of this list.") % {"value": text[:SHOWN_MAX]}
            )
        found.append(read)
    return found


def day(text: str) -> date | None:
    """Return the day that an address names (ISO 8601), None when it names none."""
    try:
        found = date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        return None
    return found if found is not None and is_plausible(found) else None


def person(text: str) -> int | None:
    """Return the key of the active person asked for, None for nobody; raises Http404."""
    if not text:
        return None
    found = number(text)
    if found is None or not User.objects.filter(pk=found, is_active=True).exists():
        raise Http404
    return found
