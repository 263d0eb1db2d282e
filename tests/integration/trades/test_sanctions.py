"""Trades with who may be listed, or in what is restricted, wait; once it is cleared they go on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from core import jobs
from core.roles import Role
from desk.models import ControlException
from kernel.actors import SYSTEM
from refdata import services
from refdata.models import Party, Restriction, Screening, ScreeningHit
from refdata.states import SanctionsList
from tests.factories import static_data
from tests.factories.trades import booked, signed_in
from tests.integration.bad_input.doors import said
from tests.integration.desk.people import person
from trades.services import control_data

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
BEFORE = AT - timedelta(days=30)


def load(*names: str, ids: str = "") -> None:
    lines = (f"LegalEntity,{name},EU-RUS,Asset freeze,{ids}" for name in names)
    content = "\n".join(("schema,name,programKey,measure,leiCode", *lines, "")).encode()
    services.load_list(
        code=SanctionsList.EU_JOURNAL, name="a.csv", content=content, is_meant=True,
        actor=SYSTEM, at=AT,
    )  # fmt: skip
    jobs.run_pending()


def found(prefix: str = "TRD-62") -> list[str]:
    rows = ControlException.objects.filter(
        kind="CONTROL", rule_code__startswith=prefix, state__in=["OPEN", "ASSIGNED"]
    )
    return sorted(rows.values_list("rule_code", flat=True))


def restrict(kind: str, value: str, **more: object) -> Restriction:
    row = services.propose(
        row=Restriction(kind=kind, value=value, valid_from=BEFORE.date(), **more),
        actor=person("re-agent", Role.AGENT), at=BEFORE, reason="insider list",
    )  # fmt: skip
    boss = person("re-boss", Role.SUPERVISOR)
    return services.decide_restriction(row_id=row.pk, approve=True, actor=boss, at=BEFORE)


def test_a_trade_waits_while_its_party_may_be_listed_and_goes_on_once_that_is_cleared() -> None:
    trade = booked()
    party = Party.objects.get(pk=trade.counterparty_id)
    jobs.run_pending()
    assert found() == []

    load(party.name.upper())

    assert found() == ["TRD-620"]
    row = services.propose_false_hit(
        hit_id=ScreeningHit.objects.get().pk, until=datetime.now(UTC).date() + timedelta(days=90),
        reason="other", actor=person("ana2", Role.AGENT), at=datetime.now(UTC),
    )  # fmt: skip
    services.decide_false_hit(
        row_id=row.pk, approve=True, actor=person("ben2", Role.SUPERVISOR), at=datetime.now(UTC)
    )
    jobs.run_pending()

    assert found() == []


def test_a_party_that_nobody_screened_is_not_let_through() -> None:
    services.load_list(
        code=SanctionsList.EU_JOURNAL, name="a.csv", is_meant=True, actor=SYSTEM, at=AT,
        content=b"schema,name,programKey,measure\nPerson,Somebody Else,P,M\n",
    )  # fmt: skip
    trade = booked()
    Screening.objects.all().delete()
    library = control_data.Library(at=AT)

    assert library.screened.of([trade.counterparty_id or 0]) == {}


@pytest.mark.parametrize(
    ("case", "kind", "value", "codes"),
    [
        ("instrument", "INSTRUMENT", "", ["TRD-621"]),
        ("country", "COUNTRY", "FR", ["TRD-622", "TRD-622"]),
        ("another_country", "COUNTRY", "KP", []),
    ],
)
def test_what_the_house_restricts_is_held(
    case: str, kind: str, value: str, codes: list[str]
) -> None:
    trade = booked()
    static_data.changed(Party.objects.all(), country="FR")

    restrict(kind, value or trade.isin)
    jobs.run_pending()

    assert found() == codes, case


def test_a_restriction_is_proposed_on_its_page_and_decided_by_somebody_else() -> None:
    ana, ben = signed_in(name="ana"), signed_in(Role.SUPERVISOR, name="ben")
    form = {"kind": "COUNTRY", "value": "kp", "valid_from": "20/11/2099", "why": "embargo"}

    ana.post("/refdata/restrictions/new/", form)
    row = Restriction.objects.get()
    ben.post(f"/refdata/restrictions/{row.pk}/approve/")

    row.refresh_from_db()
    assert (row.value, row.state, row.decided_by) == ("KP", "APPROVED", "ben")
    assert "KP" in said(ana.get("/refdata/restrictions/?state=APPROVED"))
    assert ana.post("/refdata/restrictions/new/", form | {"kind": "INSTRUMENT"}).status_code == 422


def test_the_database_knows_isins_and_countries_apart() -> None:
    row = restrict("COUNTRY", "KP")

    with pytest.raises(IntegrityError), transaction.atomic():
        Restriction.objects.filter(pk=row.pk).update(value="FR0000131104")
    with pytest.raises(IntegrityError), transaction.atomic():
        Restriction.objects.filter(pk=row.pk).update(valid_to=BEFORE.date() - timedelta(days=1))
