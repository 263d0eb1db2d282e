"""Statements of holdings: whole, once a day, each bad line named, and only what is possible."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from core.models import OutboxEvent
from core.roles import Role
from kernel.actors import SYSTEM
from refdata import selectors, services
from refdata.models import Account, FileImport, Holding, Instrument
from tests.factories import refdata as factories
from tests.factories.trades import signed_in
from tests.integration.bad_input.doors import said

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
THURSDAY = date(2026, 11, 19)
TTE, BNP = "FR0000120271", "FR0000131104"
HEAD = "ACCOUNT,DAY,ISIN,CURRENCY,QUANTITY,BLOCKED,PLEDGED,SOURCE\n"
WHOLE = f"""{HEAD}SEC-1,2026-11-19,{TTE},,1000,100,,CACEIS
SEC-1,2026-11-19,{BNP},,500.5,,250,CACEIS
SEC-1,2026-11-19,,EUR,-12.50,,,CACEIS
"""


@pytest.fixture(autouse=True)
def _house() -> None:
    bank = factories.PartyFactory.create(code="CUST")
    Account.objects.create(code="SEC-1", name="Depot", kind="SECURITIES", custodian=bank)
    for isin in (TTE, BNP):
        factories.InstrumentFactory.create(isin=isin, code=isin)


def load(content: str, *, at: datetime = AT, asked_at: datetime | None = None) -> FileImport:
    return services.load_file(
        kind="holdings",
        name="h.csv",
        content=content.encode(),
        actor=SYSTEM,
        at=at,
        asked_at=asked_at,
    )


def held() -> dict[str, Decimal]:
    found = selectors.holdings_of(["SEC-1"], AT.date())
    return {what: line.free for what, line in found["SEC-1"].lines.items()}


def test_a_statement_is_read_with_what_is_blocked_and_pledged_and_told() -> None:
    loaded = load(WHOLE)

    assert loaded.counts == {"holdings_new": 3, "holdings_changed": 0, "holdings_unchanged": 0}
    assert held() == {TTE: 900, BNP: Decimal("250.5"), "EUR": Decimal("-12.5")}
    told = OutboxEvent.objects.get(event="refdata.holdings_loaded")
    assert told.payload == {"account_codes": ["SEC-1"]}


def test_a_corrected_statement_takes_the_place_of_the_first_and_leaves_the_cash_alone() -> None:
    load(WHOLE)

    again = load(f"{HEAD}SEC-1,2026-11-19,{TTE},,1000,0,,CACEIS\n")

    assert again.counts == {"holdings_new": 0, "holdings_changed": 2, "holdings_unchanged": 0}
    assert held() == {TTE: 1000, BNP: 0, "EUR": Decimal("-12.5")}


def test_the_true_statement_comes_again_after_a_wrong_one_and_counts() -> None:
    load(WHOLE)
    wrong = f"{HEAD}SEC-1,2026-11-19,{TTE},,1000000,0,,CACEIS\n"
    load(wrong, at=AT + timedelta(minutes=1))
    later = AT + timedelta(minutes=2)

    seen = services.preview_file(kind="holdings", content=WHOLE.encode(), at=later)
    again = load(WHOLE, at=later)

    assert seen.counts == again.counts
    assert held() == {TTE: 900, BNP: Decimal("250.5"), "EUR": Decimal("-12.5")}
    with pytest.raises(services.AlreadyLoaded):  # it is the latest now
        load(WHOLE, at=later + timedelta(minutes=1))


def test_a_job_that_runs_again_brings_no_old_statement_back() -> None:
    load(WHOLE, at=AT + timedelta(minutes=1), asked_at=AT)
    load(f"{HEAD}SEC-1,2026-11-19,{TTE},,7,,,\n", at=AT + timedelta(minutes=2))

    with pytest.raises(services.AlreadyLoaded):
        load(WHOLE, at=AT + timedelta(minutes=3), asked_at=AT)

    assert held()[TTE] == 7


def test_all_other_content_is_loaded_once_whoever_asks_the_table() -> None:
    loaded = load(WHOLE)
    row = {name: getattr(loaded, name) for name in ("name", "stored", "good_rows", "bad_rows")}
    row |= {"sha256": loaded.sha256, "imported_by": "t", "imported_at": AT}
    FileImport.objects.create(kind="prices", **row)

    with pytest.raises(IntegrityError, match="fileimport_once_but_holdings"), transaction.atomic():
        FileImport.objects.create(kind="prices", **row)


@pytest.mark.parametrize(
    ("case", "line", "code"),
    [
        ("account", f"SEC-9,2026-11-19,{TTE},,1,,,", "REF-056"),
        ("isin", "SEC-1,2026-11-19,FR0000120628,,1,,,", "REF-013"),
        ("to_come", f"SEC-1,2036-11-28,{TTE},,1,,,", "REF-059"),
        ("of_cash", "SEC-1,2026-11-19,,euro,1,,,", "REF-045"),
        ("of_another_day", f"SEC-1,2026-11-18,{TTE},,1e3,,,", "REF-003"),
        ("of_another_account", f"SEC-2,2026-11-19,{TTE},,1e3,,,", "REF-003"),
    ],
)
def test_a_line_of_no_statement_of_the_others_is_named_and_they_are_loaded(
    case: str, line: str, code: str
) -> None:
    loaded = load(f"{HEAD}SEC-1,2026-11-19,{BNP},,7,,,\n{line}\n")

    assert [(found["code"], found["line"]) for found in loaded.findings] == [(code, 3)], case
    assert held() == {BNP: 7}


@pytest.mark.parametrize(
    ("case", "line", "code"),
    [
        ("twice", f"SEC-1,2026-11-19,{BNP},,8,,,", "REF-004"),
        ("check_digit", "SEC-1,2026-11-19,FR0000120272,,1,,,", "REF-009"),
        ("both", f"SEC-1,2026-11-19,{TTE},EUR,1,,,", "REF-055"),
        ("neither", "SEC-1,2026-11-19,,,1,,,", "REF-055"),
        ("sold_short", f"SEC-1,2026-11-19,{TTE},,-1,,,", "REF-054"),
        ("blocked", f"SEC-1,2026-11-19,{TTE},,1,-1,,", "REF-054"),
        ("number", f"SEC-1,2026-11-19,{TTE},,1e3,,,", "REF-003"),
        ("digits", f"SEC-1,2026-11-19,{TTE},,1.00000000001,,,", "REF-046"),
        ("day", f"SEC-1,2026-11-31,{TTE},,1,,,", "REF-002"),
        ("no_day", f"SEC-1,,{TTE},,1,,,", "REF-001"),
        ("no_account", f",2026-11-19,{TTE},,1,,,", "REF-001"),
        ("more_cells", f"SEC-1,2026-11-19,{TTE},,1,000,,CACEIS,X", "REF-044"),
        ("no_quantity", f"SEC-1,2026-11-19,{TTE},,,,,", "REF-001"),
        ("source", f"SEC-1,2026-11-19,{TTE},,1,,,{'X' * 21}", "REF-042"),
    ],
)
def test_a_statement_of_which_a_line_is_refused_is_left_out_as_a_whole(
    case: str, line: str, code: str
) -> None:
    load(WHOLE)

    again = load(f"{HEAD}SEC-1,2026-11-19,{BNP},,7,,,\n{line}\n")

    assert [(found["code"], found["line"]) for found in again.findings] == [
        (code, 3),
        ("REF-060", 2),
    ], case
    assert (again.findings[1]["found"], again.findings[1]["expected"]) == ("SEC-1", "3")
    assert (again.good_rows, again.bad_rows) == (0, 2), case
    assert held() == {TTE: 900, BNP: Decimal("250.5"), "EUR": Decimal("-12.5")}, case


@pytest.mark.parametrize(
    ("case", "day", "at", "good"),
    [
        ("of_the_day", "2026-11-20", AT, 1),
        ("of_the_next_day", "2026-11-21", AT, 0),
        ("the_day_begins_in_paris", "2026-11-21", datetime(2026, 11, 20, 23, tzinfo=UTC), 1),
    ],
)
def test_a_day_that_is_still_to_come_is_named_before_and_when_it_is_loaded(
    case: str, day: str, at: datetime, good: int
) -> None:
    content = f"{HEAD}SEC-1,{day},,EUR,7,,,\n".encode()

    seen = services.preview_file(kind="holdings", content=content, at=at)
    loaded = services.load_file(kind="holdings", name="h.csv", content=content, actor=SYSTEM, at=at)

    said = [(one.code, one.line, one.column, one.found) for one in seen.findings]
    assert said == ([] if good else [("REF-059", 2, "DAY", day)]), case
    assert (loaded.good_rows, loaded.bad_rows) == (good, 1 - good), case
    assert Holding.objects.count() == good, case


def test_a_statement_of_a_day_to_come_that_is_there_hides_no_true_one() -> None:
    load(WHOLE)
    account = Account.objects.get()
    for currency, instrument in (("EUR", None), ("", Instrument.objects.get(isin=TTE))):
        Holding.objects.create(
            account=account, day=date(2036, 11, 28), currency=currency, instrument=instrument,
            quantity=10**9, source="FILE",
        )  # fmt: skip

    assert held() == {TTE: 900, BNP: Decimal("250.5"), "EUR": Decimal("-12.5")}


@pytest.mark.parametrize(
    ("case", "terms", "constraint"),
    [
        ("twice", {}, "holding_of_a_currency_once"),
        ("nothing", {"currency": ""}, "holding_of_one_thing"),
        ("blocked", {"currency": "USD", "blocked": -1}, "holding_nothing_below_zero"),
        ("no_currency", {"currency": "usd"}, "holding_currency_shape"),
    ],
)
def test_the_table_refuses_what_cannot_be(
    case: str, terms: dict[str, Any], constraint: str
) -> None:
    row = {"account": Account.objects.get(), "day": THURSDAY, "quantity": 1, "source": "T"}
    Holding.objects.create(**row, currency="EUR")

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Holding.objects.bulk_create([Holding(**(row | {"currency": "EUR"} | terms))])


def test_no_security_is_held_below_zero_and_none_without_a_number() -> None:
    load(WHOLE)

    with pytest.raises(IntegrityError, match="holding_finite"), transaction.atomic():
        connection.cursor().execute("UPDATE refdata_holding SET pledged = 'NaN'")

    with pytest.raises(IntegrityError, match="no_security_below_zero"), transaction.atomic():
        Holding.objects.filter(instrument__isin=TTE).update(quantity=-1)


def test_holdings_are_listed_searched_and_filtered_with_what_is_free() -> None:
    load(WHOLE)
    agent = signed_in(Role.AGENT)

    assert "900" in said(agent.get(f"/refdata/holdings/?q={TTE}"))
    cash = said(agent.get("/refdata/holdings/?is_cash=true"))
    assert "EUR" in cash
    assert TTE not in cash
    assert TTE not in said(agent.get("/refdata/holdings/?since=2026-11-20"))
