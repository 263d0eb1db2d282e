"""Cancelling by hand: asked by one, decided by another, bound to what was seen."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client

from core.access import Forbidden
from core.models import User
from core.roles import Role
from desk.models import Approval, Comment, WorkItem
from desk.services import approvals
from kernel.actors import Actor
from kernel.findings import Refusal
from kernel.states import IllegalTransition
from tests.factories.trades import booked, cancel, facts, send, small_world
from tests.integration.desk.people import person
from trades.facts import ExecutionFacts
from trades.models import CancellationRequest, Trade
from trades.services import cancellation, validation
from trades.services.manual import TradeChanged
from trades.states import TradeState

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 10, tzinfo=UTC)


@pytest.fixture
def trade() -> Trade:
    small_world()
    return booked()


def agent() -> Actor:
    return person("ana", Role.AGENT)


def supervisor(name: str = "sue", *, desk: str = "", limit: str | None = "1000000") -> Actor:
    return person(name, Role.SUPERVISOR, desk=desk, limit=limit)


def asked(trade: Trade, actor: Actor | None = None) -> CancellationRequest:
    return cancellation.ask_cancellation(
        trade_id=trade.pk, seen=trade.fingerprint, reason="double", actor=actor or agent(), at=AT
    )


def test_granted_it_closes_the_trade_and_names_both(trade: Trade) -> None:
    before = trade.state
    request = asked(trade)
    trade.refresh_from_db()
    assert trade.state == before
    work = WorkItem.objects.get(kind="CANCELLATION")
    assert (work.state, work.url) == ("OPEN", f"/trades/{trade.pk}/")

    cancellation.grant_cancellation(request_id=request.pk, actor=supervisor(), at=AT)

    trade.refresh_from_db()
    request.refresh_from_db()
    work.refresh_from_db()
    version = trade.versions.get(version_no=2)
    decision = Approval.objects.get(subject_kind="cancellation")
    assert (trade.state, trade.close_reason) == ("CLOSED", "CANCELLED")
    assert (request.state, work.state) == ("GRANTED", "DONE")
    assert (decision.maker, decision.checker) == ("ana", "sue")
    assert (version.maker, version.reason) == ("ana", "double")
    assert {"ana", "sue"} <= set(version.contributors)


def test_refused_it_leaves_the_trade_as_it_stood(trade: Trade) -> None:
    before = trade.state
    request = asked(trade)

    with pytest.raises(approvals.UnableToApprove):
        cancellation.refuse_cancellation(
            request_id=request.pk, reason="", actor=supervisor(), at=AT
        )
    cancellation.refuse_cancellation(
        request_id=request.pk, reason="it stands", actor=supervisor("max"), at=AT
    )

    trade.refresh_from_db()
    request.refresh_from_db()
    assert (trade.state, trade.version_no, request.state) == (before, 1, "REFUSED")
    assert Comment.objects.get().text == "it stands"
    assert asked(trade).pk != request.pk


@pytest.mark.parametrize(
    ("decider", "refusal"),
    [
        (lambda: person("eve", Role.AGENT), Forbidden),
        (lambda: supervisor(desk="OTHER"), Forbidden),
        (lambda: supervisor(limit=None), approvals.OverLimit),
        (lambda: supervisor(limit="1"), approvals.OverLimit),
    ],
)
def test_who_may_not_decide(trade: Trade, decider: object, refusal: type[Refusal]) -> None:
    request = asked(trade)

    with pytest.raises(refusal):
        cancellation.grant_cancellation(
            request_id=request.pk,
            actor=decider(),  # type: ignore[operator]  # a factory of the table above
            at=AT,
        )
    trade.refresh_from_db()
    assert trade.state != "CLOSED"


def test_it_is_asked_once_about_what_stands(trade: Trade) -> None:
    asked(trade)

    with pytest.raises(cancellation.UnableToAsk):
        asked(trade, person("bob", Role.AGENT))
    with pytest.raises(TradeChanged):
        cancellation.ask_cancellation(
            trade_id=trade.pk, seen="other", reason="x", actor=agent(), at=AT
        )
    with pytest.raises(cancellation.UnableToAsk):
        cancellation.ask_cancellation(
            trade_id=trade.pk, seen=trade.fingerprint, reason="\u200b\u200d", actor=agent(), at=AT
        )


@pytest.mark.parametrize("message", [facts(version=2, action="AMEND", quantity="7"), cancel()])
def test_a_new_version_lets_it_lapse(trade: Trade, message: object) -> None:
    request = asked(trade)

    send(message)

    request.refresh_from_db()
    assert request.state == "LAPSED"
    assert WorkItem.objects.get(kind="CANCELLATION").state == "DONE"
    with pytest.raises(approvals.AlreadyDecided):
        cancellation.grant_cancellation(request_id=request.pk, actor=supervisor(), at=AT)


def test_a_trade_that_is_over_cannot_be_asked_about(trade: Trade) -> None:
    send(cancel())
    trade.refresh_from_db()

    with pytest.raises(IllegalTransition):
        asked(trade)


def test_the_database_refuses_a_decision_of_the_one_who_asked(trade: Trade) -> None:
    request = asked(trade)

    with pytest.raises(IntegrityError, match="second person"), transaction.atomic():
        Approval.objects.create(
            subject_kind="cancellation",
            subject_id=request.pk,
            version_no=1,
            fingerprint=trade.fingerprint,
            decision="APPROVED",
            maker="somebody",
            contributors=["somebody"],
            checker="ana",
            decided_at=AT,
        )


@pytest.mark.parametrize("who", ["sue", "aud", "nobody", ""])
def test_the_database_takes_a_request_of_one_who_may_alone(trade: Trade, who: str) -> None:
    person("sue", Role.SUPERVISOR), person("aud", Role.AUDITOR)
    asked_for = {"version_no": 1, "fingerprint": trade.fingerprint, "asked_at": AT, "reason": "x"}

    with pytest.raises(IntegrityError, match="may not ask"), transaction.atomic():
        CancellationRequest.objects.create(trade=trade, asked_by=who, **asked_for)
    agent()
    with pytest.raises(IntegrityError, match="before it is decided"), transaction.atomic():
        CancellationRequest.objects.create(
            trade=trade, asked_by="ana", state="GRANTED", **asked_for
        )


@pytest.mark.parametrize(
    "changes",
    [{"state": "GRANTED"}, {"state": "REFUSED"}, {"asked_by": "abe"}, {"reason": "other"}],
)
def test_a_request_stands_until_there_is_a_decision_on_it(
    trade: Trade, changes: dict[str, str]
) -> None:
    rows = CancellationRequest.objects.filter(pk=asked(trade).pk)

    with pytest.raises(IntegrityError, match="stands as it was asked"), transaction.atomic():
        rows.update(**changes)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.delete()


BY_HAND = """
WITH e AS (
    INSERT INTO trades_execution (source_system, source_reference, source_version, action,
           message_id, content, content_hash, channel, batch_id, maker, outcome, reason_code,
           trade_id)
    SELECT source_system, source_reference, 9, 'CANCEL', '', content, 'x', 'MANUAL', batch_id,
           'ana', 'BOOKED', '', trade_id FROM trades_execution RETURNING id)
