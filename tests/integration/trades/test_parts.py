"""A large bulk is planned and written in parts; nobody can tell from what stands in the end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection

from tests.factories.trades import cancel, facts, send, small_world
from trades.facts import ExecutionFacts
from trades.models import CaptureBatch, Execution, Trade, TradeVersion
from trades.services import capture, loading, storing
from trades.services.capture import Item
from trades.services.plan import ItemStatus

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture, "PART", 3)


def many(count: int) -> list[ExecutionFacts]:
    """Return so many identities, each with a NEW; every third amended, every fifth cancelled."""
    messages: list[ExecutionFacts] = []
    for n in range(count):
        name = f"P-{n:03d}"
        if n % 3 == 0:
            messages.append(
                facts(source_reference=name, version=2, action="AMEND", quantity=str(n + 1))
            )
        messages.append(facts(source_reference=name))
        if n % 5 == 0:
            messages.append(cancel(source_reference=name, version=3))
    return messages


def test_parts_never_split_an_identity() -> None:
    items = [Item(facts=message) for message in many(20)]
    ordered = sorted(items, key=loading.order)

    cut = list(loading.parts(ordered, 3))

    names = [{item.facts.source_reference for item in part if item.facts} for part in cut]
    assert sum(len(part) for part in cut) == len(items)
    assert len(set.union(*names)) == sum(map(len, names))
    assert len(cut) > 5


def test_every_message_has_its_effect_in_the_order_of_the_call() -> None:
    small_world()
    messages = many(30)

    captured = send(*messages)

    assert {item.outcome for item in captured.items} == {"BOOKED"}
    assert TradeVersion.objects.count() == Execution.objects.count() == len(messages)
    assert Trade.objects.filter(state="CLOSED").count() == 6
    assert Trade.objects.get(source_reference="P-003").quantity == 4
    stored = Execution.objects.order_by("id").values_list("source_reference", "action")
    assert list(stored) == [(m.source_reference, str(m.action)) for m in messages]
    assert [item.execution_id for item in captured.items] == list(
        Execution.objects.order_by("id").values_list("id", flat=True)
    )


def test_the_same_bulk_again_changes_nothing() -> None:
    small_world()
    first = send(*many(12))

    again = send(*many(12))

    assert {item.status for item in again.items} == {ItemStatus.REPEATED}
    assert [i.execution_id for i in again.items] == [i.execution_id for i in first.items]


def test_a_bulk_that_fails_in_a_late_part_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    small_world()
    original, parts = storing._executions, []

    def twice(fresh: list[Item], store: storing.Store) -> list[str]:
        parts.append(fresh)
        lines = original(fresh, store)
        return lines + lines[:1] if len(parts) % 4 == 0 else lines

    monkeypatch.setattr(storing, "_executions", twice)

    with pytest.raises(IntegrityError):
        send(*many(30))

    assert not Trade.objects.exists()
    assert not Execution.objects.exists()
    assert not CaptureBatch.objects.exists()


def test_two_bulks_that_race_for_the_same_identities_both_end() -> None:
    small_world()
    barrier = Barrier(2)

    def run(messages: list[ExecutionFacts]) -> list[ItemStatus]:
        barrier.wait()
        try:
            return [item.status for item in send(*messages).items]
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        both = pool.map(run, [many(20), list(reversed(many(20)))])
        statuses = [status for result in both for status in result]

    assert statuses.count(ItemStatus.CREATED) == statuses.count(ItemStatus.REPEATED)
    assert Trade.objects.count() == 20
