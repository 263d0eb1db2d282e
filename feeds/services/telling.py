"""The feed of the house: every room that notes what happened makes events of its notes."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.utils.module_loading import import_string


def tell() -> int:
    """Make events of every note that is committed, room by room; return how many there were.

    Whatever was committed before the call is in the feed after it. The composition root names the
    rooms, as it names who reacts to what.
    """
    tellers: list[Callable[[], int]] = [import_string(name) for name in settings.FEED_TELLERS]
    return sum(teller() for teller in tellers)
