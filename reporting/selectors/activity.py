"""The activity of a day: trades by trade date, work by the day on which it was done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from core.access import DeskScopedQuerySet, desks_of
from core.roles import Action
from desk.models import Approval, ControlException
from desk.states import HELD_BACK, LIVE_EXCEPTION, ExceptionKind
from kernel.actors import Actor
from reconciliation.models import Break
from reconciliation.states import BreakState
from reporting.facts import ActivityLine, ActivityReport, PersonLine, RuleLine
from trades import selectors as trades
from trades.models import Tally, Trade, TradeVersion
from trades.states import CloseReason, TradeState

SUBJECT_KIND: Final = "trade"
TREND_DAYS: Final = 10
RULES_SHOWN: Final = 15
WAITING: Final = (
    TradeState.RECEIVED,
    TradeState.ENRICHED,
    TradeState.ON_HOLD,
    TradeState.PENDING_VALIDATION,
)


def activity_of(*, day: date, actor: Actor) -> ActivityReport:
    """Return the activity of one trade date on the desks that the actor may see.

    Trades are those of the trade date; exceptions are those about them; people are counted by the
    local day on which they acted. Sorted to the last tie-break: same data, same report.
    """
    found = _found(actor).filter(day=day)
    desks = _desks(day, actor, found)
    return ActivityReport(
        day=day,
        total=_total(desks),
        desks=tuple(sorted(desks, key=lambda line: (-line.trades, line.name))),
        people=_people(day, actor),
        rules=_rules(found),
        days=_days(day, actor),
    )


def _tallies(actor: Actor) -> DeskScopedQuerySet[Tally]:
    return trades.list_tallies(actor=actor, action=Action.VIEW_REPORTS)


def _found(actor: Actor) -> DeskScopedQuerySet[ControlException]:
    """What a control found about trades and a person had to decide on."""
    found = ControlException.objects.filter(subject_kind=SUBJECT_KIND, severity__in=HELD_BACK)
    return found.visible_to(actor, Action.VIEW_REPORTS)


def _breaks(actor: Actor, day: date) -> dict[str, int]:
    """Breaks that are open and were opened by that day, by desk."""
    rows = (
        Break.objects.visible_to(actor, Action.VIEW_REPORTS)
        .filter(opened_at__date__lte=day)
        .exclude(state=BreakState.RESOLVED)
    )
    return _counted(rows, "desk_code")


def _desks(day: date, actor: Actor, about: QuerySet[ControlException]) -> list[ActivityLine]:
    rows: Iterable[Any] = (
        _tallies(actor)
        .filter(trade_date=day)
        .order_by()
        .values("desk_code")
        .annotate(
            n=Sum("trades"),
            amount_eur=Sum("risk_amount_eur"),
            validated=_of(state=TradeState.VALIDATED),
            waiting=_of(state__in=WAITING),
            refused=_of(state=TradeState.REJECTED),
            amended=_of(is_amended=True),
            cancelled=_of(close_reason=CloseReason.CANCELLED),
            straight_through=_of(is_by_hand=False),
        )
        .exclude(n=0)
    )
    held = trades.count_held(days=[day], actor=actor, action=Action.VIEW_REPORTS)
    by_desk = {row.pop("desk_code"): row | {"trades": row.pop("n")} for row in rows}
    for desk, row in by_desk.items():
        row["straight_through"] -= held.get((day, desk), 0)
    breaks = _breaks(actor, day)
    found = _counted(about, "desk_code")
    still = _counted(about.filter(state__in=LIVE_EXCEPTION), "desk_code")
    names = sorted({*by_desk, *breaks, *found})
    return [
        ActivityLine(
            name=name,
            exceptions=found.get(name, 0),
            exceptions_open=still.get(name, 0),
            breaks_open=breaks.get(name, 0),
            **by_desk.get(name, {}),
        )
        for name in names
    ]


def _of(**alike: object) -> Coalesce:
    """Add up the tallies that are so."""
    return Coalesce(Sum("trades", filter=Q(**alike)), 0)


def _total(desks: Iterable[ActivityLine]) -> ActivityLine:
    lines = list(desks)
    summed: dict[str, Any] = {
        field.name: sum(getattr(line, field.name) for line in lines)
        for field in fields(ActivityLine)
        if field.name != "name"
    }
    return ActivityLine(name="", **summed | {"amount_eur": Decimal(summed["amount_eur"])})


def _people(day: date, actor: Actor) -> tuple[PersonLine, ...]:
    """Who captured, decided and repaired on that day; messages of systems are no person's."""
    desks = desks_of(actor, Action.VIEW_REPORTS)
    scope = {} if desks is None else {"trade__desk_code__in": desks}
    captured = TradeVersion.objects.filter(
        recorded_at__date=day, execution__channel__in=("FILE", "MANUAL", "FIX"), **scope
    ).exclude(maker__startswith="FIX ")  # a counterparty over its session
    decided = Approval.objects.filter(subject_kind=SUBJECT_KIND, decided_at__date=day)
    if desks is not None:
        mine = Trade.objects.filter(desk_code__in=desks).values("pk")
        decided = decided.filter(subject_id__in=mine)
    ended = (
        ControlException.objects.visible_to(actor, Action.VIEW_REPORTS)
        .filter(ended_at__date=day)
        .exclude(Q(ended_by="") | Q(severity="INFO"))
    )
    resolved = (
        Break.objects.visible_to(actor, Action.VIEW_REPORTS)
        .filter(resolved_at__date=day)
        .exclude(resolved_by="")
    )
    counts = {
        "captured": _counted(captured, "maker"),
        "approved": _counted(decided.filter(decision="APPROVED"), "checker"),
        "refused": _counted(decided.filter(decision="REFUSED"), "checker"),
        "exceptions_ended": _counted(ended, "ended_by"),
        "breaks_resolved": _counted(resolved, "resolved_by"),
    }
    names = sorted({name for column in counts.values() for name in column})
    return tuple(
        PersonLine(name, **{column: found.get(name, 0) for column, found in counts.items()})
        for name in names
    )


