"""A few trades as control evidence finds them, and what asks for evidence of them."""

from __future__ import annotations

import contextlib
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import psycopg2
from django.db import connection
from python_calamine import CalamineWorkbook

from backoffice.evidence import (
    parts,
)
from backoffice.launcher import places
from core import files, jobs
from core.roles import Role
from desk import services as desk
from desk.models import ControlException
from kernel.actors import SYSTEM, Actor
from reporting import services
from reporting.models import EvidenceReport
from reporting.services import EvidenceAsked
from tests.factories.controlled import FRIDAY, trade, world
from tests.integration.desk.people import person
from trades.models import Trade
from trades.services import control, validation

AT = datetime(2026, 11, 20, 9, 5, tzinfo=UTC)
FAR = date(2098, 12, 31)
"""What is recorded in a test is recorded when it runs: the days asked for end after that."""
LATER = datetime(2099, 1, 1, tzinfo=UTC)


def judged(*made: Trade, at: datetime = AT) -> None:
    control.control_trades(trade_ids=[one.pk for one in made], actor=SYSTEM, at=at)


def lived() -> list[Trade]:
    """One clean trade validated, one refused, one held and waived, one that no run has judged."""
    world()
    made = [trade(1), trade(2), trade(3, price=Decimal("64.00")), trade(4)]
    judged(*made[:3])
    boss = person("supervisor", Role.SUPERVISOR, limit="1000000")
    validation.validate_trade(trade_id=made[0].pk, seen=made[0].fingerprint, actor=boss, at=AT)
    validation.refuse_trade(
        trade_id=made[1].pk, seen=made[1].fingerprint, reason="=1+1", actor=boss, at=AT
    )
    found = ControlException.objects.get(rule_code="TRD-401", subject_id=made[2].pk)
    desk.waive_exception(
        exception_id=found.pk, reason="=seen", actor=person("agent", Role.AGENT), at=AT
    )
    return made


def wanted(**other: Any) -> EvidenceAsked:
    told: dict[str, Any] = {
        "first_day": FRIDAY - timedelta(days=4), "last_day": FAR,
        "desk_code": "", "language": "en",
    }  # fmt: skip
    return EvidenceAsked(**told | other)


def span(**other: Any) -> parts.Span:
    return parts.Span.of(wanted(**other), at=LATER)


def auditor() -> Actor:
    return person("auditor", Role.AUDITOR)


def written(**other: Any) -> EvidenceReport:
    """Ask for evidence, let the job write it, and return it."""
    asked = wanted(**other)
    job = services.ask_evidence(asked=asked, actor=auditor(), at=AT, today=FAR)
    jobs.run_pending()
    job.refresh_from_db()
    assert job.state == "DONE", job.error
    return EvidenceReport.objects.get(job_id=job.pk)


def sheets_of(report: EvidenceReport) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(BytesIO(files.open_stored(report.workbook)))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def as_another(*statements: str) -> None:
    """Commit something from another session, around the triggers."""
    opened = psycopg2.connect(
        host=connection.settings_dict["HOST"], user="postgres", password=places.TEST_PASSWORD,
        dbname=connection.settings_dict["NAME"],
    )  # fmt: skip
    with contextlib.closing(opened), opened, opened.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
