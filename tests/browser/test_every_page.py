"""Every page that the resolver knows, on a small demo world: no serious axe violation, no error."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import Browser, Page, ViewportSize

from backoffice import demo
from conduct.services import watching
from core import bulk, jobs, passwords
from core.models import Job, User
from core.people import actor_of
from core.roles import Role
from core.table_reading import Reading
from desk.models import ControlException
from desk.services import emergencies, limits, many, reviews, roles, waive_exception
from kernel.actors import SYSTEM
from refdata.models import Absence, CutOff, Instrument, Party, Restriction, Trader
from refdata.services import load_file, load_list, static_data
from refdata.states import SanctionsList
from reporting.services import EvidenceAsked, ask_evidence
from tests.browser import allocated, pages
from tests.browser.accessibility import Looks, bring_axe, serious_violations, violations_within
from tests.factories.delegations import asked, granted, loan
from tests.factories.feeds import webhooks_in_every_state
from tests.factories.refdata import known_desk
from tests.factories.trades import person
from trades.forms import TICKETS
from trades.models import QuarantinedRow, Trade
from trades.services import back_tests, drop, house_rules, quarantine, tables
from trades.services.totals import Declared

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
DAY = date(2026, 11, 20)
EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
PEOPLE = {"agent": "AGENT", "supervisor": "SUPERVISOR", "admin": "ADMINISTRATOR"}
ERRORS = ("400.html", "403_csrf.html", "500.html", "registration/locked.html")
PRICES = b"ISIN,DAY,CLOSE\nFR0000131104,2026-11-20,62.10\nFR0000131105,2026-11-20,1\n"
LISTED = (
    b"schema,name,alias,weakAlias,programKey,measure,nationality,birthDate,passportNumber,celex\n"
    b"Person,Ivan BOREALOV,Iwan Borealow,Le Nord,EU-RUS,Asset freeze,Russian,1960,P 77,32014R0269\n"
    b"LegalEntity,CACEIS SARL,,,EU-RUS,Asset freeze,,,,32014R0269\n"
    b"LegalEntity,Grande Ourse SARL,,,EU-RUS,Asset freeze,,,,32014R0269\n"
)
DRAWN_BY_OTHERS = {"api-docs"}
"""Opened and free of errors; what is drawn there is not ours."""
SMALLEST: ViewportSize = {"width": 1280, "height": 800}
"""The smallest screen that a page must fit, its tables included."""
WIDER = """
Math.max(...[document.documentElement, ...document.querySelectorAll(".table-wrap")]
  .map((one) => one.scrollWidth - one.clientWidth))