def _rules(about: QuerySet[ControlException]) -> tuple[RuleLine, ...]:
    rows = (
        about.filter(kind=ExceptionKind.CONTROL)
        .order_by()
        .values("rule_code", "severity")
        .annotate(n=Count("pk"), still_open=Count("pk", filter=Q(state__in=LIVE_EXCEPTION)))
        .order_by("-n", "rule_code", "severity")[:RULES_SHOWN]
    )
    return tuple(
        RuleLine(row["rule_code"], row["severity"], row["n"], row["still_open"]) for row in rows
    )


def _days(day: date, actor: Actor) -> tuple[tuple[date, int, Decimal | None], ...]:
    """Trades and STP rate of the last business days up to `day`, oldest first."""
    wanted = trades.list_recent_days(within=TREND_DAYS, until=day)
    rows = (
        _tallies(actor)
        .filter(trade_date__in=wanted)
        .order_by()
        .values_list("trade_date")
        .annotate(n=Sum("trades"), untouched=_of(is_by_hand=False))
        .exclude(n=0)
        .order_by("trade_date")
    )
    held: dict[date, int] = {}
    of_desks = trades.count_held(days=wanted, actor=actor, action=Action.VIEW_REPORTS)
    for (at, _desk), n in of_desks.items():
        held[at] = held.get(at, 0) + n
    return tuple((at, n, Decimal(untouched - held.get(at, 0)) / n) for at, n, untouched in rows)


def _counted(rows: QuerySet[Any], column: str) -> dict[str, int]:
    counted = rows.order_by().values_list(column).annotate(n=Count("pk"))
    return dict(counted.values_list(column, "n"))
