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


#: Work of every kind, and a confirmation of an exchange, as a counterparty sends it.
LIVED = """
from datetime import UTC, date, datetime
from core.acts import acting
from desk.models import WorkItem
from desk.states import WorkKind
from kernel.actors import SYSTEM
from refdata.models import Party
from settlement.models import ReceivedConfirmation
AT = datetime(2026, 11, 20, tzinfo=UTC)
with acting(actor=SYSTEM):
    for number, kind in enumerate(WorkKind, start=1):
        WorkItem.objects.create(kind=kind.value, subject_kind="trade", subject_id=number, title="x",
                                url="/", state="OPEN", due_at=AT, opened_at=AT)
    party = Party.objects.create(code="BNPP", name="BNPP")
"""
CONFIRMED = (
    LIVED
    + """
    ReceivedConfirmation.objects.create(
        party=party, reference="FX-1", function="NEWM", door="API", product="FX", pair="EUR/USD",
        side="BUY", currency="EUR", quantity=10, price="1.1", counter_amount=11, content={},
        content_hash="0" * 64, trade_date=date(2026, 11, 20), settlement_date=date(2026, 11, 24),
        received_by="bnpp", received_at=AT)
"""
)
STANDS = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT kind, count(*) FROM desk_workitem GROUP BY 1 ORDER BY 1")
    print(dict(cursor.fetchall()))
"""


def _as_owner(folder: Path, program: str) -> str:
    done = manage(folder, "shell", "--no-imports", "-c", program, DATABASE_ROLE="owner")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_migration_is_taken_back_and_made_again_and_an_interrupted_one_is_run_again(
    migrated: Path,
) -> None:
    """Work of kinds that the version before does not know goes with what made it."""
    with home(migrated) as folder:
        _as_owner(folder, LIVED)
        taken_back = manage(folder, "migrate", "desk", "0003")
        assert taken_back.returncode == 0, taken_back.stderr
        known = {"BREAK": 1, "CANCELLATION": 1, "EXCEPTION": 2, "VALIDATION": 1}
        assert str(known) in _as_owner(folder, STANDS)

        taken_back = manage(folder, "migrate", "core", "zero")
        assert taken_back.returncode == 0, taken_back.stderr

        gave_up = _as_owner(folder, GIVEN_UP)
        assert "refused: canceling statement due to lock timeout" in gave_up
        assert "invalid: 1\n" in gave_up
        assert "then: 0\n" in gave_up

        made_again = _as_owner(folder, AGAIN)
        assert made_again.count("again:") >= 7
        assert "planned: 0\n" in made_again


def test_what_was_confirmed_of_a_deal_is_not_taken_back_and_nothing_else_is_either(
    migrated: Path,
) -> None:
    with home(migrated) as folder:
        _as_owner(folder, CONFIRMED)
        before = manage(folder, "showmigrations", "--plan").stdout

        for asked in (("settlement", "0001"), ("core", "zero")):
            refused = manage(folder, "migrate", *asked)

            assert refused.returncode == 1, asked
            assert "0002_deals_are_confirmed cannot be taken back" in refused.stderr, asked
            assert "1 of counterparties" in refused.stderr
            assert "Traceback" not in refused.stderr
            assert manage(folder, "showmigrations", "--plan").stdout == before, asked
