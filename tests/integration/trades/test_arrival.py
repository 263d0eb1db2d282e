"""Deliveries in any order, repeated, in any batches: what stands in the end is the same."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories.trades import cancel, facts, send, small_world
from trades.models import Execution, Trade, TradeVersion

MESSAGES = (
    facts(source_reference="A", version=1),
    facts(source_reference="A", version=2, action="AMEND", quantity="20"),
    facts(source_reference="A", version=3, action="AMEND", quantity="30"),
    cancel(source_reference="A", version=4),
    facts(source_reference="B", version=1),
    facts(source_reference="B", version=5, action="AMEND", price="99"),
    facts(source_reference="C", version=1, isin=None, symbol="NOPE"),
)
DELIVERIES = st.permutations(range(len(MESSAGES))).flatmap(
    lambda order: st.tuples(
        st.just(order),
        st.lists(st.integers(0, len(MESSAGES) - 1), max_size=4),
        st.integers(1, len(MESSAGES)),
    )
)


def heads() -> dict[str, tuple[Any, ...]]:
    return {
        trade.source_reference: (
            trade.state,
            trade.close_reason,
            trade.source_version,
            trade.quantity,
            trade.price,
        )
        for trade in Trade.objects.all()
    }


def check_invariants() -> None:
    """I01: each kept message has a version, waits or is older; I02: versions 1..n, head n."""
    for trade in Trade.objects.all():
        numbers = sorted(
            TradeVersion.objects.filter(trade=trade).values_list("version_no", flat=True)
        )
        assert numbers == list(range(1, trade.version_no + 1))
        head = TradeVersion.objects.get(trade=trade, version_no=trade.version_no)
        assert (head.fingerprint, head.source_version) == (trade.fingerprint, trade.source_version)
    for row in Execution.objects.filter(outcome="BOOKED"):
        assert TradeVersion.objects.filter(execution=row).count() == 1
    assert not Execution.objects.filter(outcome="PARKED").exists()


@pytest.mark.django_db
@given(delivery=DELIVERIES)
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_the_order_of_arrival_does_not_change_what_stands(
    delivery: tuple[list[int], list[int], int],
) -> None:
    order, repeats, size = delivery
    with transaction.atomic():
        small_world()
        everything = [MESSAGES[n] for n in (*order, *repeats)]
        for start in range(0, len(everything), size):
            send(*everything[start : start + size])
        check_invariants()
        found = heads()
        waiting = Execution.objects.filter(outcome="EXCEPTION").count()
        transaction.set_rollback(True)

    assert {name: head[:4] for name, head in found.items()} == {
        "A": ("CLOSED", "CANCELLED", 4, found["A"][3]),
        "B": ("RECEIVED", "", 5, 100),
    }
    assert found["B"][4] == 99
    assert waiting == 1
