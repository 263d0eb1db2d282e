"""Control evidence of a quarter with a million trades: how long it takes, and how much it holds.

Run through `manage.py bench evidence`. Trades, versions, messages and audit entries are copies made
in the database (`benchmarks/history.py`); control runs name all of them, five supervisors decided
on nearly all, one trade in fifty has an exception.
"""

from __future__ import annotations

import resource
from datetime import UTC, date, datetime, timedelta
from time import perf_counter
from typing import Final

from django.db import connection

from backoffice.evidence import coverage, exceptions, parts, rules, validations, writing
from benchmarks import history
from benchmarks.controls import DAY, START, _message, _world
from core import verification
from core.models import Job, RoleGrant, User
from core.roles import Role
from kernel.actors import Actor, ActorKind
from refdata.models import Instrument
from reporting.services import EvidenceAsked
from trades.formats.execution_json import read_fields
from trades.models import Trade
from trades.services import capture
from trades.states import Channel

TRADES: Final = 1_000_000
SECONDS_GOAL: Final = 300
PEAK_MB_GOAL: Final = 600
CLIENT: Final = Actor(name="bench", kind=ActorKind.CLIENT)
RUNS: Final = """
INSERT INTO desk_controlrun (rule_set, judged, clean, hits, ended_at, subject_ids, version_nos)
SELECT repeat('a', 64), count(*), count(*), '{"TRD-401": 50}', max(recorded_at) + interval '1 min',
       array_agg(trade_id), array_agg(version_no)
  FROM (SELECT trade_id, version_no, recorded_at,
               row_number() OVER (ORDER BY trade_id) / 5000 AS part FROM trades_tradeversion) v
 GROUP BY part
"""
DECISIONS: Final = """
INSERT INTO desk_approval (subject_kind, subject_id, version_no, fingerprint, decision, maker,
                           contributors, checker, decided_at, is_last, reason)
SELECT 'trade', v.trade_id, v.version_no, v.fingerprint, 'APPROVED', v.maker, v.contributors,
       'supervisor' || v.trade_id %% 5, v.recorded_at + interval '2 hours', true, ''
  FROM trades_tradeversion v JOIN trades_trade t ON t.id = v.trade_id
 WHERE t.state IN ('VALIDATED', 'CLOSED')
"""
EXCEPTIONS: Final = """
INSERT INTO desk_controlexception (kind, rule_code, subject_kind, subject_id, subject_reference,
       version_no, day, field, expected, found, message, fix, evidence, contributors, state,
       severity, raised_at, ended_at, ended_by, reason, desk_code, currency, url)
SELECT 'CONTROL', 'TRD-401', 'trade', id, reference, 1, trade_date, 'price', '60', '66',
       'The price is {found}; the last close was {expected}.', '', '{}', '{}',
       CASE WHEN id %% 3 = 0 THEN 'WAIVED' ELSE 'RESOLVED' END, 'WARNING', received_at,
       received_at + interval '90 min', 'agent', 'seen', desk_code, 'EUR', ''
  FROM trades_trade WHERE id %% 50 = 0
"""


def run() -> dict[str, object]:
    """Return the seconds of each step and of the whole, and the most megabytes held."""
    asked = EvidenceAsked(
        first_day=_lived(), last_day=DAY + timedelta(days=1), desk_code="", language="en"
    )
    user = User.objects.create(username="bench-auditor")
    RoleGrant.objects.create(user=user, role=Role.AUDITOR.value, desk_code="")
    actor = Actor(name=user.username, kind=ActorKind.PERSON, user_id=user.pk)
    at = datetime.now(UTC)
    steps = _steps(parts.Span.of(asked, at=at))
    began = perf_counter()
    job = Job.objects.create(kind="bench", title="", created_at=at, actor_name=actor.name)
    report = writing.write_evidence(
        asked=asked, job=job, actor=actor, at=at, progress=lambda _done, _total: None
    )
    return {
        "trades": Trade.objects.count(),
        "seconds": round(perf_counter() - began, 1),
        "seconds_goal": SECONDS_GOAL,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "peak_mb_goal": PEAK_MB_GOAL,
        "pdf_kb": report.pdf.size // 1024,
        "xlsx_kb": report.workbook.size // 1024,
        **report.figures["figures"],
        "verdicts": report.figures["verdicts"],
        **steps,
    }


def _lived() -> date:
    """Make the quarter; return its first day."""
    _world()
    listed = Instrument.objects.earliest("pk")
    Instrument.objects.bulk_create(
        Instrument(code=f"H-{n}", name=f"Share {n}", asset_class="EQUITY", currency="EUR",
                   venue=listed.venue)
        for n in range(history.INSTRUMENTS)
    )  # fmt: skip
    history.found(actor=CLIENT, at=START)
    origin = capture.Origin(source_system="OMS", channel=Channel.BULK)
    message = read_fields(_message(1))
    capture.capture(messages=[message], origin=origin, actor=CLIENT, at=START)
    copied = Trade.objects.earliest("pk").pk
    history.grow(first=0, until=TRADES, last_day=DAY, trade_id=copied)
    with history.as_owner(), connection.cursor() as cursor:
        for table, rows in (
            ("desk_controlrun", RUNS),
            ("desk_approval", DECISIONS),
            ("desk_controlexception", EXCEPTIONS),
        ):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(rows, [])
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            cursor.execute(f"VACUUM (ANALYZE) {table}")
    return history.business_days(DAY, -(-TRADES // history.A_DAY))[-1]


def _steps(span: parts.Span) -> dict[str, float]:
    seconds = {}
    found = coverage.coverage_of(span)
    for name, ask in (
        ("coverage_s", lambda: coverage.coverage_of(span)),
        ("rules_s", lambda: rules.Spoken(span, found)),
        ("decisions_s", lambda: validations.decisions_of(span)),
        ("exceptions_s", lambda: exceptions.waivers_in(span)),
        (
            "trail_s",
            lambda: verification.verify_between(since=span.since, until=span.until),
        ),
    ):
        began = perf_counter()
        ask()
        seconds[name] = round(perf_counter() - began, 1)
    return seconds
