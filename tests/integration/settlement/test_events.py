"""What happens to confirmations is told to those who follow from outside, once and in order."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from core import jobs, tokens
from core.outbox import announce
from core.roles import Role
from feeds.facts import EventType
from feeds.models import ChangeEvent
from feeds.services import delivering, telling, webhooks
from kernel.actors import SYSTEM
from settlement.models import ConfirmationNews
from settlement.services import by_hand, chasing, news, receiving
from settlement.states import Deed, Door
from tests.factories.controlled import cancelled
from tests.factories.trades import person, signed_in
from tests.integration.feeds.receiver import listening
from tests.integration.settlement.world import (
    AT,
    _outbox,
    agent,
    expected,
    live,
    received,
    told,
    traded,
)

__all__ = ["_outbox"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("outbox")]


def events(*, since: int = 0) -> list[tuple[str, dict[str, Any]]]:
    """Return the events about confirmations, with what they say."""
    telling.tell()
    rows = ChangeEvent.objects.filter(type__startswith="confirmation.", pk__gt=since)
    return [(row.type, row.data) for row in rows.order_by("pk")]


def kinds() -> list[str]:
    return [kind.removeprefix("confirmation.") for kind, _data in events()]


def test_the_life_of_a_confirmation_is_told_in_its_order() -> None:
    trade = traded()
    expected(trade)

    received(told(trade))

    assert kinds() == ["sent", "received", "matched"]
    assert ConfirmationNews.objects.count() == 0
    sent, came, matched = (data for _kind, data in events())
    row = live(trade)
    identity = {
        "source_system": trade.source_system, "source_reference": trade.source_reference,
        "trade": trade.reference, "trade_version": trade.version_no, "confirmation": row.pk,
        "counterparty": "BNPP",
    }  # fmt: skip
    assert sent == identity
    theirs = {
        "message": row.received_id, "their_reference": "THEIRS-1", "their_version": 1,
        "function": "NEWM",
    }  # fmt: skip
    assert came == {"counterparty": "BNPP"} | theirs
    assert matched == identity | theirs | {"basis": "AGREES"}


def _mismatched() -> None:
    trade = traded()
    (row,) = expected(trade)
    received(told(trade, our_reference=row.reference, price=Decimal(77)))


def _alleged() -> None:
    trade = traded()
    received(told(trade, quantity=Decimal(7)))


def _chased() -> None:
    trade = traded()
    (row,) = expected(trade)
    chasing.chase_party(confirmation_id=row.pk, actor=agent(), at=AT)


def _unpaired() -> None:
    trade = traded()
    (row,) = expected(trade)
    received(told(trade))
    by_hand.unpair(confirmation_id=row.pk, reason="wrong one", actor=agent(), at=AT)


def _disputed() -> None:
    trade = traded()
    (row,) = expected(trade)
    by_hand.dispute(confirmation_id=row.pk, reason="not ours", actor=agent(), at=AT)


def _cancelled() -> None:
    trade = traded()
    expected(trade)
    cancelled(trade)
    with transaction.atomic():
        announce("trades.changed", subject="x", payload={"trade_ids": [trade.pk]})
    jobs.run_pending()


@pytest.mark.parametrize(
    ("kind", "live_it", "says"),
    [
        ("mismatched", _mismatched, {"differs": ["price"], "basis": "REFERENCE"}),
        ("alleged", _alleged, {"their_reference": "THEIRS-1"}),
        ("chased", _chased, {"counterparty": "BNPP"}),
        ("unpaired", _unpaired, {"their_reference": "THEIRS-1"}),
        ("disputed", _disputed, {"counterparty": "BNPP"}),
        ("cancelled", _cancelled, {"end_reason": "TRADE_OVER"}),
    ],
)
def test_each_kind_says_what_happened(kind: str, live_it: Any, says: dict[str, Any]) -> None:
    live_it()

    (data,) = [data for told_of, data in events() if told_of == f"confirmation.{kind}"]

    assert {name: data.get(name) for name in says} == says
    assert ("trade" in data) is (kind != "alleged")


def test_every_deed_is_told_or_is_told_by_what_follows() -> None:
    assert set(Deed) - set(news.OF_DEEDS) == {Deed.RESUMED, Deed.ACCEPTED}
    assert {kind.value for kind in EventType if kind.startswith("confirmation.")} == {
        *(kind.value for kind in news.OF_DEEDS.values()),
        "confirmation.received",
        "confirmation.chased",
    }


def test_what_is_rolled_back_is_not_told() -> None:
    trade = traded()
    with transaction.atomic():
        receiving.receive(told=[told(trade)], door=Door.UPLOAD, actor=SYSTEM, at=AT)
        transaction.set_rollback(True)

    assert events() == []


def test_a_message_that_is_repeated_is_told_once() -> None:
    trade = traded()
    received(told(trade))
    received(told(trade))

    assert kinds().count("received") == 1


def test_a_source_hears_of_its_own_trades_and_a_person_of_all_that_they_see() -> None:
    trade = traded()
    expected(trade)
    received(told(trade), told(trade, "OTHER", quantity=Decimal(7)))

    def heard(client: Client) -> list[str]:
        body = client.get("/api/v1/events/").json()
        found = [event["type"] for event in body["events"]]
        return [kind for kind in found if kind.startswith("confirmation.")]

    ours, others = (
        tokens.create_token(name=name, source_system=source, actor=SYSTEM, at=AT)
        for name, source in (("a", trade.source_system), ("b", "OTHER"))
    )
    own = heard(Client(headers={"authorization": f"Bearer {ours}"}))
    assert own == ["confirmation.sent", "confirmation.matched"]
    assert heard(Client(headers={"authorization": f"Bearer {others}"})) == []
    every = heard(signed_in(Role.AGENT, name="zoe"))
    assert sorted(set(every) - set(own)) == ["confirmation.alleged", "confirmation.received"]


def test_a_thousand_are_told_by_few_notes_and_each_has_its_event() -> None:
    trades = [traded(number, quantity=Decimal(1000 + number)) for number in range(1, 31)]
    expected(*trades)

    received(*(told(trade, f"R-{trade.pk}") for trade in trades))

    assert ConfirmationNews.objects.count() <= 4
    assert kinds().count("matched") == 30


def test_a_webhook_is_sent_what_it_asked_for(settings: Any) -> None:
    settings.WEBHOOK_ALLOWED_PRIVATE = True
    trade = traded()
    with listening() as receiver:
        webhooks.create_endpoint(
            name="oms", url=receiver.url, event_types=["confirmation.matched"],
            actor=person("adm", Role.ADMINISTRATOR), at=AT,
        )  # fmt: skip
        expected(trade)
        received(told(trade))
        telling.tell()

        delivering.dispatch(clock=lambda: AT)

    (body,) = [json.loads(body) for _path, _headers, body in receiver.got]
    assert body["type"] == "confirmation.matched"
    assert body["data"]["trade"] == trade.reference
