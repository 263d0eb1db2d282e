"""Validation, exceptions and the rule book in the browser: seen, decided, refused, out of reach."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from core import bulk, jobs
from core.models import Job, User
from core.pages import formats
from core.roles import Role
from desk.models import Approval, Comment, ControlException, Request
from kernel.actors import SYSTEM
from refdata.models import SettlementInstruction
from tests.factories.controlled import trade, world
from tests.integration.desk.people import person
from trades.models import Trade
from trades.services import control
from trades.views.terms import changed_terms

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 10, tzinfo=UTC)


def signed_in(name: str, role: Role, *, desk: str = "", limit: str | None = "1000000") -> Client:
    actor = person(name, role, desk=desk, limit=limit)
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def controlled(*numbers: int, **changes: object) -> list[Trade]:
    world()
    made = [trade(number, **changes) for number in numbers]
    control.control_trades(trade_ids=[one.pk for one in made], actor=SYSTEM, at=AT)
    for one in made:
        one.refresh_from_db()
    return made


@pytest.fixture
def boss() -> Client:
    return signed_in("supervisor", Role.SUPERVISOR)


def test_the_queue_is_searched_by_what_it_shows(boss: Client) -> None:
    (made,) = controlled(1)
    name = made.instrument.name if made.instrument else ""

    for words in (name, name.split()[0].lower(), made.isin, made.reference):
        assert made.reference in boss.get("/validation/", {"q": words}).content.decode(), words
    assert made.reference not in boss.get("/validation/", {"q": "nothing like it"}).content.decode()


def test_queue_is_in_risk_order_with_what_was_seen(boss: Client) -> None:
    small, large = controlled(1, 2)

    page = boss.get("/validation/").content.decode()

    assert page.index(large.reference) < page.index(small.reference)
    assert f"{small.pk}:{small.fingerprint}" in page
    assert "data-key" in page


@pytest.mark.parametrize(
    ("language", "typed", "address"),
    [("en", "1,500.5", "1500.5"), ("fr", "1 500,5", "1500.5"), ("fr", "1,055", "1.0550")],
)
def test_the_address_of_a_filter_says_the_same_amount_in_every_language(
    boss: Client, language: str, typed: str, address: str
) -> None:
    """People share addresses and keep them as views: the value must be the same to all."""
    asked = {"path": "/validation/", "data": {"above": typed}}

    answer = boss.get(**asked, headers={"accept-language": language})
    part = boss.get(**asked, headers={"accept-language": language, "hx-request": "true"})

    assert answer.headers["Location"] == f"/validation/?above={address}"
    assert part.headers["HX-Replace-Url"] == f"/validation/?above={address}"
    there = boss.get(answer.headers["Location"], headers={"accept-language": language})
    shown = formats_typed(language, address)
    assert f'value="{shown}"' in there.content.decode()


def formats_typed(language: str, plain: str) -> str:
    with translation.override(language):
        return formats.typed(Decimal(plain))


def test_an_amount_that_cannot_be_read_selects_nothing(boss: Client) -> None:
    """Who typed a bound must not be shown, and then decide on, what it was to leave out."""
    controlled(1)

    page = boss.get("/validation/?above=1,50")

    assert "“1,50” is not a number" in page.content.decode()
    assert page.context["rows"] == []


def test_a_changed_settlement_instruction_is_seen_before_it_is_validated() -> None:
    """An amendment of the delivery alone is not "no term changed"."""
    (made,) = controlled(1)
    terms = made.versions.get().terms
    other = SettlementInstruction.objects.create(
        party_id=made.counterparty_id,
        currency="EUR",
        place_of_settlement="DAKVDEFF",
        agent_bic="DEUTDEFF",
        account_number="ELSEWHERE-1",
        valid_from=AT.date(),
        proposed_by="agent",
        proposed_at=AT,
    )

    changes = list(changed_terms(terms, {**terms, "settlement_instruction_id": other.pk}))

    assert [(str(label), after) for label, _before, after in changes] == [
        ("Settlement instruction", "DAKVDEFF · ELSEWHERE-1")
    ]


def test_detail_shows_the_terms_and_binds_the_decision(boss: Client) -> None:
    (made,) = controlled(1)

    page = boss.get(f"/validation/{made.pk}/").content.decode()
    assert made.fingerprint in page
    answer = boss.post(f"/validation/{made.pk}/validate/", {"seen": made.fingerprint})

    assert answer.status_code == 302
    assert Approval.objects.get().checker == "supervisor"


@pytest.mark.parametrize(
    ("case", "seen", "status"), [("changed", "0" * 64, 409), ("nothing_seen", "", 409)]
)
def test_what_was_not_seen_is_not_decided(boss: Client, case: str, seen: str, status: int) -> None:
    (made,) = controlled(1)

    assert boss.post(f"/validation/{made.pk}/validate/", {"seen": seen}).status_code == status, case
    assert not Approval.objects.exists()


@pytest.mark.parametrize(
    ("language", "amount", "limit"),
    [("en", "6,110.50", "1,000.00"), ("fr", "6\u202f110,50", "1\u202f000,00")],
)
def test_a_bulk_that_decided_nothing_warns_and_says_why(
    language: str, amount: str, limit: str
) -> None:
    (made,) = controlled(1)
    boss = signed_in("supervisor", Role.SUPERVISOR, limit="1000")
    ticked = {"ids": [f"{made.pk}:{made.fingerprint}"]}

    headers = {"accept-language": language}
    page = boss.post("/validation/validate/", ticked, headers=headers).content.decode()
    one = boss.post(f"/validation/{made.pk}/validate/", {"seen": made.fingerprint}, headers=headers)

    for shown in (page, one.content.decode()):
        assert f"{amount} EUR" in shown
        assert f"{limit} EUR" in shown
    assert "note-green" not in page
    assert "note-amber" in page


def test_a_bulk_on_what_is_gone_warns_and_says_why(boss: Client) -> None:
    controlled(1, price=Decimal("63.6"))
    row = ControlException.objects.get()
    ControlException.objects.filter(pk=row.pk).update(state="RESOLVED")

    answer = boss.post(
        "/work/exceptions/waive/", {"ids": [str(row.pk)], "reason": "x"}, follow=True
    )

    page = answer.content.decode()
    assert "0 exceptions waived" in page
    assert "can no longer be done" in page
    assert "note-green" not in page


def test_trade_of_another_desk_does_not_exist() -> None:
    (made,) = controlled(1)
    stranger = signed_in("fi", Role.SUPERVISOR, desk="FI")

    assert stranger.get(f"/validation/{made.pk}/").status_code == 404
    answer = stranger.post(f"/validation/{made.pk}/validate/", {"seen": made.fingerprint})
    assert answer.status_code == 404
    assert made.reference not in stranger.get("/validation/").content.decode()


def test_agent_sees_the_queue_but_decides_nothing() -> None:
    (made,) = controlled(1)
    agent = signed_in("agent2", Role.AGENT)

    assert agent.get("/validation/").status_code == 200
    answer = agent.post(f"/validation/{made.pk}/validate/", {"seen": made.fingerprint})
    assert answer.status_code == 403


def test_ticked_rows_are_decided_with_an_outcome_each(boss: Client) -> None:
    good, changed = controlled(1, 2)
    (own,) = controlled(3, maker="supervisor")
    ids = [f"{good.pk}:{good.fingerprint}", f"{changed.pk}:old", f"{own.pk}:{own.fingerprint}"]

    page = boss.post("/validation/validate/", {"ids": ids}).content.decode()

    assert "SEEN_CHANGED" in page
    assert "UNABLE_TO_APPROVE" in page
    assert list(Trade.objects.filter(state="VALIDATED")) == [good]


def test_refusal_of_many_needs_its_reason(boss: Client) -> None:
    (made,) = controlled(1)
    ids = [f"{made.pk}:{made.fingerprint}"]

    assert "UNABLE_TO_APPROVE" in boss.post("/validation/refuse/", {"ids": ids}).content.decode()
    boss.post("/validation/refuse/", {"ids": ids, "reason": "Wrong price"})
    made.refresh_from_db()
    assert made.state == "REJECTED"
    assert Comment.objects.get().text == "Wrong price"


def test_frozen_selection_acts_on_what_was_shown_or_not_at_all(boss: Client) -> None:
    controlled(1, 2)
    shown = boss.get("/validation/?select=all", headers={"hx-request": "true"})
    token = shown.context["token"]
    controlled(3)

    answer = boss.post("/validation/validate/", {"selection": token})

    assert answer.status_code == 409
    assert not Approval.objects.exists()


def test_large_selection_becomes_a_job(boss: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE_MAX", 1)
    controlled(1, 2)
    shown = boss.get("/validation/?select=all", headers={"hx-request": "true"})

    answer = boss.post("/validation/validate/", {"selection": shown.context["token"]})
    job = Job.objects.get(kind="trades.decide_many")
    assert answer["Location"] == reverse("core:job", args=[job.pk])
    jobs.run_pending()
    assert Trade.objects.filter(state="VALIDATED").count() == 2


def test_amendment_shows_what_changed(boss: Client) -> None:
    (made,) = controlled(1)
    first = made.versions.get()
    first.version_no, first.fingerprint = 2, "f" * 64
    first.terms = first.terms | {"price": "61.25"}
    first.save(force_insert=True)
    Trade.objects.filter(pk=made.pk).update(version_no=2, fingerprint="f" * 64)

    page = boss.get(f"/validation/{made.pk}/").content.decode()

    assert "diff-old" in page
    assert "61.25" in page


def test_exceptions_are_listed_and_opened_with_their_evidence(boss: Client) -> None:
    controlled(1, price=Decimal("63.6"))
    row = ControlException.objects.get()

    listed = boss.get("/work/exceptions/").content.decode()
    opened = boss.get(f"/work/exceptions/{row.pk}/").content.decode()

    assert "TRD-401" in listed
    assert "The price is 63.6; the last close was 60 ± 5 %." in opened
    assert "EURONEXT" in opened


def test_waived_comment_assign_and_recheck_from_the_page() -> None:
    (made,) = controlled(1, price=Decimal("63.6"))
    row = ControlException.objects.get()
    agent = signed_in("agent2", Role.AGENT)
    address = f"/work/exceptions/{row.pk}"

    agent.post(f"{address}/comment/", {"text": "Asked the desk"})
    assert agent.post(f"{address}/comment/", {"text": "\u200b\ufeff"}).status_code == 422
    agent.post(f"{address}/assign/", {"owner": str(User.objects.get(username="agent2").pk)})
    row.refresh_from_db()
    assert row.state == "ASSIGNED"
    agent.post(f"{address}/recheck/")
    jobs.run_pending()
    assert agent.post(f"{address}/waive/", {"reason": "\u200b"}).status_code == 422
    agent.post(f"{address}/waive/", {"reason": "Block trade"})
    jobs.run_pending()

    row.refresh_from_db()
    made.refresh_from_db()
    assert (row.state, row.ended_by) == ("WAIVED", "agent2")
    assert made.state == "PENDING_VALIDATION"
    assert "Asked the desk" in agent.get(f"{address}/").content.decode()


def test_bulk_waiver_asks_where_it_takes_two() -> None:
    controlled(1, price=Decimal("63.6"))
    controlled(2, gross_amount=Decimal(1), net_amount=Decimal(1))
    agent = signed_in("agent2", Role.AGENT)
    ids = [str(pk) for pk in ControlException.objects.values_list("pk", flat=True)]

    answer = agent.post("/work/exceptions/waive/", {"ids": ids, "reason": "Known"}, follow=True)

    assert set(ControlException.objects.values_list("rule_code", "state")) == {
        ("TRD-401", "WAIVED"),
        ("TRD-302", "OPEN"),
    }
    page = answer.content.decode()
    assert "1 exception waived" in page
    assert "1 waiver asked for: a supervisor must grant it" in page
    assert Request.objects.get().subject_reference.startswith("TRD-302")


@pytest.mark.parametrize(
    ("shown_at", "act"),
    [
        ("/trades/", "/work/exceptions/waive/"),
        ("/validation/", "/work/exceptions/waive/"),
        ("/trades/", "/validation/validate/"),
        ("/jobs/", "/work/take/"),
    ],
)
def test_all_of_one_list_is_nothing_to_an_act_of_another(shown_at: str, act: str) -> None:
    """The trade and the exception of one number are not one thing."""
    controlled(1, price=Decimal("63.6"))
    client = signed_in("sue", Role.SUPERVISOR)
    token = client.get(shown_at, {"select": "all"}).context["token"]

    answer = client.post(act, {"selection": token, "reason": "Known"})

    assert answer.status_code == 409
    assert ControlException.objects.get().state == "OPEN"


def test_exception_of_another_desk_does_not_exist() -> None:
    controlled(1, price=Decimal("63.6"))
    row = ControlException.objects.get()
    stranger = signed_in("fi", Role.AGENT, desk="FI")

    assert stranger.get(f"/work/exceptions/{row.pk}/").status_code == 404
    assert stranger.post(f"/work/exceptions/{row.pk}/waive/", {"reason": "x"}).status_code == 404


@pytest.mark.parametrize(("address", "queries"), [("/validation/", 30), ("/work/exceptions/", 30)])
def test_lists_have_a_query_budget_that_does_not_grow(
    boss: Client, django_assert_max_num_queries: object, address: str, queries: int
) -> None:
    controlled(*range(1, 12))
    controlled(*range(20, 30), price=Decimal("63.6"))
    boss.get(address)

    with django_assert_max_num_queries(queries):  # type: ignore[operator]  # the fixture has no type
        boss.get(address)


def test_the_page_of_a_trade_asks_for_each_thing_once(
    boss: Client, django_assert_max_num_queries: object
) -> None:
    one, *_others = controlled(20, 21, 22, price=Decimal("63.6"))
    boss.get(f"/trades/{one.pk}/")

    with django_assert_max_num_queries(19):  # type: ignore[operator]  # the fixture has no type
        boss.get(f"/trades/{one.pk}/")
