"""The drop folder: whole files only, each once, whatever happens in between."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from core import jobs, tabular, tokens
from core.roles import Role
from core.table_reading import Reading
from desk.models import ControlException
from kernel.actors import SYSTEM
from tests.factories.trades import AT, message, person, signed_in, small_world
from tests.integration.bad_input.doors import said
from trades import tasks
from trades.models import (
    CancellationRequest,
    CaptureFile,
    DropArrival,
    Execution,
    ExecutionMapping,
    Trade,
)
from trades.services import drop, drop_places, tables

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(seconds=11)


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    small_world()
    settings.DROP_DIR = tmp_path
    settings.DROP_QUIET_SECONDS = 10
    return tmp_path


def csv(*rows: dict[str, Any]) -> bytes:
    every = [message(**row) for row in rows] or [message()]
    lines = [",".join(every[0]), *(",".join(map(str, one.values())) for one in every)]
    return "\n".join(lines).encode()


def mapping(name: str = "OMS Paris", **more: Any) -> ExecutionMapping:
    names = tables.learned("x", csv(), Reading())[0].columns
    return tables.save_mapping(
        name=name, reading=Reading(columns=names, **more), source_system="OMS", is_whole=False,
        actor=person(),
    )  # fmt: skip


def dropped(folder: Path, name: str = "a.csv", content: bytes | None = None, *,
            into: str = "OMS Paris") -> Path:  # fmt: skip
    path = folder / "incoming" / into / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(csv() if content is None else content)
    return path


def names(folder: Path, where: str) -> list[str]:
    return sorted(one.name for one in (folder / where).rglob("*") if one.is_file())


def twice() -> drop.Looked:
    drop.look(at=AT)
    return drop.look(at=LATER)


def test_a_file_is_taken_in_once_it_is_quiet(folder: Path) -> None:
    saved = mapping()
    dropped(folder)

    first = drop.look(at=AT)
    early = drop.look(at=AT + timedelta(seconds=9))
    second = drop.look(at=LATER)

    assert (first.waiting, early.waiting, second.imported) == (1, 1, 1)
    arrival = DropArrival.objects.get()
    assert (arrival.state, arrival.is_filed) == ("IMPORTED", True)
    assert names(folder, "done") == [arrival.kept_name]
    assert (names(folder, "incoming"), names(folder, "taken")) == ([], [])
    trade = Trade.objects.get()
    assert (trade.maker, trade.source_system) == ("drop folder", "OMS")
    assert CaptureFile.objects.get().mapping == saved
    assert not drop.has_work()


def test_a_file_that_still_grows_is_left_alone(folder: Path) -> None:
    mapping()
    path = dropped(folder, content=csv()[:60])
    drop.look(at=AT)
    path.write_bytes(csv())

    assert drop.look(at=LATER).waiting == 1
    assert drop.look(at=LATER + timedelta(seconds=11)).imported == 1


def test_a_mark_says_that_a_file_is_whole(folder: Path) -> None:
    mapping()
    dropped(folder)
    dropped(folder, "a.csv.done", b"")

    assert drop.look(at=AT).imported == 1
    assert names(folder, "incoming") == []


@pytest.mark.parametrize("name", [".hidden.csv", "a.csv.part", "a.tmp", "A.FILEPART", "a.done"])
def test_names_that_say_unfinished_are_passed_over(folder: Path, name: str) -> None:
    mapping()
    dropped(folder, name)

    assert not drop.has_work()
    assert twice() == drop.Looked()


def test_a_file_taken_away_again_is_gone(folder: Path) -> None:
    mapping()
    path = dropped(folder)
    drop.look(at=AT)
    path.unlink()

    drop.look(at=LATER)

    assert DropArrival.objects.get().state == "GONE"


# ------------------------------------------------------------------ what is uncertain
def test_without_a_mapping_it_waits_for_a_person_who_saves_one(folder: Path) -> None:
    dropped(folder, into="New broker")
    assert twice().refused == 1
    arrival = DropArrival.objects.get()
    (reason,) = [one for one in names(folder, "refused") if one.endswith(".reason.txt")]
    assert "DROP-001" in next((folder / "refused").rglob(reason)).read_text()
    waiting = ControlException.objects.get(state="OPEN", rule_code="DROP-001")
    assert waiting.url == f"/trades/arrivals/{arrival.pk}/"
    assert (waiting.cause_kind, waiting.cause) == ("SOURCE", "New broker")

    mapping("New broker")
    drop.retry_arrival(arrival_id=arrival.pk, actor=person(), at=LATER)
    assert drop.look(at=LATER).imported == 1

    assert not ControlException.objects.filter(state="OPEN").exists()
    assert names(folder, "done") == [arrival.kept_name]
    with pytest.raises(drop.UnableToTryAgain):
        drop.retry_arrival(arrival_id=arrival.pk, actor=person(), at=LATER)


def test_the_same_content_again_leads_to_its_first_import(folder: Path) -> None:
    mapping()
    dropped(folder)
    twice()
    dropped(folder, "b.csv")

    assert twice().refused == 1

    again = DropArrival.objects.latest("pk")
    assert (again.findings[0]["code"], again.source) == ("DROP-002", CaptureFile.objects.get())
    assert Execution.objects.count() == 1
    assert ControlException.objects.filter(state="OPEN", rule_code="DROP-002").exists()


def test_totals_that_differ_refuse_the_file_whole(folder: Path) -> None:
    mapping(trailer_mark="TOTAL", trailer={"rows": 2})
    dropped(folder, content=csv() + b"\nTOTAL,7")

    assert twice().refused == 1

    arrival = DropArrival.objects.get()
    assert [found["code"] for found in arrival.findings] == ["CAP-302", "TOT-001"]
    assert arrival.source is not None
    assert not Execution.objects.exists()
    assert ControlException.objects.filter(state="OPEN").count() == 1


def test_bad_rows_wait_in_quarantine_and_good_ones_are_booked(folder: Path) -> None:
    mapping()
    dropped(folder, content=csv({}, {"source_reference": "X-2", "quantity": "x"}))

    assert twice().imported == 1
    assert CaptureFile.objects.get().rows.count() == 1
    assert Trade.objects.count() == 1


def test_a_dropped_cancellation_is_asked_for_and_decided_by_a_person(folder: Path) -> None:
    mapping()
    dropped(folder)
    twice()
    cells = {"source_reference": "X-1", "version": "2", "action": "CANCEL"}
    header = ",".join(message())
    dropped(folder, "b.csv", f"{header}\n{','.join(cells.get(n, '') for n in message())}".encode())

    assert twice().imported == 1

    assert Trade.objects.get().state != "CLOSED"
    request = CancellationRequest.objects.get()
    assert (request.state, request.asked_by, request.reason) == ("ASKED", "drop folder", "b.csv")


def test_a_source_that_speaks_for_itself_is_not_dropped(folder: Path) -> None:
    mapping()
    tokens.create_token(name="oms", source_system="OMS", actor=SYSTEM, at=AT)
    dropped(folder)

    assert twice().refused == 1
    assert not Trade.objects.exists()
    assert DropArrival.objects.get().findings[0]["code"] == "CAP-109"


@pytest.mark.parametrize("case", ["link", "too_large", "binary", "empty"])
def test_what_is_no_readable_file_is_refused(
    folder: Path, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mapping()
    path = dropped(folder)
    if case == "link":
        secret = folder / "secret"
        secret.write_bytes(csv())
        path.unlink()
        path.symlink_to(secret)
    if case == "too_large":
        monkeypatch.setattr(tabular, "BYTES_MAX", 10)
    if case in ("binary", "empty"):
        path.write_bytes(b"%PDF-1.7" if case == "binary" else b"")

    assert twice().refused == 1

    codes = {"link": "DROP-003", "too_large": "DROP-006", "binary": "FILE-013", "empty": "FILE-001"}
    assert DropArrival.objects.get().findings[0]["code"] == codes[case]
    assert not Execution.objects.exists()


def test_a_name_that_is_no_text_is_given_another(folder: Path) -> None:
    mapping()
    path = dropped(folder)
    path.rename(os.fsdecode(os.fsencode(path.parent) + b"/\xff\xfe.csv"))

    assert twice().imported == 1
    assert DropArrival.objects.get().name.startswith("file-")


# ------------------------------------------------------------------ killed at any instant
STEPS = ("_one_more_attempt", "_claimed", "_imported", "_end", "_file_away", "rename")


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_the_next_look_goes_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch, step: str, moment: str
) -> None:
    mapping()
    dropped(folder)
    drop.look(at=AT)
    module = drop_places if step == "rename" else drop
    real = getattr(module, step)

    def dies(*args: Any) -> Any:
        if moment == "after":
            real(*args)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(module, step, dies)
        with pytest.raises(Killed):
            drop.look(at=LATER)

    drop.look(at=LATER)

    arrival = DropArrival.objects.get()
    assert (arrival.state, arrival.is_filed) == ("IMPORTED", True)
    assert names(folder, "done") == [arrival.kept_name]
    assert (names(folder, "incoming"), names(folder, "taken")) == ([], [])
    assert Execution.objects.count() == 1
    assert not drop.has_work()


def test_a_file_that_always_fails_is_refused_and_others_go_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mapping()
    dropped(folder, "bad.csv")
    dropped(folder, "good.csv", csv({"source_reference": "X-2"}))
    real = drop._imported

    def poison(arrival: DropArrival, at: datetime) -> Any:
        if arrival.name == "bad.csv":
            raise OSError("disk")
        return real(arrival, at)

    monkeypatch.setattr(drop, "_imported", poison)
    looks = [drop.look(at=AT), *(drop.look(at=LATER) for _n in range(4))]

    assert [look.failed for look in looks] == [0, 1, 1, 1, 0]
    states = dict(DropArrival.objects.values_list("name", "state"))
    assert states == {"bad.csv": "REFUSED", "good.csv": "IMPORTED"}
    assert not drop.has_work()


def test_a_sender_that_writes_on_is_told_of(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mapping()
    dropped(folder)
    drop.look(at=AT)
    real = drop._imported

    def and_the_sender_writes_on(arrival: DropArrival, at: datetime) -> Any:
        found = real(arrival, at)
        taken = folder / "taken" / arrival.folder / arrival.kept_name
        taken.write_bytes(taken.read_bytes() + b"\nmore")
        return found

    monkeypatch.setattr(drop, "_imported", and_the_sender_writes_on)
    drop.look(at=LATER)

    assert DropArrival.objects.get().findings[0]["code"] == "DROP-007"
    assert ControlException.objects.filter(rule_code="DROP-007", state="OPEN").exists()


# ------------------------------------------------------------------ the doors
def test_a_tick_queues_one_look_and_only_when_something_came(folder: Path) -> None:
    mapping()
    tasks.look_into_drop_folder()
    assert jobs.run_pending() == 0
    dropped(folder)
    dropped(folder, "a.csv.done", b"")

    tasks.look_into_drop_folder()
    tasks.look_into_drop_folder()

    assert jobs.Job.objects.filter(kind=drop.DROP_JOB).count() == 1
    jobs.run_pending()
    assert Trade.objects.count() == 1


def test_arrivals_are_seen_and_tried_again_in_the_browser(folder: Path) -> None:
    dropped(folder, into="Nobody")
    twice()
    arrival = DropArrival.objects.get()
    agent: Client = signed_in()

    assert "a.csv" in said(agent.get("/trades/arrivals/?state=REFUSED"))
    page = f"/trades/arrivals/{arrival.pk}/"
    assert "DROP-001" in said(agent.get(page))
    auditor = signed_in(Role.AUDITOR, name="zoe")
    assert auditor.get(page).status_code == 200
    assert auditor.post(f"{page}retry/").status_code == 403
    assert agent.post(f"{page}retry/").status_code == 302
    assert agent.post(f"{page}retry/").status_code == 409
