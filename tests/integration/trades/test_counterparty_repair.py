"""A counterparty that nobody knew: said once, everything that waits for its name goes on."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from core import jobs
from core.roles import Role
from desk.models import ControlException
from feeds.models import ChangeEvent
from kernel.actors import SYSTEM
from kernel.findings import Refusal
from refdata.models import FeeSchedule, Party, PartyAlias, SettlementInstruction
from tests.factories import refdata as refdata_factories
from tests.factories import static_data
from tests.factories.trades import AT, SOURCE, booked, facts, person, send, signed_in
from tests.integration.bad_input.doors import said
from trades.models import Execution, Trade, TradeVersion
from trades.services import feed, repair

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 24)


def waiting(reference: str = "X-1", **changes: Any) -> Trade:
    return booked(
        source_reference=reference, counterparty="Soc Gen", settlement_date=DAY, **changes
    )


def party(code: str = "SOGE", **changes: Any) -> Party:
    terms = {"name": "Société Générale", "is_counterparty": True}
    return refdata_factories.PartyFactory.create(code=code, **(terms | changes))


def instruction(of: Party) -> SettlementInstruction:
    return SettlementInstruction.objects.create(
        party=of, place_of_settlement="SICVFRPPXXX", agent_bic="BNPAFRPPXXX", account_number="1",
        valid_from=date(2026, 1, 1), state="APPROVED", proposed_by="ann", proposed_at=AT,
        decided_by="ben", decided_at=AT,
    )  # fmt: skip


def name_it(trade: Trade, as_party: Party) -> None:
    """Have one say who it is, another grant it, and what waits go on."""
    repair.name_counterparty(trade_id=trade.pk, party_id=as_party.pk, actor=person("ana"), at=AT)
    static_data.granted()
    jobs.run_pending()


def open_rules(trade: Trade) -> set[str]:
    rows = ControlException.objects.filter(subject_kind="trade", subject_id=trade.pk)
    return set(rows.filter(state="OPEN").values_list("rule_code", flat=True))


def test_once_said_every_trade_with_that_name_has_its_counterparty() -> None:
    first, second = waiting(), waiting("X-2", quantity="7")
    of_others = booked(source_reference="X-3", counterparty="Nobody")
    jobs.run_pending()
    assert "TRD-104" in open_rules(first)
    soge = party()
    its = instruction(soge)

    repair.name_counterparty(trade_id=first.pk, party_id=soge.pk, actor=person("ana"), at=AT)
    jobs.run_pending()
    assert Trade.objects.filter(counterparty=None).count() == 3, "nobody granted it yet"
    static_data.granted()
    jobs.run_pending()

    for trade in (first, second):
        trade.refresh_from_db()
        assert (trade.counterparty, trade.counterparty_code) == (soge, "SOGE")
        assert (trade.version_no, trade.source_version) == (2, 1)
        assert trade.settlement_instruction == its
        assert trade.contributors == ["oms", "ana", SYSTEM.name]
        assert "TRD-104" not in open_rules(trade)
    of_others.refresh_from_db()
    assert (of_others.version_no, of_others.counterparty) == (1, None)
    assert PartyAlias.objects.get().alias == "Soc Gen"


def test_the_version_has_its_reason_its_author_and_a_message_of_the_house() -> None:
    trade = waiting()

    name_it(trade, party())

    version = TradeVersion.objects.get(trade=trade, version_no=2)
    assert (version.maker, version.action, version.source_version) == ("system", "AMEND", 1)
    assert "ana" in version.contributors
    assert "Soc Gen" in version.reason
    sent = Execution.objects.get(pk=version.execution_id)
    assert (sent.source_system, sent.source_reference) == ("ENRICHMENT", f"{trade.reference}-2")
    assert sent.trade == trade
    assert version.terms["counterparty_code"] == "SOGE"


def test_what_the_source_sends_next_follows_its_own_last_version() -> None:
    trade = waiting()
    name_it(trade, party())

    send(facts(version=2, action="AMEND", counterparty="Soc Gen", quantity="7"))

    trade.refresh_from_db()
    assert (trade.version_no, trade.source_version, trade.quantity) == (3, 2, 7)
    assert trade.counterparty_code == "SOGE"


def test_the_next_trade_with_that_name_is_resolved_at_once() -> None:
    name_it(waiting(), party())

    assert waiting("X-2").counterparty_code == "SOGE"


def test_a_counterparty_brings_its_fees() -> None:
    trade = waiting()
    soge = party()
    FeeSchedule.objects.create(
        name="BROKER", kind="COMMISSION", party=soge, rate="0.1", valid_from=date(2026, 1, 1),
        state="APPROVED", reason="agreed", proposed_by="ann", proposed_at=AT, decided_by="ben",
        decided_at=AT,
    )  # fmt: skip

    name_it(trade, soge)

    trade.refresh_from_db()
    assert (str(trade.fees), str(trade.net_amount)) == ("10.1500", "10160.1500")


@pytest.mark.parametrize(
    ("case", "changes", "named"),
    [
        ("code", {"code": "SOC GEN"}, "SOC GEN"),
        ("lei", {"lei": "O2RNE8IBXP4R0TD8PU41"}, "O2RNE8IBXP4R0TD8PU41"),
        ("bic", {"bic": "SOGEFRPP"}, "SOGEFRPPXXX"),
        ("head_office", {"bic": "SOGEFRPPXXX"}, "SOGEFRPP"),
    ],
)
def test_a_party_that_is_entered_anywhere_lets_go_on_what_waits_for_it(
    case: str, changes: dict[str, Any], named: str
) -> None:
    trade = booked(counterparty=named, settlement_date=DAY)
    entered = Party(
        **({"code": "SOGE", "name": "Société Générale", "is_counterparty": True} | changes)
    )

    static_data.entered(entered, by="ana")
    jobs.run_pending()

    trade.refresh_from_db()
    assert trade.counterparty == Party.objects.get(name=entered.name), case
    assert set(trade.contributors) == {"oms", "ana", SYSTEM.name}


def test_a_party_that_becomes_a_counterparty_is_controlled_again() -> None:
    known = party(is_counterparty=False)
    trade = booked(counterparty="SOGE", settlement_date=DAY)
    jobs.run_pending()
    assert "TRD-104" in open_rules(trade)

    static_data.changed(known, is_counterparty=True)
    jobs.run_pending()

    assert "TRD-104" not in open_rules(trade)


@pytest.mark.parametrize(
    ("state", "goes_on"),
    [
        ("RECEIVED", True),
        ("ENRICHED", True),
        ("ON_HOLD", True),
        ("PENDING_VALIDATION", True),
        ("REJECTED", False),
        ("CLOSED", False),
    ],
)
def test_what_is_decided_stays_as_it_was_decided(state: str, *, goes_on: bool) -> None:
    trade, other = waiting(), waiting("X-2")
    if state == "CLOSED":
        send(facts(version=2, action="CANCEL"))
    else:
        Trade.objects.filter(pk=trade.pk).update(state=state)
    before = Trade.objects.get(pk=trade.pk).version_no

    name_it(other, party())

    trade.refresh_from_db()
    assert trade.version_no == before + goes_on
    assert trade.state == ("ON_HOLD" if goes_on else state), "it is controlled again"


def test_said_twice_it_changes_nothing_and_is_refused() -> None:
    trade = waiting()
    soge = party()
    name_it(trade, soge)

    with pytest.raises(repair.UnableToRepair):
        name_it(trade, soge)
    assert repair.complete_waiting(names=["Soc Gen"], actor=SYSTEM, at=AT) == 0


def test_a_name_that_means_another_party_in_that_source_stays_what_it_is() -> None:
    PartyAlias.objects.create(source_system=SOURCE, alias="Soc Gen", party=party())
    trade = waiting()
    Trade.objects.filter(pk=trade.pk).update(counterparty=None, counterparty_code="Soc Gen")

    with pytest.raises(Refusal):
        name_it(trade, party("OTHER"))

    assert PartyAlias.objects.get().party.code == "SOGE"


def test_who_follows_the_feed_is_told_of_the_trade_and_its_version() -> None:
    trade = waiting()
    feed.tell()

    name_it(trade, party())
    feed.tell()

    told = ChangeEvent.objects.filter(type="trade.enriched").get()
    assert (told.source_system, told.source_reference) == (SOURCE, "X-1")
    assert (told.data["trade"], told.data["trade_version"]) == (trade.reference, 2)
    assert told.data["source_version"] == 1


def test_the_page_proposes_who_it_may_be_and_one_click_says_it() -> None:
    trade, soge = waiting(), party()
    party("NATX", name="Natixis")
    agent = signed_in()

    page = said(agent.get(f"/trades/{trade.pk}/counterparty/"))
    answer = agent.post(f"/trades/{trade.pk}/counterparty/name/", {"party": soge.pk})

    assert "Société Générale" in page
    assert "Natixis" not in page
    assert "one name is part of the other" in page
    assert answer.headers["Location"].startswith("/work/requests/")
    waits = said(agent.get(f"/trades/{trade.pk}/counterparty/"))
    assert "Waits for a second person" in waits
    assert "It is another known counterparty" not in waits
    static_data.granted()
    jobs.run_pending()
    trade.refresh_from_db()
    assert trade.counterparty == soge
    assert trade.touched_by_hand_at is not None
    assert "no longer waits" in said(agent.get(f"/trades/{trade.pk}/counterparty/"))


def test_another_known_one_is_typed_and_an_unknown_code_is_said() -> None:
    trade = waiting()
    party("NATX", name="Natixis")
    agent = signed_in()
    address = f"/trades/{trade.pk}/counterparty/name/"

    assert agent.post(address, {"counterparty": "NOBODY"}).status_code == 422
    assert agent.post(address, {"party": "99999999"}).status_code == 422
    assert agent.post(address, {"counterparty": "NATX"}).status_code == 302


def test_a_new_one_is_created_with_what_the_name_tells_of_it() -> None:
    trade = booked(counterparty="SOGEFRPP", settlement_date=DAY)
    agent = signed_in()
    page = agent.get(f"/trades/{trade.pk}/counterparty/")
    initial = page.context["new_form"].initial
    new = {
        "code": "SOGE", "name": "Société Générale", "lei": "", "bic": initial["bic"],
        "country": initial["country"], "language": "fr", "confirmation_channel": "FILE",
        "confirmation_email": "",
    }  # fmt: skip

    assert (initial["bic"], initial["country"]) == ("SOGEFRPP", "FR")
    assert (
        agent.post(f"/trades/{trade.pk}/counterparty/add/", new | {"lei": "X"}).status_code == 422
    )
    assert agent.post(f"/trades/{trade.pk}/counterparty/add/", new).status_code == 302
    static_data.granted()
    jobs.run_pending()

    trade.refresh_from_db()
    made = Party.objects.get(code="SOGE")
    assert (trade.counterparty, made.is_counterparty) == (made, True)


def test_the_exception_leads_to_its_repair_and_others_to_the_ticket() -> None:
    trade = waiting()
    jobs.run_pending()
    row = ControlException.objects.get(subject_id=trade.pk, rule_code="TRD-104")
    agent = signed_in()

    assert (
        f"/trades/{trade.pk}/repair/TRD-104/"
        in agent.get(f"/work/exceptions/{row.pk}/").content.decode()
    )
    for code, place in (("TRD-104", "counterparty"), ("TRD-302", "amend")):
        answer = agent.get(f"/trades/{trade.pk}/repair/{code}/")
        assert answer.headers["Location"] == f"/trades/{trade.pk}/{place}/"
    assert "Who is it?" in said(agent.get(f"/trades/{trade.pk}/"))


@pytest.mark.parametrize(
    ("role", "desk", "sees", "may"),
    [
        (Role.AGENT, "", 200, 302),
        (Role.AUDITOR, "", 200, 403),
        (Role.AGENT, "OTHER", 404, 404),
    ],
)
def test_who_may_see_and_who_may_say(role: Role, desk: str, sees: int, may: int) -> None:
    trade, soge = waiting(), party()
    client = signed_in(role, desk=desk, name="zoe")

    assert client.get(f"/trades/{trade.pk}/counterparty/").status_code == sees
    answer = client.post(f"/trades/{trade.pk}/counterparty/name/", {"party": soge.pk})
    assert answer.status_code == may


def test_the_page_asks_a_fixed_number_of_questions(
    django_assert_max_num_queries: Any,
) -> None:
    for number in range(30):
        waiting(f"X-{number}")
        party(f"SOGE{number}")
    trade = Trade.objects.first()
    assert trade is not None
    agent = signed_in()

    with django_assert_max_num_queries(17):
        assert agent.get(f"/trades/{trade.pk}/counterparty/").status_code == 200
