"""verify_audit finds every kind of tampering by the one role that could do it: the owner."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from backoffice import examination, health
from backoffice.launcher import places
from core import anchors, tasks, verification
from core.acts import acting
from core.models import User
from kernel.actors import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)
AT = "2026-11-20T18:00:00+00:00"
FAR = datetime(2999, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def anchor_dir(settings: Any, tmp_path: Path) -> Path:
    settings.ANCHOR_DIR = tmp_path
    return tmp_path


@pytest.fixture
def bob() -> User:
    """A user with three entries, anchored."""
    with acting(actor=SYSTEM):
        user = User.objects.create(username="bob")
        for name in ("B", "Bob"):
            User.objects.filter(pk=user.pk).update(first_name=name)
    User.objects.create(username="other")
    assert anchors.write_anchor(at=AT) is not None
    return user


@pytest.fixture
def as_owner() -> Callable[[str], None]:
    def run(statement: str) -> None:
        parts = connection.settings_dict
        opened = psycopg2.connect(
            host=parts["HOST"],
            user="postgres",
            password=places.TEST_PASSWORD,
            dbname=parts["NAME"],
        )
        with contextlib.closing(opened), opened, opened.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(statement)

    return run


def found() -> list[tuple[str, int, str]]:
    """Return the problems of the whole trail; asked of all years, each of them is found, too."""
    whole = verification.verify().problems
    within = verification.verify_between(since=datetime(2000, 1, 1, tzinfo=UTC), until=FAR)
    assert {(p.chain, p.seq, p.kind) for p in whole} <= {
        (p.chain, p.seq, p.kind) for p in within.problems
    }
    return [(p.chain, p.seq, p.kind) for p in whole]


def test_an_untouched_trail_verifies(bob: User) -> None:
    verdict = verification.verify()
    within = verification.verify_between(since=datetime(2000, 1, 1, tzinfo=UTC), until=FAR)

    assert verdict.problems == []
    assert verdict.anchors == 1
    assert within == verdict
    call_command("verify_audit")


@pytest.mark.parametrize(
    ("case", "statement", "seq", "kind"),
    [
        ("changed", "SET payload = '{}' WHERE seq = 2 AND", 2, "CHANGED"),
        ("actor_changed", "SET actor = 'eve' WHERE seq = 1 AND", 1, "CHANGED"),
        ("moved_in_time", "SET at = at - interval '1 s' WHERE seq = 3 AND", 3, "CHANGED"),
        ("number_changed", "SET seq = 4 WHERE seq = 3 AND", 3, "REMOVED"),
    ],
)
def test_a_changed_entry_is_named(
    case: str, statement: str, seq: int, kind: str, bob: User, as_owner: Callable[[str], None]
) -> None:
    as_owner(f"UPDATE core_auditentry {statement} entity = 'user' AND key = {bob.pk}")

    assert (f"user:{bob.pk}", seq, kind) in found(), case
    later = verification.verify_between(since=FAR, until=FAR + timedelta(days=1))
    assert (later.entries, later.problems) == (0, [])


@pytest.mark.parametrize(
    ("case", "seqs", "expected"),
    [
        ("first", "1", (1, "REMOVED")),
        ("middle", "2", (2, "REMOVED")),
        ("end", "3", (3, "TRUNCATED")),
        ("longer_end", "2, 3", (3, "TRUNCATED")),
        ("whole_chain", "1, 2, 3", (3, "TRUNCATED")),
    ],
)
def test_a_removed_entry_is_named(
    case: str, seqs: str, expected: tuple[int, str], bob: User, as_owner: Callable[[str], None]
) -> None:
    as_owner(
        f"DELETE FROM core_auditentry WHERE entity = 'user' AND key = {bob.pk} AND seq IN ({seqs})"
    )

    assert (f"user:{bob.pk}", *expected) in found(), case


def test_two_exchanged_entries_are_named(bob: User, as_owner: Callable[[str], None]) -> None:
    where = f"entity = 'user' AND key = {bob.pk} AND seq"
    as_owner(
        f"UPDATE core_auditentry SET seq = 99 WHERE {where} = 2;"
        f"UPDATE core_auditentry SET seq = 2 WHERE {where} = 3;"
        f"UPDATE core_auditentry SET seq = 3 WHERE {where} = 99"
    )

    assert found()[0][:2] == (f"user:{bob.pk}", 2)


def test_a_rewritten_chain_differs_from_its_anchor(
    bob: User, as_owner: Callable[[str], None]
) -> None:
    """The owner can forge a chain that verifies by itself; the anchor outside still knows."""
    as_owner(
        f"""
        UPDATE core_auditentry SET reason = 'forged' WHERE entity = 'user' AND key = {bob.pk}
           AND seq = 3;
        UPDATE core_auditentry e SET hash = guard.linked(e.prev, guard.content(e))
         WHERE entity = 'user' AND key = {bob.pk} AND seq = 3
        """
    )

    assert found() == [(f"user:{bob.pk}", 3, "REWRITTEN")]


def test_the_command_names_the_chain_and_fails(
    bob: User, as_owner: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    as_owner(f"DELETE FROM core_auditentry WHERE entity = 'user' AND key = {bob.pk} AND seq = 3")

    with pytest.raises(SystemExit) as stopped:
        call_command("verify_audit")

    assert stopped.value.code == 1
    assert f"user:{bob.pk} entry 3: TRUNCATED" in capsys.readouterr().err


def test_an_altered_anchor_is_seen(bob: User, anchor_dir: Path) -> None:
    ledger = anchor_dir / anchors.LEDGER
    line = json.loads(ledger.read_text())
    ledger.write_text(json.dumps(line | {"entries": 0}))

    assert found() == [("anchor:1", 0, "ANCHOR_CHANGED")]


def test_a_lost_heads_file_is_seen(bob: User, anchor_dir: Path) -> None:
    next(anchor_dir.glob("heads-*")).unlink()

    assert found() == [("anchor:1", 0, "ANCHOR_CHANGED")]


def test_an_open_transaction_is_left_to_the_next_anchor(bob: User) -> None:
    parts = connection.settings_dict
    opened = psycopg2.connect(
        host=parts["HOST"], user="postgres", password=places.TEST_PASSWORD, dbname=parts["NAME"]
    )
    with contextlib.closing(opened), opened.cursor() as cursor:
        cursor.execute("UPDATE core_user SET last_name = 'late' WHERE username = 'bob'")
        User.objects.filter(username="other").update(last_name="early")
        assert anchors.write_anchor(at=AT) is None
        opened.commit()
    anchor = anchors.write_anchor(at=AT)

    assert anchor is not None
    assert anchor.entries == 2
    assert verification.verify().problems == []


def test_a_session_of_the_auditors_holds_up_no_anchor(bob: User) -> None:
    """It may take a number and stay for days: it writes no entry."""
    parts = connection.settings_dict
    opened = psycopg2.connect(
        host=parts["HOST"],
        user=settings.DATABASE_ROLES["qa"],
        password=places.TEST_PASSWORD,
        dbname=parts["NAME"],
    )
    with contextlib.closing(opened), opened.cursor() as cursor:
        cursor.execute("SET idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_current_xact_id()")
        User.objects.filter(username="other").update(last_name="early")
        first = anchors.write_anchor(at=AT)
        User.objects.filter(username="other").update(last_name="later")
        second = anchors.write_anchor(at=AT)
        opened.rollback()
    User.objects.filter(username="other").update(last_name="last")
    third = anchors.write_anchor(at=AT)

    for anchor in (first, second, third):
        assert anchor is not None
        assert (anchor.entries, anchor.era) == (1, 1)
    assert verification.verify().problems == []


def test_a_session_of_another_database_holds_up_no_anchor(bob: User) -> None:
    parts = connection.settings_dict
    opened = psycopg2.connect(
        host=parts["HOST"], user="postgres", password=places.TEST_PASSWORD, dbname="postgres"
    )
    with contextlib.closing(opened), opened.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()")
        User.objects.filter(pk=bob.pk).update(last_name="meanwhile")

        anchor = anchors.write_anchor(at=AT)

    assert anchor is not None
    assert anchor.entries == 1


def test_what_holds_up_the_anchors_is_an_alarm(
    bob: User, as_owner: Callable[[str], None], caplog: pytest.LogCaptureFixture
) -> None:
    assert anchors.seconds_behind() == 0
    parts = connection.settings_dict
    opened = psycopg2.connect(
        host=parts["HOST"], user="postgres", password=places.TEST_PASSWORD, dbname=parts["NAME"]
    )
    with contextlib.closing(opened), opened.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()")
        User.objects.filter(username="other").update(last_name="waits")
        six_minutes_ago = "SET at = at - interval '6 min' WHERE payload LIKE '%waits%'"
        as_owner(f"UPDATE core_auditentry {six_minutes_ago}")
        tasks.anchor_audit()
        seen = {one.part: one for one in examination.examine()}["anchoring"]
        figures = health.metrics()
    assert "the audit trail has not been anchored for" in caplog.text
    assert not seen.well
    assert "denouement_oldest_entry_without_anchor_seconds 36" in figures


def test_a_restored_database_begins_a_new_era(
    bob: User, anchor_dir: Path, as_owner: Callable[[str], None]
) -> None:
    ledger = anchor_dir / anchors.LEDGER
    first = next(anchors.read_anchors())
    ahead = anchors.Anchor(**{**line_of(first), "xid_to": 10**15})
    ledger.write_text(json.dumps(line_of(ahead) | {"hash": ahead.sealed()}) + "\n")
    User.objects.filter(pk=bob.pk).update(last_name="after the restore")

    start = anchors.write_anchor(at=AT)
    User.objects.filter(pk=bob.pk).update(last_name="later")
    later = anchors.write_anchor(at=AT)

    assert start is not None
    assert later is not None
    assert (start.era, later.era, later.entries) == (2, 2, 1)
    as_owner(f"DELETE FROM core_auditentry WHERE key = {bob.pk} AND seq = 4 AND entity = 'user'")
    assert (f"user:{bob.pk}", 4, "REMOVED") in found()


def line_of(anchor: anchors.Anchor) -> dict[str, Any]:
    return {name: getattr(anchor, name) for name in anchor.__slots__}
