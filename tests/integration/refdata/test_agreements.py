"""Agreements: by two people and by file, one of a kind at a time, and what trades are told."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.forms import model_to_dict

from core import jobs
from core.access import Forbidden
from core.roles import Role
from desk.models import ControlException
from desk.services import settings
from refdata import selectors, services
from refdata.models import Agreement, FileImport, Party
from tests.factories.trades import booked, signed_in, small_world
from tests.integration.bad_input.doors import said
from tests.integration.desk.people import person

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
SINCE = date(2020, 1, 1)
FILE = b"""PARTY,KIND,REFERENCE,COVERS,FROM,TO
BNPP,GMRA,G-2024-7,REPO,2024-01-02,
BNPP,GMSLA,L-2024-7,LENDING REPO,2024-01-02,2026-12-31
BNPP,ISDB,I-1,OTC,2024-01-02,
BNPP,ISDA,I-1,OTC SWAPS,2024-01-02,
NOBODY,ISDA,I-1,OTC,2024-01-02,
BNPP,FBF,F-1,OTC,2024-01-02,2023-01-02
BNPP,GMRA,G-2024-8,REPO,2024-01-02,
"""


def proposed(**values: Any) -> Agreement:
    small_world()
    terms = {"kind": "GMRA", "reference": "G-1", "covers_repo": True, "valid_from": SINCE}
    return services.propose(
        may_be_past=True,
        row=Agreement(party=Party.objects.get(code="BNPP"), **(terms | values)),
        actor=person("ag-agent", Role.AGENT),
        at=AT,
        reason="signed contract",
    )


def decide(row: Agreement, *, approve: bool = True) -> Agreement:
    boss = person("ag-boss", Role.SUPERVISOR)
    services.decide_one(table="agreement", row_id=row.pk, approve=approve, actor=boss, at=AT)
    row.refresh_from_db()
    return row


def ask_for_securities() -> None:
    row = settings.propose_setting(
        code="TRD-116",
        active=True,
        parameters=dict.fromkeys(("repo", "lending", "forward", "otc", "securities"), "1"),
        valid_from=AT.date(),
        reason="policy",
        scope="",
        actor=person("ag-agent", Role.AGENT),
        at=AT,
    )
    boss = person("ag-boss", Role.SUPERVISOR)
    settings.decide_setting(setting_id=row.pk, approve=True, actor=boss, at=AT)


def load(content: bytes) -> FileImport:
    small_world()
    return services.load_file(
        kind="agreements",
        name="agreements.csv",
        content=content,
        actor=person("ag-loader", Role.AGENT),
        at=AT,
    )


def test_an_agreement_signed_long_ago_is_put_in_force_by_somebody_else() -> None:
    row = proposed()

    with pytest.raises(Forbidden):
        services.decide_one(
            table="agreement", row_id=row.pk, approve=True,
            actor=person("ag-agent", Role.AGENT), at=AT,
        )  # fmt: skip

    assert selectors.agreements_with([row.party_id]) == {}
    assert decide(row).state == "APPROVED"
    (facts,) = selectors.agreements_with([row.party_id])[row.party_id]
    assert (facts.kind, facts.covers, facts.valid_from) == ("GMRA", {"REPO"}, SINCE)


def test_the_next_of_its_kind_ends_the_one_before_and_none_may_stand_beside_it() -> None:
    first = decide(proposed())
    second = decide(proposed(reference="G-2", valid_from=date(2027, 1, 1)))
    other_kind = decide(proposed(kind="GMSLA", reference="L-1"))
    between = proposed(reference="G-3", valid_from=date(2026, 6, 1))

    first.refresh_from_db()
    assert first.valid_to == date(2026, 12, 31)
    assert (second.valid_to, other_kind.valid_to) == (None, None)
    with pytest.raises(services.UnableToSet, match="is in force on these days"):
        decide(between)
    first.refresh_from_db()
    assert first.valid_to == date(2026, 12, 31)
    with pytest.raises(IntegrityError, match="agreement_one_in_force"), transaction.atomic():
        Agreement.objects.filter(pk=between.pk).update(state="APPROVED", decided_by="ag-boss")


@pytest.mark.parametrize(
    ("case", "terms", "constraint"),
    [
        ("kind", {"kind": "ISDB"}, "agreement_kind_known"),
        ("reference", {"reference": ""}, "agreement_has_a_reference"),
        ("span", {"valid_to": date(2019, 1, 1)}, "agreement_span"),
        ("alone", {"decided_by": "ag-agent", "state": "APPROVED"}, "before it is decided"),
    ],
)
def test_the_table_refuses_what_the_pages_refuse(
    case: str, terms: dict[str, Any], constraint: str
) -> None:
    row = proposed()
    known = {"party_id": row.party_id}

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Agreement.objects.create(**(model_to_dict(row, exclude=["id", "party"]) | known | terms))


def test_rows_of_a_file_wait_for_a_second_person_and_bad_ones_are_named() -> None:
    loaded = load(FILE)

    assert [(found["code"], found["line"]) for found in loaded.findings] == [
        ("REF-052", 4), ("REF-052", 5), ("REF-016", 7), ("REF-004", 8), ("REF-053", 6),
    ]  # fmt: skip
    assert loaded.counts["agreements_new"] == 2
    rows = Agreement.objects.order_by("kind")
    assert [(row.kind, row.state, row.proposed_by) for row in rows] == [
        ("GMRA", "PENDING", "ag-loader"),
        ("GMSLA", "PENDING", "ag-loader"),
    ]
    assert load(FILE + b"\n").counts["agreements_unchanged"] == 2


def test_the_rows_of_a_file_are_decided_together_and_not_by_who_loaded_them() -> None:
    load(FILE)
    ids = list(Agreement.objects.order_by("kind").values_list("pk", flat=True))
    approve = "/refdata/agreements/approve/"

    assert signed_in(name="ag-loader").post(approve, {"ids": ids}).status_code == 403
    boss = signed_in(Role.SUPERVISOR, name="ag-boss")
    assert "2 rows are approved" in said(boss.post(approve, {"ids": ids}, follow=True))
    again = said(boss.post("/refdata/agreements/refuse/", {"ids": ids}, follow=True))

    assert "0 rows are refused" in again
    assert set(Agreement.objects.values_list("state", "decided_by")) == {("APPROVED", "ag-boss")}


def test_it_is_proposed_and_approved_on_its_pages() -> None:
    small_world()
    party = Party.objects.get(code="BNPP")
    agent = signed_in(Role.AGENT, name="ana")
    form = {"party": party.pk, "kind": "GMRA", "reference": "G-1", "valid_from": "02/01/2020",
            "covers_repo": "on", "why": "signed"}  # fmt: skip

    assert agent.post("/refdata/agreements/new/", form | {"why": ""}).status_code == 422
    answer = agent.post("/refdata/agreements/new/", form)
    row = Agreement.objects.get()

    assert answer["Location"] == row.get_absolute_url()
    assert agent.post(f"{row.get_absolute_url()}approve/").status_code == 403
    signed_in(Role.SUPERVISOR, name="sue").post(f"{row.get_absolute_url()}approve/")
    row.refresh_from_db()
    assert (row.state, row.decided_by) == ("APPROVED", "sue")
    again = agent.get(f"/refdata/agreements/new/?like={row.pk}").content.decode()
    assert 'value="G-1"' in again
    found = said(agent.get("/refdata/agreements/?q=BNPP&covers_repo=true"))
    assert "G-1" in found
    assert "G-1" not in said(agent.get("/refdata/agreements/?covers_otc=true"))


def test_a_trade_that_waits_for_an_agreement_goes_on_once_it_is_in_force() -> None:
    decide(proposed(kind="TERMS", reference="T-1"))
    ask_for_securities()
    trade = booked()
    jobs.run_pending()
    held = ControlException.objects.filter(subject_id=trade.pk, rule_code="TRD-116")
    assert held.values_list("state", flat=True).get() == "OPEN"
    assert held.get().evidence["agreements"] == "TERMS T-1 2020-01-01/"

    decide(proposed(kind="FBF", reference="F-1", covers_securities=True, covers_repo=False))
    jobs.run_pending()

    assert held.values_list("state", flat=True).get() == "RESOLVED"
