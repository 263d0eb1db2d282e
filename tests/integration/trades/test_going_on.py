"""What waits for a name goes on: many by a job for the person who said it, and by files, too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from core import jobs
from core.models import Job, OutboxEvent
from desk.models import ControlException
from refdata import services as refdata
from refdata.models import Instrument, Party
from refdata.services import plans
from tests.factories import refdata as refdata_factories
from tests.factories.trades import (
    AT,
    booked,
    facts,
    person,
    send,
    signed_in,
    small_world,
)
from trades.models import CaptureBatch, Execution, Trade
from trades.services import completing, repair

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 24)
FRENCH = {"accept-language": "fr"}
LEI = "INR2EJN1ERAN0W5ZP974"
RECORDS = "reference/NotAProfDev__gleif-rs/lei_records/multi_lei_records.json"


def nameless(number: int, counterparty: str = "Soc Gen") -> Trade:
    return booked(source_reference=f"X-{number}", counterparty=counterparty, settlement_date=DAY)


def symbol(number: int) -> Execution:
    small_world()
    send(facts(source_reference=f"X-{number}", isin=None, symbol="DELL"))
    return Execution.objects.get(source_reference=f"X-{number}")


def by_person(trade: Trade) -> bool:
    """Say whether the trade bears the hand of who said the name, and nobody else's."""
    return trade.touched_by_hand_at is not None and "ana" in {trade.maker, *trade.contributors}


@pytest.mark.parametrize(("limit", "job"), [(3, False), (2, True)])
def test_few_trades_with_a_name_go_on_at_once_and_many_by_a_job(
    limit: int, monkeypatch: pytest.MonkeyPatch, *, job: bool
) -> None:
    monkeypatch.setattr(repair, "AT_ONCE_MAX", limit)
    monkeypatch.setattr(completing, "CHUNK", 2)
    trades = [nameless(n) for n in range(3)]
    jobs.run_pending()
    soge = refdata_factories.PartyFactory.create(code="SOGE", is_counterparty=True)
    agent = signed_in()

    answer = agent.post(f"/trades/{trades[0].pk}/counterparty/name/", {"party": soge.pk})

    named = Trade.objects.filter(counterparty=soge)
    handed = Job.objects.filter(kind=repair.COUNTERPARTY_JOB)
    assert handed.count() == job
    assert named.count() == (0 if job else 3)
    assert answer.headers["Location"] == (
        f"/jobs/{handed.get().pk}/" if job else f"/trades/{trades[0].pk}/"
    )
    jobs.run_pending()
    assert named.count() == 3
    assert all(by_person(trade) and trade.version_no == 2 for trade in named)
    told = Job.objects.get(kind="trades.complete_named")
    assert told.counts == {"completed": 0}
    if job:
        done = handed.get()
        assert (done.progress_done, done.progress_total) == (3, 3)
        assert (done.state, done.counts) == ("DONE", {"completed": 3})
        assert done.result_url == f"/trades/{trades[0].pk}/"
        page = agent.get(f"/jobs/{done.pk}/", headers=FRENCH).content.decode()
        assert "Complément de ce qui attendait une contrepartie" in page


@pytest.mark.parametrize(("limit", "job"), [(3, False), (2, True)])
def test_few_messages_with_a_symbol_go_on_at_once_and_many_by_a_job(
    limit: int, monkeypatch: pytest.MonkeyPatch, *, job: bool
) -> None:
    monkeypatch.setattr(repair, "AT_ONCE_MAX", limit)
    monkeypatch.setattr(repair, "CHUNK", 2)
    waiting = [symbol(n) for n in range(3)]
    refdata_factories.InstrumentFactory.create(code="DELLUS", currency="EUR")
    agent = signed_in()

    answer = agent.post(f"/trades/executions/{waiting[0].pk}/name/", {"instrument": "DELLUS"})

    handed = Job.objects.filter(kind=repair.INSTRUMENT_JOB)
    assert handed.count() == job
    assert Trade.objects.count() == (0 if job else 3)
    assert answer.headers["Location"] == (
        f"/jobs/{handed.get().pk}/" if job else f"/trades/executions/{waiting[0].pk}/"
    )
    jobs.run_pending()
    assert Trade.objects.count() == 3
    assert all(by_person(trade) for trade in Trade.objects.all())
    assert Job.objects.get(kind="trades.replay_waiting").counts == {"booked": 0}
    if job:
        done = handed.get()
        assert (done.progress_done, done.progress_total) == (3, 3)
        assert (done.state, done.counts) == ("DONE", {"booked": 3})
        assert CaptureBatch.objects.filter(channel="MANUAL").count() == 2
        page = agent.get(f"/jobs/{done.pk}/", headers=FRENCH).content.decode()
        assert "Enregistrement de ce qui attendait un instrument" in page


