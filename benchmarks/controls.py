"""Control captured trades: from rows to saved findings, states, queue, history and audit.

Run through `manage.py bench controls`. A week of clean trades with planted faults comes in through
the real capture. The jobs of the batches are drained by as many worker processes as `up` starts;
they and PostgreSQL share the cores. What was found is compared with the answer key. Then a changed
rule is tried on a million trades, more are judged beside that million, and some one by one.
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
from benchmarks import alone, answers, growth, market, replay, rogue
from benchmarks.market import brought_in
from core.models import Job
from desk.models import ControlException
from refdata import models as refdata
from trades.models import Trade
from trades.rules import RULE_BOOK

TRADES = 100_000
EACH = 25
SEED = 2026
WORKERS = int(os.environ.get("WORKER_CONCURRENCY") or 2)
WORKER = """
import resource
import django
django.setup()
from core import jobs
from core.models import Job
jobs.handlers()
Job.objects.exists()
print("ready", flush=True)
input()
jobs.run_pending()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, flush=True)
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
        code="BNPP",
        name="BNP Paribas",
        lei="R0MUWSFPU8MPRO8K5P83",
        lei_status="ISSUED",
        is_counterparty=True,
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


def _drained() -> tuple[float, int]:
    """Return the seconds from the start of all workers, ready and waiting, to the empty queue, and
    the most megabytes that one of them held.
    """
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
    peaks = [int(worker.stdout.readline()) for worker in workers if worker.stdout is not None]
    seconds = perf_counter() - began
    for worker in workers:
        worker.communicate(timeout=600)
    return seconds, max(peaks)


def run() -> dict[str, object]:
    """Return how fast a week with planted faults is judged, what was found of them, and what was
    held that nothing is wrong with.
    """
    dealt = market.opened(SEED)
    days = market.business_days(market.DAYS)
    innocent = list(market.flow(dealt, days, TRADES))
    cases, planted = answers.planted_in(dealt, days, EACH)
    trades = brought_in([*map(market.Sent.soon, innocent), *planted])
    queued = Job.objects.filter(state="QUEUED").count()
    seconds, peak = _drained()
    figures: dict[str, object] = {
        "rules": len(RULE_BOOK),
        "rules_goal": 45,
        "trades": trades,
        "jobs": queued,
        "workers": WORKERS,
        "seconds": round(seconds, 2),
        "trades_per_s": round(trades / seconds),
        "trades_per_s_goal": 25_000,
        "peak_mb": peak,
        "peak_mb_goal": 600,
        "exceptions": ControlException.objects.count(),
        "to_validate": Trade.objects.filter(state="PENDING_VALIDATION").count(),
        "on_hold": Trade.objects.filter(state="ON_HOLD").count(),
        "failed_jobs": Job.objects.filter(state="FAILED").count(),
        **answers.scored(cases, [message["source_reference"] for message in innocent]),
        **growth.pace(),
        **replay.figures(_drained),
        **growth.at_a_million(dealt, _drained),
        **alone.figures(dealt),
    }
    return figures | rogue.told_of_two_months(dealt)
