"""What auditors read of trades, versions and exceptions."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import psycopg2
import pytest
from django.conf import settings
from django.db import connection

from backoffice import promises
from backoffice.launcher import places
from core.roles import Role
from desk.services import settings as settings_of_rules
from kernel.actors import SYSTEM
from tests.factories.controlled import trade, world
from tests.factories.delegations import asked, granted, loan
from tests.factories.trades import booked, cancel, facts, send, small_world
from tests.integration.desk.people import person
from trades.models import Trade
from trades.services import control, validation

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
COLUMNS = {
    "execution": "id source source_ref source_version action",
    "trade": "id source source_ref desk",
    "trade_version": "id trade_id version_no status maker checker quantity price currency"
    " recorded_at source_version reportable contributors",
    "exception_item": "id kind subject status",
}


def as_auditor() -> Any:
    return psycopg2.connect(
        host=settings.DATABASES["default"]["HOST"],
        user=settings.DATABASE_ROLES["qa"],
        password=places.TEST_PASSWORD,
        dbname=connection.settings_dict["NAME"],
    )


@pytest.mark.django_db(transaction=True)
def test_views_say_who_made_and_who_checked() -> None:
    world()
    good, wrong = trade(1), trade(2, price=Decimal(605))
    control.control_trades(trade_ids=[good.pk, wrong.pk], actor=SYSTEM, at=AT)
    boss = person("supervisor", Role.SUPERVISOR, limit="1000000")
    validation.validate_trade(trade_id=good.pk, seen=good.fingerprint, actor=boss, at=AT)

    opened = as_auditor()
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


@pytest.mark.django_db(transaction=True)
def test_a_version_that_was_decided_on_and_replaced_is_not_current_and_keeps_its_checker() -> None:
    small_world()
    boss = person("supervisor", Role.SUPERVISOR, limit="1000000")
    for reference, decide in (("APPROVED", True), ("REFUSED", False), ("CANCELLED", True)):
        made = booked(source_reference=reference)
        Trade.objects.filter(pk=made.pk).update(state="PENDING_VALIDATION")
        if decide:
            validation.validate_trade(trade_id=made.pk, seen=made.fingerprint, actor=boss, at=AT)
        else:
            validation.refuse_trade(
                trade_id=made.pk, seen=made.fingerprint, reason="no", actor=boss, at=AT
            )
    for reference in ("APPROVED", "REFUSED"):
        send(facts(source_reference=reference, version=2, action="AMEND", price="50"))
    send(cancel(source_reference="CANCELLED"))

    opened = as_auditor()
    with opened, opened.cursor() as cursor:
        cursor.execute(
            "SELECT version_no, status, checker FROM qa.trade_version ORDER BY trade_id, version_no"
        )
        versions = cursor.fetchall()
        promise = next(one for one in promises.PROMISES if one.code == "I02b")
        cursor.execute(promise.broken_by)
        broken = cursor.fetchall()
    opened.close()

    assert versions == [
        (1, "SUPERSEDED", "supervisor"), (2, "RECEIVED", None),
        (1, "SUPERSEDED", None), (2, "RECEIVED", None),
        (1, "SUPERSEDED", "supervisor"), (2, "CLOSED", None),
    ]  # fmt: skip
    assert broken == []


@pytest.mark.django_db(transaction=True)
def test_a_correction_by_fix_is_read_like_any_other_version() -> None:
    """Its version is when it was sent, in microseconds: far more than an integer holds."""
    sent = 1_795_799_127_598_000
    booked(source_reference="F-2/20261120")
    send(facts(source_reference="F-2/20261120", version=sent, action="AMEND", price="50"))

    opened = as_auditor()
    with opened, opened.cursor() as cursor:
        for view in ("execution", "trade_version"):
            cursor.execute(f"SELECT source_version FROM qa.{view} ORDER BY id")
            assert [row[0] for row in cursor.fetchall()] == [1, sent], view
        for promise in promises.PROMISES:
            if not promise.settled:
                cursor.execute(promise.broken_by)
                assert cursor.fetchall() == [], promise.code
    opened.close()


@pytest.mark.django_db(transaction=True)
def test_people_settings_and_stand_ins_keep_what_is_promised() -> None:
    """What the services write of them is told by the views as the promises ask for it."""
    ana, bea = (person(name, Role.SUPERVISOR, limit="1000") for name in ("ana", "bea"))
    granted(asked(loan(ana, bea)))
    row = settings_of_rules.propose_setting(
        code="TRD-401", active=False, parameters={}, valid_from=AT.date(), reason="tried",
        actor=person("eva", Role.AGENT), at=AT,
    )  # fmt: skip
    settings_of_rules.decide_setting(setting_id=row.pk, approve=True, actor=ana, at=AT)

    opened = as_auditor()
    with opened, opened.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM qa.setting), count(*) FROM qa.role_grant")
        assert cursor.fetchall() == [(1, 4)]
        for promise in promises.PROMISES:
            if promise.code.startswith(("I03", "I19")):
                cursor.execute(promise.broken_by)
                assert cursor.fetchall() == [], promise.code
    opened.close()
