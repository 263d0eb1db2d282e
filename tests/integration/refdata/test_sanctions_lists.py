"""Versions of sanctions lists: what they begin and end, what is refused, and how they are seen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, ProgrammingError, transaction

from core import jobs
from core.access import Forbidden
from core.models import Job, OutboxEvent
from core.roles import Role
from kernel.actors import SYSTEM, Actor, ActorKind
from refdata import services
from refdata.formats.source import UnreadableReferenceFile
from refdata.models import ListedEntry, ListVersion
from refdata.states import SanctionsList
from tests.at_once import at_once
from tests.factories.trades import signed_in
from tests.integration.bad_input.doors import said

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
HEADER = "schema,name,alias,programKey,measure,nationality,celex,recordId"
WATCHMAN = "sanctions/moov-io__watchman"


def annex(*names: str, alias: str = "") -> bytes:
    rest = f"{alias},EU-RUS,Asset freeze,Russian,32014R0269,"
    lines = (f"Person,{name},{rest}" for name in names)
    return "\n".join((HEADER, *lines, "")).encode()


def load(content: bytes, code: str = "EU_JOURNAL", *, is_meant: bool = False) -> ListVersion:
    return services.load_list(
        code=SanctionsList(code), name="annex.csv", content=content, is_meant=is_meant,
        actor=SYSTEM, at=AT,
    )  # fmt: skip


def un(day: str, *names: str) -> bytes:
    people = "".join(
        f"<INDIVIDUAL><REFERENCE_NUMBER>{name}</REFERENCE_NUMBER><FIRST_NAME>{name}</FIRST_NAME>"
        "<LISTED_ON>2020-01-01</LISTED_ON></INDIVIDUAL>"
        for name in names
    )
    return f'<LIST dateGenerated="{day}">{people}</LIST>'.encode()


def in_force() -> dict[str, int]:
    return dict(ListedEntry.objects.filter(until=None).values_list("name", "since_id"))


def test_a_version_begins_what_is_new_and_ends_what_is_gone_or_changed() -> None:
    first = load(un("2026-01-01", *(f"P{n:02}" for n in range(40))), "UN")
    content = un("2026-01-02", *(f"P{n:02}" for n in range(1, 40)), "P40")

    second = load(content.replace(b"2020-01-01", b"2020-01-02", 1), "UN")

    assert (first.entries, first.added, first.changed, first.removed) == (40, 40, 0, 0)
    assert (second.entries, second.added, second.changed, second.removed) == (40, 1, 1, 1)
    assert (second.as_of, len(in_force())) == (date(2026, 1, 2), 40)
    assert (in_force()["P01"], in_force()["P02"], in_force()["P40"]) == (
        second.pk, first.pk, second.pk,
    )  # fmt: skip
    ended = ListedEntry.objects.filter(until=second).values_list("name", flat=True)
    assert sorted(ended) == ["P00", "P01"]


def test_one_entry_is_told_apart_by_all_that_it_says() -> None:
    load(annex("Ivan", alias="Iwan"))

    again = load(annex("Ivan", alias="Iwan") + b"\n")

    assert (again.added, again.changed, again.removed) == (0, 0, 0)


def test_the_same_content_is_refused_with_who_and_when_but_an_older_one_may_come_back() -> None:
    first = load(annex("Ivan"))

    with pytest.raises(services.VersionInForce, match=rf"version {first.pk}: system .*2026-11-20"):
        load(annex("Ivan"))

    load(annex("Ivan", "Oleg"))
    assert load(annex("Ivan"), is_meant=True).removed == 1


@pytest.mark.parametrize(
    ("case", "content", "codes"),
    [
        ("much_shorter", un("2026-02-01", *(f"P{n:02}" for n in range(37))), ["REF-050"]),
        ("a_little_shorter", un("2026-02-01", *(f"P{n:02}" for n in range(38))), []),
        ("older", un("2025-12-31", *(f"P{n:02}" for n in range(41))), ["REF-051"]),
        ("both", un("2025-12-31", "P00"), ["REF-050", "REF-051"]),
    ],
)
def test_an_unusual_version_asks_whether_it_is_meant(
    case: str, content: bytes, codes: list[str]
) -> None:
    load(un("2026-01-01", *(f"P{n:02}" for n in range(40))), "UN")

    if codes:
        with pytest.raises(services.UnusualVersion) as refused:
            load(content, "UN")
        assert [finding.code for finding in refused.value.findings] == codes, case
        assert ListVersion.objects.count() == 1
    load(content, "UN", is_meant=True)

    assert ListVersion.objects.count() == 2


def test_a_list_of_other_things_ends_nothing() -> None:
    load(annex("Ivan"))

    with pytest.raises(UnreadableReferenceFile):
        load(b"a,b\n1,2\n")
    load(un("2026-01-01", "Ivan"), "UN")

    assert ListedEntry.objects.filter(until=None).count() == 2


def test_only_who_may_import_loads_a_list() -> None:
    nobody = Actor(name="nobody", kind=ActorKind.PERSON, user_id=0)

    with pytest.raises(Forbidden):
        services.load_list(
            code=SanctionsList.EU, name="x", content=b"x", is_meant=True, actor=nobody, at=AT
        )


def test_a_version_is_announced() -> None:
    version = load(annex("Ivan"))

    told = OutboxEvent.objects.get(event="refdata.sanctions_loaded")
    assert told.payload == {"version_id": version.pk, "list": "EU_JOURNAL"}


def test_the_database_holds_one_entry_in_force_per_reference_and_no_false_span() -> None:
    version = load(annex("Ivan"))
    entry = ListedEntry.objects.get()

    with pytest.raises(IntegrityError, match="listedentry_span"), transaction.atomic():
        ListedEntry.objects.update(until=version)
    entry.pk = None
    with pytest.raises(IntegrityError, match="listedentry_one_in_force"), transaction.atomic():
        entry.save(force_insert=True)
    with pytest.raises(ProgrammingError), transaction.atomic():
        ListedEntry.objects.all().delete()
    with pytest.raises(ProgrammingError), transaction.atomic():
        ListVersion.objects.update(entries=0)


@pytest.mark.django_db(transaction=True)
def test_two_loads_at_once_follow_each_other() -> None:
    def one(number: int) -> Callable[[], object]:
        return lambda: load(annex("Ivan", f"Oleg {number}"), is_meant=True)

    assert at_once(one(1), one(2)) == ["DONE", "DONE"]

    assert sorted(ListVersion.objects.values_list("added", flat=True)) == [1, 2]
    assert ListedEntry.objects.filter(until=None).count() == 2


def test_the_files_of_one_list_go_in_by_command(shared_data: Path) -> None:
    parts = [str(shared_data / WATCHMAN / "ofac" / f"{name}_head.csv")
             for name in ("sdn", "alt", "add")]  # fmt: skip
    other = shared_data / WATCHMAN / "test/testdata/cons_prim.csv"
    told = StringIO()

    call_command("load_sanctions", "ofac_sdn", *parts, stdout=told)

    assert "entries=2500 entries_added=2500" in told.getvalue()
    assert ListedEntry.objects.filter(list_code="OFAC_SDN", until=None).count() == 2500
    with pytest.raises(CommandError, match=r"LIST_VERSION_IN_FORCE.*system"):
        call_command("load_sanctions", "ofac_sdn", *parts)
    with pytest.raises(CommandError, match="LIST_VERSION_UNUSUAL"):
        call_command("load_sanctions", "ofac_sdn", str(other), stderr=StringIO())


def test_the_command_names_the_file_and_the_line_of_what_it_refuses(tmp_path: Path) -> None:
    good, bad = tmp_path / "a.csv", tmp_path / "b.csv"
    good.write_bytes(annex("Ivan"))
    bad.write_bytes(annex("Oleg") + b"House,X,,P,M,,,\n")
    told = StringIO()

    call_command("load_sanctions", "eu_journal", str(good), str(bad), stdout=told)

    assert "REF-047 file 2, line 3, schema: House is not a known kind of entry" in told.getvalue()
    with pytest.raises(CommandError, match="No such file"):
        call_command("load_sanctions", "un", str(tmp_path / "none.xml"))


def test_a_list_goes_in_by_page_and_is_looked_through() -> None:
    client = signed_in(Role.AGENT, name="ana")
    page = "/refdata/sanctions/new/"
    sent = {"list_code": "EU_JOURNAL", "file": SimpleUploadedFile("a.csv", annex("Ivan", "Oleg"))}

    seen = client.post(page, sent)
    client.post(page, {"waiting": seen.context["waiting"], "list_code": "EU_JOURNAL"})
    jobs.run_pending()

    job = Job.objects.get(kind="refdata.load_sanctions")
    assert (job.state, ListedEntry.objects.count()) == ("DONE", 2)
    version = ListVersion.objects.get()
    assert version.loaded_by == "ana"
    assert "EU journal" in said(client.get("/refdata/sanctions/"))
    assert "Entries 2" in said(client.get(version.get_absolute_url()))
    entry = ListedEntry.objects.get(name="Ivan")
    assert "Countries RU" in said(client.get(entry.get_absolute_url()))
    found = said(client.get("/refdata/sanctions/entries/?in_force=true&q=iva"))
    assert "Ivan" in found
    assert "Oleg" not in found


def test_a_page_offers_no_confirmation_of_a_shorter_list_until_it_is_meant() -> None:
    load(annex("Ivan", "Oleg"))
    client = signed_in(Role.AGENT, name="ana")
    page = "/refdata/sanctions/new/"

    def shown(**more: str) -> bool:
        sent = {"list_code": "EU_JOURNAL", "file": SimpleUploadedFile("a.csv", annex("Ivan"))}
        answer = client.post(page, sent | more)
        return bool(answer.context["preview"].may_confirm)

    assert shown() is False
    assert shown(is_meant="on") is True


def test_an_auditor_sees_the_lists_and_loads_none() -> None:
    load(annex("Ivan"))
    client = signed_in(Role.AUDITOR, name="aud")

    assert client.get("/refdata/sanctions/entries/").status_code == 200
    assert client.get("/refdata/sanctions/new/").status_code == 403


def test_pages_cost_the_same_for_many_entries(django_assert_max_num_queries: Any) -> None:
    load(annex(*(f"P{n}" for n in range(300))))
    client = signed_in(Role.AGENT, name="ana")

    with django_assert_max_num_queries(25):
        client.get("/refdata/sanctions/entries/?in_force=true")
