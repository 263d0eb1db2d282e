"""Every migration can be taken back and made again; an interrupted one is simply run again."""

from __future__ import annotations

import subprocess
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
NOT_RECORDED = """
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

executor = MigrationExecutor(connection)
plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
for migration, _backwards in plan:
    if not migration.atomic:
        call_command("migrate", migration.app_label, migration.name, verbosity=0)
        MigrationRecorder(connection).record_unapplied(migration.app_label, migration.name)
        call_command("migrate", migration.app_label, migration.name, verbosity=0)
        print("again:", migration)
call_command("migrate", verbosity=0)
"""


def in_an_empty_database(folder: Path, program: str) -> subprocess.CompletedProcess[str]:
    """Make a database without any table of ours, and run a program there as the owner."""
    made = manage(folder, "migrate", "core", "zero")
    assert made.returncode == 0, made.stderr
    return manage(folder, "shell", "--no-imports", "-c", program, DATABASE_ROLE="owner")


def test_every_migration_can_be_taken_back_and_made_again(migrated: Path) -> None:
    with home(migrated) as folder:
        for step in (["migrate", "core", "zero"], ["migrate"]):
            done = manage(folder, *step)
            assert done.returncode == 0, f"{step}: {done.stderr}"


def test_a_migration_that_gave_up_a_lock_is_run_again() -> None:
    with home() as folder:
        said = in_an_empty_database(folder, GIVEN_UP)

    assert said.returncode == 0, said.stderr
    assert "refused: canceling statement due to lock timeout" in said.stdout
    assert "invalid: 1\n" in said.stdout
    assert "then: 0\n" in said.stdout


def test_every_migration_outside_a_transaction_can_be_run_again() -> None:
    with home() as folder:
        said = in_an_empty_database(folder, NOT_RECORDED)

    assert said.returncode == 0, said.stderr
    assert said.stdout.count("again:") >= 7
