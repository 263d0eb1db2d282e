"""The look of a state: its translated label and its colour, one table for the whole house.

A room registers its states once (`status.register`, in its `apps.py`); the same word then has the
same label and colour on every page, in every export and in every chart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

COLOURS: Final = frozenset({"grey", "blue", "amber", "red", "green", "purple"})


@dataclass(frozen=True, slots=True)
class Look:
    """What a state looks like: a label in the reader's language and one of COLOURS.

    A plain one is written as text: kinds and sides have no life, and a page of badges says nothing.
    """

    label: str | Promise
    colour: str = "grey"
    is_plain: bool = False

    def __post_init__(self) -> None:
        if self.colour not in COLOURS:
            raise ValueError(f"{self.colour} is none of {sorted(COLOURS)}")


LOOKS: Final[dict[str, Look]] = {
    "OPEN": Look(_("Open"), "amber"),
    "ASSIGNED": Look(_("Assigned"), "blue"),
    "DONE": Look(_("Done"), "green"),
    "QUEUED": Look(_("Queued"), "grey"),
    "RUNNING": Look(_("Running"), "blue"),
    "FAILED": Look(_("Failed"), "red"),
    "ACTIVE": Look(_("Active"), "green"),
    "INACTIVE": Look(_("Inactive"), "grey"),
    "INFO": Look(_("Information"), "blue"),
    "WARNING": Look(_("Warning"), "amber"),
    "BLOCKING": Look(_("Blocking"), "red"),
    "INSERT": Look(_("Created"), "green"),
    "UPDATE": Look(_("Changed"), "blue"),
    "DELETE": Look(_("Removed"), "red"),
}


def register(looks: Mapping[str, Look]) -> None:
    """Add the looks of a room's states; the later registration of a word wins."""
    LOOKS.update({str(word): look for word, look in looks.items()})


def look(value: object, *, of: str = "") -> Look:
    """Return the look of a state; an unknown one is shown as its own words, in grey.

    `of` is the model whose state it is: French agrees with it.
    """
    word = value.value if isinstance(value, StrEnum) else str(value)
    return LOOKS.get(f"{of}:{word}") or LOOKS.get(word) or Look(_spelled(word))


def word(code: str, label: str | Promise, *, of: str = "") -> str | Promise:
    """Return the word of a choice: that of its badge where the code has one, else its own label."""
    known = f"{of}:{code}" in LOOKS or code in LOOKS
    return look(code, of=of).label if known else label


def _spelled(word: str) -> str:
    return word.replace("_", " ").capitalize()
