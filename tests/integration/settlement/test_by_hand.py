"""What people do with confirmations: pair, take apart, dispute, accept, send, chase."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from email import message_from_bytes, policy
from typing import Any

import pytest

from core import jobs
from core.access import Forbidden
from core.roles import Role
from desk.models import Comment, WorkItem
from kernel.actors import SYSTEM, Actor
from kernel.states import IllegalTransition
from refdata.models import Party
from settlement.models import Chaser, Confirmation, ConfirmationDecision
from settlement.services import by_hand, chasing, deadlines, expecting, matching, sending
from tests.factories.trades import person
from tests.integration.settlement.world import (  # noqa: F401 - a fixture
    AT,
    _outbox,
    agent,
    channel,
    expected,
    live,
    received,
    told,
    traded,
)
from tests.integration.trades.allocating import (
    accounts,
    approved,
    block,
    proposed,
    shares_of,
    validated,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("outbox")]
REASON = "they told us by phone"


def work() -> list[str]:
    rows = WorkItem.objects.filter(kind="CONFIRMATION", state="OPEN").order_by("pk")
    return list(rows.values_list("title", flat=True))


def mismatched() -> Confirmation:
    trade = traded()
    expected(trade)
    received(told(trade, price=Decimal("60.9"), amount=Decimal(60900)))
    return live(trade)


def alleged(**changes: Any) -> tuple[Confirmation, Confirmation]:
    """Return one of ours and what is alleged: the same deal but for what changes."""
    trade = traded()
    expected(trade)
    received(told(trade, **changes))
    return live(trade), Confirmation.objects.get(state="ALLEGED")


def test_a_pair_by_hand_says_what_differs() -> None:
    ours, theirs = alleged(quantity=Decimal(900))

    row = by_hand.pair(confirmation_id=ours.pk, alleged_id=theirs.pk, actor=agent(), at=AT)

    theirs.refresh_from_db()
    assert (row.state, row.basis, row.differs) == ("MISMATCHED", "BY_HAND", ["quantity"])
    assert (theirs.state, theirs.end_reason) == ("CANCELLED", "EXPLAINED")
    assert work() == [f"MISMATCHED {ours.reference}"]
    decision = ConfirmationDecision.objects.get(deed="MISMATCHED")
    assert (decision.actor, decision.evidence["fields"]["quantity"]["theirs"]) == ("agent", "900")


def test_a_pair_by_hand_outlives_every_run() -> None:
    ours, theirs = alleged(quantity=Decimal(900))
    by_hand.pair(confirmation_id=ours.pk, alleged_id=theirs.pk, actor=agent(), at=AT)
    buckets = expecting.buckets_of_trades([ours.trade_id or 0])

    matching.match(buckets=buckets, actor=SYSTEM, at=AT)

    ours.refresh_from_db()
    assert (ours.state, ours.basis) == ("MISMATCHED", "BY_HAND")
    assert not Confirmation.objects.filter(state="ALLEGED").exists()


def test_what_is_taken_apart_is_alleged_again_and_never_paired_by_the_rules() -> None:
    trade = traded()
    expected(trade)
    received(told(trade))
    row = live(trade)

    by_hand.unpair(confirmation_id=row.pk, reason=REASON, actor=agent(), at=AT)

    matching.match(buckets=expecting.buckets_of_trades([trade.pk]), actor=SYSTEM, at=AT)
    again = live(trade)
    assert (again.state, again.received, again.matched_at) == ("SENT", None, None)
    theirs = Confirmation.objects.get(state="ALLEGED")
    assert work() == [f"ALLEGED {trade.isin} 2026-11-20"]
    by_hand.pair(confirmation_id=row.pk, alleged_id=theirs.pk, actor=agent(), at=AT)
    assert live(trade).state == "MATCHED", "a person may, and the terms agree"


@pytest.mark.parametrize("known", [True, False])
def test_a_dispute_keeps_the_rules_away_until_it_ends(known: bool) -> None:  # noqa: FBT001 - a column of the table
    row = mismatched() if known else alleged(quantity=Decimal(900))[1]

    by_hand.dispute(confirmation_id=row.pk, reason=REASON, actor=agent(), at=AT)

    row.refresh_from_db()
    assert row.state == "DISPUTED"
    assert Comment.objects.get(subject_kind="confirmation", subject_id=row.pk).text == REASON
    by_hand.resume(confirmation_id=row.pk, reason="settled", actor=agent(), at=AT)
    row.refresh_from_db()
    assert row.state == ("MISMATCHED" if known else "ALLEGED")


def test_their_terms_are_accepted_through_an_amendment_that_another_validates() -> None:
    trade = block()
    jobs.run_pending()
    received(told(trade, price=Decimal("60.9"), amount=Decimal(60900)))
    row = live(trade)

    by_hand.accept_terms(
        confirmation_id=row.pk, seen=trade.fingerprint, reason=REASON, actor=agent(), at=AT
    )

    jobs.run_pending()
    trade.refresh_from_db()
    row.refresh_from_db()
    assert (trade.version_no, trade.price, trade.net_amount) == (2, Decimal("60.9"), 60900)
    assert (row.state, row.end_reason) == ("CANCELLED", "AMENDED")
    assert trade.state in ("ON_HOLD", "PENDING_VALIDATION"), "somebody else decides"
    validated(trade)
    jobs.run_pending()
    assert (live(trade).state, live(trade).version_no) == ("MATCHED", 2)


def test_a_block_that_is_allocated_is_confirmed_by_its_shares() -> None:
    accounts("SEC-A", "SEC-B")
    trade = block()
    jobs.run_pending()
    assert live(trade).state == "SENT"

    approved(proposed(trade, SEC_A=600, SEC_B=400))
    jobs.run_pending()

    assert Confirmation.objects.get(trade=trade).end_reason == "TRADE_OVER"
    assert [live(share).state for share in shares_of(trade)] == ["SENT", "SENT"]


def test_another_side_cannot_be_accepted() -> None:
    ours, theirs = alleged(side="BUY")
    by_hand.pair(confirmation_id=ours.pk, alleged_id=theirs.pk, actor=agent(), at=AT)

    with pytest.raises(by_hand.UnableToConfirm):
        by_hand.accept_terms(confirmation_id=ours.pk, seen="", reason=REASON, actor=agent(), at=AT)


ACTS: list[Callable[[int, Actor], object]] = [
    lambda pk, who: by_hand.pair(confirmation_id=pk, alleged_id=pk, actor=who, at=AT),
    lambda pk, who: by_hand.unpair(confirmation_id=pk, reason=REASON, actor=who, at=AT),
    lambda pk, who: by_hand.dispute(confirmation_id=pk, reason=REASON, actor=who, at=AT),
    lambda pk, who: by_hand.resume(confirmation_id=pk, reason=REASON, actor=who, at=AT),
    lambda pk, who: by_hand.accept_terms(
        confirmation_id=pk, seen="", reason=REASON, actor=who, at=AT
    ),
    lambda pk, who: by_hand.comment(confirmation_id=pk, text="x", actor=who, at=AT),
    lambda pk, who: chasing.chase_party(confirmation_id=pk, actor=who, at=AT),
]


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR])
def test_only_agents_work_on_confirmations(act: Callable[[int, Actor], object], role: Role) -> None:
    row = mismatched()

    with pytest.raises(Forbidden):
        act(row.pk, person("other", role))


@pytest.mark.parametrize("act", ACTS)
def test_a_confirmation_of_another_desk_does_not_exist(
    act: Callable[[int, Actor], object],
) -> None:
    row = mismatched()

    with pytest.raises(by_hand.NoSuchConfirmation):
        act(row.pk, person("stranger", Role.AGENT, desk="ELSEWHERE"))


@pytest.mark.parametrize(
    "act", [by_hand.unpair, by_hand.dispute, by_hand.resume, by_hand.accept_terms]
)
@pytest.mark.parametrize("reason", ["", "  ", "\u200b"])
def test_nothing_is_decided_without_a_reason(act: Any, reason: str) -> None:
    row = mismatched()
    more = {"seen": ""} if act is by_hand.accept_terms else {}

    with pytest.raises(by_hand.UnableToConfirm):
        act(confirmation_id=row.pk, reason=reason, actor=agent(), at=AT, **more)


def test_what_is_over_cannot_be_disputed() -> None:
    _ours, theirs = alleged(quantity=Decimal(900))
    Confirmation.objects.filter(pk=theirs.pk).update(state="CANCELLED", end_reason="WITHDRAWN")

    with pytest.raises(IllegalTransition):
        by_hand.dispute(confirmation_id=theirs.pk, reason=REASON, actor=agent(), at=AT)


# ------------------------------------------------------------------ sent by a person, chased, late
def test_a_person_notes_what_was_sent_another_way_once() -> None:
    trade = traded()
    channel("HAND")
    (row,) = expected(trade)

    sending.send_by_hand(confirmation_ids=[row.pk], actor=agent(), at=AT)

    row.refresh_from_db()
    assert (row.state, row.sent_at) == ("SENT", AT)
    with pytest.raises(sending.UnableToSend):
        sending.send_by_hand(confirmation_ids=[row.pk], actor=agent(), at=AT)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", ["à confirmer", "Nous n’avons pas reçu", "acheté 1000", "60,5", "20/11/2026",
                "écarts : cours, montant net"]),
        ("en", ["to be confirmed", "We have not received", "bought 1000", "60.5", "2026-11-20",
                "price, net amount"]),
    ],
)  # fmt: skip
def test_a_chaser_speaks_the_language_of_the_counterparty(language: str, words: list[str]) -> None:
    mismatched()
    other = traded(2, quantity=Decimal(7))
    expected(other)
    channel("FILE", language=language, confirmation_email="ops@bnpp.example")

    made = chasing.chase_party(confirmation_id=live(other).pk, actor=agent(), at=AT)

    assert all(word in made.subject + made.body for word in words), made.body
    assert (made.created_by, made.recipient, len(made.confirmation_ids)) == (
        "agent", "ops@bnpp.example", 2,
    )  # fmt: skip
    message = message_from_bytes(chasing.as_email(made), policy=policy.default)
    assert message["To"] == "ops@bnpp.example"
    assert message.get_content().replace("\r\n", "\n") == made.body  # type: ignore[attr-defined]  # an EmailMessage


def test_who_confirmed_everything_is_not_chased() -> None:
    trade = traded()
    expected(trade)
    received(told(trade))

    with pytest.raises(by_hand.UnableToConfirm):
        chasing.chase_party(confirmation_id=live(trade).pk, actor=agent(), at=AT)


def test_many_are_chased_with_a_letter_each_to_their_counterparties() -> None:
    first, second = traded(1), traded(2, quantity=Decimal(7))
    expected(first)
    other = Party.objects.create(code="OTHER", name="Other", is_counterparty=True, language="fr")
    type(second).objects.filter(pk=second.pk).update(counterparty=other)
    expected(second)
    ids = [live(first).pk, live(second).pk]

    made = chasing.chase_selected(confirmation_ids=ids, actor=agent(), at=AT)

    assert sorted(one.party.code for one in made) == ["BNPP", "OTHER"]
    assert Chaser.objects.count() == 2


@pytest.mark.parametrize(
    ("hour", "late"), [(datetime(2026, 11, 20, 22, 0, tzinfo=UTC), 0),
                       (datetime(2026, 11, 20, 22, 0, 1, tzinfo=UTC), 1)]
)  # fmt: skip
def test_what_is_open_past_23_00_on_the_trade_date_waits_in_the_queue(
    hour: datetime, late: int
) -> None:
    trade = traded()
    expected(trade)

    assert deadlines.has_late(at=hour) is bool(late)
    assert deadlines.ask_for_late(actor=SYSTEM, at=hour) == late
    assert deadlines.ask_for_late(actor=SYSTEM, at=hour) == 0
    assert work() == [f"SENT {trade.reference}"] * late
    received(told(trade))
    assert work() == []
