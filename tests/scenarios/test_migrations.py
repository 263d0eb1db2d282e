"""Every migration can be taken back and made again; an interrupted one is simply run again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios.launched import home, manage

pytestmark = pytest.mark.slow

#: A lock that a working person holds: the index is begun, waits for it, and gives up.
GIVEN_UP = """
import psycopg2
from django.core.management import call_command
from django.db import OperationalError, connection

INVALID = "SELECT count(*) FROM pg_index WHERE NOT indisvalid"
call_command("migrate", "trades", "0003", verbosity=0)
at_work = psycopg2.connect(**connection.get_connection_params())
with at_work.cursor() as cursor:
    cursor.execute("LOCK TABLE trades_trade IN ROW EXCLUSIVE MODE")
try:
    call_command("migrate", "trades", "0004", verbosity=0)
except OperationalError as refused:
    print("refused:", refused)
with connection.cursor() as cursor:
    cursor.execute(INVALID)
    print("invalid:", cursor.fetchone()[0])
at_work.close()
call_command("migrate", "trades", "0004", verbosity=0)
with connection.cursor() as cursor:
    cursor.execute(INVALID)
    print("then:", cursor.fetchone()[0])
"""
#: Killed after its last operation and before it was recorded: nothing more can be left behind.
AGAIN = """
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

def planned():
    executor = MigrationExecutor(connection)
    return executor.migration_plan(executor.loader.graph.leaf_nodes())

call_command("migrate", "core", "zero", verbosity=0)
for migration, _backwards in planned():
    if not migration.atomic:
        call_command("migrate", migration.app_label, migration.name, verbosity=0)
        MigrationRecorder(connection).record_unapplied(migration.app_label, migration.name)
        call_command("migrate", migration.app_label, migration.name, verbosity=0)
        print("again:", migration)
call_command("migrate", verbosity=0)
print("planned:", len(planned()))
"""


def _as_owner(folder: Path, program: str) -> str:
    done = manage(folder, "shell", "--no-imports", "-c", program, DATABASE_ROLE="owner")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_migration_is_taken_back_and_made_again_and_an_interrupted_one_is_run_again(
    migrated: Path,
) -> None:
    with home(migrated) as folder:
        taken_back = manage(folder, "migrate", "core", "zero")
        assert taken_back.returncode == 0, taken_back.stderr

        gave_up = _as_owner(folder, GIVEN_UP)
        assert "refused: canceling statement due to lock timeout" in gave_up
        assert "invalid: 1\n" in gave_up
        assert "then: 0\n" in gave_up

        made_again = _as_owner(folder, AGAIN)
        assert made_again.count("again:") >= 7
        assert "planned: 0\n" in made_again
