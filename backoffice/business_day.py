"""The business day: its steps with what is done, what is left, what blocks it, and by when.

A step only counts what belongs to the day, and leads to the lists of exactly that; what is true
stands in the rooms below. The day is through when no step has anything left.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from backoffice import after_trade, selectors
from backoffice.cut_offs import due_times
from backoffice.links import link_to_day, link_to_trades
from backoffice.steps import Blocker, Step, StepState
from core.models import Job
from kernel.actors import Actor
from kernel.calendars import SATURDAY, BusinessCalendar
from trades.states import Outcome, TradeState

HELD: Final = (TradeState.ON_HOLD, TradeState.ENRICHED)
ENRICHED: Final = tuple(state for state in TradeState if state is not TradeState.RECEIVED)
CONTROLLED: Final = tuple(state for state in ENRICHED if state not in HELD)


@dataclass(frozen=True, slots=True)
class BusinessDay:
    """The whole day at one moment."""

    day: date
    trades: selectors.TradeCounts
    steps: tuple[Step, ...]
    live_jobs: tuple[Job, ...]
    is_open: bool = True

    @property
    def is_through(self) -> bool:
        return all(step.state in (StepState.THROUGH, StepState.IDLE) for step in self.steps)

    @property
    def is_empty(self) -> bool:
        """Nothing was done and nothing is left: no execution came in, and no statement."""
        return all(step.state is StepState.IDLE for step in self.steps[:-1])

    @property
    def is_idle(self) -> bool:
        """The house is closed on that day, and nothing happened."""
        return self.is_empty and not self.is_open

    @property
    def steps_open(self) -> int:
        return sum(step.left > 0 for step in self.steps[:-1])


def business_day(*, day: date, actor: Actor, at: datetime) -> BusinessDay:
    """Return the day as this person may see it: the counts of their desks."""
    trades = selectors.count_trades(day=day, actor=actor)
    live = tuple(selectors.list_live_jobs())
    steps = [
        _capture(trades, day, actor),
        _enrich(trades, day),
        _control(trades, day, actor),
        _validate(trades, day),
        after_trade.confirm(day, actor),
        after_trade.statements(day),
        after_trade.reconcile(day, actor),
        after_trade.report(day, actor),
    ]
    calendar = selectors.find_house_calendar()
    zone = timezone.get_current_timezone()
    steps.append(_close(steps))
    due = due_times(day=day, calendar=calendar, zone=zone)
    told = [_told(replace(step, due_at=due[step.code]), live, at) for step in steps]
    return BusinessDay(
        day=day,
        trades=trades,
        steps=tuple(told),
        live_jobs=live,
        is_open=_is_open(day, calendar),
    )


def _is_open(day: date, calendar: BusinessCalendar | None) -> bool:
    """Say whether the house works on that day; beyond its calendar, weekends alone are closed."""
    if calendar is not None and calendar.first <= day <= calendar.last:
        return calendar.is_open(day)
    return day.weekday() < SATURDAY


def _trades(day: date, *states: TradeState) -> str:
    """Return the address of the day's trades in these states, all of them without any."""
    return link_to_trades("trades:list", day, state=[state.value for state in states])


def _capture(trades: selectors.TradeCounts, day: date, actor: Actor) -> Step:
    waiting = selectors.count_waiting_executions(day=day, actor=actor)
    rows = selectors.count_in_quarantine(day=day, actor=actor)

    def messages(*outcomes: Outcome) -> str:
        return link_to_day("trades:executions", day, outcome=[one.value for one in outcomes])

    return Step(
        code="capture",
        label=_("Capture"),
        icon="capture",
        url=_trades(day),
        done=trades.total,
        done_url=_trades(day),
        left=sum(waiting.values()) + rows,
        left_labels=ngettext_lazy("not booked", "not booked"),
        left_url="" if rows else messages(Outcome.EXCEPTION, Outcome.PARKED),
        blockers=(
            Blocker(
                ngettext_lazy("waiting for a person", "waiting for a person"),
                waiting.get(Outcome.EXCEPTION, 0),
                messages(Outcome.EXCEPTION),
                "red",
            ),
            Blocker(
                ngettext_lazy("waiting for its first message", "waiting for their first message"),
                waiting.get(Outcome.PARKED, 0),
                messages(Outcome.PARKED),
            ),
            Blocker(
                ngettext_lazy("row of a file in quarantine", "rows of files in quarantine"),
                rows,
                link_to_day("trades:quarantine", day),
                "red",
            ),
        ),
        jobs=("trades.capture", "trades.import", "trades.replay"),
    )


def _enrich(trades: selectors.TradeCounts, day: date) -> Step:
    left = trades.of(TradeState.RECEIVED)
    return Step(
        code="enrich",
        label=_("Enrichment"),
        icon="enrich",
        url=_trades(day),
        done=trades.total - left,
        done_url=_trades(day, *ENRICHED),
        left=left,
        left_labels=ngettext_lazy("to enrich", "to enrich"),
        left_url=_trades(day, TradeState.RECEIVED),
        jobs=("trades.control", "trades.recontrol"),
    )


def _control(trades: selectors.TradeCounts, day: date, actor: Actor) -> Step:
    held = trades.of(*HELD)
    found = selectors.count_findings(day=day, actor=actor)

    def exceptions(severity: str) -> str:
        return link_to_day("desk:exceptions", day, kind="CONTROL", severity=severity)

    return Step(
        code="control",
        label=_("Controls"),
        icon="control",
        url=link_to_day("desk:exceptions", day),
        done=trades.of(*CONTROLLED),
        done_url=_trades(day, *CONTROLLED),
        left=held,
        left_labels=ngettext_lazy("on hold", "on hold"),
        left_url=_trades(day, *HELD),
        amount_eur=trades.risk(*HELD),
        blockers=(
            Blocker(
                ngettext_lazy("blocking exception", "blocking exceptions"),
                found.get("BLOCKING", 0),
                exceptions("BLOCKING"),
                "red",
            ),
            Blocker(
                ngettext_lazy("warning", "warnings"), found.get("WARNING", 0), exceptions("WARNING")
            ),
        ),
        jobs=("trades.control", "trades.recontrol"),
    )


def _validate(trades: selectors.TradeCounts, day: date) -> Step:
    """What was refused waits too: for its correction, then for a supervisor again."""
    left = (TradeState.PENDING_VALIDATION, TradeState.REJECTED)
    return Step(
        code="validate",
        label=_("Validation"),
        icon="validate",
        url=link_to_trades("validation:queue", day),
        done=trades.of(TradeState.VALIDATED),
        done_url=_trades(day, TradeState.VALIDATED),
        left=trades.of(*left),
        left_labels=ngettext_lazy("to validate or correct", "to validate or correct"),
        left_url=_trades(day, *left),
        amount_eur=trades.risk(*left),
        blockers=(
            Blocker(
                ngettext_lazy("to validate", "to validate"),
                trades.of(TradeState.PENDING_VALIDATION),
                link_to_trades("validation:queue", day),
                "blue",
            ),
            Blocker(
                ngettext_lazy("refused, to correct", "refused, to correct"),
                trades.of(TradeState.REJECTED),
                _trades(day, TradeState.REJECTED),
                "red",
            ),
        ),
        jobs=("trades.validate", "trades.validation"),
    )


def _close(before: Sequence[Step]) -> Step:
    open_steps = [step for step in before if step.left]
    return Step(
        code="close",
        label=_("Day close"),
        icon="close",
        url="",
        done=len(before) - len(open_steps) if any(step.total for step in before) else 0,
        left=len(open_steps),
        left_labels=ngettext_lazy("step open", "steps open"),
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
