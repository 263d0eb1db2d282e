"""Reads of the feed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Max, Q, QuerySet

from core.access import Action
from feeds.models import ChangeEvent, WebhookDelivery, WebhookEndpoint
from feeds.states import DeliveryState
from kernel.actors import Actor

SCANNED_MAX: Final = 10_000
"""So many events are looked through for one answer, however few of them are asked for."""


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the feed: its events, the number to go on from, and whether there is more now."""

    events: Sequence[ChangeEvent]
    last: int
    has_more: bool


def events_of_source(source_system: str) -> QuerySet[ChangeEvent]:
    """Return the events about what a source system sent."""
    return ChangeEvent.objects.filter(source_system=source_system)


def events_for(actor: Actor) -> QuerySet[ChangeEvent]:
    """Return the events of the desks that a person may see."""
    return ChangeEvent.objects.visible_to(actor, Action.VIEW_TRADES)


def page_of(
    events: QuerySet[ChangeEvent], *, after: int, types: Collection[str], limit: int
) -> Page:
    """Return what comes after a number, oldest first; of these types only, if any are named.

    A part without a single event still moves on: `last` is the last event that was looked at.
    """
    following = events.filter(pk__gt=after).order_by("pk")
    if not types:
        found = list(following[: limit + 1])
        shown = found[:limit]
        return Page(shown, shown[-1].pk if shown else after, len(found) > limit)
    numbers = list(following.values_list("pk", "type")[: SCANNED_MAX + 1])
    wanted = [number for number, kind in numbers[:SCANNED_MAX] if kind in types]
    return _of_numbers(events, numbers, wanted, after, limit)


def latest(events: QuerySet[ChangeEvent]) -> int:
    """Return the number of the newest event, 0 when there is none."""
    return events.aggregate(last=Max("pk"))["last"] or 0


def last_number() -> int:
    """Return the number of the newest event of all."""
    return latest(ChangeEvent.objects.all())


def list_endpoints() -> QuerySet[WebhookEndpoint]:
    """Return every webhook, by name; those that ended too."""
    return WebhookEndpoint.objects.select_related("progress").annotate(
        waiting=Count("deliveries", filter=Q(deliveries__state=DeliveryState.WAITING.value)),
        given_up=Count("deliveries", filter=Q(deliveries__state=DeliveryState.FAILED.value)),
    )


def list_deliveries() -> QuerySet[WebhookDelivery]:
    """Return every delivery, the latest first."""
    return WebhookDelivery.objects.select_related("endpoint").order_by("-id")


def _of_numbers(
    events: QuerySet[ChangeEvent],
    numbers: Sequence[tuple[int, str]],
    wanted: Sequence[int],
    after: int,
    limit: int,
) -> Page:
    shown = list(events.filter(pk__in=wanted[:limit]).order_by("pk"))
    if len(wanted) > limit:
        return Page(shown, wanted[limit - 1], has_more=True)
    looked = numbers[:SCANNED_MAX]
    return Page(shown, looked[-1][0] if looked else after, len(numbers) > SCANNED_MAX)