"""
SEEN_MOST = (
    ("agent", "/"),
    ("agent", "/trades/"),
    ("agent", "/trades/{trade}/"),
    ("agent", "/work/exceptions/"),
    ("supervisor", "/validation/"),
    ("agent", "/reconciliation/"),
    ("agent", "/reporting/activity/"),
    ("admin", "/webhooks/deliveries/"),
)


def test_every_route_is_a_page_or_says_why_not() -> None:
    """A route with an argument needs a record in KEYS; a name in KEYS or NO_PAGE must exist."""
    known = dict(pages.routes())
    for name in pages.KEYS:
        assert pages.is_page(name, known[name]), name
    for name, view in known.items():
        if pages.is_page(name, view) and name not in pages.KEYS:
            reverse(name)  # NoReverseMatch: it takes an argument, KEYS must say which record
    for pattern in pages.NO_PAGE:
        assert any(pages._like(name, pattern) for name in known), pattern
    assert all(views is not None for views in known.values())
    assert sum(1 for name, view in known.items() if pages.is_page(name, view)) > 70


@pytest.fixture
def world() -> None:
    """Forty trades of a demo week, lived through: every list has rows, every state a record."""
    list(demo.seed(business_date=DAY, at=AT, trades=40))
    jobs.run_pending()
    load_file(kind="prices", name="closes.csv", content=PRICES, actor=SYSTEM, at=AT)
    for content in (LISTED, LISTED.replace(b"Ourse SARL", b"Ourse SA")):
        load_list(code=SanctionsList.EU_JOURNAL, name="annex.csv", content=content,
                  is_meant=True, actor=SYSTEM, at=AT)  # fmt: skip
    jobs.run_pending()
    Restriction.objects.create(
        kind="COUNTRY", value="KP", valid_from=DAY, reason="embargo", proposed_by="agent",
        proposed_at=AT,
    )  # fmt: skip
    CutOff.objects.create(
        step="close",
        at_time=time(20),
        valid_from=DAY,
        reason="late market",
        proposed_by="agent",
        proposed_at=AT,
    )
    webhooks_in_every_state()
    reviews.open_review(actor=SYSTEM, at=AT)
    roles.open_reviews(actor=SYSTEM, at=AT)
    take_in_files()
    decide_by_a_job()
    try_rules()
    ask_for_something()
    let_stand_in()
    allocated.live(day=DAY, at=AT)
    watching.watch_day(day=DAY, actor=SYSTEM, at=AT)
    write_evidence()
    Absence.objects.create(trader=Trader.objects.earliest("pk"), first_day=DAY, last_day=DAY)
    Absence.objects.create(
        user=User.objects.get(username="supervisor2"),
        first_day=DAY,
        last_day=datetime.now(UTC).date() + timedelta(days=9),
    )
    for state, error in [("FAILED", "UnreadableFile: line 3"), ("QUEUED", ""), ("RUNNING", "")]:
        Job.objects.create(
            kind="trades.control_batch",
            title="batch:1",
            state=state,
            error=error,
            actor_name="agent",
            actor_kind="PERSON",
            created_at=AT,
            progress_done=3,
            progress_total=10,
        )


def _who_opens(name: str) -> str:
    if name.startswith(pages.ADMINISTRATOR):
        return "admin"
    return "supervisor" if name in pages.SUPERVISOR else "agent"


def take_in_files() -> None:
    """One file by a saved mapping with a row of each fate, and one that is refused."""
    lines = (EXAMPLES / "executions.csv").read_text().splitlines()
    place = lines[0].split(",").index("price")
    bad = [lines[1].split(",") for _n in range(3)]
    for n, row in enumerate(bad):
        row[0], row[place] = f"BAD-{n}", "x"
    content = "\n".join([*lines[:2], *(",".join(row) for row in bad)])
    agent = actor_of(User.objects.get(username="agent"))
    reading = tables.learned("oms.csv", content.encode(), Reading())[0]
    mapping = tables.save_mapping(
        name="OMS Paris", reading=reading, source_system="EXAMPLE", is_whole=False, actor=agent
    )
    sent = tables.Sent(
        name="oms.csv", content=content.encode(), reading=reading, source_system="EXAMPLE",
        mapping=mapping,
    )  # fmt: skip
    tables.queue_table(sent=sent, actor=agent, at=AT)
    refused = dataclasses.replace(sent, content=content.encode() + b"\n", name="twice.csv",
                                  declared=Declared(rows=9))  # fmt: skip
    tables.queue_table(sent=refused, actor=agent, at=AT)
    jobs.run_pending()
    drop_a_file()
    first, second, _third = QuarantinedRow.objects.order_by("line")
    quarantine.repair_row(row_id=first.pk, seen=0, cells={place: "10"}, actor=agent, at=AT)
    quarantine.reimport_rows(row_ids=[first.pk], actor=agent, at=AT)
    quarantine.discard_rows(row_ids=[second.pk], reason="a test of the sender", actor=agent, at=AT)


def drop_a_file() -> None:
    """One file without a mapping, refused, and one that has just been seen."""
    for name, at in (("Nobody", AT), ("Later", AT + timedelta(seconds=20))):
        folder = Path(settings.DROP_DIR) / "incoming" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "a.csv").write_text("a,b")
        drop.look(at=at)


def decide_by_a_job() -> None:
    """An agent takes exceptions by a job: some are given, one is over already."""
    rows = list(ControlException.objects.filter(state="OPEN").order_by("pk")[:2])
    over = ControlException.objects.exclude(state__in=["OPEN", "ASSIGNED"]).first()
    seen = {row.pk: "" for row in [*rows, over] if row is not None}
    agent = actor_of(User.objects.get(username="agent"))
    bulk.enqueue(kind=many.TAKE_JOB, seen=seen, parameters={}, actor=agent, at=AT)
    jobs.run_pending()


def try_rules() -> None:
    """A back-test that is over, with a proposal that rests on it, and one that is asked for."""
    agent = actor_of(User.objects.get(username="agent"))
    tried = {
        "code": "TRD-401",
        "active": True,
        "parameters": {"equity": "1"},
        "first_day": DAY - timedelta(days=30),
        "last_day": DAY,
        "actor": agent,
        "at": AT,
    }
    row = back_tests.ask_back_test(**tried)
    jobs.run_pending()
    back_tests.ask_activation(
        back_test_id=row.pk, valid_from=DAY, reason="quiet markets", actor=agent, at=AT
    )
    back_tests.ask_back_test(**tried)
    draft = house_rules.Draft(
        title="Large purchases far from the close",
        severity="WARNING",
        owner="MARKET_RISK",
        source="Risk committee of November 2026",
        rationale="Losses of May",
        expression="abs(price - last_price) / last_price > 0.04 and amount_eur > 1000000",
        reason="asked for by the committee",
    )
    house_rules.write_rule(draft=draft, actor=agent, at=AT)


def ask_for_something() -> None:
    """An agent asks for a waiver, an administrator for a limit and for more supervisors."""
    row = ControlException.objects.filter(severity="BLOCKING", state="OPEN").first()
    assert row is not None
    agent, admin, sue = (
        actor_of(User.objects.get(username=name)) for name in ("agent", "admin", "supervisor")
    )
    waive_exception(exception_id=row.pk, reason="Block trade", actor=agent, at=AT)
    party = Party.objects.earliest("pk")
    party.name, party.confirmation_email = f"{party.name} SE", "settlement@example.com"
    static_data.change(record=party, actor=agent, at=AT, reason="letter of the counterparty")
    new = Instrument(isin="US5949724083", code="MSTR", name="MicroStrategy", currency="USD",
                     asset_class="EQUITY")  # fmt: skip
    static_data.add(record=new, called=("OMS", "MSTR"), actor=agent, at=AT, reason="dealt today")
    limits.ask_limit(
        user=User.objects.get(pk=sue.user_id), amount_eur=Decimal(9_000_000), valid_from=DAY,
        reason="new desk", actor=admin, at=AT,
    )  # fmt: skip
    limits.ask_several(
        people=2, from_eur=Decimal(5_000_000), valid_from=DAY, reason="large trades", actor=admin,
        at=AT,
    )  # fmt: skip


def write_evidence() -> None:
    """The evidence of a day, in French."""
    asked = EvidenceAsked(first_day=DAY, last_day=DAY, desk_code="", language="fr")
    boss = actor_of(User.objects.get(username="supervisor"))
    ask_evidence(asked=asked, actor=boss, at=AT, today=DAY)
    jobs.run_pending()


def let_stand_in() -> None:
    """One supervisor stands in for the other today, another request waits; a glass is broken."""
    one, other = (
        actor_of(User.objects.get(username=name)) for name in ("supervisor", "supervisor2")
    )
    granted(asked(loan(other, one)), by="admin2")
    asked(loan(one, other, begins_in=30))
    own = Trader.objects.earliest("pk").desk.code
    emergencies.break_glass(
        role=Role.SUPERVISOR,
        desk_code=known_desk("NIGHT"),
        minutes=60,
        reason="nobody answers",
        actor=person("duty", Role.SUPERVISOR, desk=own),
        at=datetime.now(UTC),
    )


def every_page() -> Iterator[tuple[str, str, str]]:
    """Yield who opens which page, and its address."""
    for name, address in pages.addresses():
        yield _who_opens(name), name, address
    for name in pages.ADMIN_PAGES:
        yield "admin", f"admin:{name}", reverse(f"admin:{name}")
    yield "stranger", "core:sign_in", "/sign-in/"
    invited = passwords.path_to_choose(User.objects.get(username="agent2"))
    yield "stranger", "core:choose_password", invited
    yield "stranger", "core:choose_password used", "/password/MQ/set-password/"
    yield "agent", "403", "/audit/"
    yield "agent", "404", "/nowhere/"
    yield "agent", "empty", "/trades/?q=zzzzzz"
    for product in TICKETS:
        yield "agent", f"ticket {product}", f"/trades/new/?product={product}"
    for trade in Trade.objects.exclude(product="").distinct("product"):
        yield "agent", f"trade {trade.product}", trade.get_absolute_url()


def test_every_page_is_accessible(
    world: None, sign_in: Callable[..., Page], browser: Browser, screenshots_folder: Path
) -> None:
    """In French, by day and by night; whole, in English and dark, for what is seen most."""
    people = {name: sign_in(name, roles=[]) for name in PEOPLE}
    people["stranger"] = browser.new_page(base_url=_origin(people["agent"]))
    for page in people.values():
        page.emulate_media(reduced_motion="reduce")  # a colour on its way is no colour to judge
        page.set_viewport_size(SMALLEST)
        bring_axe(page)
    User.objects.filter(username__in=PEOPLE).update(language="fr", theme="light")
    violations: list[str] = []
    looks = Looks()
    for who, name, address in every_page():
        violations += _looked_at(people[who], name, address, looks)
        if os.environ.get("SCREENSHOTS"):
            shot = re.sub(r"\W+", "_", address).strip("_") or "home"
            people[who].screenshot(path=screenshots_folder / f"{shot}.png")
    violations += _what_no_address_shows(people["agent"], people["supervisor"])
    User.objects.filter(username__in=PEOPLE).update(language="en", theme="dark")
    trade = Trade.objects.latest("id").pk
    for who, address in SEEN_MOST:
        violations += _looked_at(people[who], address, address.format(trade=trade))
    people["stranger"].close()
    assert not violations, "\n".join(violations)


def _origin(page: Page) -> str:
    page.goto("/")
    return str(page.evaluate("location.origin"))


def _looked_at(page: Page, name: str, address: str, looks: Looks | None = None) -> list[str]:
    """Open a page and say what is wrong; without `looks` its frame is judged, too."""
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == {"403": 403, "404": 404}.get(name, 200), address
    if name in DRAWN_BY_OTHERS:
        return []
    found = violations_within(page, looks) if looks else serious_violations(page)
    found += silent_keys(page)
    wide = page.evaluate(WIDER)
    return [*found, f"{address}: {wide} px to scroll sideways"] if wide > 0 else found


def silent_keys(page: Page) -> list[str]:
    """Return the keys that do nothing on a list: search, next row, select, help, close."""
    if not page.locator("[data-list]").count():
        return []
    silent = []
    page.keyboard.press("/")
    silent += [] if page.evaluate("document.activeElement.matches('[data-search]')") else ["/"]
    page.keyboard.press("Escape")
    if page.locator("tr[data-row]").count() > 1:
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("k")
        silent += [] if page.locator("tr.cursor").count() == 1 else ["j", "k"]
        if page.locator("[data-pick]").count():
            page.keyboard.press("x")
            silent += [] if page.locator("tr.picked").count() == 1 else ["x"]
    page.keyboard.press("?")
    silent += [] if page.locator("#shortcuts").is_visible() else ["?"]
    page.keyboard.press("Escape")
    silent += ["Escape"] if page.locator("#shortcuts").is_visible() else []
    return [f"{page.url}: {key} does nothing" for key in silent]


def _what_no_address_shows(agent: Page, supervisor: Page) -> list[str]:
    """Dialogs, a preview, a form with mistakes, a refusal, and the pages of errors."""
    found: list[str] = []
    supervisor.goto("/validation/")
    supervisor.keyboard.press("?")
    found += serious_violations(supervisor)
    supervisor.keyboard.press("Escape")
    supervisor.locator("[data-pick]").first.check()
    supervisor.locator("[data-reason]").first.click()
    found += serious_violations(supervisor)

    agent.goto("/trades/upload/")
    agent.set_input_files("input[type=file]", str(EXAMPLES / "executions.csv"))
    agent.locator("form[enctype] .btn-primary").click()
    agent.wait_for_load_state()
    found += serious_violations(agent)
    agent.goto("/trades/fix/")
    agent.set_input_files("input[type=file]", str(EXAMPLES / "execution.json"))
    agent.locator("form[enctype] .btn-primary").click()
    agent.wait_for_load_state()
    assert agent.locator(".refusal").count() == 1
    found += serious_violations(agent)
    agent.goto("/trades/new/")
    agent.fill("[name=isin]", "FR0000131105")
    agent.fill("[name=quantity]", "x")
    agent.fill("[name=price]", "1")
    agent.locator("main .btn-primary").click()
    agent.wait_for_load_state()
    found += serious_violations(agent)
    for template in ERRORS:
        with translation.override("fr"):
            agent.set_content(render_to_string(template, {"title": "x"}))
        found += [f"{template} {one}" for one in serious_violations(agent)]
    return found
