"""What auditors read of trades, versions and exceptions."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import psycopg2
import pytest
from django.conf import settings
from django.db import connection

from backoffice.launcher import places
from core.roles import Role
from kernel.actors import SYSTEM
from tests.factories.controlled import trade, world
from tests.integration.desk.people import person
from trades.services import control, validation

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
COLUMNS = {
    "execution": "id source source_ref source_version action",
    "trade": "id source source_ref desk",
    "trade_version": "id trade_id version_no status maker checker quantity price currency"
    " recorded_at source_version reportable contributors",
    "exception_item": "id kind subject status",
}


@pytest.mark.django_db(transaction=True)
def test_views_say_who_made_and_who_checked() -> None:
    world()
    good, wrong = trade(1), trade(2, price=Decimal(605))
    control.control_trades(trade_ids=[good.pk, wrong.pk], actor=SYSTEM, at=AT)
    boss = person("supervisor", Role.SUPERVISOR, limit="1000000")
    validation.validate_trade(trade_id=good.pk, seen=good.fingerprint, actor=boss, at=AT)

    opened = psycopg2.connect(
        host=settings.DATABASES["default"]["HOST"],
        user=settings.DATABASE_ROLES["qa"],
        password=places.TEST_PASSWORD,
        dbname=connection.settings_dict["NAME"],
    )
    with opened, opened.cursor() as cursor:
        for view, columns in COLUMNS.items():
            cursor.execute(f"SELECT * FROM qa.{view}")
            assert [column.name for column in cursor.description or ()] == columns.split()
        cursor.execute(
            "SELECT status, maker, checker, contributors FROM qa.trade_version ORDER BY trade_id"
        )
        versions = cursor.fetchall()
        cursor.execute("SELECT DISTINCT kind, status FROM qa.exception_item")
        exceptions = cursor.fetchall()
    opened.close()

    assert versions == [
        ("VALIDATED", "agent", "supervisor", ["agent"]),
        ("ON_HOLD", "agent", None, ["agent"]),
    ]
    assert exceptions == [("CONTROL", "OPEN")]
