"""The database is what the models declare: triggers, grants and views, no table forgotten."""

from __future__ import annotations

import contextlib
import re
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
SELECT DISTINCT p.proname, pg_get_userbyid(p.proowner), p.prosecdef, p.proconfig, p.prosrc
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE p.prorettype = 'trigger'::regtype AND n.nspname NOT IN ('pg_catalog', 'information_schema')
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
    if sync.is_only_read(model) or model._meta.db_table in sync.WRITTEN_BY_MIGRATIONS:
        expected = {"SELECT"}
    elif sync.is_evidence(model):
        expected = {"SELECT", "INSERT"}
    elif sync.is_permanent(model):
        expected = {"SELECT", "INSERT", "UPDATE"}

    assert held == expected


NAMED = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE)\s+([a-z_]+)\b")


@pytest.mark.parametrize(
    ("table", "kept"),
    [
        ("axes_accesslog", {"DELETE", "UPDATE", "TRUNCATE"}),
        ("axes_accessfailurelog", {"DELETE", "UPDATE", "TRUNCATE"}),
        ("django_admin_log", {"DELETE", "UPDATE", "TRUNCATE"}),
        ("core_job", {"DELETE", "TRUNCATE"}),
        ("core_user", {"DELETE", "TRUNCATE"}),
    ],
)
def test_what_happened_stays_written(table: str, kept: set[str]) -> None:
    asked = "SELECT has_table_privilege(%s, %s)"

    assert {right for right in kept if rows(asked, table, right)[0][0]} == set()
    assert rows(asked, table, "INSERT") == [(True,)]


def test_every_trigger_function_is_the_owners_and_looks_nowhere_else() -> None:
    """A passing table of the name of ours must not answer in its place: wherever it stands."""
    found = rows(FUNCTIONS)
    tables = {model._meta.db_table for model in MODELS}

    assert {"trades_approval_is_true", "refuse_toxic_pair"} <= {name for name, *_rest in found}
    assert len(found) > 50
    for name, owner, definer, configuration, body in found:
        assert owner == settings.DATABASE_ROLES["owner"], name
        assert definer, name
        assert "search_path=pg_catalog, pg_temp" in (configuration or ()), name
        assert not tables & set(NAMED.findall(body)), name


@pytest.mark.parametrize("role", ["app", "qa", "backup"])
@pytest.mark.parametrize("right", ["CREATE", "TEMPORARY"])
def test_only_the_owner_makes_tables(role: str, right: str) -> None:
    asked = "SELECT has_database_privilege(%s, current_database(), %s)"

    assert rows(asked, settings.DATABASE_ROLES[role], right) == [(False,)]


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


def test_the_auditors_role_makes_nothing_even_when_it_lifts_its_own_setting(auditor: Any) -> None:
    auditor.execute("SET TRANSACTION READ WRITE")
    with pytest.raises(psycopg2.Error, match="permission denied"):
        auditor.execute("CREATE TEMP TABLE x (id int)")


def test_a_session_of_the_auditors_does_not_linger(auditor: Any) -> None:
    for setting in ("statement_timeout", "idle_in_transaction_session_timeout"):
        auditor.execute(f"SHOW {setting}")
        assert auditor.fetchone()[0] != "0", setting


def test_every_view_of_the_auditors_can_be_read(auditor: Any) -> None:
    auditor.execute("SELECT table_name FROM information_schema.views WHERE table_schema = 'qa'")
    for (view,) in auditor.fetchall():
        auditor.execute(f"SELECT * FROM qa.{view} LIMIT 1")