def test_a_new_instrument_and_a_new_party_hand_over_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repair, "AT_ONCE_MAX", 0)
    row, trade = symbol(1), nameless(2)
    share = Instrument(code="DELL", name="Dell", asset_class="EQUITY", currency="USD")
    party = Party(code="SOGE", name="Société Générale", is_counterparty=True)

    booking = repair.add_instrument(execution_id=row.pk, instrument=share, actor=person(), at=AT)
    naming = repair.add_counterparty(trade_id=trade.pk, party=party, actor=person(), at=AT)

    assert booking.job is not None
    assert naming.job is not None
    jobs.run_pending()
    trade.refresh_from_db()
    assert trade.counterparty == party
    assert Trade.objects.get(symbol="DELL").instrument_id == share.pk


def test_said_twice_before_the_job_runs_there_is_one_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repair, "AT_ONCE_MAX", 0)
    trade = nameless(1)
    soge = refdata_factories.PartyFactory.create(code="SOGE", is_counterparty=True)

    once, again = (
        repair.name_counterparty(trade_id=trade.pk, party_id=soge.pk, actor=person(), at=AT)
        for _ in range(2)
    )

    assert once.job == again.job


def test_news_leave_alone_what_a_repair_sees_to_until_it_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A second worker would complete the same trades, for the system instead of the person."""
    monkeypatch.setattr(repair, "AT_ONCE_MAX", 0)
    trade = nameless(1)
    soge = refdata_factories.PartyFactory.create(code="SOGE", is_counterparty=True)
    repair.name_counterparty(trade_id=trade.pk, party_id=soge.pk, actor=person(), at=AT)
    live = Job.objects.filter(kind=repair.COUNTERPARTY_JOB)

    assert repair.not_handed_over(repair.COUNTERPARTY_JOB, ["Soc Gen", "SOGE"]) == {"SOGE"}
    assert repair.not_handed_over(repair.INSTRUMENT_JOB, ["Soc Gen"]) == {"Soc Gen"}
    live.update(state="FAILED", ended_at=AT)
    assert repair.not_handed_over(repair.COUNTERPARTY_JOB, ["Soc Gen"]) == {"Soc Gen"}


# ------------------------------------------------------------------ by files
def load(kind: str, content: bytes, name: str = "file") -> None:
    refdata.load_file(kind=kind, name=name, content=content, actor=person("lou"), at=AT)


def open_rules(trade: Trade) -> set[str]:
    rows = ControlException.objects.filter(subject_kind="trade", subject_id=trade.pk)
    return set(rows.filter(state="OPEN").values_list("rule_code", flat=True))


@pytest.fixture(name="upload")
def _upload(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Load files of which an event tells five names."""
    monkeypatch.setattr(plans, "NAMES_MAX", 5)
    return load


def test_parties_of_a_file_let_go_on_what_waits_for_them(
    shared_data: Path, upload: Callable[..., Any]
) -> None:
    trade, other = nameless(1, LEI), nameless(2, "Nobody")
    jobs.run_pending()
    assert "TRD-104" in open_rules(trade)

    upload("lei", (shared_data / RECORDS).read_bytes())
    told = OutboxEvent.objects.filter(event="refdata.party_named")
    assert sorted(len(one.payload["names"]) for one in told) == [2, 5, 5]
    jobs.run_pending()

    trade.refresh_from_db()
    other.refresh_from_db()
    assert trade.counterparty == Party.objects.get(lei=LEI)
    assert (trade.version_no, trade.touched_by_hand_at) == (2, None)
    assert "lou" in trade.contributors, "who loads the file had a hand in it"
    assert (other.version_no, other.counterparty) == (1, None)


def test_what_a_file_changes_of_a_party_is_controlled_again(shared_data: Path) -> None:
    small_world()
    Party.objects.filter(code="BNPP").update(lei=LEI, lei_next_renewal=date(2020, 1, 1))
    trade = booked(settlement_date=DAY)
    jobs.run_pending()

    load("lei", (shared_data / RECORDS).read_bytes())
    jobs.run_pending()

    assert Party.objects.get(code="BNPP").lei_next_renewal != date(2020, 1, 1)
    trade.refresh_from_db()
    assert trade.version_no == 1
    again = Job.objects.get(kind="trades.recontrol")
    assert again.counts["judged"] == 1


def test_instruments_of_a_file_let_go_on_what_waits_for_them(
    shared_data: Path, upload: Callable[..., Any]
) -> None:
    (delta,) = shared_data.glob("mifir/*/firds/DLTINS*.xml")
    isin = "CA37956H1082"
    small_world()
    send(
        facts(source_reference="X-1", isin=isin),
        facts(source_reference="X-2", symbol="NO", isin=None),
    )
    assert not Trade.objects.exists()

    upload("firds", delta.read_bytes())
    told = OutboxEvent.objects.filter(event="refdata.instrument_named")
    assert all(len(one.payload["names"]) <= 5 for one in told)
    jobs.run_pending()

    assert Trade.objects.get().isin == isin
    assert Execution.objects.get(source_reference="X-2").outcome == "EXCEPTION"


def test_a_file_that_names_nobody_new_tells_nothing(shared_data: Path) -> None:
    content = (shared_data / RECORDS).read_bytes()
    load("lei", content)
    told = OutboxEvent.objects.count()

    load("lei", content + b"\n", name="again")

    assert OutboxEvent.objects.count() == told
