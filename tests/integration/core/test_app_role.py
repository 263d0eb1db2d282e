"""The application's own database role cannot silence, forge or rewrite the audit trail."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from core.models import AuditEntry, StoredFile, User

pytestmark = pytest.mark.django_db

ATTEMPTS = {
    "disable_trigger": "ALTER TABLE core_user DISABLE TRIGGER ALL",
    "disable_one_trigger": "ALTER TABLE core_user DISABLE TRIGGER guard_update",
    "drop_trigger": "DROP TRIGGER guard_update ON core_user",
    "replica_role": "SET session_replication_role = replica",
    "replica_role_by_function": "SELECT set_config('session_replication_role', 'replica', false)",
    "truncate_trail": "TRUNCATE core_auditentry",
    "truncate_table": "TRUNCATE core_user CASCADE",
    "update_trail": "UPDATE core_auditentry SET actor = 'eve'",
    "delete_trail": "DELETE FROM core_auditentry",
    "insert_trail": (
        'INSERT INTO core_auditentry (entity, key, seq, "table", action, row, actor, reason,'
        " request_id, at, xid, payload, prev, hash) VALUES ('user', 1, 99, 'core_user', 'UPDATE',"
        " 1, 'eve', '', '', now(), 1, '{}', '', '')"
    ),
    "copy_into_trail": "COPY core_auditentry FROM PROGRAM 'echo'",
    "drop_trail": "DROP TABLE core_auditentry",
    "rename_trail": "ALTER TABLE core_auditentry RENAME TO gone",
    "rule_on_trail": "CREATE RULE r AS ON INSERT TO core_auditentry DO INSTEAD NOTHING",
    "rule_on_table": "CREATE RULE r AS ON UPDATE TO core_user DO INSTEAD NOTHING",
    "trigger_on_trail": (
        "CREATE TRIGGER t BEFORE INSERT ON core_auditentry FOR EACH ROW"
        " EXECUTE FUNCTION suppress_redundant_updates_trigger()"
    ),
    "replace_function": (
        "CREATE OR REPLACE FUNCTION guard.update_core_user() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN RETURN NULL; END'"
    ),
    "drop_function": "DROP FUNCTION guard.update_core_user() CASCADE",
    "call_guard": "SELECT guard.linked('', 'x')",
    "borrow_trigger_function": (
        "CREATE TEMP TABLE fake AS TABLE core_user;"
        "CREATE TRIGGER t AFTER INSERT ON fake REFERENCING NEW TABLE AS after_rows"
        " FOR EACH STATEMENT EXECUTE FUNCTION guard.insert_core_user()"
    ),
    "passing_table": "CREATE TEMP TABLE core_auditentry (id int)",
    "passing_function": (
        "CREATE FUNCTION pg_temp.sha256(bytea) RETURNS bytea LANGUAGE sql AS 'SELECT $1'"
    ),
    "schema_of_ones_own": "CREATE SCHEMA mine",
    "become_owner": "SET ROLE denouement_owner",
    "become_owner_for_the_session": "SET SESSION AUTHORIZATION denouement_owner",
    "grant_oneself": (
        "GRANT UPDATE ON core_auditentry TO denouement_app;UPDATE core_auditentry SET actor = 'eve'"
    ),
    "own_the_trail": "ALTER TABLE core_auditentry OWNER TO denouement_app",
    "row_security": "ALTER TABLE core_auditentry ENABLE ROW LEVEL SECURITY",
    "object_in_public": "CREATE TABLE public.core_fake (id int)",
    "function_in_public": "CREATE FUNCTION public.sha256(bytea) RETURNS bytea AS 'x' LANGUAGE sql",
    "object_in_guard": "CREATE TABLE guard.fake (id int)",
    "event_trigger": (
        "CREATE EVENT TRIGGER e ON ddl_command_start"
        " EXECUTE FUNCTION suppress_redundant_updates_trigger()"
    ),
    "lock_out_triggers": "LOCK TABLE core_auditentry IN ACCESS EXCLUSIVE MODE",
    "rewind_the_numbers": "SELECT setval(pg_get_serial_sequence('core_auditentry', 'id'), 1)",
    "large_role": "CREATE ROLE eve SUPERUSER",
    "server_setting": "ALTER ROLE denouement_app SET session_replication_role = replica",
    "rights_matrix": "INSERT INTO core_roleaction (role, action) VALUES ('AGENT', 'GRANT_ROLE')",
    "toxic_pairs": "DELETE FROM core_toxicpair",
    "read_auditors_views": "SELECT * FROM qa.audit",
}


@pytest.mark.parametrize("case", ATTEMPTS)
def test_the_application_role_is_refused(case: str) -> None:
    User.objects.create(username="bob")
    before = list(AuditEntry.objects.order_by("id").values_list("id", "hash"))

    with (
        pytest.raises(DatabaseError) as refused,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(ATTEMPTS[case])

    assert any(
        word in str(refused.value)
        for word in ("permission denied", "must be owner", "must be able to", "must be superuser")
    ), refused.value
    assert list(AuditEntry.objects.order_by("id").values_list("id", "hash")) == before


@pytest.mark.parametrize(
    "trick",
    [
        "SET LOCAL search_path = pg_temp, public",
        "SET LOCAL pgtrigger.ignore = '{all}'",
        "SET LOCAL row_security = off",
        "SET LOCAL timezone = 'Asia/Tokyo'",
        "SET CONSTRAINTS ALL DEFERRED",
    ],
)
def test_no_session_trick_changes_what_the_triggers_write(trick: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(trick)
        cursor.execute("UPDATE public.core_user SET last_name = 'x' WHERE username = 'none'")
        cursor.execute(
            "INSERT INTO public.core_user (username, password, first_name, last_name, email,"
            " is_superuser, is_staff, is_active, date_joined, language, theme, date_style,"
            " shortcuts_enabled) VALUES ('eve', '', '', '', '', false, false, true, now(), '', '',"
            " '', true)"
        )
        cursor.execute("SELECT count(*) FROM public.core_auditentry WHERE payload LIKE '%eve%'")
        assert cursor.fetchone() == (1,)


def test_evidence_can_be_added_and_nothing_else() -> None:
    file = StoredFile.objects.create(
        name="a",
        media_type="x",
        size=1,
        sha256="0" * 64,
        uploaded_by="b",
        uploaded_at="2026-01-01T00:00Z",
    )
    for attempt in (
        lambda: StoredFile.objects.filter(pk=file.pk).update(name="b"),
        lambda: StoredFile.objects.filter(pk=file.pk).delete(),
    ):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            attempt()
