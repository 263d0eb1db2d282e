"""Fee schedules: by two people, on their page, and in the terms of later captures."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from core.roles import Role
from desk.models import ControlException
from kernel.actors import SYSTEM
from refdata import services
from refdata.models import FeeSchedule
from tests.factories.trades import booked, signed_in, small_world
from tests.integration.desk.people import person
from trades.forms import TicketForm
from trades.models import Trade
from trades.services import control

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
FORM = {"name": "fr-ftt", "kind": "TAX", "issuer_country": "fr", "side": "BUY", "rate": "0.4",
        "valid_from": "20/11/2099", "why": "CGI art. 235 ter ZD"}  # fmt: skip


def in_force(**values: Any) -> FeeSchedule:
    terms = {"name": "FR-FTT", "kind": "TAX", "side": "BUY", "rate": Decimal("0.4"),
             "valid_from": DAY} | values  # fmt: skip
    row = services.propose(
        row=FeeSchedule(**terms), actor=person("fee-agent", Role.AGENT), at=AT, reason="law"
    )
    boss = person("fee-boss", Role.SUPERVISOR)
    services.decide(model=FeeSchedule, row_id=row.pk, approve=True, actor=boss, at=AT)
    return row


def version(trade: Trade) -> dict[str, Any]:
    terms: dict[str, Any] = trade.versions.get(version_no=trade.version_no).terms
    return terms


def test_what_the_message_leaves_open_follows_the_schedules_and_says_why() -> None:
    small_world()
    before = booked(source_reference="BEFORE")
    tax, broker = in_force(), in_force(name="COM", kind="COMMISSION", currency="EUR",
                                       rate=Decimal(0), fixed=Decimal("2.5"))  # fmt: skip
    trade = booked(source_reference="A")

    gross = trade.gross_amount
    charge = (gross * Decimal("0.004")).quantize(Decimal("0.01"))
    assert before.fees == 0
    assert "charges" not in version(before)
    assert (trade.fees, trade.net_amount) == (charge + Decimal("2.5"), gross + charge
                                              + Decimal("2.5"))  # fmt: skip
    assert [(one["name"], one["schedule_id"]) for one in version(trade)["charges"]] == [
        ("COM", broker.pk), ("FR-FTT", tax.pk)
    ]  # fmt: skip
    page = signed_in(Role.AUDITOR).get(trade.get_absolute_url()).content.decode()
    assert f'href="{tax.get_absolute_url()}"' in page


def test_a_sale_is_paid_less_and_stated_fees_stay() -> None:
    small_world()
    in_force(side="", name="COM", kind="COMMISSION")
    sale = booked(source_reference="S", side="SELL")
    stated = booked(source_reference="T", fees="1")
    settled = booked(source_reference="N", net_amount="5000")

    assert sale.net_amount == sale.gross_amount - sale.fees < sale.gross_amount
    assert (stated.fees, "charges" in version(stated)) == (1, False)
    assert (settled.fees, settled.net_amount) == (0, 5000)


def test_a_control_compares_stated_fees_with_the_schedules() -> None:
    small_world()
    in_force()
    follows, differs = booked(source_reference="A"), booked(source_reference="B", fees="1")
    control.control_trades(trade_ids=[follows.pk, differs.pk], actor=SYSTEM, at=AT)

    found = ControlException.objects.filter(rule_code="TRD-310")
    assert [row.subject_id for row in found] == [differs.pk]


def test_an_amendment_by_ticket_computes_them_again() -> None:
    small_world()
    in_force()
    trade = booked(source_reference="A")

    assert TicketForm.initial_of(trade, version(trade))["fees"] is None


def test_it_is_proposed_and_approved_on_its_pages() -> None:
    agent: Client = signed_in(Role.AGENT, name="ana")
    answer = agent.post("/refdata/fees/new/", FORM)
    row = FeeSchedule.objects.get()

    assert answer["Location"] == row.get_absolute_url()
    assert (row.name, row.issuer_country, row.rate, row.state) == ("FR-FTT", "FR", Decimal("0.4"),
                                                                  "PENDING")  # fmt: skip
    assert agent.post(f"{row.get_absolute_url()}approve/").status_code == 403
    boss = signed_in(Role.SUPERVISOR, name="sue")
    boss.post(f"{row.get_absolute_url()}approve/")
    row.refresh_from_db()
    assert (row.state, row.decided_by) == ("APPROVED", "sue")
    again = agent.get(f"/refdata/fees/new/?like={row.pk}").content.decode()
    assert 'value="FR-FTT"' in again


@pytest.mark.parametrize(
    ("case", "changed", "said"),
    [
        ("money_without_currency", {"fixed": "2"}, "An amount in money needs its currency."),
        ("bounds_the_wrong_way", {"currency": "EUR", "minimum": "5", "maximum": "4"},
         "At most cannot be below at least."),
        ("ends_before", {"valid_to": "19/11/2099"}, "It ends before it begins."),
        ("below_zero", {"rate": "-1"}, "Nothing is below zero, and no rate above 100."),
        ("above_all", {"rate": "101"}, "Nothing is below zero, and no rate above 100."),
        ("no_number", {"rate": "1e400"}, "1e400"),
        ("not_a_name", {"name": "é"}, "Enter a valid value."),
        ("yesterday", {"valid_from": "19/11/2020"}, "A change cannot begin in the past."),
    ],
)  # fmt: skip
def test_what_is_no_schedule_is_refused_in_words(
    case: str, changed: dict[str, str], said: str
) -> None:
    answer = signed_in(Role.AGENT).post("/refdata/fees/new/", FORM | changed)

    assert answer.status_code == 422, case
    assert said in answer.content.decode()
    assert not FeeSchedule.objects.exists()


def test_the_database_keeps_the_two_people_apart() -> None:
    row = in_force()
    with pytest.raises(IntegrityError, match="stands as it was proposed"), transaction.atomic():
        FeeSchedule.objects.filter(pk=row.pk).update(decided_by="fee-agent")
