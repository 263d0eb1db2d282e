"""A trade as of any moment; any two versions beside each other, with who, why and the message."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from core.roles import Role
from desk.models import Comment, ControlException
from desk.services import comment
from kernel.actors import SYSTEM
from tests.factories.controlled import world
from tests.factories.trades import AT, person, signed_in
from tests.integration.bad_input.doors import said
from tests.integration.desk.people import person as with_limit
from tests.integration.desk.people import waive
from tests.integration.trades import allocating
from tests.integration.trades.test_tickets import fields
from trades import selectors
from trades.models import Trade
from trades.services import cancellation, control, manual, validation

pytestmark = pytest.mark.django_db
Seen = dict[str, Any]


def now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def snapshot(trade: Trade) -> Seen:
    """Return what the page of the trade says of it now."""
    trade.refresh_from_db()
    exceptions = ControlException.objects.filter(subject_id=trade.pk)
    return {
        "state": trade.state,
        "version": trade.version_no,
        "price": trade.price,
        "net": trade.net_amount,
        "contributors": trade.contributors,
        "settles": trade.settlement_date,
        "versions": [one.version_no for one in selectors.list_versions(trade_id=trade.pk)],
        "exceptions": sorted((one.rule_code, one.state, one.reason) for one in exceptions),
        "approvals": [(one.version_no, one.decision, one.checker)
                      for one in selectors.list_decisions(trade_id=trade.pk)],
        "comments": [one.text for one in
                     Comment.objects.filter(subject_id=trade.pk, subject_kind="trade")],
        "asked": trade.cancellation_requests.filter(state="ASKED").exists(),
    }  # fmt: skip


def told(stood: selectors.AsOf) -> Seen:
    """Return the same of the trade as of a moment."""
    trade = stood.trade
    return {
        "state": trade.state,
        "version": trade.version_no,
        "price": trade.price,
        "net": trade.net_amount,
        "contributors": trade.contributors,
        "settles": trade.settlement_date,
        "versions": [one.version_no for one in stood.versions],
        "exceptions": sorted((one.rule_code, one.state, one.reason) for one in stood.exceptions),
        "approvals": [(one.version_no, one.decision, one.checker) for one in stood.approvals],
        "comments": [one.text for one in stood.comments],
        "asked": stood.asked is not None,
    }


def life() -> Iterator[Trade]:
    """Yield a trade after each step of its life."""
    world()
    agent, boss = with_limit("agent", Role.AGENT), with_limit("boss", Role.SUPERVISOR,
                                                              limit="1000000")  # fmt: skip
    agent2 = with_limit("agent2", Role.AGENT)
    item = manual.enter_trade(reference="M-1", fields=fields(price="95"), actor=agent, at=AT)
    assert item.trade is not None
    trade = Trade.objects.get(pk=item.trade.id)
    yield trade
    control.control_trades(trade_ids=[trade.pk], actor=SYSTEM, at=AT)
    yield trade
    comment(subject_kind="trade", subject_id=trade.pk, text="why 95?", actor=agent, at=AT)
    yield trade
    for row in ControlException.objects.filter(subject_id=trade.pk, state="OPEN"):
        waive(row, by=agent2, granted_by=boss, at=AT, why="agreed by phone")
    control.control_trades(trade_ids=[trade.pk], actor=SYSTEM, at=AT)
    yield trade
    trade.refresh_from_db()
    validation.validate_trade(trade_id=trade.pk, seen=trade.fingerprint, actor=boss, at=AT)
    yield trade
    trade.refresh_from_db()
    manual.amend_trade(
        trade_id=trade.pk, seen=trade.fingerprint, fields=fields(price="60.5"),
        reason="a wrong price", actor=agent, at=AT,
    )  # fmt: skip
    yield trade
    control.control_trades(trade_ids=[trade.pk], actor=SYSTEM, at=AT)
    yield trade
    trade.refresh_from_db()
    cancellation.ask_cancellation(
        trade_id=trade.pk, seen=trade.fingerprint, reason="never dealt", actor=agent, at=AT
    )
    yield trade


def test_as_of_any_moment_the_trade_stands_as_it_stood_then() -> None:
    before = now()
    seen: list[tuple[datetime, Seen]] = []
    trade = None
    for trade in life():
        seen.append((now(), snapshot(trade)))

    assert trade is not None
    assert selectors.trade_as_of(trade_id=trade.pk, at=before) is None
    assert len({step["state"] for _at, step in seen}) >= 4
    for at, step in seen:
        stood = selectors.trade_as_of(trade_id=trade.pk, at=at)
        assert stood is not None
        assert told(stood) == step


def test_the_page_of_a_past_moment_is_marked_and_read_only() -> None:
    steps = life()
    trade = next(steps)
    next(steps)
    moment = now()
    list(steps)
    client = signed_in(name="ana")

    page = client.get(f"/trades/{trade.pk}/", {"at": moment.isoformat()})

    assert page.status_code == 200
    text = said(page)
    assert "As it stood at" in text
    assert "On hold" in text
    assert "95" in text
    assert "a wrong price" not in text
    assert "agreed by phone" not in text
    html = page.content.decode().partition("<main")[2]
    assert 'method="post"' not in html
    assert f"/trades/{trade.pk}/amend/" not in html


@pytest.mark.parametrize(
    ("at", "status"),
    [
        ("2020-01-01", 404),
        ("2999-12-31", 200),
        ("2999-12-31T10:00:00", 200),
        ("31/12/2999 10:00:00", 200),  # as people type it, and as the page writes it
        ("31/02/2999 10:00:00", 422),
        ("2999-12-31T10:00:00 01:00", 200),  # a plus sign that became a blank on its way
        ("yesterday", 422),
        ("2026-02-31", 422),
        ("0001-01-01T00:00:00+14:00", 422),
        ("9999-12-31T23:59:59-14:00", 422),
        ("\u0662026-11-20", 422),
    ],
)
def test_moments_that_can_be_asked_for(at: str, status: int) -> None:
    world()
    item = manual.enter_trade(reference="M-1", fields=fields(), actor=person(), at=AT)
    assert item.trade is not None

    assert signed_in().get(f"/trades/{item.trade.id}/", {"at": at}).status_code == status


def test_any_two_versions_are_compared() -> None:
    trade = list(life())[-1]
    client = signed_in()
    address = f"/trades/{trade.pk}/versions/"

    page = said(client.get(address))
    assert "95.00 60.50" in page
    assert "a wrong price" in page
    assert page.count("agent") >= 2
    backwards = said(client.get(address, {"one": "2", "other": "1"}))
    assert "60.50 95.00" in backwards
    for wrong in ("9", "x", "0", "-1"):
        assert client.get(address, {"one": wrong}).status_code == 404
    stranger: Client = signed_in(Role.AGENT, desk="FI", name="fi")
    assert stranger.get(address).status_code == 404
    assert stranger.get(f"/trades/{trade.pk}/?at=2999-01-01").status_code == 404


def test_the_whole_message_is_one_click_away() -> None:
    world()
    item = manual.enter_trade(reference="M-1", fields=fields(), actor=person(), at=AT)
    assert item.trade is not None
    client = signed_in()
    version = selectors.list_versions(trade_id=item.trade.id)[0]

    assert (
        f"/trades/executions/{version.execution_id}/"
        in client.get(f"/trades/{item.trade.id}/").content.decode()
    )
    page = said(client.get(f"/trades/executions/{version.execution_id}/"))
    assert selectors.text_of_message(execution_id=version.execution_id) in page
    assert '"source_reference":"M-1"' in page


@pytest.mark.django_db(transaction=True)
def test_the_moments_offered_are_those_of_transactions() -> None:
    world()
    item = manual.enter_trade(reference="M-1", fields=fields(), actor=person(), at=AT)
    assert item.trade is not None
    control.control_trades(trade_ids=[item.trade.id], actor=SYSTEM, at=AT)

    moments = selectors.moments_of_trade(trade_id=item.trade.id)

    assert [who for _at, who in moments] == ["system", "agent"]
    stood = selectors.trade_as_of(trade_id=item.trade.id, at=moments[1][0])
    assert stood is not None
    assert stood.trade.state == "RECEIVED"
    later = selectors.trade_as_of(trade_id=item.trade.id, at=moments[0][0] + timedelta(seconds=1))
    assert later is not None
    assert later.trade.state == "PENDING_VALIDATION"


def test_the_page_of_a_past_moment_shows_the_shares_of_then() -> None:
    """Proposed, in force, replaced, undone: each moment has its own shares, and their trades."""
    allocating.accounts("A", "B", "C")
    trade = allocating.block()
    moments = {"before": now()}
    first = allocating.proposed(trade, A=600, B=400)
    moments["proposed"] = now()
    allocating.approved(first)
    moments["in_force"] = now()
    share = allocating.shares_of(trade)[0]
    again = allocating.proposed(trade, C=1000)
    moments["proposed_again"] = now()
    allocating.approved(again)
    moments["replaced"] = now()
    client = signed_in(name="ana")

    def shown(name: str, of: Trade = trade) -> str:
        html = client.get(f"/trades/{of.pk}/", {"at": moments[name].isoformat()}).content.decode()
        return html.partition("Parties and dates")[2].partition("Findings")[0]

    def accounts(html: str) -> list[str]:
        return re.findall(r'<th scope="row">([ABC])<', html)

    assert accounts(shown("before")) == []
    assert accounts(shown("proposed")) == ["A", "B"]
    assert "proposes this allocation" in shown("proposed")
    assert accounts(shown("in_force")) == ["A", "B"]
    assert "proposes" not in shown("in_force")
    assert share.reference in shown("in_force")
    assert "Cancelled" not in shown("in_force")
    assert accounts(shown("proposed_again")) == ["C", "A", "B"]
    assert accounts(shown("replaced")) == ["C"]
    assert trade.reference in shown("in_force", of=share)
