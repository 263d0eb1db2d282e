"""A row of a file that cancels an allocated block: a second person undoes, then cancels."""

from __future__ import annotations

import pytest

from desk.models import WorkItem
from desk.services import approvals
from tests.factories import controlled
from tests.factories.trades import facts, send, signed_in
from tests.integration.trades.allocating import (
    AT,
    accounts,
    approved,
    proposed,
    supervisor,
    validated,
)
from tests.integration.trades.test_by_file import codes, gone, import_
from trades.models import Allocation, CancellationRequest, Execution, Trade
from trades.services import cancellation
from trades.states import Channel

pytestmark = pytest.mark.django_db


def allocated() -> Trade:
    """Return an allocated block that came by file."""
    accounts("A", "B")
    terms = {"isin": controlled.BNP_ISIN, "price": "60.5", "quantity": "1000"}
    row = send(
        facts(source_reference="U-1", **terms),
        source_system="FILE",
        channel=Channel.FILE,
    ).items[0]
    assert row.trade is not None
    trade = validated(Trade.objects.get(pk=row.trade.id))
    approved(proposed(trade, A=600, B=400))
    return trade


def test_its_cancellation_and_the_undoing_are_asked_of_a_second_person() -> None:
    trade = allocated()

    batch = import_(signed_in(), gone())

    assert (codes(batch), batch.counts.get("asked")) == ([("CAP-112", 2)], 1)
    undoing, request = Allocation.objects.get(state="PROPOSED"), CancellationRequest.objects.get()
    assert (undoing.proposed_by, undoing.shares.count(), request.asked_by) == ("ana", 0, "ana")
    assert not Execution.objects.filter(action="CANCEL").exists()
    with pytest.raises(approvals.UnableToApprove, match="comes first"):
        grant(request)
    approved(undoing)
    trade.refresh_from_db()
    assert (trade.state, trade.version_no) == ("VALIDATED", 1)
    grant(request)
    trade.refresh_from_db()
    assert (trade.close_reason, trade.version_no) == ("CANCELLED", 2)
    shares = Trade.objects.filter(source_system="ALLOCATION")
    assert set(shares.values_list("close_reason", flat=True)) == {"CANCELLED"}
    assert not WorkItem.objects.filter(kind="CANCELLATION", state="OPEN").exists()


def grant(request: CancellationRequest) -> None:
    cancellation.grant_cancellation(request_id=request.pk, actor=supervisor(), at=AT)


def test_where_somebody_allocates_anew_the_row_stays_out() -> None:
    """Another decision about the block is under way: the row waits in quarantine."""
    trade = allocated()
    proposed(trade, A=1000)

    batch = import_(signed_in(), gone())

    assert (codes(batch), batch.counts.get("refused")) == ([("CAP-113", 2)], 1)
    assert not CancellationRequest.objects.exists()


def test_the_same_row_again_asks_nothing_twice() -> None:
    allocated()
    ana = signed_in()
    import_(ana, gone())

    again = import_(ana, gone(version=10))

    assert codes(again) == [("CAP-110", 2)]
    assert Allocation.objects.filter(state="PROPOSED").count() == 1
    assert CancellationRequest.objects.count() == 1


def test_an_older_row_is_refused_as_ever() -> None:
    allocated()

    batch = import_(signed_in(), gone(version=1))

    assert codes(batch) == [("CAP-103", 2)]
    assert not Allocation.objects.filter(state="PROPOSED").exists()
