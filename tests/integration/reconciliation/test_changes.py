"""A matched trade that says something else now is matched no more."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core import jobs
from core.models import AuditEntry
from desk.models import WorkItem
from kernel.actors import SYSTEM
from reconciliation import services
from reconciliation.models import Break, MatchGroup
from reconciliation.states import Kind
from tests.factories.trades import AT, send
from tests.integration.reconciliation.examples import (
    BANK,
    EXAMPLES,
    example_taken_in,
    example_trade,
)
from tests.integration.reconciliation.world import PAID, account, agent, statement, taken_in, trade
from trades.formats.execution_json import read_execution
from trades.models import Trade

pytestmark = pytest.mark.django_db
CLOSING = "C261120EUR9000,00"


def example(**changes: Any) -> None:
    message = json.loads((EXAMPLES / "execution.json").read_text()) | changes
    if changes["action"] == "CANCEL":
        message = {name: message[name] for name in ("source_reference", "version", "action")}
    send(read_execution(json.dumps(message).encode()))
    jobs.run_pending()


@pytest.mark.parametrize("change", [{"action": "AMEND", "price": "55.50"}, {"action": "CANCEL"}])
def test_a_matched_trade_that_changes_is_unmatched_and_its_line_is_a_break(
    change: dict[str, str],
) -> None:
    example_trade()
    example_taken_in(BANK)
    group = MatchGroup.objects.get(state="CONFIRMED")

    example(version=2, **change)

    group.refresh_from_db()
    assert (group.state, group.decided_by) == ("UNDONE", SYSTEM.name)
    assert "amended or cancelled" in group.reason
    assert set(group.allocations.values_list("state", flat=True)) == {"UNDONE"}
    found = Break.objects.get(reference="EXAMPLE-1")
    assert (found.category, found.trade, found.evidence) == (
        "MISSING_OURS", None, {"undone": group.pk},
    )  # fmt: skip
    assert WorkItem.objects.filter(kind="BREAK", subject_id=found.pk, state="OPEN").exists()
    traced = AuditEntry.objects.filter(entity="match_group", key=group.pk, action="UPDATE")
    assert "amended or cancelled" in traced.order_by("seq")[0].reason


def test_what_the_system_took_apart_is_confirmed_again_when_it_agrees_again() -> None:
    account()
    made = trade(1)
    file = taken_in(statement(PAID, closing=CLOSING))
    services.unmatch_changed(trade_ids=[made.pk], actor=SYSTEM, at=AT)
    assert MatchGroup.objects.get().state == "UNDONE"

    services.reconcile_file(file_id=file.pk, actor=agent(), at=AT)

    assert MatchGroup.objects.latest("id").state == "CONFIRMED"
    assert not Break.objects.exclude(state="RESOLVED").exists()


def test_a_break_that_a_match_ended_comes_back_with_its_owner_and_its_place_in_the_queue() -> None:
    account()
    made = trade(1, net_amount=1001)
    taken_in(statement(PAID.replace("T000000001", "NONREF"), closing=CLOSING))
    lonely = Break.objects.get(trade__isnull=True)
    services.assign_break(break_id=lonely.pk, owner_id=agent().user_id, actor=agent(), at=AT)
    services.match_by_hand(
        kind=Kind.CASH, trade_ids=[made.pk], line_ids=[lonely.line_id or 0], reason="same payment",
        actor=agent(), at=AT,
    )  # fmt: skip
    Trade.objects.filter(pk=made.pk).update(state="ENRICHED")

    services.unmatch_changed(trade_ids=[made.pk], actor=SYSTEM, at=AT)
    services.unmatch_changed(trade_ids=[made.pk], actor=SYSTEM, at=AT)

    lonely.refresh_from_db()
    assert (lonely.state, lonely.owner_id) == ("ASSIGNED", agent().user_id)
    item = WorkItem.objects.get(kind="BREAK", subject_id=lonely.pk, state="OPEN")
    assert item.owner_id == agent().user_id
    assert not Break.objects.filter(trade=made).exclude(state="RESOLVED").exists()
