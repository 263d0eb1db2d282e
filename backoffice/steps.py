"""A step of the business day: plain counts, no query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from django.utils.functional import Promise


class StepState(StrEnum):
    IDLE = "STEP_IDLE"
    RUNNING = "STEP_RUNNING"
    LEFT = "STEP_LEFT"
    BLOCKED = "STEP_BLOCKED"
    LATE = "STEP_LATE"
    THROUGH = "STEP_THROUGH"


@dataclass(frozen=True, slots=True)
class Blocker:
    """Something that keeps a step from ending, and the page where it is dealt with."""

    label: str | Promise
    count: int
    url: str = ""
    colour: str = "amber"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the day: `done` of `done + left` are through; blockers are part of what is left.

    `jobs` are the prefixes of the kinds of job that work on it.
    """

    code: str
    label: str | Promise
    icon: str
    url: str
    done: int = 0
    left: int = 0
    left_label: str | Promise = ""
    left_url: str = ""
    amount_eur: Decimal | None = None
    blockers: tuple[Blocker, ...] = ()
    jobs: tuple[str, ...] = ()
    due_at: datetime | None = None
    state: StepState = StepState.IDLE

    @property
    def total(self) -> int:
        return self.done + self.left

    @property
    def blocking(self) -> tuple[Blocker, ...]:
        return tuple(one for one in self.blockers if one.count)
