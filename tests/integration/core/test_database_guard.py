"""The database is what the models declare: triggers, grants and views, no table forgotten."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import psycopg2
import pytest
from django.conf import settings
from django.db import connection, models

from backoffice.launcher import places
from core import sync
from core.audit_triggers import quoted

pytestmark = pytest.mark.django_db
MODELS = sync.our_models()
TRIGGERS = """
SELECT tgname FROM pg_trigger
 WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgenabled = 'O' AND tgname LIKE 'guard_%%'
"""
FUNCTIONS = """
SELECT p.proname, pg_get_userbyid(p.proowner), p.prosecdef, p.proconfig
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE n.nspname = 'guard' AND p.prorettype = 'trigger'::regtype
"""


def rows(query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchall()


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m._meta.label)
def test_every_table_is_audited_or_excused_with_a_reason(model: type[models.Model]) -> None:
    policy = sync.policy_of(model)
    found = {name for (name,) in rows(TRIGGERS, f"public.{quoted(model._meta.db_table)}")}

    if policy.excused:
        assert len(policy.excused) > 5
        assert not found & {"guard_insert", "guard_update", "guard_delete"}
    else:
        inserts = {"guard_insert"} if policy.inserts else set()
        assert found >= {"guard_update", "guard_delete", "guard_refuse_truncate"} | inserts


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m._meta.label)
def test_the_application_role_has_exactly_what_the_model_allows(model: type[models.Model]) -> None:
    table = f"public.{quoted(model._meta.db_table)}"
    held = {
        right
        for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "TRIGGER", "REFERENCES")
        if rows("SELECT has_table_privilege(%s, %s)", table, right)[0][0]
    }
    expected = {"SELECT", "INSERT", "UPDATE", "DELETE"}
    if getattr(model, "read_only", False) or model._meta.db_table in sync.WRITTEN_BY_MIGRATIONS:
        expected = {"SELECT"}
    elif sync.is_evidence(model):
        expected = {"SELECT", "INSERT"}
    elif sync.is_permanent(model):
        expected = {"SELECT", "INSERT", "UPDATE"}

    assert held == expected


def test_guard_functions_belong_to_the_owner_and_pin_their_search_path() -> None:
    found = rows(FUNCTIONS)

    assert len(found) > 50
    for name, owner, definer, configuration in found:
        assert owner == settings.DATABASE_ROLES["owner"], name
        assert definer, name
        assert "search_path=pg_catalog, pg_temp" in configuration, name


@pytest.fixture
def auditor() -> Iterator[Any]:
    parts = connection.settings_dict
    opened = psycopg2.connect(
        host=parts["HOST"],
        user=settings.DATABASE_ROLES["qa"],
        password=places.TEST_PASSWORD,
        dbname=parts["NAME"],
    )
    with contextlib.closing(opened), opened.cursor() as cursor:
        yield cursor


CONTRACT = {
    "audit": "chain seq payload at prev hash",
    "outbox": "id created_at published_at done_at",
    "idempotency": "client key code",
    "user_role": "username role desk",
}


@pytest.mark.parametrize("view", CONTRACT)
def test_the_auditors_role_reads_the_views(view: str, auditor: Any) -> None:
    auditor.execute(f"SELECT {', '.join(CONTRACT[view].split())} FROM qa.{view} LIMIT 5")
    auditor.fetchall()


@pytest.mark.parametrize(
    "statement",
    ["SELECT * FROM core_user", "SELECT * FROM core_auditentry", "CREATE TABLE qa.x (id int)"],
)
def test_the_auditors_role_reads_nothing_else(statement: str, auditor: Any) -> None:
    with pytest.raises(psycopg2.Error, match=r"permission denied|read-only"):
        auditor.execute(statement)


def test_every_view_of_the_auditors_can_be_read(auditor: Any) -> None:
    auditor.execute("SELECT table_name FROM information_schema.views WHERE table_schema = 'qa'")
    for (view,) in auditor.fetchall():
        auditor.execute(f"SELECT * FROM qa.{view} LIMIT 1")
