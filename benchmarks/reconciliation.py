"""Reconcile a million trades with a million broker lines: how right, how fast, beside whom.

Run through `manage.py bench reconciliation`. First the engine on columns: precision and recall on
every profile of `sides.py`, its seconds beside one plain join on all key columns and beside two
peers, which get a venv of their own from `requirements.txt` here. Then the whole way, from tables
to saved groups, evidence and breaks, in a process of its own; each round brings another sender, so
that the later ones meet a database that was used, and the median counts.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Final

import polars as pl
from django.db import connection

from backoffice.launcher import places
from benchmarks.history import as_owner
from benchmarks.sides import PROFILES, Sides, scored, sides
from core import files
from kernel.actors import SYSTEM
from reconciliation.frames import TRADE_RULES, reconcile
from reconciliation.models import Statement, StatementFile, StatementLine
from reconciliation.services.copying import as_decimal, copy_in
from trades.models import CaptureBatch, Trade

ROWS: Final = int(os.environ.get("BENCH_ROWS") or 1_000_000)
ROWS_OF_A_PROFILE: Final = 100_000
ROUNDS: Final = 3
PLAIN: Final = "plain"
AT: Final = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
KEYS: Final = ("reference", *TRADE_RULES.exact, "amount", *TRADE_RULES.days)
GOALS: Final = {
    "seconds_goal": 6,
    "match_vs_join_goal": 1.7,
    "vs_datacompy_goal": 20,
    "vs_splink_goal": 12,
    "precision_worst_goal": 0.9999,
    "recall_goal": 0.999,
    "peak_mb_goal": 1_500,
}
WHOLE_WAY: Final = """
import json, resource, sys
from datetime import datetime
from time import perf_counter
import django
django.setup()
from kernel.actors import SYSTEM
from reconciliation import services
from reconciliation.selectors import Scope
from reconciliation.states import Kind
scope = Scope(Kind.TRADES, sys.argv[1], sender=sys.argv[1])
began = perf_counter()
run = services.run_reconciliation(
    scope=scope, source=None, actor=SYSTEM, at=datetime.fromisoformat(sys.argv[2]))
