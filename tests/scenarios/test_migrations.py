"""Every migration can be taken back and made again; an interrupted one is simply run again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backoffice.launcher import places
from backoffice.launcher.embedded import Postgres
from tests.scenarios.launched import home, manage

pytestmark = pytest.mark.slow

#: What a later version may bring, made beside running work.
LATER = """
import psycopg2
from django.db import OperationalError, connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from core.migration_operations import AddFieldOnce, AddIndexConcurrently, add_unique_concurrently

class Later(migrations.Migration):
    atomic = False
    operations = [
        AddFieldOnce("comment", "tone", models.CharField(max_length=9, default="", db_default="")),
        AddIndexConcurrently("comment", models.Index(fields=["author"], name="comment_by")),
        add_unique_concurrently("comment_alone", "desk_comment (id, author)"),
    ]

def migrate(*, back=False):
    state = MigrationLoader(connection).project_state()
    with connection.schema_editor(atomic=False) as editor:
        later = Later("later", "desk")
        (later.unapply if back else later.apply)(state, editor)

def made():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(c.relname::text ORDER BY 1), bool_and(i.indisvalid)"
            "  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
            " WHERE c.relname IN ('comment_by', 'comment_alone')")
        return cursor.fetchone()
"""
#: A lock that a working person holds: the index is begun, waits for it, and gives up.
GIVEN_UP = (
    LATER
    + """
at_work = psycopg2.connect(**connection.get_connection_params())
with at_work.cursor() as cursor:
    cursor.execute("LOCK TABLE desk_comment IN ROW EXCLUSIVE MODE")
Later.operations, column = Later.operations[1:], Later.operations[:1]
try:
    migrate()
except OperationalError as refused:
    print("refused:", refused)
print("half:", made())
at_work.close()
Later.operations = column + Later.operations
migrate()
print("whole:", made())
"""
)
#: Killed after its last operation and before it was recorded: nothing more can be left behind.
AGAIN = (
    LATER
    + """
for back in (False, True, True, False):
    migrate(back=back)
print("again:", made())
"""
)
MADE_AGAIN = """
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

call_command("migrate", verbosity=0)
executor = MigrationExecutor(connection)
print("planned:", len(executor.migration_plan(executor.loader.graph.leaf_nodes())))
"""
SOMEBODY = """
from core.models import User
User.objects.create(username="ana")
"""


@pytest.fixture(name="folder")
def _folder(migrated: Path) -> Iterator[Path]:
    """A copy of its own whose server runs: the commands find it, and need not start it."""
    with home(migrated) as folder:
        Postgres(places.Place(folder), throw_away=True).start(password="")
        yield folder


def _as_owner(folder: Path, program: str) -> str:
    done = manage(folder, "shell", "--no-imports", "-c", program, DATABASE_ROLE="owner")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_migration_is_taken_back_and_made_again(folder: Path) -> None:
    taken_back = manage(folder, "migrate", "core", "zero")
    assert taken_back.returncode == 0, taken_back.stderr

    assert "planned: 0\n" in _as_owner(folder, MADE_AGAIN)


def test_one_that_was_interrupted_is_run_again(folder: Path) -> None:
    gave_up = _as_owner(folder, GIVEN_UP)

    assert "refused: canceling statement due to lock timeout" in gave_up
    assert "half: (['comment_by'], False)\n" in gave_up
    assert "whole: (['comment_alone', 'comment_by'], True)\n" in gave_up
    assert "again: (['comment_alone', 'comment_by'], True)\n" in _as_owner(folder, AGAIN)


def test_the_tables_of_a_house_that_is_worked_in_are_not_taken_back(folder: Path) -> None:
    _as_owner(folder, SOMEBODY)
    before = manage(folder, "showmigrations", "--plan").stdout

    for room in ("settlement", "core"):
        refused = manage(folder, "migrate", room, "zero")

        assert refused.returncode == 1, room
        assert "0001_founding cannot be taken back" in refused.stderr, room
        assert "1 users are known here" in refused.stderr
        assert "Traceback" not in refused.stderr
    assert manage(folder, "showmigrations", "--plan").stdout == before
