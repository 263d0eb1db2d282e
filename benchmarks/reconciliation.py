"""Reconcile 100,000 trades with 100,000 broker lines: from tables to saved groups and breaks.

Run through `manage.py bench reconciliation`. One trade in twenty carries a known case (tolerance,
lag, split, missing reference, every category of break); the answer key is checked.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from time import perf_counter

import polars as pl
from django.db import connection

from core import files
from kernel.actors import SYSTEM
from reconciliation import selectors, services
from reconciliation.frames import TRADE_RULES, reconcile
from reconciliation.models import Break, MatchGroup, Statement, StatementFile, StatementLine
from reconciliation.selectors import Scope
from reconciliation.services.copying import as_decimal, copy_in
from reconciliation.states import Kind
from tests.factories.reconciliation import Planted, planted_trades
from trades.models import CaptureBatch, Trade

ROWS = 100_000
ROUNDS = 1
AT = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
SENDER = "CUST"
GOAL_S = 2


def _amount(name: str = "amount") -> pl.Expr:
    return as_decimal(pl.col(name)).alias(name)


def _our_table(planted: Planted) -> None:
    batch = CaptureBatch.objects.create(
        channel="FILE", source_system="BENCH", actor_name="bench", received_at=AT
    )
    text = {
        "source_system": "BENCH", "state": "VALIDATED", "close_reason": "", "symbol": "",
        "venue": "XPAR", "counterparty_code": SENDER, "desk_code": "EQ", "book_code": "",
        "trader_code": "", "account_code": "", "capacity": "", "maker": "bench",
        "contributors": "{bench}", "fingerprint": "0" * 64,
    }  # fmt: skip
    copy_in(
        Trade,
        planted.ours.select(
            "id", "reference", "currency", "isin", "side", "quantity", "price",
            pl.concat_str([pl.lit("S"), pl.col("reference")]).alias("source_reference"),
            pl.col("day").alias("trade_date"), pl.col("settle").alias("settlement_date"),
            as_decimal(pl.col("amount")).alias("gross_amount"),
            as_decimal(pl.col("amount")).alias("net_amount"),
            *[pl.lit(value).alias(name) for name, value in text.items()],
            *[pl.lit(0).alias(name) for name in ("accrued_interest", "fees")],
            *[pl.lit(1).alias(name) for name in ("source_version", "version_no")],
            pl.lit(batch.pk).alias("batch_id"), pl.lit(AT.isoformat()).alias("traded_at"),
        ),
    )  # fmt: skip


def _their_table(planted: Planted) -> None:
    stored = files.store(
        name="bench.csv", content=b"bench", media_type="text/csv", actor=SYSTEM, at=AT
    )
    file = StatementFile.objects.create(
        kind="TRADES", format="TABLE", name="bench.csv", file=stored, sha256=stored.sha256,
        sender_code=SENDER, state="IMPORTED", received_by="bench", received_at=AT, imported_at=AT,
        declared_rows=planted.theirs.height,
    )  # fmt: skip
    days = planted.theirs["day"]
    statement = Statement.objects.create(
        source=file, n=1, account_number=SENDER, period_from=days.min(), period_to=days.max(),
        lines_count=planted.theirs.height,
    )  # fmt: skip
    text = {
        "kind": "TRADES", "sender_code": SENDER, "account_number": SENDER, "bank_reference": "",
        "symbol": "", "description": "",
    }  # fmt: skip
    copy_in(
        StatementLine,
        planted.theirs.with_row_index("n").select(
            "id", pl.col("n").alias("n"), pl.col("n").alias("line"),
            pl.col("reference").fill_null(""), "currency", "isin", "side", "quantity", "price",
            _amount(), pl.col("settle").alias("value_date"), pl.col("day").alias("trade_date"),
            pl.lit(file.pk).alias("source_id"), pl.lit(statement.pk).alias("statement_id"),
            *[pl.lit(value).alias(name) for name, value in text.items()],
        ),
    )  # fmt: skip


def _undo_everything() -> None:
    """Empty what a round saved, so that the next one starts from the same tables."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM reconciliation_break")
        cursor.execute("DELETE FROM reconciliation_matchallocation")
        cursor.execute("DELETE FROM reconciliation_matchgroup")


def run() -> dict[str, object]:
    """Return the seconds from tables to saved groups and breaks, and the engine's share."""
    planted = planted_trades(ROWS)
    _our_table(planted)
    _their_table(planted)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    scope = Scope(Kind.TRADES, SENDER, sender=SENDER)
    period = (date(2026, 1, 1), date(2026, 12, 31))
    best: dict[str, float] = {}
    for number in range(ROUNDS):
        if number:
            _undo_everything()
        began = perf_counter()
        ours, theirs = selectors.our_side(scope, *period), selectors.their_side(scope)
        read = perf_counter()
        reconcile(ours, theirs, TRADE_RULES, period_end=period[1])
        matched = perf_counter()
        done = services.run_reconciliation(scope=scope, source=None, actor=SYSTEM, at=AT)
        figures = {
            "total_s": perf_counter() - matched,
            "read_s": read - began,
            "match_s": matched - read,
        }
        if not best or figures["total_s"] < best["total_s"]:
            best = figures
    return {
        "ours": planted.ours.height,
        "theirs": planted.theirs.height,
        **{name: round(value, 3) for name, value in best.items()},
        "goal_s": GOAL_S,
        "groups": MatchGroup.objects.count(),
        "breaks": Break.objects.count(),
        "counts": done.counts,
    }
