"""Confirmations: who sees which, by when they are due, and how a day stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from core.access import Action, desks_of
from kernel.actors import Actor
from refdata import selectors as refdata
from refdata.states import DayStep
from settlement.models import Chaser, Confirmation, ConfirmationFile
from settlement.models.confirmation import ConfirmationQuerySet
from settlement.rules.products import FX
from settlement.states import OPEN, UNCONFIRMED, ConfirmationState
from trades.models import Trade

NEAREST_MAX = 10


def list_confirmations(*, actor: Actor) -> ConfirmationQuerySet:
    """Return the confirmations of the desks that the actor may see, and what is alleged."""
    found: ConfirmationQuerySet = Confirmation.objects.visible_to(actor, Action.VIEW_CONFIRMATIONS)
    return found


def get_for_update(*, confirmation_id: int, actor: Actor) -> Confirmation | None:
    """Return one confirmation under its row lock; None when it is out of the actor's reach."""
    rows = list_confirmations(actor=actor).select_for_update(of=("self",))
    found: Confirmation | None = rows.filter(pk=confirmation_id).first()
    return found


def list_of_trade(*, trade_id: int) -> QuerySet[Confirmation]:
    """Return the confirmations of every version of a trade, the latest first."""
    return (
        Confirmation.objects.filter(trade=trade_id)
        .select_related("received", "party")
        .order_by("-version_no", "-pk")
    )


def list_files(*, actor: Actor) -> QuerySet[ConfirmationFile]:
    """Return the files that were made for counterparties: they hold the trades of all desks."""
    found = ConfirmationFile.objects.select_related("party", "file").order_by("-pk")
    return found if desks_of(actor, Action.VIEW_CONFIRMATIONS) is None else found.none()


def list_chasers(*, actor: Actor) -> QuerySet[Chaser]:
    """Return the chasers; a role on some desks shows one's own alone."""
    found = Chaser.objects.order_by("-pk")
    everywhere = desks_of(actor, Action.VIEW_CONFIRMATIONS) is None
    return found if everywhere else found.filter(created_by=actor.name)


def deadlines(days: Iterable[date]) -> Mapping[date, datetime]:
    """Return by when the trades of each day must be confirmed."""
    zone = timezone.get_current_timezone()
    return refdata.cut_off_moments(DayStep.CONFIRM, days, zone=zone)


def is_late(row: Confirmation, at: datetime) -> bool:
    """Say whether it is still open past its deadline."""
    if row.state not in OPEN or row.trade_date is None:
        return False
    due = deadlines([row.trade_date]).get(row.trade_date)
    return due is not None and at > due


def late_open(rows: QuerySet[Any], at: datetime) -> QuerySet[Any]:
    """Narrow to what is open past its deadline."""
    live = rows.filter(state__in=OPEN)
    days = Confirmation.objects.filter(state__in=OPEN).values_list("trade_date", flat=True)
    due = deadlines(day for day in days.order_by().distinct() if day)
    return live.filter(trade_date__in=[day for day, moment in due.items() if at > moment])


def of_day(rows: QuerySet[Any], day: date) -> QuerySet[Any]:
    """Keep what belongs to a business day: confirmations of its trades that are not over."""
    return rows.filter(trade_date=day).exclude(state=ConfirmationState.CANCELLED.value)


def count_of_day(*, day: date, actor: Actor) -> dict[str, int]:
    """Count the confirmations of a day by state."""
    rows = of_day(list_confirmations(actor=actor), day).order_by()
    found = rows.values("state").annotate(n=Count("pk"))
    return {row["state"]: row["n"] for row in found}


def rate_of_day(*, day: date, actor: Actor) -> Decimal | None:
    """Return the same-day confirmation rate: matched by the deadline ÷ due; None without any."""
    due = deadlines([day]).get(day)
    if due is None:
        return None
    ours = of_day(list_confirmations(actor=actor), day).filter(trade__isnull=False)
    told = ours.order_by().aggregate(
        due=Count("pk"), in_time=Count("pk", filter=Q(matched_at__lte=due))
    )
    return Decimal(told["in_time"]) / told["due"] if told["due"] else None


def list_not_validated(row: Confirmation, *, actor: Actor) -> QuerySet[Trade]:
    """Return trades of ours that could explain what is alleged, were they validated."""
    waiting = Trade.objects.visible_to(actor, Action.VIEW_TRADES).filter(is_open=True)
    if row.trade_date is None:
        return waiting.none()
    same = waiting.filter(
        counterparty=row.party_id, isin=row.isin, product=row.product, trade_date=row.trade_date
    )
    if row.product == FX:
        same = same.filter(symbol__in=both_ways(row.pair))
    return same.order_by("-pk")[:NEAREST_MAX]


def both_ways(pair: str) -> tuple[str, str]:
    """Return a pair as either side may write it."""
    return pair, "/".join(reversed(pair.split("/")))


def nearest(row: Confirmation, *, actor: Actor) -> list[Confirmation]:
    """Return what could be the other side of an open confirmation: same counterparty, product, and
    ISIN or pair.

    Of ours what is alleged, of what is alleged ours that no message was found for; the nearest in
    quantity first.
    """
    wanted = (ConfirmationState.ALLEGED.value,) if row.trade_id else UNCONFIRMED
    rows = (
        list_confirmations(actor=actor)
        .filter(party=row.party_id, isin=row.isin, product=row.product, state__in=wanted)
        .select_related("received", "party")
    )
    if row.product == FX:
        rows = rows.filter(pair__in=both_ways(row.pair))
    found = list(rows.order_by("-trade_date", "pk")[: NEAREST_MAX * 10])

    def distance(other: Confirmation) -> tuple[bool, bool, Decimal, int]:
        gap = abs((other.quantity or Decimal(0)) - (row.quantity or Decimal(0)))
        # an exchange may be told from either currency
        turned = row.product == FX and other.currency != row.currency
        return (
            (other.side != row.side) is not turned,
            other.trade_date != row.trade_date,
            gap,
            other.pk,
        )

    return sorted(found, key=distance)[:NEAREST_MAX]
