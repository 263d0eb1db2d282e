"""The pages of conduct: who may see them, what they add up, and a day watched again."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conduct.models import PairDay, TraderDay
from conduct.services import watching
from core.models import Job, User
from core.roles import Role
from kernel.actors import SYSTEM
from refdata.models import Party, Trader
from tests.factories.controlled import FRIDAY, trade, world
from tests.factories.refdata import PartyFactory, TraderFactory
from tests.integration.desk.people import person

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 21, tzinfo=UTC)
PAGES = ("", "parties/", "pairs/", "watches/")


@pytest.fixture(autouse=True)
def a_watched_day() -> None:
    world()
    trade(1, quantity=Decimal(10))
    trade(2, quantity=Decimal(10), side="SELL")
    pending = PartyFactory(code="PENDING", nature="TECHNICAL")
    trade(3, trade_date=date(2026, 11, 16), counterparty=pending, counterparty_code="PENDING")
    watching.watch_day(day=FRIDAY, actor=SYSTEM, at=AT)


def signed_in(role: Role, *, desk: str = "", language: str = "en") -> Client:
    name = f"{role.lower()}{desk}"
    person(name, role, desk=desk)
    User.objects.filter(username=name).update(language=language)
    client = Client()
    client.force_login(User.objects.get(username=name))
    return client


def text(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def exported(client: Client, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"/conduct/?export=csv&{query}")
    written = b"".join(answer.streaming_content).decode("utf-8-sig")
    separator = ";" if ";" in written.splitlines()[0] else ","
    return list(csv.DictReader(io.StringIO(written), delimiter=separator))


def sheets() -> tuple[str, str]:
    trader, party = Trader.objects.get(code="T-ANA"), Party.objects.get(code="PENDING")
    return f"traders/{trader.pk}/", f"parties/{party.pk}/"


@pytest.mark.parametrize(
    ("role", "desk", "status"),
    [
        (Role.AUDITOR, "", 200),
        (Role.SUPERVISOR, "", 200),
        (Role.SUPERVISOR, "EQ", 403),
        (Role.AGENT, "", 403),
    ],
)
def test_conduct_is_for_who_may_read_the_audit_trail(role: Role, desk: str, status: int) -> None:
    client = signed_in(role, desk=desk)

    for page in (*PAGES, *sheets()):
        assert client.get(f"/conduct/{page}").status_code == status, page
    assert client.get("/work/exceptions/?kind=CONDUCT").status_code == 200


def test_the_list_adds_up_the_days_of_the_window() -> None:
    ana = Trader.objects.get(code="T-ANA")
    TraderDay.objects.create(day=FRIDAY - timedelta(days=3), trader=ana, trades=7, cancelled=3)
    TraderDay.objects.create(day=FRIDAY - timedelta(days=90), trader=ana, trades=900)
    TraderFactory(code="T-IDLE", name="Idle")
    client = signed_in(Role.AUDITOR)

    (row,) = exported(client)
    figures = ("Trader", "Open findings", "Days", "Trades", "Cancelled")
    assert [row[name] for name in figures] == ["T-ANA", "2", "2", "9", "3"]
    assert Decimal(row["Turnover (EUR)"]) == Decimal(1210)
    (of_one_day,) = exported(client, "since=2026-11-20&until=2026-11-20")
    assert of_one_day["Trades"] == "2"
    assert exported(client, "found=false") == []
    assert [one["Trader"] for one in exported(client, "found=true&sort=-cancelled")] == ["T-ANA"]


def test_sheets_say_what_was_found_and_what_is_usual() -> None:
    client = signed_in(Role.SUPERVISOR)
    trader, party = sheets()

    sheet = text(client, f"/conduct/{trader}")
    assert "CND-106" in sheet
    assert "CND-201" in sheet
    assert "Usual day" in sheet
    assert "CND-301" in text(client, f"/conduct/{party}")
    unreadable = client.get(f"/conduct/{trader}", {"since": "soon"})
    assert unreadable.status_code == 200
    assert "is not a day" in unreadable.content.decode()


def test_who_validates_whose_trades_the_most_one_sided_first() -> None:
    ana, ben = Trader.objects.get(code="T-ANA"), TraderFactory(code="T-BEN", name="Ben")
    for trader, checker, n in ((ana, "cat", 9), (ana, "dan", 1), (ben, "cat", 5), (ben, "dan", 5)):
        PairDay.objects.create(day=FRIDAY, trader=trader, maker="oms", checker=checker,
                               desk_code="EQ", decisions=n)  # fmt: skip
    client = signed_in(Role.AUDITOR)

    shown = text(client, "/conduct/pairs/")
    assert shown.index("T-ANA") < shown.index("T-BEN")
    assert "heat-5" in shown
    by_maker = text(client, "/conduct/pairs/?by=maker&desk=EQ")
    assert "oms" in by_maker
    assert "T-BEN" not in by_maker
    assert "Nothing was validated" in text(client, "/conduct/pairs/?until=2025-01-01")


def test_a_day_that_is_over_is_watched_again_by_who_may_run_jobs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_a: date(2026, 11, 23))
    client = signed_in(Role.SUPERVISOR)

    answer = client.post("/conduct/watches/again/", {"day": "2026-11-20"})

    job = Job.objects.get(kind="conduct.watch")
    assert answer["Location"].endswith(f"/{job.pk}/")
    for day in ("today", "2026-11-23", "2026-11-30"):
        assert client.post("/conduct/watches/again/", {"day": day}).status_code == 422, day
    auditor = signed_in(Role.AUDITOR)
    assert auditor.post("/conduct/watches/again/", {"day": "2026-11-20"}).status_code == 403


def test_days_in_which_nobody_dealt_say_so() -> None:
    shown = text(signed_in(Role.AUDITOR), "/conduct/?until=2025-01-01&found=false")

    assert "Nothing matches this filter" in shown


@pytest.mark.parametrize(("page", "most"), [("", 22), ("parties/", 20), ("pairs/", 18)])
def test_pages_ask_as_often_for_many_as_for_one(page: str, most: int) -> None:
    client = signed_in(Role.AUDITOR)
    client.get(f"/conduct/{page}")
    with CaptureQueriesContext(connection) as queries:
        client.get(f"/conduct/{page}")
    assert len(queries) <= most


def test_the_rules_of_conduct_stand_in_the_rule_book() -> None:
    client = signed_in(Role.SUPERVISOR)

    book = text(client, "/trades/rules/?family=CND-1")
    assert "CND-101" in book
    assert "TRD-101" not in book
    assert "CND-106" in text(client, "/trades/rules/CND-106/")
    proposed = client.post(
        "/trades/rules/CND-106/propose/",
        {"active": "on", "valid_from": "2099-01-01", "reason": "calmer", "parameter_count": "2",
         "count": "2"},
    )  # fmt: skip
    assert proposed.status_code in {302, 422}


def test_the_pages_speak_french() -> None:
    client = signed_in(Role.SUPERVISOR, language="fr")
    trader, party = sheets()

    assert "Conduite" in text(client, "/conduct/")
    assert "Jour habituel" in text(client, f"/conduct/{trader}")
    assert "Technique" in text(client, f"/conduct/{party}")


def file_of(client: Client, address: str) -> list[dict[str, str]]:
    written = b"".join(client.get(address).streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(written)))


def test_pairs_are_exported_as_the_page_adds_them_up() -> None:
    ana = Trader.objects.get(code="T-ANA")
    for day, checker, n in ((20, "sue", 3), (19, "sue", 5), (20, "=sam", 2)):
        PairDay.objects.create(
            day=date(2026, 11, day), trader=ana, maker="bob", checker=checker, desk_code="EQ",
            decisions=n, amount_eur=Decimal("10.50"),
        )  # fmt: skip
    client = signed_in(Role.AUDITOR)

    rows = file_of(client, "/conduct/pairs/?by=maker&export=csv")

    assert [list(row.values()) for row in rows] == [
        ["bob", "sue", "8", "0.8", "21.0000"],
        ["bob", "'=sam", "2", "0.2", "10.5000"],
    ]
    (one_day,) = file_of(client, "/conduct/pairs/?since=2026-11-19&until=2026-11-19&export=csv")
    assert (one_day["Whose trades"], one_day["Decisions"]) == ("T-ANA", "5")


def test_sheets_are_exported_part_by_part() -> None:
    client, (trader, party) = signed_in(Role.SUPERVISOR), sheets()

    (day,) = file_of(client, f"/conduct/{trader}?export=csv")
    assert (day["Day"], day["Trades"], Decimal(day["Turnover (EUR)"])) == (
        "2026-11-20", "2", Decimal(1210),
    )  # fmt: skip
    (dealer,) = file_of(client, f"/conduct/{party}?export=csv&part=traders")
    assert (dealer["Trader"], dealer["Trades"], dealer["Share"]) == ("T-ANA", "1", "1")
    for page in (trader, party):
        book = client.get(f"/conduct/{page}?export=xlsx&part=days")
        assert b"".join(book.streaming_content).startswith(b"PK")
        assert client.get(f"/conduct/{page}?export=csv&part=other").status_code == 404
        assert client.get(f"/conduct/{page}?export=pdf").status_code == 422
