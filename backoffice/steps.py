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

    Each figure of the step leads to the list of exactly what it counts; where what is left stands
    in several lists (`left_url` is ''), its blockers do. `jobs` are the prefixes of the kinds of
    job that work on it.
    """

    code: str
    label: str | Promise
    icon: str
    url: str
    done: int = 0
    done_url: str = ""
    left: int = 0
    left_label: str | Promise = ""
    left_url: str = ""
    amount_eur: Decimal | None = None
    blockers: tuple[Blocker, ...] = ()
    jobs: tuple[str, ...] = ()
    due_at: datetime | None = None
    state: StepState = StepState.IDLE

    @property
    def figures(self) -> tuple[Blocker, ...]:
        """What is left, where it can be led to: as one list, or as the several that make it up."""
        if not self.left or self.code == "close":
            return ()
        whole = Blocker(self.left_label, self.left, self.left_url)
        return (whole,) if self.left_url else self.blocking

    @property
    def total(self) -> int:
        return self.done + self.left

    @property
    def blocking(self) -> tuple[Blocker, ...]:
        return tuple(one for one in self.blockers if one.count)
