"""Every state of the house has words, in both languages, and one of the six colours."""

from __future__ import annotations

import re
from enum import StrEnum

import pytest
from django.utils import translation

from backoffice import looks
from core import jobs
from core.pages import status, words

RULE_CODE = re.compile(r"[A-Z]+-\d+")

ENUMS = {
    f"{module.__name__}.{name}": kind
    for module in looks.STATES
    for name, kind in vars(module).items()
    if isinstance(kind, type) and issubclass(kind, StrEnum) and kind is not StrEnum
}


@pytest.mark.parametrize("name", sorted(ENUMS))
def test_every_state_has_words(name: str) -> None:
    assert not [member for member in ENUMS[name] if str(member) not in status.LOOKS]


def test_the_words_speak_french() -> None:
    with translation.override("fr"):
        assert str(status.look("PENDING_VALIDATION").label) == "À valider"


def test_every_kind_of_job_has_words() -> None:
    ours = {kind for kind, run in jobs.handlers().items() if not run.__module__.startswith("tests")}
    assert not ours - set(status.LOOKS)


@pytest.mark.parametrize(
    "kind",
    sorted(k for k, run in jobs.handlers().items() if not run.__module__.startswith("tests")),
)
def test_everything_that_a_job_counts_has_words(kind: str) -> None:
    """Codes of rules are said as they are: the rule book is looked up by them."""
    counted = {name for name in jobs.counts_of(kind) if not RULE_CODE.fullmatch(name)}

    assert counted
    assert counted - set(words.NAMES) - set(status.LOOKS) == set()
    with translation.override("fr"):
        assert words.named("invalid") == "illisibles"
        assert words.named("conflict") == "conflits"


def test_a_message_that_waits_for_a_person_has_a_badge_and_a_kind_of_work_has_none() -> None:
    outcome, kind = status.look("EXCEPTION", of="execution"), status.look("EXCEPTION")

    assert (outcome.is_plain, outcome.colour, kind.is_plain) == (False, "red", True)
