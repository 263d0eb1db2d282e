"""Beneficial owners: by two people or by file, screened as parties, and what trades are told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.forms import model_to_dict

from core import jobs
from core.roles import Role
from desk.models import ControlException
from kernel.actors import SYSTEM
from refdata import selectors, services
from refdata.facts import ListedOwner
from refdata.models import BeneficialOwner, FileImport, Party, Screening, ScreeningHit
from refdata.states import SanctionsList
from tests.factories.trades import booked, signed_in, small_world
from tests.integration.bad_input.doors import said
from tests.integration.desk.people import person

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
SINCE = date(2020, 1, 1)
LISTED = (
    b"schema,name,alias,programKey,measure,nationality,birthDate\n"
    b"Person,Ivan BOREALOV,,EU-RUS,Asset freeze,Russian,1960\n"
    b"LegalEntity,POLAR TRADING,,EU-RUS,Asset freeze,,\n"
)
FILE = b"""PARTY,NAME,KIND,COUNTRY,SHARE,BORN,LEI,FROM,TO
BNPP,Anne Dupont,PERSON,FR,30.5,1970-05-02,,2020-01-01,
BNPP,Holding A,ENTITY,LU,69.5,,,2020-01-01,2027-01-01
BNPP,Holding B,ENTITY,LU,101,,,2020-01-01,
BNPP,Holding C,ENTITY,LUX,1,,,2020-01-01,
BNPP,Holding D,ENTITY,LU,1,1970-05-02,,2020-01-01,
BNPP,Holding E,TRUST,LU,1,,,2020-01-01,
NOBODY,Holding F,ENTITY,LU,1,,,2020-01-01,
BNPP,holding a,ENTITY,LU,1,,,2020-01-01,
BNPP,Holding G,ENTITY,LU,1,,529900CL4KFEG8W2RZ19,2020-01-01,
"""


def load_list() -> None:
    small_world()
    services.load_list(
        code=SanctionsList.EU_JOURNAL, name="a.csv", content=LISTED, is_meant=True,
        actor=SYSTEM, at=AT,
    )  # fmt: skip
    jobs.run_pending()


def proposed(name: str = "Ivan Borealov", share: str = "60", **values: Any) -> BeneficialOwner:
    small_world()
    terms = {"kind": "PERSON", "country": "RU", "valid_from": SINCE}
    return services.propose(
        may_be_past=True,
        row=BeneficialOwner(
            party=Party.objects.get(code="BNPP"), name=name, share=Decimal(share),
            **(terms | values),
        ),
        actor=person("ow-agent", Role.AGENT), at=AT, reason="register",
    )  # fmt: skip


def decide(row: BeneficialOwner) -> BeneficialOwner:
    boss = person("ow-boss", Role.SUPERVISOR)
    services.decide_one(table="owner", row_id=row.pk, approve=True, actor=boss, at=AT)
    row.refresh_from_db()
    return row


def owned(*args: str, **values: Any) -> BeneficialOwner:
    row = decide(proposed(*args, **values))
    jobs.run_pending()
    return row


def load(content: bytes) -> FileImport:
    small_world()
    return services.load_file(
        kind="owners", name="o.csv", content=content, actor=person("ow-ld", Role.AGENT), at=AT
    )


def found() -> dict[str, str]:
    rows = ControlException.objects.filter(rule_code__startswith="TRD-62", state="OPEN")
    return dict(rows.order_by("rule_code").values_list("rule_code", "found"))


def test_an_owner_on_a_list_is_a_hit_that_names_it_and_its_share() -> None:
    load_list()
    owned(birth_date=date(1960, 4, 1))

    hit = ScreeningHit.objects.get()
    assert (hit.party.code, hit.ours, hit.theirs) == ("BNPP", "Ivan Borealov", "Ivan BOREALOV")
    assert {"birth", "country"} <= set(hit.agrees)
    exception = ControlException.objects.get(kind="SCREENING")
    assert (exception.evidence["beneficial_owner"], exception.evidence["share"]) == (
        "Ivan Borealov",
        "60",
    )
    page = said(signed_in(Role.AGENT, name="ow-agent").get(hit.get_absolute_url()))
    assert "Owns 60 % · BNPP" in page
    assert "01/04/1960" in page
    assert "Ivan Borealov" in said(signed_in().get("/refdata/hits/?of_owner=true"))
    assert "Ivan Borealov" not in said(signed_in().get("/refdata/hits/?of_owner=false"))


@pytest.mark.parametrize(
    ("case", "shares", "codes"),
    [
        ("half", {"Ivan Borealov": "50"}, ["TRD-623", "TRD-624"]),
        ("less", {"Ivan Borealov": "49.999"}, ["TRD-624"]),
        ("together", {"Ivan Borealov": "30", "Polar Trading": "20"}, ["TRD-623", "TRD-624"]),
        ("nobody", {"Anne Dupont": "100"}, []),
    ],
)
def test_what_listed_owners_hold_together_makes_the_party_listed(
    case: str, shares: dict[str, str], codes: list[str]
) -> None:
    load_list()
    booked()
    jobs.run_pending()
    assert found() == {}

    for name, share in shares.items():
        is_entity = name == "Polar Trading"
        owned(name, share, **({"kind": "ENTITY", "country": ""} if is_entity else {}))

    assert sorted(found()) == codes, case
    if "TRD-623" in codes:
        assert found()["TRD-623"] == "50"
        row = ControlException.objects.get(rule_code="TRD-623", state="OPEN")
        assert "Ivan Borealov (" in row.evidence["owners"]


def test_a_trade_goes_on_once_the_hit_of_the_owner_is_cleared() -> None:
    load_list()
    booked()
    owned()
    assert set(found()) == {"TRD-623", "TRD-624"}
    now = datetime.now(UTC)
    row = services.propose_false_hit(
        hit_id=ScreeningHit.objects.get().pk, until=now.date() + timedelta(days=90),
        reason="another Ivan", actor=person("ow-agent", Role.AGENT), at=now,
    )  # fmt: skip

    services.decide_false_hit(
        row_id=row.pk, approve=True, actor=person("ow-boss", Role.SUPERVISOR), at=now
    )
    jobs.run_pending()

    assert found() == {}


def test_an_owner_put_in_force_has_its_party_screened_again_before_it_is_let_through() -> None:
    load_list()
    trade = booked()
    jobs.run_pending()
    assert Screening.objects.filter(party=trade.counterparty_id).exists()

    decide(proposed())

    assert not Screening.objects.filter(party=trade.counterparty_id).exists()
    jobs.run_pending()
    assert Screening.objects.get(party=trade.counterparty_id).outcome == "CLEAR"


def test_only_owners_of_the_day_count_and_a_share_of_zero_ends_what_was_owned() -> None:
    load_list()
    first = owned()
    last = owned(share="0", valid_from=date(2026, 12, 1))
    first.refresh_from_db()
    assert first.valid_to == date(2026, 11, 30)

    def on(day: date) -> tuple[ListedOwner, ...]:
        return selectors.screened([first.party_id], day)[first.party_id].owners

    assert on(date(2026, 11, 30)) == (
        ListedOwner("Ivan Borealov", "Ivan BOREALOV", Decimal("60.000")),
    )
    assert on(date(2026, 12, 1)) == ()
    assert last.state == "APPROVED"


@pytest.mark.parametrize(
    ("case", "terms", "constraint"),
    [
        ("share", {"share": Decimal("100.001")}, "owner_share_is_percent"),
        ("below", {"share": -1}, "owner_share_is_percent"),
        ("person_with_lei", {"lei": "529900CL4KFEG8W2RZ18"}, "owner_is_one_of_two"),
        ("entity_born", {"kind": "ENTITY", "birth_date": SINCE}, "owner_is_one_of_two"),
        ("nameless", {"name": ""}, "owner_has_a_name"),
        ("span", {"valid_to": date(2019, 1, 1)}, "owner_span"),
        ("alone", {"state": "APPROVED", "decided_by": "ow-agent"}, "before it is decided"),
    ],
)
def test_the_table_refuses_what_cannot_be(
    case: str, terms: dict[str, Any], constraint: str
) -> None:
    row = proposed()
    known = {"party_id": row.party_id}

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        BeneficialOwner.objects.create(
            **(model_to_dict(row, exclude=["id", "party"]) | known | terms)
        )


def test_one_share_of_a_name_is_in_force_and_one_hit_of_an_owner_is_live() -> None:
    load_list()
    first = owned()
    later = proposed("IVAN BOREALOV", valid_from=date(2019, 1, 1))

    with pytest.raises(services.UnableToSet, match="in force on these days"):
        decide(later)
    hit = ScreeningHit.objects.get()
    hit.pk = None
    with pytest.raises(IntegrityError, match="hit_of_owner_once_live"), transaction.atomic():
        hit.save(force_insert=True)
    assert first.state == "APPROVED"


def test_rows_of_a_file_wait_for_a_second_person_and_bad_ones_are_named() -> None:
    loaded = load(FILE)

    assert [(row["code"], row["line"]) for row in loaded.findings] == [
        ("REF-043", 4), ("REF-057", 5), ("REF-058", 6), ("REF-052", 7), ("REF-004", 9),
        ("REF-006", 10), ("REF-053", 8),
    ]  # fmt: skip
    rows = BeneficialOwner.objects.order_by("name")
    assert [(row.name, row.state, row.share) for row in rows] == [
        ("Anne Dupont", "PENDING", Decimal("30.5")),
        ("Holding A", "PENDING", Decimal("69.5")),
    ]
    assert load(FILE + b"\n").counts["owners_unchanged"] == 2
    ids = list(rows.values_list("pk", flat=True))
    boss = signed_in(Role.SUPERVISOR, name="ow-boss")
    assert "2 rows are approved" in said(
        boss.post("/refdata/owners/approve/", {"ids": ids}, follow=True)
    )


def test_it_is_proposed_and_approved_on_its_pages_and_shown_with_its_party() -> None:
    small_world()
    party = Party.objects.get(code="BNPP")
    agent = signed_in(Role.AGENT, name="ana")
    form = {"party": party.pk, "name": "Anne Dupont", "kind": "PERSON", "country": "fr",
            "birth_date": "02/05/1970", "share": "30.5", "valid_from": "01/01/2020",
            "why": "register"}  # fmt: skip

    assert agent.post("/refdata/owners/new/", form | {"share": "101"}).status_code == 422
    answer = agent.post("/refdata/owners/new/", form)
    row = BeneficialOwner.objects.get()
    assert answer["Location"] == row.get_absolute_url()
    signed_in(Role.SUPERVISOR, name="sue").post(f"{row.get_absolute_url()}approve/")

    row.refresh_from_db()
    assert (row.state, row.country, row.decided_by) == ("APPROVED", "FR", "sue")
    assert "Anne Dupont" in said(agent.get(party.get_absolute_url()))
    again = agent.get(f"/refdata/owners/new/?like={row.pk}").content.decode()
    assert 'value="Anne Dupont"' in again
    assert "Anne Dupont" in said(agent.get("/refdata/owners/?q=dupont&kind=PERSON"))
