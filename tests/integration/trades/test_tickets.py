"""The ticket while it is typed: what it finds, what it fills in, what the controls would say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.roles import Role
from desk.models import ControlException
from kernel.actors import SYSTEM
from refdata import models as refdata
from tests.factories import refdata as refdata_factories
from tests.factories import static_data
from tests.factories.controlled import BNP_ISIN, trade, world
from tests.factories.trades import AT, person, signed_in
from tests.integration.bad_input.doors import said
from tests.integration.trades.typed import booked, fields, ticket
from trades.models import Trade
from trades.services import control, drafts, manual

pytestmark = pytest.mark.django_db
QUERIES_MAX = 35


@pytest.fixture(autouse=True)
def _world() -> Iterator[None]:
    """A clean world, on the day that its tickets are dealt."""
    world()
    with time_machine.travel(AT, tick=False):
        yield


def judged(**changes: Any) -> list[tuple[str, str]]:
    found = drafts.draft(
        fields=fields(**changes), source_system="MANUAL", instead_of=None, actor=person(), at=AT
    )
    return sorted((one.code, one.field) for one in found.findings)


CASES: dict[str, dict[str, Any]] = {
    "clean": {},
    "price_far_off": {"price": "95"},
    "unknown_counterparty": {"counterparty": "NOBODY"},
    "unknown_trader": {"trader": "T-NOBODY"},
    "no_venue": {"venue": "ZZZZ"},
    "in_the_future": {"traded_at": "2026-11-25T10:00:00"},
    "on_a_sunday": {"traded_at": "2026-11-15T10:00:00"},
    "settles_before_it_is_dealt": {"settlement_date": "2026-11-19"},
    "other_currency": {"currency": "USD"},
    "net_is_wrong": {"net_amount": "1"},
    "over_the_limit_of_the_trader": {"quantity": "99000000"},
    "a_twin_of_another": {"quantity": "101", "price": "60.50", "traded_at": "2026-11-20T10:01:00"},
}


@pytest.mark.parametrize("case", CASES)
def test_the_draft_says_what_the_control_says_once_it_is_booked(case: str) -> None:
    trade(1)
    before = judged(**CASES[case])

    item = manual.enter_trade(reference="M-1", fields=fields(**CASES[case]), actor=person(), at=AT)
    assert item.trade is not None
    control.control_trades(trade_ids=[item.trade.id], actor=SYSTEM, at=AT)

    raised = ControlException.objects.filter(subject_kind="trade", subject_id=item.trade.id)
    assert before == sorted(raised.values_list("rule_code", "field")), case
    if case == "clean":
        assert before == []


def test_an_amendment_is_not_its_own_twin_nor_counted_twice() -> None:
    standing = trade(1)
    found = drafts.draft(
        fields=fields(quantity="101", price="60.50", traded_at="2026-11-20T10:01:00"),
        source_system="OMS", instead_of=standing, actor=person(), at=AT,
    )  # fmt: skip

    assert [one.code for one in found.findings if one.code.startswith("TRD-5")] == []


def test_a_draft_stores_nothing_and_asks_little() -> None:
    client = signed_in()
    for n in range(1, 4):
        trade(n)
    client.post("/trades/new/amounts/", ticket())
    before = Trade.objects.count()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        page = said(client.post("/trades/new/amounts/", ticket()))

    assert "6,050.00" in page
    assert len(asked) <= QUERIES_MAX, [one["sql"][:120] for one in asked]
    assert Trade.objects.count() == before
    assert not any(one["sql"].startswith(("INSERT", "UPDATE")) for one in asked)


@pytest.mark.parametrize(
    ("case", "changes", "shown"),
    [
        ("clean", {}, "The controls would find nothing."),
        ("finding", {"trader": "T-ANA", "price": "95"}, "TRD-401"),
        ("nothing_yet", {"isin": "", "quantity": "", "price": ""}, "Amounts appear as you type."),
        ("no_such_book", {"book": "XX", "isin": ""}, "No book has this code."),
        ("no_number", {"quantity": "x"}, "“x” is not a number"),
        ("unknown", {"isin": "US0378331005"}, "CAP-101"),
        ("by_code", {"isin": BNP_ISIN.lower()}, "BNP PARIBAS"),
    ],
)
def test_what_is_wrong_is_said_while_one_types(
    case: str, changes: dict[str, str], shown: str
) -> None:
    assert shown in said(signed_in().post("/trades/new/amounts/", ticket(**changes))), case


# ------------------------------------------------------------------ look-ahead and defaults
@pytest.mark.parametrize(
    ("kind", "query", "found"),
    [
        ("instruments", "isin=FR00001311", BNP_ISIN),
        ("instruments", "isin=pari", BNP_ISIN),
        ("instruments", "isin=opt-1", "OPT-1"),
        ("counterparties", "counterparty=bnp", "BNPP"),
        ("books", "book=eq", "EQ-PAR-1"),
    ],
)
def test_names_are_found_as_one_types(kind: str, query: str, found: str) -> None:
    refdata_factories.InstrumentFactory.create(isin=None, code="OPT-1", name="Option")
    client = signed_in()

    assert f'value="{found}"' in client.get(f"/trades/lookup/{kind}/?{query}").content.decode()
    assert 'value="' not in client.get(f"/trades/lookup/{kind}/?q=zzzz").content.decode()
    assert client.get("/trades/lookup/people/?q=a").status_code == 404


def test_defaults_say_what_static_data_says_and_no_more() -> None:
    instrument = refdata.Instrument.objects.get(isin=BNP_ISIN)
    paris = refdata.Venue.objects.get(mic="XPAR")
    static_data.changed(instrument, venue=paris, currency="USD")
    client = signed_in()

    told = client.get(f"/trades/new/defaults/?isin={BNP_ISIN}&book=EQ-PAR-1").json()
    assert told == {"currency": "USD", "venue": "XPAR", "trader": "T-ANA"}
    refdata_factories.TraderFactory.create(
        code="T-BEN", desk=refdata.Book.objects.get(code="EQ-PAR-1").desk
    )
    assert "trader" not in client.get("/trades/new/defaults/?book=EQ-PAR-1").json()
    assert client.get("/trades/new/defaults/?isin=nothing").json() == {}
    assert signed_in(Role.AUDITOR, name="zoe").get("/trades/new/defaults/").status_code == 403


def test_an_instrument_may_be_named_by_its_code_and_a_book_in_small_letters() -> None:
    static_data.changed(refdata.Instrument.objects.filter(isin=BNP_ISIN), code="BNP")
    client = signed_in()

    answer = client.post("/trades/new/", ticket(isin="bnp", book="eq-par-1", nonce="M-9"))

    assert answer.status_code == 302
    made = Trade.objects.get(source_reference="M-9")
    assert (made.isin, made.book_code) == (BNP_ISIN, "EQ-PAR-1")


# ------------------------------------------------------------------ copies
def test_a_copy_has_the_terms_but_not_the_day_nor_the_reference() -> None:
    client = signed_in()
    made = booked(quantity="107", accrued_interest="3", settlement_date="2026-11-25",
                  traded_at="2026-11-19T10:00:00")  # fmt: skip
    assert f"?copy={made.pk}" in client.get(f"/trades/{made.pk}/").content.decode()

    page = client.get(f"/trades/new/?copy={made.pk}")

    form = page.context["form"]
    assert (form["isin"].value(), form["quantity"].value()) == (BNP_ISIN, "107")
    assert form["settlement_date"].value() in (None, "")
    assert form["accrued_interest"].value() in (None, "")
    assert (
        form.get_initial_for_field(form.fields["traded_at"], "traded_at").date()
        > made.traded_at.date()
    )
    assert page.context["nonce"] != made.source_reference
    assert made.reference in said(page)


@pytest.mark.parametrize("key", ["999999", "x", "-1", "1 OR 1=1"])
def test_what_cannot_be_copied(key: str) -> None:
    answer = signed_in().get("/trades/new/", {"copy": key})

    assert answer.status_code == (404 if key == "999999" else 200)


def test_a_trade_of_another_desk_cannot_be_copied() -> None:
    made = trade(7)
    stranger: Client = signed_in(Role.AGENT, desk="FI", name="fi")

    assert stranger.get(f"/trades/new/?copy={made.pk}").status_code == 404
