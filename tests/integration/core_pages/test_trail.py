"""What the trail says of a record: names for keys, sentences with their values, nothing twice."""

from __future__ import annotations

import pytest
from django.utils import translation

from core.pages.trail import ShownEntry, entries_of
from desk.models import ControlException
from tests.factories.trades import booked, facts, person, send, small_world
from tests.integration.trades.test_validation_pages import controlled
from trades.models import Trade

pytestmark = pytest.mark.django_db


def said(entry: ShownEntry) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for change in entry.changes:
        found.setdefault(change.field, []).append(change.after)
    return found


def test_a_counterparty_is_named_once_and_by_no_number_of_ours() -> None:
    small_world()
    trade: Trade = booked()

    (first, *_later) = reversed(entries_of("trade", trade.pk))

    assert said(first)["Counterparty"] == ["BNPP"]
    assert said(first)["Instrument"] == [trade.isin]


def test_a_change_of_counterparty_says_both_names() -> None:
    small_world()
    trade = booked()
    send(facts(version=2, action="AMEND", counterparty=""))

    changes = [c for c in entries_of("trade", trade.pk)[0].changes if c.field == "Counterparty"]

    assert [(c.before, c.after) for c in changes] == [("BNPP", "")]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "23/11/2026"), ("fr", "23/11/2026")],
)
def test_the_message_of_an_exception_is_told_with_its_values(language: str, sentence: str) -> None:
    controlled(1, settlement_date="2026-11-22")
    row = ControlException.objects.get(rule_code="TRD-203")

    with translation.override(language):
        told = [
            change.after
            for change in entries_of("exception", row.pk)[-1].changes
            if change.column == "message"
        ]

    assert len(told) == 1
    assert sentence in told[0]
    assert "…" not in told[0]


def test_a_sentence_whose_values_came_earlier_is_told_whole() -> None:
    """An update of the message alone: its values stand in the entries before."""
    person("ana")
    controlled(1, settlement_date="2026-11-22")
    row = ControlException.objects.get(rule_code="TRD-203")
    ControlException.objects.filter(pk=row.pk).update(message="{found} is not {expected}.")

    latest = entries_of("exception", row.pk)[0]

    assert [c.after for c in latest.changes] == ["22/11/2026 is not 23/11/2026."]
