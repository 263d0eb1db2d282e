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


def counted(labels: str | Promise, count: int) -> str:
    """Return the words for one or for several of `ngettext_lazy`, as the count has it."""
    return str(labels % count) if labels else ""


@dataclass(frozen=True, slots=True)
class Blocker:
    """Something that keeps a step from ending, and the page where it is dealt with.

    `labels` are the words for one and for several, as `ngettext_lazy` has them without a number.
    """

    labels: str | Promise
    count: int
    url: str = ""
    colour: str = "amber"

    @property
    def label(self) -> str:
        """The words for so many, in the language of the reader."""
        return counted(self.labels, self.count)


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
    left_labels: str | Promise = ""  # for one and for several, as those of a blocker
    left_url: str = ""
    amount_eur: Decimal | None = None
    blockers: tuple[Blocker, ...] = ()
    jobs: tuple[str, ...] = ()
    due_at: datetime | None = None
    state: StepState = StepState.IDLE

    @property
    def left_label(self) -> str:
        """The words for so much that is left."""
        return counted(self.left_labels, self.left)

    @property
    def figures(self) -> tuple[Blocker, ...]:
        """What is left, where it can be led to: as one list, or as the several that make it up."""
        if not self.left or self.code == "close":
            return ()
        whole = Blocker(self.left_labels, self.left, self.left_url)
        return (whole,) if self.left_url else self.blocking

    @property
    def total(self) -> int:
        return self.done + self.left

    @property
    def blocking(self) -> tuple[Blocker, ...]:
        return tuple(one for one in self.blockers if one.count)
