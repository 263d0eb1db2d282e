"""FIX sessions and their messages."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import (
    Count,
    Exists,
    OuterRef,
    Q,
    QuerySet,
)

from trades.formats.fix.wire import Garbled, read, text
from trades.models import (
    FixAllocation,
    FixBookmark,
    FixMessage,
    FixResult,
    FixSession,
)
from trades.states import FixOutcome


def list_fix_sessions() -> QuerySet[FixSession]:
    """Return every session with its line and how many of its messages wait for a person."""
    waiting = Count(
        "messages__result", filter=Q(messages__result__outcome=FixOutcome.EXCEPTION.value)
    )
    return FixSession.objects.select_related("line").annotate(waiting=waiting).order_by("name")


def list_fix_messages() -> QuerySet[FixMessage]:
    """Return every message with its session and what became of it, the latest first."""
    return FixMessage.objects.select_related("session", "result__execution").order_by("-id")


def count_fix_messages(*, session: FixSession) -> Mapping[str, int]:
    """Return how many messages of a session ended how."""
    rows = FixResult.objects.filter(message__session=session).values_list("outcome")
    return dict(rows.annotate(n=Count("pk")).order_by("outcome"))


def count_fix_behind(*, session: FixSession | None = None) -> int:
    """Return how many kept messages nobody acted on yet, of one session or of all."""
    marks = FixBookmark.objects.filter(session=OuterRef("session"), acted_to__lt=OuterRef("pk"))
    rows = FixMessage.objects.filter(Exists(marks), waits=True)
    return (rows if session is None else rows.filter(session=session)).count()


def find_instruction(message: FixMessage) -> FixAllocation | None:
    """Return what was made of an allocation that a message instructed."""
    return FixAllocation.objects.select_related("allocation").filter(message=message).first()


def fix_fields(message: FixMessage) -> list[tuple[int, str]]:
    """Return the fields of a message as people read them; none of what is no message."""
    whole = read(bytes(message.content))
    if isinstance(whole, Garbled):
        return []
    return [(tag, text(value)) for tag, value in whole.fields]
