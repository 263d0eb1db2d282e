"""What came in: imports, messages, and rows that wait in quarantine."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import (
    Case,
    Count,
    DateField,
    F,
    Func,
    JSONField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, JSONObject, Left, NullIf, TruncDate

from core.access import Action, DeskScopedQuerySet, desks_of
from core.audit import history
from core.columns import said
from kernel import numbering
from kernel.actors import Actor
from refdata import selectors as refdata
from trades.models import (
    CaptureBatch,
    Execution,
    MessageKey,
    QuarantinedRow,
    Trade,
)
from trades.states import Outcome, RowState


class Merged(Func):
    """Two JSON objects as one; the right one wins."""

    arg_joiner = " || "
    template = "(%(expressions)s)"
    output_field = JSONField()


def list_batches() -> QuerySet[CaptureBatch]:
    """Return what came in together, the latest first, with `told`: its messages by outcome.

    What an import was counted as when it came in may have moved on since: a message that waited is
    a trade now. Those that had some waiting are counted again; so is what shares the batch of its
    minute, which has no end at which it was counted. A message that was booked stays so.
    """
    outcomes = {
        outcome.value.lower(): Count("pk", filter=Q(outcome=outcome.value)) for outcome in Outcome
    }
    counted = (
        Execution.objects.filter(batch=OuterRef("pk"))
        .order_by()
        .values("batch")
        .annotate(told=JSONObject(**outcomes))
        .values("told")
    )
    moves = Q(window_key__isnull=False) | Q(counts__exception__gt=0) | Q(counts__parked__gt=0)
    told = Case(
        When(moves, then=Merged("counts", Subquery(counted))),
        default="counts",
        output_field=JSONField(),
    )
    rows = CaptureBatch.objects.select_related("file").annotate(told=told)
    return rows.order_by("-received_at", "-id")


def trade_ids_of_batches(*, batch_ids: Collection[int]) -> QuerySet[Any, int]:
    """Return the ids of the trades that these batches made, amended or cancelled.

    Its messages name them, also those that waited and went on later; a repair makes trades of
    messages that came in an earlier batch, and those carry the repair's own.
    """
    told, made = _told_and_made(batch_ids)
    return told.values_list("trade_id", flat=True).union(made.values_list("pk", flat=True))


def of_batch(*, batch_id: int) -> Q:
    """Return "a batch made, amended or cancelled this trade", in a way that an index answers.

    Numbers carry their day: between the first and the last lie the months of the batch, and no
    other is looked through. The sum with nothing keeps PostgreSQL from seeking them along the
    primary key. Most batches touched what they made and nothing else: that is written on the trade.
    """
    told, made = _told_and_made([batch_id])
    ends = [made.aggregate(first=Min(F("pk") + 0), last=Max(F("pk") + 0))]
    named = Q(batch=batch_id)
    if told.values_list("trade_id").difference(made.values_list("pk")).exists():
        ends.append(told.aggregate(first=Min("trade_id"), last=Max("trade_id")))
        named = Q(pk__in=trade_ids_of_batches(batch_ids=[batch_id]))
    known = [one for one in ends if one["first"] is not None]
    if not known:
        return Q(pk__in=[])
    first, last = min(one["first"] for one in known), max(one["last"] for one in known)
    return Q(named, pk__gte=first, pk__lte=last)


def _told_and_made(batch_ids: Collection[int]) -> tuple[QuerySet[Execution], QuerySet[Trade]]:
    """Return the messages of batches that name a trade, and the trades that are their own."""
    told = Execution.objects.filter(batch_id__in=batch_ids, trade__isnull=False)
    return told, Trade.objects.filter(batch_id__in=batch_ids)


@dataclass(frozen=True, slots=True)
class Release:
    """Who let a message go on that had waited, and when."""

    actor: str
    at: datetime


def find_release(*, execution_id: int) -> Release | None:
    """Return who released a message that did not become a trade at once; None when it did."""
    for entry in history("execution", execution_id):
        if entry.changes.get("outcome", [None, None])[1] == Outcome.BOOKED.value:
            return Release(actor=entry.actor, at=entry.at)
    return None


def list_executions(*, actor: Actor) -> QuerySet[Execution]:
    """Return the messages of the desks that the actor may see, the latest first.

    A message is of the desk of its trade; while it has none, of the desk of the book that it names.
    One that names no book we know is seen by those who see every desk.
    """
    rows = Execution.objects.order_by("-id")
    desks = desks_of(actor, Action.VIEW_TRADES)
    if desks is None:
        return rows
    books = refdata.books_of_desks(desks)
    unbooked = Q(trade__isnull=True, book__in=books)
    return rows.alias(book=said("content", "book")).filter(Q(trade__desk_code__in=desks) | unbooked)


def list_quarantined(*, actor: Actor) -> DeskScopedQuerySet[QuarantinedRow]:
    """Return the rows in quarantine of the desks that the actor may see, by file and line.

    A row whose book is not known is seen by those who see every desk.
    """
    return QuarantinedRow.objects.visible_to(actor, Action.VIEW_TRADES)


def rows_of_day(rows: QuerySet[QuarantinedRow], day: date) -> QuerySet[QuarantinedRow]:
    """Keep the rows of files that came in on a day: what cannot be read names no other."""
    return rows.filter(source__received_at__date=day)


def count_in_quarantine(*, actor: Actor, day: date | None = None) -> int:
    """Count the rows of files (of a day) that wait to be repaired."""
    waiting = list_quarantined(actor=actor).filter(state=RowState.OPEN.value)
    return (waiting if day is None else rows_of_day(waiting, day)).count()


def text_of_message(*, execution_id: int) -> str:
    """Return a message letter by letter as it was kept."""
    text = Cast("content", TextField())
    return str(Execution.objects.values_list(text, flat=True).get(pk=execution_id))


def list_waiting(*, actor: Actor) -> QuerySet[Execution]:
    """Return the messages that wait for a person or for their NEW, the latest first."""
    return list_executions(actor=actor).filter(
        outcome__in=[Outcome.PARKED.value, Outcome.EXCEPTION.value]
    )


def messages_of(*, source_system: str, source_reference: str) -> QuerySet[Execution]:
    """Return every message kept under an identity, in the order in which they came."""
    keys = MessageKey.objects.filter(source_system=source_system, source_reference=source_reference)
    return Execution.objects.filter(pk__in=keys.values("execution_id")).order_by("id")


def message_ids_called(reference: str) -> list[int]:
    """Return the messages that a sender calls so, whichever version and sender."""
    keys = MessageKey.objects.filter(source_reference=reference)
    return list(keys.values_list("execution_id", flat=True))


def trade_ids_called(reference: str) -> list[int]:
    """Return the trades called so: by us (the number written out), or by a sender."""
    ours = numbering.number_of(reference[1:]) if reference[:1] in "Tt" else None
    if ours is not None:
        return [ours]
    told = Execution.objects.filter(pk__in=message_ids_called(reference), trade__isnull=False)
    return sorted(set(told.values_list("trade", flat=True)))


def executions_of_day(rows: QuerySet[Execution], day: date) -> QuerySet[Execution]:
    """Keep the messages about a business day: that of their trade, else stated, else of arrival."""
    stated = Coalesce(
        NullIf(said("content", "trade_date"), Value("")), Left(said("content", "traded_at"), 10)
    )
    of_day = Coalesce("trade__trade_date", Cast(stated, DateField()), TruncDate("received_at"))
    return rows.alias(of_day=of_day).filter(of_day=day)
