"""Screening: what a list makes of parties, what waits for people, and how a hit is cleared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from core import jobs
from core.access import Forbidden
from core.models import AuditEntry, Job
from core.roles import Role
from desk.models import ControlException, WorkItem
from desk.services import waive_exception
from desk.services.waivers import UnableToWaive
from kernel.actors import SYSTEM
from refdata import selectors, services
from refdata.facts import ScreeningFacts
from refdata.models import FalseHit, ListVersion, Party, PartyAlias, Screening, ScreeningHit
from refdata.states import SanctionsList
from tests.at_once import at_once
from tests.factories import static_data
from tests.factories.refdata import PartyFactory
from tests.factories.trades import signed_in
from tests.integration.bad_input.doors import said
from tests.integration.desk.people import person

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
DAY = AT.date()
HEADER = "schema,name,alias,programKey,measure,address,celex"


def annex(*names: str, alias: str = "", country: str = "Moscow, Russia") -> bytes:
    lines = (
        f'LegalEntity,{name},{alias},EU-RUS,Asset freeze,"{country}",32014R0269' for name in names
    )
    return "\n".join((HEADER, *lines, "")).encode()


def load(*names: str, **more: str) -> ListVersion:
    return services.load_list(
        code=SanctionsList.EU_JOURNAL, name="annex.csv", content=annex(*names, **more),
        is_meant=True, actor=SYSTEM, at=AT,
    )  # fmt: skip


def screen(*, at: datetime = AT, party_ids: list[int] | None = None) -> dict[str, int]:
    return services.screen_parties(
        party_ids=party_ids, actor=SYSTEM, at=at, told=lambda _done, _of: None
    )


def party(name: str = "Gazprombank SA", **values: str) -> Party:
    return PartyFactory.create(name=name, **values)


def open_exceptions() -> list[tuple[str, str]]:
    rows = ControlException.objects.filter(kind="SCREENING", state__in=["OPEN", "ASSIGNED"])
    return sorted(rows.values_list("found", "expected"))


@pytest.fixture
def hit() -> ScreeningHit:
    party()
    load("GAZPROMBANK")
    screen()
    return ScreeningHit.objects.get()


def propose(
    hit: ScreeningHit, *, by: str = "ana", days: int = 100, reason: str = "other"
) -> FalseHit:
    return services.propose_false_hit(
        hit_id=hit.pk, until=DAY + timedelta(days=days), reason=reason,
        actor=person(by, Role.AGENT), at=AT,
    )  # fmt: skip


def clear(hit: ScreeningHit, **more: Any) -> FalseHit:
    row = propose(hit, **more)
    return services.decide_false_hit(
        row_id=row.pk, approve=True, actor=person("ben", Role.SUPERVISOR), at=AT
    )


def test_a_list_that_names_a_party_makes_an_exception_with_its_evidence() -> None:
    party(code="GPB", country="FR")
    load("GAZPROMBANK")

    counts = screen()

    found = ControlException.objects.get(kind="SCREENING")
    assert counts["hits_found"] == 1
    assert (found.severity, found.subject_reference, found.found, found.expected) == (
        "BLOCKING", "GPB", "Gazprombank SA", "GAZPROMBANK (EU journal)",
    )  # fmt: skip
    assert found.evidence["score"] == "93"
    assert (found.evidence["agrees"], found.evidence["differs"]) == ("name", "country")
    assert WorkItem.objects.filter(subject_kind="exception", subject_id=found.pk).count() == 1
    page = said(signed_in(name="ana").get(found.url))
    assert "Gazprombank SA GAZPROMBANK" in page
    assert "Country FR RU" in page


def test_a_party_of_another_name_is_clear_and_one_without_is_said_to_have_none() -> None:
    clear_one, nameless = party("Natixis"), party(" ")
    load("GAZPROMBANK")

    counts = screen()

    assert dict(Screening.objects.values_list("party_id", "outcome")) == {
        clear_one.pk: "CLEAR", nameless.pk: "NAMELESS",
    }  # fmt: skip
    assert (counts["parties_screened"], counts["parties_nameless"]) == (2, 1)
    assert selectors.screened([clear_one.pk, nameless.pk, 0], DAY) == {
        clear_one.pk: ScreeningFacts(), nameless.pk: ScreeningFacts(has_name=False),
    }  # fmt: skip


def test_without_a_list_nobody_is_screened() -> None:
    one = party()

    assert screen()["parties_screened"] == 0
    assert not Screening.objects.exists()
    assert selectors.screened([one.pk], DAY) == {one.pk: ScreeningFacts()}


def test_names_that_source_systems_give_are_screened_codes_are_not() -> None:
    one = party("Holding 12 SA")
    PartyAlias.objects.create(party=one, source_system="OMS", alias="ГАЗПРОМБАНК")
    PartyAlias.objects.create(party=one, source_system="X", alias="NVT01")
    load("GAZPROMBANK", "NVT01")

    screen()

    assert [hit.theirs for hit in ScreeningHit.objects.all()] == ["GAZPROMBANK"]


def test_screening_again_changes_nothing(hit: ScreeningHit) -> None:
    counts = screen()

    assert (counts["hits_found"], counts["hits_ended"]) == (0, 0)
    assert len(open_exceptions()) == 1


@pytest.mark.parametrize(
    ("case", "change", "live"),
    [
        ("the_entry_is_gone", lambda: load("NOVATEK"), 0),
        ("the_entry_changed", lambda: load("GAZPROMBANK", alias="GPB"), 1),
        (
            "the_party_is_renamed",
            lambda: static_data.changed(Party.objects.all(), name="Natixis"),
            0,
        ),
        (
            "the_party_has_another_country",
            lambda: static_data.changed(Party.objects.all(), country="RU"),
            1,
        ),
    ],
)
def test_a_hit_ends_when_what_it_compared_changes_and_its_clearance_with_it(
    hit: ScreeningHit, case: str, change: Callable[[], object], live: int
) -> None:
    clear(hit)
    assert open_exceptions() == []

    change()
    screen()

    hit.refresh_from_db()
    assert hit.ended_at is not None, case
    assert selectors.live_hits(DAY).count() == live
    assert len(open_exceptions()) == live


def test_loading_a_list_and_saving_a_party_screen_by_jobs() -> None:
    static_data.entered(Party(code="A", name="Natixis"))
    load("GAZPROMBANK")
    jobs.run_pending()
    assert list(Screening.objects.values_list("outcome", flat=True)) == ["CLEAR"]

    static_data.entered(Party(code="B", name="Bank Gazprombank"))
    jobs.run_pending()

    assert ScreeningHit.objects.get().party.code == "B"
    job = Job.objects.filter(kind="refdata.screen").latest("pk")
    assert (job.state, job.result_url) == ("DONE", "/refdata/hits/")


def test_two_people_clear_a_hit_and_its_exception_ends(hit: ScreeningHit) -> None:
    row, boss = propose(hit), person("ben", Role.SUPERVISOR)
    assert len(open_exceptions()) == 1
    with pytest.raises(services.UnableToSet):
        services.decide_false_hit(
            row_id=row.pk, approve=True, actor=replace(boss, name="ana"), at=AT
        )

    services.decide_false_hit(row_id=row.pk, approve=True, actor=boss, at=AT)

    assert open_exceptions() == []
    assert not selectors.live_hits(DAY).exists()
    assert AuditEntry.objects.filter(entity="screening_hit", key=hit.pk).count() == 3


def test_a_refused_clearance_leaves_the_hit_where_it_was(hit: ScreeningHit) -> None:
    row = propose(hit)

    services.decide_false_hit(
        row_id=row.pk, approve=False, actor=person("ben", Role.SUPERVISOR), at=AT
    )

    assert len(open_exceptions()) == 1
    assert selectors.live_hits(DAY).exists()


def test_a_clearance_runs_out_and_the_exception_comes_back(hit: ScreeningHit) -> None:
    clear(hit, days=10)

    assert not selectors.live_hits(DAY + timedelta(days=10)).exists()
    assert selectors.live_hits(DAY + timedelta(days=11)).exists()
    assert services.reopen_hits(actor=SYSTEM, at=AT + timedelta(days=10)) == 0
    assert services.reopen_hits(actor=SYSTEM, at=AT + timedelta(days=11)) == 1
    assert services.reopen_hits(actor=SYSTEM, at=AT + timedelta(days=11)) == 0

    assert len(open_exceptions()) == 1


@pytest.mark.parametrize(
    ("case", "days", "reason"),
    [("more_than_a_year", 367, "other"), ("in_the_past", -1, "other"), ("no_reason", 10, " ")],
)
def test_a_false_hit_has_a_reason_and_at_most_a_year(
    hit: ScreeningHit, case: str, days: int, reason: str
) -> None:
    with pytest.raises(services.UnableToSet):
        propose(hit, days=days, reason=reason)

    assert not FalseHit.objects.exists(), case


def test_the_database_refuses_a_clearance_by_one_person_or_without_end(hit: ScreeningHit) -> None:
    row = clear(hit)

    for values in ({"decided_by": row.proposed_by}, {"valid_to": date(2099, 1, 1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            FalseHit.objects.filter(pk=row.pk).update(**values)


def test_an_ended_hit_cannot_be_cleared(hit: ScreeningHit) -> None:
    row = propose(hit)
    load("NOVATEK")
    screen()

    with pytest.raises(services.UnableToSet):
        services.decide_false_hit(
            row_id=row.pk, approve=True, actor=person("ben", Role.SUPERVISOR), at=AT
        )
    with pytest.raises(services.UnableToSet):
        propose(hit)


def test_a_hit_is_never_waived_by_one_person(hit: ScreeningHit) -> None:
    found = ControlException.objects.get(kind="SCREENING")

    with pytest.raises(UnableToWaive):
        waive_exception(
            exception_id=found.pk, reason="known", actor=person("ben", Role.SUPERVISOR), at=AT
        )


def test_who_only_reads_clears_nothing(hit: ScreeningHit) -> None:
    with pytest.raises(Forbidden):
        services.propose_false_hit(
            hit_id=hit.pk, until=DAY, reason="x", actor=person("aud", Role.AUDITOR), at=AT
        )


def test_a_hit_is_cleared_on_its_page() -> None:
    party()
    load("GAZPROMBANK")
    screen()
    hit = ScreeningHit.objects.get()
    ana, ben = signed_in(name="ana"), signed_in(Role.SUPERVISOR, name="ben")
    assert "To look at" in said(ana.get("/refdata/hits/?is_live=true&is_cleared=false"))
    until = datetime.now(UTC).date() + timedelta(days=30)

    ana.post(
        f"/refdata/hits/{hit.pk}/false/", {"until": f"{until:%d/%m/%Y}", "why": "another bank"}
    )
    row = FalseHit.objects.get()
    assert "Approve" not in said(ana.get(hit.get_absolute_url()))
    ben.post(f"/refdata/hits/false/{row.pk}/approve/")

    row.refresh_from_db()
    assert (row.state, row.decided_by) == ("APPROVED", "ben")
    assert "Two people took this hit for somebody else" in said(ben.get(hit.get_absolute_url()))
    assert "another bank" in said(ben.get(hit.get_absolute_url()))


@pytest.mark.django_db(transaction=True)
def test_two_screenings_at_once_find_a_hit_once() -> None:
    party()
    load("GAZPROMBANK")

    assert at_once(screen, screen) == ["DONE", "DONE"]

    assert ScreeningHit.objects.count() == 1
    assert len(open_exceptions()) == 1