print(json.dumps({
    "seconds": round(perf_counter() - began, 3), "counts": run.counts,
    "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))
"""


def run() -> dict[str, object]:
    """Return how right and how fast the engine is, what peers need, and the whole way."""
    known = sides(ROWS, PROFILES[PLAIN])
    figures = _right(known) | _fast(known) | _peers(known)
    del known
    for name, other in (("vs_datacompy", "datacompy"), ("vs_splink", "splink")):
        if seconds := figures.get(f"{other}_seconds"):
            figures[name] = round(seconds / figures["match_seconds"], 1)
    rounds = [_round(number) for number in range(ROUNDS)]
    whole = {
        "rows_per_side": ROWS,
        "seconds": median(one["seconds"] for one in rounds),
        "rounds_s": [one["seconds"] for one in rounds],
        "peak_mb": max(one["peak_mb"] for one in rounds),
        "counts": rounds[-1]["counts"],
    }
    return whole | figures | GOALS


def _right(known: Sides) -> dict[str, Any]:
    """Return the worst precision of all profiles, and what was found of the plain one."""
    scores = {
        name: scored(made.truth, _matched(made))
        for name, profile in PROFILES.items()
        for made in [known if name == PLAIN else sides(ROWS_OF_A_PROFILE, profile)]
    }
    return {
        "precision_worst": round(min(score.precision for score in scores.values()), 6),
        "recall": round(scores[PLAIN].recall, 5),
        "recall_confirmed": round(scores[PLAIN].recall_confirmed, 5),
        "recall_by_case": scores[PLAIN].by_case,
        "recall_by_profile": {name: round(score.recall, 5) for name, score in scores.items()},
    }


def _matched(made: Sides) -> pl.DataFrame:
    return reconcile(made.ours, made.theirs, TRADE_RULES).allocations


def _fast(known: Sides) -> dict[str, Any]:
    """Return the seconds of the engine and those of one plain join on all key columns."""
    join = _seconds(lambda: known.ours.join(known.theirs, on=KEYS, how="inner"))
    match = _seconds(lambda: _matched(known))
    return {
        "match_seconds": round(match, 3),
        "join_seconds": round(join, 3),
        "match_vs_join": round(match / join, 2),
    }


def _seconds(work: Callable[[], object]) -> float:
    took = []
    for _round_no in range(ROUNDS):
        began = perf_counter()
        work()
        took.append(perf_counter() - began)
    return median(took)


def _peers(known: Sides) -> dict[str, Any]:
    """Return what peers need for the same rows, or why none was asked."""
    here = places.ROOT / "benchmarks"
    with tempfile.TemporaryDirectory(prefix="denouement-peers-") as name:
        folder = Path(name)
        for side, frame in (("ours", known.ours), ("theirs", known.theirs)):
            plain = frame.with_columns(pl.col("quantity", "price").cast(pl.Float64))
            plain.write_parquet(folder / f"{side}.parquet")
        known.truth.write_parquet(folder / "truth.parquet")
        python = folder / "venv" / "bin" / "python"
        steps = (
            [sys.executable, "-m", "venv", str(folder / "venv")],
            [str(python), "-m", "pip", "install", "-q", "-r", str(here / "requirements.txt")],
            [str(python), str(here / "reconciliation_peers.py"), name],
        )
        said = ""
        for step in steps:
            done = subprocess.run(step, capture_output=True, text=True, check=False)
            if done.returncode:
                return {"peers": f"not asked: {done.stderr.strip()[-300:]}"}
            said = done.stdout
    answer: dict[str, Any] = json.loads(said.splitlines()[-1])
    return answer


def _round(number: int) -> dict[str, Any]:
    """Plant one sender and reconcile it in a process of its own."""
    sender = f"C{number}"
    made = sides(ROWS, PROFILES[PLAIN], seed=number, first=1 + 2 * ROWS * number)
    with as_owner():
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE trades_trade DISABLE TRIGGER USER")
        _our_table(made.ours, sender)
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE trades_trade ENABLE TRIGGER USER")
    _their_table(made.theirs, sender)
    del made
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE trades_trade, reconciliation_statementline")
    done = subprocess.run(
        [sys.executable, "-c", WHOLE_WAY, sender, AT.isoformat()],
        cwd=places.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _our_table(ours: pl.DataFrame, sender: str) -> None:
    batch = CaptureBatch.objects.create(
        channel="FILE", source_system="BENCH", actor_name="bench", received_at=AT
    )
    text = {
        "source_system": "BENCH", "state": "VALIDATED", "close_reason": "", "symbol": "",
        "venue": "XPAR", "counterparty_code": sender, "desk_code": "EQ", "book_code": "",
        "trader_code": "", "account_code": "", "capacity": "", "maker": "bench",
        "contributors": "{bench}", "fingerprint": "0" * 64,
    }  # fmt: skip
    copy_in(
        Trade,
        ours.select(
            "id", "currency", "isin", "side", "quantity", "price",
            pl.col("reference").alias("source_reference"),
            pl.col("day").alias("trade_date"), pl.col("settle").alias("settlement_date"),
            as_decimal(pl.col("amount")).alias("gross_amount"),
            as_decimal(pl.col("amount")).alias("net_amount"),
            *[pl.lit(value).alias(name) for name, value in text.items()],
            *[pl.lit(0).alias(name) for name in ("accrued_interest", "fees")],
            *[pl.lit(1).alias(name) for name in ("source_version", "version_no")],
            pl.lit(batch.pk).alias("batch_id"), pl.lit(AT.isoformat()).alias("traded_at"),
        ),
    )  # fmt: skip


def _their_table(theirs: pl.DataFrame, sender: str) -> None:
    stored = files.store(
        name="bench.csv", content=sender.encode(), media_type="text/csv", actor=SYSTEM, at=AT
    )
    file = StatementFile.objects.create(
        kind="TRADES", format="TABLE", name="bench.csv", file=stored, sha256=stored.sha256,
        sender_code=sender, state="IMPORTED", received_by="bench", received_at=AT, imported_at=AT,
        declared_rows=theirs.height,
    )  # fmt: skip
    days = theirs["day"]
    statement = Statement.objects.create(
        source=file, n=1, account_number=sender, lines_count=theirs.height,
        period_from=days.min() or date.min, period_to=date(2026, 12, 31),
    )  # fmt: skip
    text = {
        "kind": "TRADES", "sender_code": sender, "account_number": sender, "bank_reference": "",
        "symbol": "", "description": "",
    }  # fmt: skip
    copy_in(
        StatementLine,
        theirs.with_row_index("n").select(
            "id", pl.col("n").alias("n"), pl.col("n").alias("line"),
            pl.col("reference").fill_null(""), "currency", "isin", "side", "quantity", "price",
            as_decimal(pl.col("amount")).alias("amount"),
            pl.col("settle").alias("value_date"), pl.col("day").alias("trade_date"),
            pl.lit(file.pk).alias("source_id"), pl.lit(statement.pk).alias("statement_id"),
            *[pl.lit(value).alias(name) for name, value in text.items()],
        ),
    )  # fmt: skip
