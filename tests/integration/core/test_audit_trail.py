"""Every change leaves an entry that says who, why and what, in an unbroken chain."""

from __future__ import annotations

import hashlib
import json
import threading
from itertools import pairwise

import pytest
from django.db import IntegrityError, connection

from core.acts import acting
from core.audit import history
from core.models import ApiToken, AuditEntry, RoleGrant, User
from kernel.actors import Actor, ActorKind
from tests.factories.refdata import known_desk

ANA = Actor(name="ana", kind=ActorKind.PERSON)
pytestmark = pytest.mark.django_db


def framed(text: str) -> str:
    return f"{len(text.encode())}:{text}"


def test_insert_update_and_delete_are_told_with_actor_reason_and_request() -> None:
    with acting(actor=ANA, reason="new colleague", request_id="request-1"):
        bob = User.objects.create(username="bob", password="hash")
        User.objects.filter(pk=bob.pk).update(first_name="Bob", last_name="O'Neil")
    grant = RoleGrant.objects.create(user=bob, role="AGENT")
    with acting(actor=ANA, reason="left"):
        grant.delete()

    first, second, _given, last = history("user", bob.pk)
    assert (first.action, first.actor, first.reason, first.request_id) == (
        "INSERT",
        "ana",
        "new colleague",
        "request-1",
    )
    assert first.changes["username"] == "bob"
    assert second.changes == {"first_name": ["", "Bob"], "last_name": ["", "O'Neil"]}
    assert (last.action, last.table, last.reason) == ("DELETE", "core_rolegrant", "left")


def test_secrets_are_masked() -> None:
    with acting(actor=ANA):
        bob = User.objects.create(username="bob", password="argon2$very$secret")
        User.objects.filter(pk=bob.pk).update(password="argon2$other$secret")
    first, second = history("user", bob.pk)

    assert "secret" not in first.payload + second.payload
    assert second.changes == {"password": ["***", "***"]}


def test_an_update_that_changes_nothing_leaves_no_entry() -> None:
    bob = User.objects.create(username="bob")
    User.objects.filter(pk=bob.pk).update(username="bob")

    assert len(history("user", bob.pk)) == 1


def test_several_rows_of_one_chain_in_one_statement_are_linked_one_by_one() -> None:
    bob = User.objects.create(username="bob")
    RoleGrant.objects.bulk_create(
        RoleGrant(user=bob, role="AGENT", desk_code=known_desk(desk)) for desk in ("EQ", "FI", "FX")
    )
    RoleGrant.objects.filter(user=bob).update(granted_by="ana")

    entries = history("user", bob.pk)
    assert [entry.seq for entry in entries] == list(range(1, 8))
    for before, after in pairwise(entries):
        assert bytes(after.prev) == bytes(before.hash)


def test_the_hash_can_be_recomputed_from_the_view_for_auditors() -> None:
    bob = User.objects.create(username="bob")
    User.objects.filter(pk=bob.pk).update(first_name="Zoë: 3:a", last_name='"]}')
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT encode(prev, 'hex'), encode(hash, 'hex'), entity, key, seq, at, row, actor,"
            ' reason, request_id, xid, payload, "table", action FROM core_auditentry ORDER BY id'
        )
        for (
            prev,
            stored,
            entity,
            key,
            seq,
            at,
            row,
            actor,
            reason,
            request,
            xid,
            payload,
            *rest,
        ) in cursor.fetchall():
            fields = [
                f"{entity}:{key}",
                str(seq),
                at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
                rest[0],
                str(row),
                rest[1],
                actor,
                reason,
                request,
                str(xid),
                payload,
            ]
            content = framed(prev) + "".join(map(framed, fields))
            assert hashlib.sha256(content.encode()).hexdigest() == stored


def test_a_nested_act_gives_the_outer_one_back() -> None:
    with acting(actor=ANA, reason="outer"):
        with acting(actor=Actor(name="eve", kind=ActorKind.PERSON), reason="inner"):
            User.objects.create(username="one")
        User.objects.create(username="two")

    told = {
        json.loads(e.payload)["username"]: (e.actor, e.reason)
        for e in AuditEntry.objects.filter(entity="user")
    }
    assert told == {"one": ("eve", "inner"), "two": ("ana", "outer")}


def test_outside_an_act_the_database_role_is_named() -> None:
    bob = User.objects.create(username="bob")

    assert history("user", bob.pk)[0].actor.startswith("database role denouement")


def test_a_change_that_is_rolled_back_leaves_no_entry() -> None:
    before = AuditEntry.objects.count()

    with pytest.raises(IntegrityError), acting(actor=ANA):
        User.objects.bulk_create([User(username="bob"), User(username="bob")])

    assert AuditEntry.objects.count() == before


def test_a_token_is_told_without_its_digest() -> None:
    bob = User.objects.create(username="bob")
    token = ApiToken.objects.create(name="t", source_system="OMS", user=bob, token_hash="f" * 64)

    assert history("api_token", token.pk)[0].changes["token_hash"] == "***"


def test_a_moved_primary_key_is_an_old_and_a_new_row() -> None:
    bob = User.objects.create(username="bob")
    User.objects.filter(pk=bob.pk).update(id=bob.pk + 1000)

    assert [e.action for e in history("user", bob.pk)] == ["INSERT", "DELETE"]
    assert [e.action for e in history("user", bob.pk + 1000)] == ["INSERT"]


def test_a_row_that_comes_back_under_its_old_key_continues_its_chain() -> None:
    bob = User.objects.create(username="bob")
    token = ApiToken.objects.create(name="t", source_system="OMS", user=bob, token_hash="f" * 64)
    key = token.pk
    token.delete()
    ApiToken.objects.bulk_create(
        ApiToken(id=pk, name=name, source_system="OMS", user=bob, token_hash=name * 64)
        for pk, name in ((key, "a"), (None, "b"))
    )

    entries = history("api_token", key)
    assert [(e.seq, e.action) for e in entries] == [(1, "INSERT"), (2, "DELETE"), (3, "INSERT")]
    assert bytes(entries[2].prev) == bytes(entries[1].hash)


@pytest.mark.django_db(transaction=True)
def test_two_sessions_that_extend_one_chain_at_once_both_succeed() -> None:
    """The later one waits for the unique index, reads the new head and links to it."""
    bob = User.objects.create(username="bob")
    barrier = threading.Barrier(4)
    desks = [known_desk(f"D{n}") for n in range(4)]

    def add(desk: str) -> None:
        try:
            with acting(actor=ANA):
                barrier.wait(10)
                RoleGrant.objects.create(user_id=bob.pk, role="AGENT", desk_code=desk)
        finally:
            connection.close()

    threads = [threading.Thread(target=add, args=(desk,)) for desk in desks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    entries = history("user", bob.pk)
    assert [e.seq for e in entries] == [1, 2, 3, 4, 5]
    for before, after in pairwise(entries):
        assert bytes(after.prev) == bytes(before.hash)
