"""`verify_audit --rows`: what was changed around the triggers is named."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import psycopg2
import pytest
from django.core.management import call_command
from django.db import connection

from backoffice.launcher import places
from core.acts import acting
from core.models import ApiToken, RoleGrant, User
from core.row_verification import row_problems
from kernel.actors import SYSTEM
from reconciliation import services
from reconciliation.models import MatchGroup
from tests.factories.refdata import known_desk
from tests.integration.reconciliation import world as reconciled

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bob() -> User:
    with acting(actor=SYSTEM):
        user = User.objects.create(username="bob", password="secret")
        User.objects.filter(pk=user.pk).update(first_name="Bob", last_login="2026-11-20T09:00Z")
        RoleGrant.objects.create(user=user, role="AGENT", desk_code=known_desk("EQ"))
        ApiToken.objects.create(name="t", source_system="OMS", user=user, token_hash="f" * 64)
        gone = {"name": "gone", "source_system": "OMS", "token_hash": "0" * 64}
        ApiToken.objects.create(user=user, **gone).delete()
    return user


@pytest.fixture
def around() -> Callable[[str], None]:
    """Run a statement with the triggers off, as only the owner could."""

    def run(statement: str) -> None:
        parts = connection.settings_dict
        opened = psycopg2.connect(
            host=parts["HOST"], user="postgres", password=places.TEST_PASSWORD, dbname=parts["NAME"]
        )
        with contextlib.closing(opened), opened, opened.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(statement)

    return run


def test_untouched_rows_agree_with_their_trail(bob: User) -> None:
    assert list(row_problems()) == []
    call_command("verify_audit", "--rows")


@pytest.mark.parametrize(
    ("case", "statement", "kind", "detail"),
    [
        ("changed", "UPDATE core_user SET last_name = 'x'", "ROW_DIFFERS", "column last_name"),
        ("rights", "UPDATE core_rolegrant SET desk_code = ''", "ROW_DIFFERS", "column desk_code"),
        ("deleted", "DELETE FROM core_apitoken", "ROW_GONE", "deleted without an entry"),
        (
            "written",
            "INSERT INTO core_rolegrant (user_id, role, desk_code, granted_by, granted_at)"
            " SELECT id, 'AGENT', 'FI', '', now() FROM core_user",
            "ROW_UNRECORDED",
            "it has no entry",
        ),
    ],
)
def test_a_change_around_the_triggers_is_named(
    case: str, statement: str, kind: str, detail: str, bob: User, around: Callable[[str], None]
) -> None:
    around(statement)

    assert [(p.kind, p.detail) for p in row_problems()] == [(kind, detail)], case


def test_rows_of_several_keys_are_held_against_the_trail_of_their_chain(
    around: Callable[[str], None],
) -> None:
    reconciled.account()
    reconciled.trade(1)
    reconciled.taken_in(reconciled.statement(reconciled.PAID, closing="C261120EUR9000,00"))
    assert list(row_problems()) == []
    group = MatchGroup.objects.get()
    services.undo_group(group_id=group.pk, reason="x", actor=reconciled.agent(), at=reconciled.AT)
    assert list(row_problems()) == []

    around("UPDATE reconciliation_matchallocation SET state = 'CONFIRMED'")

    assert [(p.kind, p.detail) for p in row_problems()] == [("ROW_DIFFERS", "column state")]
