"""From a validated trade to a matched confirmation, and back when the trade changes."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from core import jobs
from core.outbox import announce
from desk.models import WorkItem
from kernel.actors import SYSTEM
from refdata.models import Party
from settlement.models import (
    Confirmation,
    ConfirmationDecision,
    ConfirmationFile,
    ReceivedConfirmation,
)
from settlement.services import expecting, matching, receiving, sending
from settlement.states import Door
from tests.factories import static_data
from tests.integration.reporting.world import amended, moved
from tests.integration.settlement.world import (  # noqa: F401 - a fixture
    AT,
    _outbox,
    channel,
    expected,
    live,
    received,
    told,
    traded,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("outbox")]


def states() -> list[str]:
    return list(Confirmation.objects.order_by("pk").values_list("state", flat=True))


def work() -> list[str]:
    rows = WorkItem.objects.filter(kind="CONFIRMATION", state="OPEN").order_by("pk")
    return list(rows.values_list("title", flat=True))


def changed(trade_id: int) -> None:
    with transaction.atomic():
        announce("trades.changed", subject="x", payload={"trade_ids": [trade_id]})
    jobs.run_pending()


# ------------------------------------------------------------------ what is expected and sent
def test_a_validated_trade_is_sent_in_a_file_of_its_counterparty(outbox: Path) -> None:
    trade = traded()

    (row,) = expected(trade)

    assert (row.state, row.reference, row.version_no) == ("SENT", trade.reference, 1)
    (name,) = [path.name for path in (outbox / "BNPP").iterdir()]
    document = json.loads((outbox / "BNPP" / name).read_text())
    assert name == "CONFIRMATIONS-BNPP-000001.json"
    assert document["confirmations"] == [
        {
            "function": "NEWM", "reference": trade.reference, "version": 1, "isin": trade.isin,
            "side": "BUY", "quantity": "1000", "price": "60.5", "amount": "60500",
            "currency": "EUR", "trade_date": "2026-11-20", "settlement_date": "2026-11-24",
        }
    ]  # fmt: skip


def test_what_happened_twice_or_late_changes_nothing(outbox: Path) -> None:
    trade = traded()
    expected(trade)
    before = (states(), ConfirmationFile.objects.count(), ConfirmationDecision.objects.count())

    expected(trade)

    assert (states(), ConfirmationFile.objects.count(), ConfirmationDecision.objects.count()) == (
        before
    )


def test_a_trade_that_nobody_validated_or_of_the_house_itself_has_none() -> None:
    waiting, own = moved(traded(1), "PENDING_VALIDATION"), traded(2)
    static_data.changed(Party.objects.filter(code="BNPP"), is_own_firm=True)

    told_of = expecting.confirm_trades(trade_ids=[waiting.pk, own.pk], actor=SYSTEM, at=AT)

    assert told_of == {"expected": 0, "ended": 0}


def test_a_file_that_a_crash_left_out_is_written_with_the_same_bytes(outbox: Path) -> None:
    expected(traded())
    (path,) = (outbox / "BNPP").iterdir()
    content = path.read_bytes()
    path.unlink()
    ConfirmationFile.objects.update(delivered_at=None)

    sending.deliver(at=AT)

    assert path.read_bytes() == content


def test_what_is_in_the_outbox_is_never_rewritten(outbox: Path) -> None:
    expected(traded())
    (path,) = (outbox / "BNPP").iterdir()
    path.write_text("taken and marked")
    ConfirmationFile.objects.update(delivered_at=None)

    sending.deliver(at=AT)

    assert path.read_text() == "taken and marked"


@pytest.mark.parametrize(("kind", "state"), [("API", "SENT"), ("HAND", "TO_SEND")])
def test_other_channels_make_no_file(kind: str, state: str, outbox: Path) -> None:
    trade = traded()
    channel(kind)

    (row,) = expected(trade)

    assert row.state == state
    assert not list(outbox.iterdir())


def test_an_amended_trade_is_confirmed_anew_and_the_old_one_taken_back(outbox: Path) -> None:
    trade = traded()
    (old,) = expected(trade)
    received(told(trade))
    assert live(trade).state == "MATCHED"
    amended(trade, price=Decimal(61), net_amount=Decimal(61000), gross_amount=Decimal(61000))

    changed(trade.pk)

    old.refresh_from_db()
    new = live(trade)
    assert (old.state, old.end_reason) == ("CANCELLED", "AMENDED")
    assert (new.version_no, new.state, new.differs) == (2, "MISMATCHED", ["price", "amount"])
    document = json.loads((outbox / "BNPP" / "CONFIRMATIONS-BNPP-000002.json").read_text())
    sent = [(one["function"], one["version"]) for one in document["confirmations"]]
    assert sent == [("CANC", 1), ("NEWM", 2)]


def test_a_trade_that_is_amended_and_not_validated_yet_has_no_confirmation() -> None:
    trade = traded()
    expected(trade)
    amended(trade, validate=False, price=Decimal(61))

    changed(trade.pk)

    assert states() == ["CANCELLED"]


# ------------------------------------------------------------------ what comes in
def test_their_confirmation_matches_with_the_evidence() -> None:
    trade = traded()
    expected(trade)

    received(told(trade, amount=trade.net_amount + 2))

    row = live(trade)
    assert (row.state, row.basis, row.differs) == ("MATCHED", "AGREES", [])
    assert row.matched_at is not None
    decision = ConfirmationDecision.objects.get(deed="MATCHED")
    assert decision.evidence["profile"] == "delivered"
    assert decision.evidence["fields"]["amount"] == {
        "ours": "60500", "theirs": "60502", "allowed": "2", "agrees": True,
    }  # fmt: skip
    assert work() == []


def test_what_differs_is_said_and_waits_for_an_agent() -> None:
    trade = traded()
    expected(trade)

    received(told(trade, price=Decimal("60.9"), amount=Decimal(60900)))

    row = live(trade)
    assert (row.state, row.differs) == ("MISMATCHED", ["price", "amount"])
    assert work() == [f"MISMATCHED {trade.reference}"]


def test_what_we_do_not_have_is_alleged_until_our_trade_comes() -> None:
    trade = moved(traded(), "PENDING_VALIDATION")

    received(told(trade))

    (alleged,) = Confirmation.objects.all()
    assert (alleged.state, alleged.side, alleged.trade) == ("ALLEGED", "BUY", None)
    assert work() == [f"ALLEGED {trade.isin} 2026-11-20"]
    moved(trade, "VALIDATED")
    expected(trade)
    alleged.refresh_from_db()
    assert (alleged.state, alleged.end_reason) == ("CANCELLED", "EXPLAINED")
    assert live(trade).state == "MATCHED"
    assert work() == []


def test_two_alike_are_not_guessed_at() -> None:
    first, second = traded(1), traded(2)
    expected(first, second)

    received(told(first))

    alleged = Confirmation.objects.get(state="ALLEGED")
    rivals = ConfirmationDecision.objects.get(deed="ALLEGED").evidence["rivals_ours"]
    assert rivals == [live(first).pk, live(second).pk]
    assert alleged.received is not None
    received(told(second, "THEIRS-2", our_reference=second.reference))
    assert live(second).basis == "REFERENCE"
    assert live(first).state == "MATCHED", "the other one is now the only one"


def test_what_came_first_has_no_say() -> None:
    first, second = traded(1), traded(2, price=Decimal(61), quantity=Decimal(1000))
    expected(first)
    received(told(second))
    assert live(first).state == "MISMATCHED"

    expected(second)

    assert live(second).state == "MATCHED"
    assert (live(first).state, live(first).received) == ("SENT", None)


def test_a_message_is_kept_once_and_a_conflict_is_refused() -> None:
    trade = traded()
    expected(trade)
    assert received(told(trade)) == received(told(trade))
    assert ReceivedConfirmation.objects.count() == 1

    with pytest.raises(receiving.ConfirmationConflict) as refused:
        received(told(trade, price=Decimal(7)))

    assert [one.code for one in refused.value.findings] == ["CNF-112"]


def test_a_later_version_of_theirs_replaces_what_it_said() -> None:
    trade = traded()
    expected(trade)
    received(told(trade, price=Decimal("60.9")))

    received(told(trade, version=2))

    assert live(trade).state == "MATCHED"
    assert live(trade).received.version == 2  # type: ignore[union-attr]  # it matched
    assert work() == []


@pytest.mark.parametrize("known", [True, False])
def test_what_they_take_back_is_gone(known: bool) -> None:  # noqa: FBT001 - a column of the table
    trade = traded()
    if known:
        expected(trade)
    received(told(trade))

    received(told(trade, version=2, function="CANC"))

    found = Confirmation.objects.get(trade=trade if known else None)
    assert (found.state, found.end_reason) == (
        ("SENT", "") if known else ("CANCELLED", "WITHDRAWN")
    )
    assert work() == []


def test_a_party_that_nobody_knows_is_a_finding_with_its_line() -> None:
    trade = traded()

    with pytest.raises(receiving.UnableToReceive) as refused:
        received(told(trade, party="NOBODY", line=4))

    (finding,) = refused.value.findings
    assert (finding.code, finding.line, finding.column, finding.found) == (
        "CNF-111", 4, "party", "NOBODY",
    )  # fmt: skip


# ------------------------------------------------------------------ what the database keeps
def test_a_message_is_of_one_live_confirmation_and_a_trade_has_one() -> None:
    first, second = traded(1), traded(2, quantity=Decimal(7))
    one, other = expected(first, second)
    received(told(first))
    one.refresh_from_db()

    for row, values in (
        (other, {"state": "MATCHED", "received": one.received_id, "basis": "AGREES",
                 "matched_at": AT}),
        (other, {"trade": first.pk}),
        (other, {"state": "MATCHED", "matched_at": AT}),
        (one, {"matched_at": None}),
        (one, {"state": "CANCELLED"}),
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            Confirmation.objects.filter(pk=row.pk).update(**values)


def test_a_run_again_changes_nothing() -> None:
    trades = [traded(1), traded(2, quantity=Decimal(7)), traded(3, quantity=Decimal(8))]
    expected(*trades)
    received(told(trades[0]), told(trades[1], "B", price=Decimal("60.6")),
             told(trades[2], "C", quantity=Decimal(9)))  # fmt: skip
    before = ConfirmationDecision.objects.count()
    buckets = expecting.buckets_of_trades([trade.pk for trade in trades])

    counts = matching.match(buckets=buckets, actor=SYSTEM, at=AT)

    assert set(counts.values()) == {0}
    assert ConfirmationDecision.objects.count() == before
    assert states() == ["MATCHED", "MISMATCHED", "SENT", "ALLEGED"]


def test_a_file_of_many_is_kept_whole_or_not_at_all() -> None:
    trade = traded()

    with pytest.raises(receiving.UnableToReceive):
        receiving.receive(
            told=[told(trade), told(trade, "B", party="?")], door=Door.UPLOAD, actor=SYSTEM, at=AT
        )

    assert not ReceivedConfirmation.objects.exists()
