"""Two accounts in one currency expect the same payments: a trade has one break, not one each."""

from __future__ import annotations

import pytest
from django.test import Client

from core.models import Job, User
from desk.models import WorkItem
from reconciliation import services
from reconciliation.models import Break, MatchGroup, ReconciliationRun
from reconciliation.states import Kind
from refdata.models import Account
from tests.integration.reconciliation.world import (
    AT,
    IBAN,
    PAID,
    account,
    agent,
    statement,
    taken_in,
    trade,
)

pytestmark = pytest.mark.django_db
FOREIGN = "FR7630001007941234567890185"
SECOND = "FR7630004000039876543210185"
OTHER = ":61:2611201120C1,00NTRFOTHER//BK1"
NEAR = ":61:2611201120D900,00NTRFT000000001//BK1"


def two_accounts() -> None:
    first = account()
    Account.objects.create(
        code="NOSTRO-EUR-2", name="EUR at another bank", kind="CASH", currency="EUR", iban=SECOND,
        custodian=first.custodian,
    )  # fmt: skip


def from_second(line: str, closing: str) -> bytes:
    return statement(line, closing=closing).replace(IBAN.encode(), SECOND.encode())


def done() -> bool:
    return set(ReconciliationRun.objects.values_list("state", flat=True)) == {"DONE"}


def test_a_trade_that_no_account_paid_has_one_break() -> None:
    two_accounts()
    made = trade(1)

    taken_in(statement(OTHER, closing="C261120EUR10001,00"))
    taken_in(from_second(OTHER, "C261120EUR10001,00"), name="second.sta")

    assert done()
    assert Break.objects.filter(trade=made).count() == 1


def test_a_line_near_the_trade_ends_the_lonely_break_of_the_other_account() -> None:
    two_accounts()
    made = trade(1)
    taken_in(statement(OTHER, closing="C261120EUR10001,00"))

    near = taken_in(from_second(NEAR, "C261120EUR9100,00"), name="second.sta")

    live = Break.objects.exclude(state="RESOLVED").get(trade=made)
    assert (live.category, live.line) == ("AMOUNT", near.lines.get())
    from_first = taken_in(
        statement(PAID, opening="C261120EUR10001,00", closing="C261120EUR9001,00"), name="third.sta"
    )
    assert done()
    assert not MatchGroup.objects.exists(), "the trade is being worked on with the other line"
    assert Break.objects.filter(line=from_first.lines.get(), trade=None).exists()


def test_a_file_tells_how_many_accounts_are_done() -> None:
    two_accounts()
    closing = "C261120EUR10001,00"
    file = taken_in(statement(OTHER, closing=closing) + b"\n" + from_second(OTHER, closing))
    told: list[tuple[int, int]] = []

    services.reconcile_file(
        file_id=file.pk, actor=agent(), at=AT, progress=lambda *n: told.append(n)
    )

    assert told == [(0, 2), (1, 2), (2, 2)]
    ran = Job.objects.get(kind="reconciliation.run")
    assert (ran.progress_done, ran.progress_total) == (2, 2)


def live() -> list[tuple[str, int | None, int | None, str]]:
    found = Break.objects.exclude(state="RESOLVED").order_by("trade_id", "line_id")
    return list(found.values_list("category", "trade_id", "line_id", "state"))


def test_a_match_ends_the_break_that_another_account_opened_and_undoing_it_restores_all() -> None:
    two_accounts()
    made = trade(1)
    taken_in(from_second(OTHER, "C261120EUR10001,00"), name="second.sta")
    lonely = Break.objects.get(trade=made)
    services.assign_break(break_id=lonely.pk, owner_id=agent().user_id, actor=agent(), at=AT)
    before = live()

    paid = taken_in(statement(PAID, closing="C261120EUR9000,00"))

    group = MatchGroup.objects.get(state="CONFIRMED")
    lonely.refresh_from_db()
    assert (lonely.state, lonely.resolution, lonely.resolved_group) == (
        "RESOLVED", "MATCHED", group,
    )  # fmt: skip
    assert not WorkItem.objects.filter(kind="BREAK", subject_id=lonely.pk, state="OPEN").exists()

    services.undo_group(group_id=group.pk, reason="not this one", actor=agent(), at=AT)

    alone = ("MISSING_OURS", None, paid.lines.get().pk, "OPEN")
    assert set(live()) == {*before, alone}
    assert len(live()) == len(before) + 1
    item = WorkItem.objects.get(kind="BREAK", subject_id=lonely.pk, state="OPEN")
    assert item.owner_id == agent().user_id


def test_undoing_a_match_opens_no_second_break_of_a_trade_that_has_one() -> None:
    """A break that another statement opened while the match stood stays the only one."""
    account()
    made = trade(1)
    paid = taken_in(statement(PAID, closing="C261120EUR9000,00"))
    Break.objects.create(
        kind="CASH", scope="another", category="TIMING", trade=made, day=AT.date(), opened_at=AT,
        difference=1000,
    )  # fmt: skip

    services.undo_group(group_id=MatchGroup.objects.get().pk, reason="wrong", actor=agent(), at=AT)

    assert sorted(live()) == [
        ("MISSING_OURS", None, paid.lines.get().pk, "OPEN"), ("TIMING", made.pk, None, "OPEN"),
    ]  # fmt: skip


def test_a_pair_that_came_apart_meanwhile_is_not_restored_beside_its_line() -> None:
    """Matched by hand with another line, a trade leaves alone what it was compared with."""
    account()
    made = trade(1)
    unnamed = ":61:2611201120D950,00NTRFOTHER//BK2"
    file = taken_in(statement(NEAR, unnamed, closing="C261120EUR8150,00"))
    pair = Break.objects.get(trade=made)
    assert pair.line is not None
    other = file.lines.exclude(pk=pair.line.pk).get()
    group = services.match_by_hand(
        kind=Kind.CASH,
        trade_ids=[made.pk],
        line_ids=[other.pk],
        reason="a fee",
        actor=agent(),
        at=AT,
    )
    services.reconcile_file(file_id=file.pk, actor=agent(), at=AT)
    assert live() == [("MISSING_OURS", None, pair.line.pk, "OPEN")]

    services.undo_group(group_id=group.pk, reason="wrong", actor=agent(), at=AT)

    assert {(trade_id, line_id) for _category, trade_id, line_id, _state in live()} == {
        (made.pk, None), (None, pair.line.pk), (None, other.pk),
    }  # fmt: skip


def test_a_statement_of_an_account_that_is_none_of_ours_leaves_its_own_lines_alone(
    client: Client,
) -> None:
    account()
    made = trade(1)
    trade(2, currency="EUR", account_code="NOSTRO-EUR")

    file = taken_in(
        statement(PAID, closing="C261120EUR9000,00").replace(IBAN.encode(), FOREIGN.encode())
    )

    assert live() == [("MISSING_OURS", None, file.lines.get().pk, "OPEN")]
    assert not MatchGroup.objects.filter(allocations__trade_id=made.pk).exists()
    client.force_login(User.objects.get(username="agent"))
    for language, said in (("en", "is none of ours"), ("fr", "n’est pas des nôtres")):
        page = client.get(file.get_absolute_url(), headers={"accept-language": language})
        assert said in page.content.decode()