INSERT INTO trades_tradeversion (trade_id, version_no, action, source_version, terms, maker,
       contributors, fingerprint, reason, execution_id, isin, side, quantity, price, currency,
       gross_amount, accrued_interest, fees, net_amount, trade_date, traded_at)
SELECT trade_id, 2, 'CANCEL', 9, terms, 'ana', '{ana}', fingerprint, '', e.id, isin, side,
       quantity, price, currency, gross_amount, accrued_interest, fees, net_amount, trade_date,
       traded_at FROM trades_tradeversion, e
"""


def test_the_database_refuses_a_cancellation_by_hand_that_nobody_approved(trade: Trade) -> None:
    closed = "UPDATE trades_trade SET state = 'CLOSED', close_reason = 'CANCELLED', version_no = 2"
    with connection.cursor() as cursor:
        cursor.execute(BY_HAND)
        with pytest.raises(IntegrityError, match="is not approved"), transaction.atomic():
            cursor.execute(closed)


@pytest.mark.parametrize("message", [facts(version=2, action="AMEND", price="50"), cancel()])
def test_another_version_ends_the_correction_of_a_refused_trade(
    trade: Trade, message: ExecutionFacts
) -> None:
    Trade.objects.filter(pk=trade.pk).update(state="PENDING_VALIDATION")
    validation.refuse_trade(
        trade_id=trade.pk, seen=trade.fingerprint, reason="Wrong book", actor=supervisor(), at=AT
    )
    assert WorkItem.objects.get(kind="CORRECTION").state == "OPEN"

    send(message)

    assert WorkItem.objects.get(kind="CORRECTION").state == "DONE"


@pytest.mark.parametrize(
    ("language", "said", "asks"),
    [
        ("en", "asks for this trade to be cancelled", "Cancellation asked"),
        ("fr", "demande l’annulation de cette opération", "Annulation demandée"),
    ],
)
def test_the_supervisor_sees_that_a_cancellation_is_asked_before_validating(
    trade: Trade, language: str, said: str, asks: str
) -> None:
    other = booked(source_reference="OTHER")
    Trade.objects.update(state="PENDING_VALIDATION")
    asked(trade)
    boss = Client(headers={"accept-language": language})
    boss.force_login(User.objects.get(pk=supervisor().user_id))

    page = boss.get(f"/validation/{trade.pk}/").content.decode()
    assert said in page.replace("&#x27;", "’")
    assert f"/trades/{trade.pk}/cancel/grant/" in page
    assert said not in boss.get(f"/validation/{other.pk}/").content.decode()
    queue = boss.get("/validation/?cancellation=ASKED").content.decode()
    assert asks in queue
    assert trade.reference in queue
    assert other.reference not in queue


def test_a_request_that_was_not_seen_holds_the_validation_up(trade: Trade) -> None:
    """The page was open when somebody asked for the trade to be cancelled."""
    Trade.objects.update(state="PENDING_VALIDATION")
    boss = Client(headers={"accept-language": "en"})
    boss.force_login(User.objects.get(pk=supervisor().user_id))
    shown = {"seen": trade.fingerprint, "asked": ""}
    asked(trade)

    refused = boss.post(f"/validation/{trade.pk}/validate/", shown)

    assert refused.status_code == 409
    assert "Its cancellation is asked for" in refused.content.decode()
    (one,) = validation.decide_many(
        seen={trade.pk: trade.fingerprint}, approve=True, reason="", actor=supervisor(), at=AT
    )
    assert one.code == "CANCELLATION_ASKED"
    trade.refresh_from_db()
    assert trade.state == TradeState.PENDING_VALIDATION

    page = boss.get(f"/validation/{trade.pk}/").content.decode()
    request = trade.cancellation_requests.get()
    assert f'name="asked" value="{request.pk}"' in page
    boss.post(f"/validation/{trade.pk}/validate/", shown | {"asked": str(request.pk)})
    trade.refresh_from_db()
    assert trade.state == TradeState.VALIDATED
