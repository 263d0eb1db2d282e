"""Allocating on screen: rows that add up, decisions on the trade's page, rules and their list."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from core.access import Forbidden
from core.roles import Role
from desk.models import SupervisorLimit, WorkItem
from refdata.models import CutOff
from tests.factories.trades import signed_in
from tests.integration.trades.allocating import (
    AT,
    accounts,
    agent,
    approved,
    block,
    dealt,
    proposed,
    shares_of,
    supervisor,
    validated,
)
from trades.models import Allocation, AllocationRule, Block
from trades.services import allocation_rules
from trades.services.allocation_rules import RuleTerms, UnableToSetRule

pytestmark = pytest.mark.django_db
BEFORE = datetime(2026, 11, 20, 21, 59, tzinfo=UTC)
AFTER = datetime(2026, 11, 20, 22, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def the_accounts() -> None:
    accounts("A", "B", "C")


@pytest.fixture
def ana() -> Client:
    return signed_in()


@pytest.fixture
def boss() -> Client:
    client = signed_in(Role.SUPERVISOR, name="boss")
    actor = supervisor("boss")
    assert SupervisorLimit.objects.filter(user_id=actor.user_id).exists()
    return client


def form(*shares: tuple[str, str], **more: Any) -> dict[str, Any]:
    """Return what the browser sends of the form, three empty rows included."""
    rows = [*shares, ("", ""), ("", ""), ("", "")]
    fields: dict[str, Any] = {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": 0}
    for n, (account, quantity) in enumerate(rows):
        fields |= {f"form-{n}-account": account, f"form-{n}-quantity": quantity}
    return fields | more


def rule(
    *, residual: str = "", counterparty: str = "", active: bool = True, **percents: str
) -> AllocationRule:
    """Return a rule in force from the trade date on."""
    from decimal import Decimal

    made = allocation_rules.propose_rule(
        terms=RuleTerms(
            book="EQ-PAR-1",
            counterparty=counterparty,
            percents=[(account, Decimal(text)) for account, text in percents.items()],
            residual_account=residual,
            valid_from=AT.date(),
            active=active,
        ),
        reason="mandate",
        actor=agent("rita"),
        at=AT,
    )
    return allocation_rules.decide_rule(rule_id=made.pk, approve=True, actor=supervisor(), at=AT)


def test_by_hand_from_the_form_to_the_shares(ana: Client, boss: Client) -> None:
    trade = block()
    address = f"/trades/{trade.pk}/allocate/"
    assert ana.get(address).status_code == 200

    sent = ana.post(address, form(("A", "600"), ("B", "400"), seen=trade.fingerprint))
    assert (sent.status_code, sent.headers["Location"]) == (302, f"/trades/{trade.pk}/")
    found = Allocation.objects.get()
    page = boss.get(f"/trades/{trade.pk}/").content.decode()
    assert f'value="{found.fingerprint}"' in page

    decided = boss.post(
        f"/trades/{trade.pk}/allocation/approve/",
        {"allocation": found.pk, "seen": found.fingerprint},
    )

    assert decided.status_code == 302
    page = boss.get(f"/trades/{trade.pk}/").content.decode()
    for child in shares_of(trade):
        assert child.reference in page
        assert trade.reference in boss.get(f"/trades/{child.pk}/").content.decode()


def test_the_remainder_is_told_while_one_types(ana: Client) -> None:
    trade = block()
    address = f"/trades/{trade.pk}/allocate/shares/"

    whole = ana.post(address, form(("A", "600"), ("B", "400"))).content.decode()
    part = ana.post(address, form(("A", "600"))).content.decode()
    wrong = ana.post(address, form(("X", "2,000"))).content.decode()
    empty = ana.post(address, form()).content.decode()

    assert "still to be allocated: <strong>0</strong>" in whole
    assert "36,300.00" in whole
    assert "still to be allocated: <strong>400</strong>" in part
    assert "ALC-001" in wrong
    assert "ALC-006" in wrong
    assert "too much:" in wrong
    assert "as you type" in empty


@pytest.mark.parametrize(
    ("case", "shares", "said"),
    [
        ("half a row", [("A", "")], "Give both the account and the quantity."),
        ("no number", [("A", "many")], "is not a number"),
        ("unknown", [("X", "1")], "ALC-001"),
        ("nothing", [], "ALC-007"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    ana: Client, case: str, shares: list[tuple[str, str]], said: str
) -> None:
    trade = block()
    address = f"/trades/{trade.pk}/allocate/"

    answer = ana.post(address, form(*shares, seen=trade.fingerprint, reason="because"))

    page = answer.content.decode()
    assert (answer.status_code, said in page, 'value="because"' in page) == (422, True, True), case
    assert not Allocation.objects.exists()


def test_more_rows_keep_what_was_typed(ana: Client) -> None:
    trade = block()

    answer = ana.post(
        f"/trades/{trade.pk}/allocate/", form(("A", "6"), seen=trade.fingerprint, more="1")
    )

    assert answer.content.decode().count("-account") >= 9
    assert 'value="A"' in answer.content.decode()
    assert not Allocation.objects.exists()


def test_like_trades_are_offered_as_one_block(ana: Client) -> None:
    first = block(source_reference="F-1")
    other = block(source_reference="F-2", quantity="500")
    block(source_reference="F-3", side="SELL")
    address = f"/trades/{first.pk}/allocate/"
    page = ana.get(address)
    assert [trade.pk for trade in page.context["alike"]] == [other.pk]

    ana.post(address, form(("A", "1,500"), seen=first.fingerprint, **{"with": [other.pk]}))

    assert set(Allocation.objects.get().members.values_list("trade", flat=True)) == {
        first.pk,
        other.pk,
    }


def test_refused_withdrawn_and_undone_on_the_page(ana: Client, boss: Client) -> None:
    trade = block()
    found = proposed(trade, A=1000)
    at = f"/trades/{trade.pk}/allocation"
    assert boss.post(f"{at}/refuse/", {"allocation": found.pk}).status_code == 422
    boss.post(f"{at}/refuse/", {"allocation": found.pk, "reason": "no"})
    found = proposed(trade, A=1000)
    ana.post(f"{at}/withdraw/", {"allocation": found.pk})
    assert list(Allocation.objects.order_by("pk").values_list("state", flat=True)) == [
        "REFUSED",
        "LAPSED",
    ]
    approved(proposed(trade, A=1000))
    ana.post(f"{at}/undo/", {"seen": trade.fingerprint, "reason": "wrong"})
    assert Allocation.objects.get(state="PROPOSED").reason == "wrong"
    assert boss.get(f"/trades/{trade.pk}/").status_code == 200
    assert boss.post(f"{at}/nonsense/", {"allocation": found.pk}).status_code == 404
    assert boss.post(f"{at}/approve/", {"allocation": "x"}).status_code == 404


def test_another_desk_sees_nothing_of_it() -> None:
    trade = block()
    found = proposed(trade, A=1000)
    far = signed_in(desk="OTHER", name="bob")

    for path in ("allocate/", "allocate/shares/", "allocation/undo/", "allocation/withdraw/"):
        answer = far.post(f"/trades/{trade.pk}/{path}", {"allocation": found.pk})
        assert answer.status_code == 404, path


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_page_opens_within_its_budget(
    ana: Client, language: str, django_assert_max_num_queries: Any
) -> None:
    made = rule(A="60", B="30", residual="C")
    trade = block()
    approved(proposed(trade, A=600, B=300))
    child = shares_of(trade)[0]
    waiting = block(source_reference="X-2")
    proposed(waiting, A=1)
    free = block(source_reference="X-3")

    for address, most in (
        (f"/trades/{trade.pk}/", 35),
        (f"/trades/{child.pk}/", 35),
        (f"/trades/{waiting.pk}/", 34),
        (f"/trades/{free.pk}/allocate/", 14),
        (f"/trades/{free.pk}/allocate/?rule=1", 14),
        (f"/trades/{trade.pk}/allocate/", 14),
        ("/trades/?allocation=UNALLOCATED&allocation=PROPOSED", 25),
        ("/trades/?allocation_late=on", 25),
        ("/trades/allocation-rules/", 20),
        (f"/trades/allocation-rules/{made.pk}/", 14),
        (f"/trades/allocation-rules/new/?from={made.pk}", 14),
    ):
        with django_assert_max_num_queries(most):
            answer = ana.get(address, headers={"accept-language": language})
        assert answer.status_code == 200, address


def test_a_rule_makes_blocks_and_fills_in_their_shares(ana: Client) -> None:
    found = rule(A="33.33", B="33.33", residual="C")
    trade = block(quantity="100")
    own = block(source_reference="X-2", account="A")
    assert Block.objects.get(trade=trade).state == "UNALLOCATED"
    assert not Block.objects.filter(trade=own).exists()

    page = ana.get(f"/trades/{trade.pk}/allocate/?rule=1")
    rows = [row.initial for row in page.context["rows"] if row.initial]
    assert [(r["account"], int(r["quantity"]), r["is_residual"]) for r in rows] == [
        ("A", 33, False),
        ("B", 33, False),
        ("C", 34, True),
    ]
    sent = form(("A", "33"), ("B", "33"), ("C", "34"), seen=trade.fingerprint)
    ana.post(f"/trades/{trade.pk}/allocate/", sent | {"form-2-is_residual": "True"})

    made = Allocation.objects.get()
    assert made.rule == found
    approved(made)
    assert [share.is_residual for share in made.shares.order_by("n")] == [False, False, True]


def test_other_shares_than_those_of_the_rule_are_by_hand(ana: Client) -> None:
    rule(A="60", B="40")
    trade = block()

    sent = form(("A", "500"), ("B", "500"), seen=trade.fingerprint)
    ana.post(f"/trades/{trade.pk}/allocate/", sent)

    assert Allocation.objects.get().rule is None


def test_a_rule_of_a_counterparty_counts_more_and_one_that_ended_not() -> None:
    general, special = rule(A="100"), rule(B="100", counterparty="BNPP")
    trade = block()
    from trades.services import blocks

    def chosen() -> AllocationRule | None:
        return blocks.rule_for(
            blocks.rules_in_force([trade.book_code]),
            book=trade.book_code,
            counterparty=trade.counterparty_code,
            day=trade.trade_date,
        )

    assert chosen() == special
    rule(B="100", counterparty="BNPP", active=False)
    assert chosen() == general
    rule(A="100", active=False)
    assert chosen() is None


def test_a_rule_that_comes_later_reaches_the_trades_that_are_there() -> None:
    trade = block()
    assert not Block.objects.exists()

    rule(A="100")

    work = WorkItem.objects.get(kind="ALLOCATION", state="OPEN")
    assert (work.subject_id, work.title) == (trade.pk, trade.reference)
    assert work.due_at == datetime(2026, 11, 20, 22, tzinfo=UTC)


def test_the_deadline_is_dated_data_and_late_ones_are_found(ana: Client) -> None:
    rule(A="100")
    trade = validated(dealt())

    def late(at: datetime) -> bool:
        with time_machine.travel(at, tick=False):
            return trade.reference in ana.get("/trades/?allocation_late=on").content.decode()

    assert (late(BEFORE), late(AFTER)) == (False, True)
    CutOff.objects.create(
        step="allocate", at_time="23:30", valid_from=AT.date(), only_day=True, state="APPROVED",
        reason="incident", proposed_by="a", decided_by="b", proposed_at=AT,
    )  # fmt: skip
    assert not late(AFTER)
    with time_machine.travel(AFTER, tick=False):
        assert "To be allocated by" in ana.get(f"/trades/{trade.pk}/").content.decode()
    assert len(ana.get("/trades/?allocation=UNALLOCATED").context["rows"]) == 1


def test_a_rule_is_proposed_and_decided_on_screen(ana: Client, boss: Client) -> None:
    fields = {
        "form-TOTAL_FORMS": 3, "form-INITIAL_FORMS": 0,
        "form-0-account": "A", "form-0-percent": "60",
        "form-1-account": "B", "form-1-percent": "39.5",
        "book": "EQ-PAR-1", "counterparty": "BNPP", "residual_account": "C", "active": "on",
        "valid_from": "2027-01-04", "reason": "mandate",
    }  # fmt: skip
    sent = ana.post("/trades/allocation-rules/new/", fields)
    made = AllocationRule.objects.get()
    assert (sent.status_code, sent.headers["Location"]) == (302, made.get_absolute_url())
    assert made.percents == {"A": "60", "B": "39.5"}
    assert ana.post(f"{made.get_absolute_url()}approve/").status_code == 403

    boss.post(f"{made.get_absolute_url()}approve/")

    made.refresh_from_db()
    assert (made.state, made.decided_by) == ("APPROVED", "boss")
    assert "A 60 % · B 39.5 %" in boss.get("/trades/allocation-rules/").content.decode()
    wrong = ana.post("/trades/allocation-rules/new/", fields | {"form-0-percent": "61"})
    assert (wrong.status_code, "ALC-106" in wrong.content.decode()) == (422, True)


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({"book": "NONE"}, ["ALC-101"]),
        ({"counterparty": "NONE"}, ["ALC-102"]),
        ({"percents": [("X", "1")]}, ["ALC-103"]),
        ({"residual_account": "X"}, ["ALC-103"]),
        ({"percents": [("A", "0")]}, ["ALC-105"]),
        ({"percents": [("A", "0.00001")]}, ["ALC-105"]),
        ({"percents": [("A", "50"), ("A", "50.0001")]}, ["ALC-107", "ALC-106"]),
        ({"percents": []}, ["ALC-108"]),
        ({"valid_from": date(2026, 11, 19)}, ["ALC-109"]),
    ],
)
def test_what_is_no_rule(change: dict[str, Any], codes: list[str]) -> None:
    from decimal import Decimal

    terms = {"book": "EQ-PAR-1", "percents": [("A", "100")], "valid_from": AT.date()} | change
    terms["percents"] = [(account, Decimal(text)) for account, text in terms["percents"]]

    with pytest.raises(UnableToSetRule) as refused:
        allocation_rules.propose_rule(
            terms=RuleTerms(**terms), reason="mandate", actor=agent(), at=AT
        )
    assert [f.code for f in refused.value.findings] == codes


def test_nobody_decides_on_their_own_rule() -> None:
    made = AllocationRule.objects.create(
        book_code="EQ-PAR-1", percents={"A": "100"}, valid_from=AT.date(), reason="x",
        proposed_by="sue", proposed_at=AT,
    )  # fmt: skip

    with pytest.raises(UnableToSetRule):
        allocation_rules.decide_rule(rule_id=made.pk, approve=True, actor=supervisor(), at=AT)
    with pytest.raises(Forbidden):
        allocation_rules.decide_rule(rule_id=made.pk, approve=True, actor=agent(), at=AT)
