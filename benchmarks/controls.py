"""Control captured trades: from rows to saved findings, states, queue, history and audit.

Run through `manage.py bench controls`. Trades come in through the real capture; one in fifty has a
far price, one in seventy a wrong gross amount. The jobs of the batches are drained by as many
worker processes as `up` starts; they and PostgreSQL share the cores.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from time import perf_counter
from typing import Any

from stdnum import isin as stdnum_isin

from backoffice.launcher import places
from core.models import Job
from desk.models import ControlException
from kernel.actors import Actor, ActorKind
from refdata import models as refdata
from trades.formats.execution_json import read_fields
from trades.models import Trade
from trades.services import capture
from trades.states import Channel

TRADES = 40_000
WORKERS = int(os.environ.get("WORKER_CONCURRENCY") or 2)
WORKER = """
import django
django.setup()
from core import jobs
from core.models import Job
jobs.handlers()
Job.objects.exists()
print("ready", flush=True)
input()
jobs.run_pending()
print("done", flush=True)
"""
INSTRUMENTS = 60
DAY = date(2026, 11, 20)
START = datetime(2026, 11, 20, 8, 5, tzinfo=UTC)


def _isin(number: int) -> str:
    body = f"FR{number:09d}"
    return body + stdnum_isin.calc_check_digit(body)


def _world() -> None:
    calendars = [
        refdata.Calendar.objects.create(
            code=code, name=code, kind=kind, first_day=date(2023, 1, 1), last_day=date(2028, 1, 1)
        )
        for code, kind in (("TARGET", "PAYMENT"), ("XPAR", "EXCHANGE"))
    ]
    refdata.Currency.objects.create(code="EUR", name="Euro", calendar=calendars[0])
    venue = refdata.Venue.objects.create(
        mic="XPAR", operating_mic="XPAR", name="Paris", country="FR", status="ACTIVE"
    )
    refdata.SettlementCycle.objects.create(valid_from=date(2014, 10, 6), days=2)
    desk = refdata.Desk.objects.create(code="EQ", name="Equities")
    refdata.Book.objects.create(code="EQ-PAR-1", name="Paris", desk=desk)
    refdata.Trader.objects.create(code="T-ANA", name="Ana", desk=desk)
    party = refdata.Party.objects.create(
        code="BNPP", name="BNP Paribas", lei="R0MUWSFPU8MPRO8K5P83", is_counterparty=True
    )
    refdata.SettlementInstruction.objects.create(
        party=party, place_of_settlement="SICVFRPPXXX", agent_bic="BNPAFRPPXXX",
        account_number="1", valid_from=date(2026, 1, 1), state="APPROVED", proposed_by="ann",
        proposed_at=START, decided_by="ben", decided_at=START,
    )  # fmt: skip
    for number in range(INSTRUMENTS):
        instrument = refdata.Instrument.objects.create(
            isin=_isin(number),
            code=_isin(number),
            name=f"Share {number}",
            asset_class="EQUITY",
            currency="EUR",
            venue=venue,
        )
        refdata.Price.objects.create(
            instrument=instrument, day=DAY - timedelta(days=1), source="BENCH", close=Decimal(10)
        )


def _message(number: int) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "source_reference": f"B-{number}",
        "version": 1,
        "action": "NEW",
        "isin": _isin(number % INSTRUMENTS),
        "side": "BUY" if number % 2 else "SELL",
        "quantity": str(1 + number % 1_000),
        "price": "16" if number % 50 == 0 else f"10.{number % 17:02d}",
        "currency": "EUR",
        "traded_at": (START + timedelta(milliseconds=number * 100)).isoformat(),
        "venue": "XPAR",
        "counterparty": "BNPP",
        "book": "EQ-PAR-1",
        "trader": "T-ANA",
        "capacity": "DEAL",
    }
    if number % 70 == 0:
        fields["gross_amount"] = "1.00"
    return fields


def _drained() -> float:
    """Return the seconds from the start of all workers, ready and waiting, to the empty queue."""
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=places.ROOT,
        )
        for _ in range(WORKERS)
    ]
    for worker in workers:
        assert worker.stdout is not None
        worker.stdout.readline()
    began = perf_counter()
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write(b"go\n")
        worker.stdin.flush()
    for worker in workers:
        assert worker.stdout is not None
        worker.stdout.readline()
    seconds = perf_counter() - began
    for worker in workers:
        worker.communicate(timeout=600)
    return seconds


def run() -> dict[str, object]:
    """Return trades per second of the control job, and what it found."""
    _world()
    actor = Actor(name="bench", kind=ActorKind.CLIENT)
    for start in range(0, TRADES, 10_000):
        capture.capture(
            messages=[read_fields(_message(n)) for n in range(start, start + 10_000)],
            origin=capture.Origin(source_system="BENCH", channel=Channel.BULK),
            actor=actor,
            at=START + timedelta(milliseconds=(start + 10_000) * 100),
        )
    queued = Job.objects.filter(state="QUEUED").count()
    seconds = _drained()
    return {
        "trades": TRADES,
        "jobs": queued,
        "workers": WORKERS,
        "seconds": round(seconds, 2),
        "trades_per_s": round(TRADES / seconds),
        "goal_per_s": 10_000,
        "exceptions": ControlException.objects.count(),
        "to_validate": Trade.objects.filter(state="PENDING_VALIDATION").count(),
        "on_hold": Trade.objects.filter(state="ON_HOLD").count(),
        "failed_jobs": Job.objects.filter(state="FAILED").count(),
    }
