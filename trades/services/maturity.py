"""The end of trades that end by themselves: the last leg of a repo or loan, a contract's expiry.

Only what was validated ends; what still waits for a person does not slip away. An open repo ends
when an amendment has given it an end date.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from django.db.models import Exists, F, OuterRef, QuerySet

from core.acts import acting
from kernel.actors import Actor
from kernel.states import require_transition
from refdata.states import AssetClass
from trades.facts import FINANCING, LegKind
from trades.models import Trade, TradeLeg
from trades.services.lapse import supersede
from trades.states import TRANSITIONS, CloseReason, TradeState

CHUNK: Final = 1_000
MATURITY_JOB: Final = "trades.close_what_is_over"
COUNTS: Final = ("matured", "expired")


def matured(day: date) -> QuerySet[Trade]:
    """Return the validated repos and loans whose end leg was due by `day`."""
    over = TradeLeg.objects.filter(
        trade=OuterRef("pk"),
        version_no=OuterRef("version_no"),
        kind=LegKind.END.value,
        settlement_date__lte=day,
    )
    return _standing().filter(Exists(over), product__in=[one.value for one in FINANCING])


def expired(day: date) -> QuerySet[Trade]:
    """Return the validated trades in contracts that expired before `day`."""
    return _standing().filter(
        product="",
        instrument__asset_class=AssetClass.DERIVATIVE.value,
        instrument__maturity_date__lt=day,
        instrument__maturity_date__gte=F("trade_date"),
    )


def close_what_is_over(*, day: date, actor: Actor, at: datetime) -> dict[str, int]:
    """Close these trades as MATURED and EXPIRED; return how many. Safe to repeat."""
    counts = dict.fromkeys(COUNTS, 0)
    for name, found, reason in (
        ("matured", matured(day), CloseReason.MATURED),
        ("expired", expired(day), CloseReason.EXPIRED),
    ):
        while ids := list(found.order_by("pk").values_list("pk", flat=True)[:CHUNK]):
            counts[name] += _close(ids, reason, actor, at)
    return counts


def _standing() -> QuerySet[Trade]:
    return Trade.objects.filter(state=TradeState.VALIDATED.value)


def _close(ids: Sequence[int], reason: CloseReason, actor: Actor, at: datetime) -> int:
    require_transition(TRANSITIONS, source=TradeState.VALIDATED, target=TradeState.CLOSED)
    with acting(actor=actor, reason=reason.value):
        locked = list(
            _standing()
            .filter(pk__in=ids)
            .select_for_update(of=("self",))
            .order_by("pk")
            .values_list("pk", flat=True)
        )
        Trade.objects.filter(pk__in=locked).update(
            state=TradeState.CLOSED.value, close_reason=reason.value
        )
        supersede(trade_ids=locked, actor=actor, at=at)
        return len(locked)
