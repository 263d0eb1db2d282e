"""The business day: its steps with what is done, what is left, what blocks it, and by when.

A step only counts; what is true stands in the rooms below. The day is through when no step has
anything left.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice import after_trade, selectors
from backoffice.cut_offs import due_times
from backoffice.links import link
from backoffice.steps import Blocker, Step, StepState
from core.models import Job
from kernel.actors import Actor
from trades.states import TradeState


@dataclass(frozen=True, slots=True)
class BusinessDay:
    """The whole day at one moment."""

    day: date
    trades: selectors.TradeCounts
    steps: tuple[Step, ...]
    live_jobs: tuple[Job, ...]

    @property
    def is_through(self) -> bool:
        return all(step.state in (StepState.THROUGH, StepState.IDLE) for step in self.steps)

    @property
    def steps_open(self) -> int:
        return sum(step.left > 0 for step in self.steps[:-1])


def business_day(*, day: date, actor: Actor, at: datetime) -> BusinessDay:
    """Return the day as this person may see it: the counts of their desks."""
    trades = selectors.count_trades(day=day, actor=actor)
    live = tuple(selectors.list_live_jobs())
    steps = [
        _capture(trades, actor),
        _enrich(trades),
        _control(trades, actor),
        _validate(trades),
        after_trade.statements(day),
        after_trade.reconcile(day, actor),
        after_trade.report(day),
    ]
    calendar = selectors.find_house_calendar()
    zone = timezone.get_current_timezone()
    steps.append(_close(steps))
    due = due_times(day=day, calendar=calendar, zone=zone)
    told = [_told(replace(step, due_at=due[step.code]), live, at) for step in steps]
    return BusinessDay(day=day, trades=trades, steps=tuple(told), live_jobs=live)


def _capture(trades: selectors.TradeCounts, actor: Actor) -> Step:
    waiting = selectors.count_waiting_executions(actor=actor)
    url = link("trades:executions") or link("trades:list")
    return Step(
        code="capture",
        label=_("Capture"),
        icon="capture",
        url=link("trades:list"),
        done=trades.total,
        left=sum(waiting.values()),
        left_label=_("not booked"),
        left_url=url,
        blockers=(
            Blocker(_("waiting for a person"), waiting.get("EXCEPTION", 0), url, "red"),
            Blocker(_("waiting for their first message"), waiting.get("PARKED", 0), url),
        ),
        jobs=("trades.capture", "trades.import", "trades.replay"),
    )


def _enrich(trades: selectors.TradeCounts) -> Step:
    left = trades.of(TradeState.RECEIVED)
    return Step(
        code="enrich",
        label=_("Enrichment"),
        icon="enrich",
        url=link("trades:list", state=TradeState.RECEIVED),
        done=trades.total - left,
        left=left,
        left_label=_("to enrich"),
        left_url=link("trades:list", state=TradeState.RECEIVED),
        jobs=("trades.control", "trades.recontrol"),
    )


def _control(trades: selectors.TradeCounts, actor: Actor) -> Step:
    held = trades.of(TradeState.ON_HOLD) + trades.of(TradeState.ENRICHED)
    open_now = selectors.count_exceptions_by_severity(actor=actor)
    url = link("desk:exceptions")
    return Step(
        code="control",
        label=_("Controls"),
        icon="control",
        url=url or link("trades:list", state=TradeState.ON_HOLD),
        done=trades.total - held - trades.of(TradeState.RECEIVED),
        left=held,
        left_label=_("on hold"),
        left_url=link("trades:list", state=TradeState.ON_HOLD),
        amount_eur=trades.risk(TradeState.ON_HOLD),
        blockers=(
            Blocker(_("blocking exceptions"), open_now.get("BLOCKING", 0), url, "red"),
            Blocker(_("alerts"), open_now.get("WARNING", 0), url),
        ),
        jobs=("trades.control", "trades.recontrol"),
    )


def _validate(trades: selectors.TradeCounts) -> Step:
    queue = link("validation:queue") or link("trades:list", state=TradeState.PENDING_VALIDATION)
    return Step(
        code="validate",
        label=_("Validation"),
        icon="validate",
        url=queue,
        done=trades.of(TradeState.VALIDATED),
        left=trades.of(TradeState.PENDING_VALIDATION),
        left_label=_("to validate"),
        left_url=queue,
        amount_eur=trades.risk(TradeState.PENDING_VALIDATION),
        jobs=("trades.validate", "trades.validation"),
    )


def _close(before: Sequence[Step]) -> Step:
    open_steps = [step for step in before if step.left]
    return Step(
        code="close",
        label=_("Day close"),
        icon="close",
        url="",
        done=len(before) - len(open_steps),
        left=len(open_steps),
        left_label=_("steps open"),
    )


def _told(step: Step, live: Iterable[Job], at: datetime) -> Step:
    """Give a step its state: what runs, what is late, what blocks, what is left, in this order."""
    if step.jobs and any(job.kind.startswith(step.jobs) for job in live):
        state = StepState.RUNNING
    elif step.left and step.due_at is not None and at > step.due_at:
        state = StepState.LATE
    elif step.left and any(one.colour == "red" for one in step.blocking):
        state = StepState.BLOCKED
    elif step.left:
        state = StepState.LEFT
    else:
        state = StepState.THROUGH if step.done else StepState.IDLE
    return replace(step, state=state)
