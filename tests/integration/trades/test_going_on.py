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
from desk.services.asking import UnableToAsk
from refdata import services as refdata
from refdata.models import Instrument, Party
from refdata.services import plans
from tests.factories import refdata as refdata_factories
from tests.factories import static_data
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


def test_what_waits_for_a_counterparty_goes_on_by_a_job_once_it_is_granted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(completing, "CHUNK", 2)
    trades = [nameless(n) for n in range(3)]
    jobs.run_pending()
    soge = refdata_factories.PartyFactory.create(code="SOGE", is_counterparty=True)
    agent = signed_in()

    agent.post(f"/trades/{trades[0].pk}/counterparty/name/", {"party": soge.pk})

    named = Trade.objects.filter(counterparty=soge)
    jobs.run_pending()
    assert named.count() == 0
    static_data.granted()
    jobs.run_pending()
    assert named.count() == 3
    assert all(by_person(trade) and trade.version_no == 2 for trade in named)
    told = Job.objects.get(kind="trades.complete_named")
    assert (told.counts, told.progress_done) == ({"completed": 3}, 3)


def test_what_waits_for_an_instrument_goes_on_by_a_job_once_it_is_granted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(repair, "CHUNK", 2)
    waiting = [symbol(n) for n in range(3)]
    refdata_factories.InstrumentFactory.create(code="DELLUS", currency="EUR")
    agent = signed_in()

    agent.post(f"/trades/executions/{waiting[0].pk}/name/", {"instrument": "DELLUS"})

    page = agent.get(f"/trades/executions/{waiting[0].pk}/", headers=FRENCH).content.decode()
    assert "DELLUS" in page
    static_data.granted()
    jobs.run_pending()
    assert Trade.objects.count() == 3
    assert all(by_person(trade) for trade in Trade.objects.all())
    assert Job.objects.get(kind="trades.replay_waiting").counts == {"booked": 3}
    assert CaptureBatch.objects.filter(channel="MANUAL").count() == 2


def test_a_new_instrument_and_a_new_party_let_go_on_what_waits() -> None:
    row, trade = symbol(1), nameless(2)
    share = Instrument(code="DELL", name="Dell", asset_class="EQUITY", currency="USD")
    party = Party(code="SOGE", name="Société Générale", is_counterparty=True)

    repair.add_instrument(execution_id=row.pk, instrument=share, actor=person(), at=AT)
    repair.add_counterparty(trade_id=trade.pk, party=party, actor=person(), at=AT)
    assert not Instrument.objects.filter(code="DELL").exists()
    static_data.granted()
    jobs.run_pending()

    trade.refresh_from_db()
    assert trade.counterparty == Party.objects.get(code="SOGE")
    assert Trade.objects.get(symbol="DELL").instrument_id == Instrument.objects.get(code="DELL").pk


def test_a_name_is_asked_for_once_and_said_again_what_waits_goes_on() -> None:
    trade = nameless(1)
    soge = refdata_factories.PartyFactory.create(code="SOGE", is_counterparty=True)
    terms = {"trade_id": trade.pk, "party_id": soge.pk, "actor": person(), "at": AT}
    repair.name_counterparty(**terms)
    with pytest.raises(UnableToAsk):
        repair.name_counterparty(**terms)
    static_data.granted()

    assert repair.name_counterparty(**terms) is None
    jobs.run_pending()

    trade.refresh_from_db()
    assert trade.counterparty == soge


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
    static_data.changed(
        Party.objects.filter(code="BNPP"), lei=LEI, lei_next_renewal=date(2020, 1, 1)
    )
    trade = booked(settlement_date=DAY)
    jobs.run_pending()

    load("lei", (shared_data / RECORDS).read_bytes())
    jobs.run_pending()

    assert Party.objects.get(code="BNPP").lei_next_renewal != date(2020, 1, 1)
    trade.refresh_from_db()
    assert trade.version_no == 1
    again = Job.objects.filter(kind="trades.recontrol").latest("pk")
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
