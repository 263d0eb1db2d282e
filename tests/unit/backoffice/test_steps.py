"""Figures of the business day in words: one thing is one, several are several, in each language."""

from __future__ import annotations

import pytest
from django.utils import translation
from django.utils.translation import gettext_lazy, ngettext_lazy

from backoffice.steps import Blocker, Step, counted

EXCEPTIONS = ngettext_lazy("blocking exception", "blocking exceptions")
BREAKS = ngettext_lazy("open break", "open breaks")


@pytest.mark.parametrize(
    ("language", "count", "exceptions", "breaks"),
    [
        ("en", 0, "blocking exceptions", "open breaks"),
        ("en", 1, "blocking exception", "open break"),
        ("en", 2, "blocking exceptions", "open breaks"),
        ("fr", 0, "anomalie bloquante", "suspens ouvert"),
        ("fr", 1, "anomalie bloquante", "suspens ouvert"),
        ("fr", 1234, "anomalies bloquantes", "suspens ouverts"),
    ],
)
def test_a_count_has_its_words(language: str, count: int, exceptions: str, breaks: str) -> None:
    with translation.override(language):
        assert Blocker(EXCEPTIONS, count).label == exceptions
        assert Blocker(BREAKS, count).label == breaks
        step = Step(code="x", label="", icon="", url="", left=count, left_labels=EXCEPTIONS)
        assert step.left_label == exceptions


def test_a_step_without_words_has_none() -> None:
    assert counted("", 1) == ""


def test_words_for_one_only_would_be_seen() -> None:
    """A label that knows no count cannot slip in: the mark of a plain text takes no number."""
    with pytest.raises(TypeError):
        counted(gettext_lazy("Trades"), 1)
