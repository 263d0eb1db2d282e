"""Cut-offs: dated, shifted for one day, never set by one person alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from backoffice.cut_offs import due_times
from core.access import Forbidden
from core.models import User
from core.roles import Role
from kernel.actors import Actor
from kernel.findings import Refusal
from kernel.states import IllegalTransition
from refdata import selectors, services
from refdata.models import CutOff
from refdata.rules.cut_offs import DELIVERED
from tests.integration.desk.people import person

pytestmark = pytest.mark.django_db
FRIDAY, NEXT = date(2026, 11, 20), date(2026, 11, 23)
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def agent() -> Actor:
    return person("ana", Role.AGENT)


def supervisor() -> Actor:
    return person("sue", Role.SUPERVISOR)


def proposed(at_time: time, *, valid_from: date = FRIDAY, only_day: bool = False) -> CutOff:
    row = CutOff(step="validate", at_time=at_time, valid_from=valid_from, only_day=only_day)
    return services.propose(row=row, actor=agent(), at=AT, reason="incident")


def in_force(at_time: time, *, valid_from: date = FRIDAY, only_day: bool = False) -> None:
    row = proposed(at_time, valid_from=valid_from, only_day=only_day)
    services.decide(model=CutOff, row_id=row.pk, approve=True, actor=supervisor(), at=AT)


def due(day: date) -> time | None:
    found = due_times(day=day, calendar=None, zone=ZoneInfo("Europe/Paris"))["validate"]
    return found.time() if found else None


def test_what_the_product_brings_holds_until_somebody_sets_another() -> None:
    assert due(FRIDAY) == DELIVERED["validate"][1]
    proposed(time(21))
    assert due(FRIDAY) == DELIVERED["validate"][1]


def test_it_holds_from_its_day_on_and_one_day_alone_goes_before() -> None:
    in_force(time(19), valid_from=FRIDAY)
    in_force(time(17), valid_from=NEXT)
    in_force(time(22, 30), valid_from=FRIDAY, only_day=True)

    assert [due(day) for day in (date(2026, 11, 19), FRIDAY, date(2026, 11, 21), NEXT)] == [
        DELIVERED["validate"][1],
        time(22, 30),
        time(19),
        time(17),
    ]
    found = selectors.cut_offs_in_force(FRIDAY)
    assert [one.step for one in found] == list(DELIVERED)
    assert [(one.step, one.at_time) for one in found if one.record] == [("validate", time(22, 30))]


@pytest.mark.parametrize(
    ("reason", "valid_from", "role", "refusal"),
    [
        (" ", FRIDAY, Role.AGENT, services.UnableToSet),
        ("why", date(2026, 11, 19), Role.AGENT, services.UnableToSet),
        ("why", FRIDAY, Role.AUDITOR, Forbidden),
    ],
)
def test_what_cannot_be_proposed(
    reason: str, valid_from: date, role: Role, refusal: type[Refusal]
) -> None:
    row = CutOff(step="validate", at_time=time(21), valid_from=valid_from)
    with pytest.raises(refusal):
        services.propose(row=row, actor=person("x", role), at=AT, reason=reason)


def test_two_people_decide_once() -> None:
    own = CutOff.objects.create(
        step="report", at_time=time(21), valid_from=FRIDAY, reason="before sue was here",
        proposed_by="sue", proposed_at=AT,
    )  # fmt: skip
    row = proposed(time(21))
    with pytest.raises(Forbidden):
        services.decide(model=CutOff, row_id=row.pk, approve=True, actor=agent(), at=AT)
    with pytest.raises(services.UnableToSet):
        services.decide(model=CutOff, row_id=own.pk, approve=True, actor=supervisor(), at=AT)
    with pytest.raises(IntegrityError, match="proposed by sue"), transaction.atomic():
        CutOff.objects.filter(pk=own.pk).update(decided_by="sue", state="APPROVED")
    services.decide(model=CutOff, row_id=row.pk, approve=False, actor=supervisor(), at=AT)
    with pytest.raises(IllegalTransition):
        services.decide(model=CutOff, row_id=row.pk, approve=True, actor=supervisor(), at=AT)


def test_it_is_proposed_and_approved_on_the_pages() -> None:
    ana, sue = Client(), Client()
    ana.force_login(User.objects.get(pk=agent().user_id))
    sue.force_login(User.objects.get(pk=supervisor().user_id))
    ticket = {
        "step": "report",
        "days_after": "1",
        "at_time": "17:30",
        "valid_from": "31/12/2999",
        "why": "the regulator closes early",
    }

    bad = ana.post("/refdata/cut-offs/new/", ticket | {"at_time": "25:00"})
    assert bad.status_code == 422
    ana.post("/refdata/cut-offs/new/", ticket)
    row = CutOff.objects.get()
    assert sue.get("/refdata/cut-offs/").status_code == 200
    assert "approve" in sue.get(f"/refdata/cut-offs/{row.pk}/").content.decode()
    assert ana.post(f"/refdata/cut-offs/{row.pk}/approve/").status_code == 403
    sue.post(f"/refdata/cut-offs/{row.pk}/approve/")
    row.refresh_from_db()
    assert (row.state, row.decided_by) == ("APPROVED", "sue")


@pytest.mark.parametrize(
    ("language", "brought", "since"),
    [
        ("en", "brought by the product", "set from"),
        ("fr", "livrée avec le produit", "fixée à partir du"),
    ],
)
def test_the_page_lists_what_is_in_force_with_its_source(
    language: str, brought: str, since: str
) -> None:
    CutOff.objects.create(
        step="validate", at_time=time(21, 17), valid_from=date(2000, 1, 3), state="APPROVED",
        reason="early", proposed_by="ana", proposed_at=AT, decided_by="sue", decided_at=AT,
    )  # fmt: skip
    ana = Client(headers={"accept-language": language})
    ana.force_login(User.objects.get(pk=agent().user_id))

    page = ana.get("/refdata/cut-offs/").content.decode()

    assert page.count(brought) == len(DELIVERED) - 1
    assert since in page
    assert "21:17" in page
    assert "18:30" in page
