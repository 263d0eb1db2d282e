"""Write and validate transaction reports: 100,000 records through the real writer and schemas.

Run through `manage.py bench reports`, or by itself: `python -m benchmarks.reports`. Schemas come
from `REPORT_SCHEMA_DIR`, else from the shared test data beside the repository.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from time import perf_counter

from reporting.facts import (
    Decider,
    DeciderKind,
    Envelope,
    FirmSource,
    IdScheme,
    InstrumentSource,
    PartySource,
    TradeSource,
)
from reporting.formats import auth016, schemas
from reporting.rules import rts22
from reporting.rules.book import RuleContext
from reporting.rules.eligibility import decide
from reporting.rules.mapping import map_trade

RECORDS = 100_000
FIRM, BANK = "5493001KJTIIGC8Y1R12", "R0MUWSFPU8MPRO8K5P83"
START = datetime(2026, 11, 20, 8, 0, 0, 1, tzinfo=UTC)
TRADER = Decider(DeciderKind.PERSON, "FR19800101JEAN#DUPON", IdScheme.CONCAT, "FR")
SHARE = InstrumentSource("FR0000131104", "BNP", "ESVUFR", "EQUITY", "MONETARY", "EUR")
BOND = InstrumentSource("FR0014002WK3", "OAT", "DBFTFB", "BOND", "PERCENT", "EUR")


def sources(count: int) -> list[TradeSource]:
    """Shares and bonds, bought and sold, no two records alike."""
    return [
        TradeSource(
            trade_id=n,
            version_no=1,
            reference=f"T{n:012d}",
            action="NEW",
            is_current=True,
            side="BUY" if n % 2 else "SELL",
            quantity=Decimal(n % 5_000 + 1),
            price=Decimal("54.80") + n % 97,
            currency="EUR",
            net_amount=Decimal(n % 5_000 + 1) * 55,
            trade_date=START.date(),
            traded_at=START + timedelta(microseconds=n * 191),
            venue="XPAR",
            venue_country="FR",
            capacity="DEAL",
            isin=SHARE.isin if n % 3 else BOND.isin,
            counterparty=PartySource("BANK", BANK, "ISSUED"),
            instrument=SHARE if n % 3 else BOND,
            trader=TRADER,
            trader_code="T-ANA",
            firm=FirmSource(FIRM, FIRM, BANK, "FR"),
        )
        for n in range(count)
    ]


def run() -> dict[str, object]:
    """Return the figures: seconds per step, records per second, and the verdict."""
    directory = Path(os.environ.get("REPORT_SCHEMA_DIR") or "../shared/data/mifir")
    trades = sources(RECORDS)
    context = RuleContext(START + timedelta(hours=12), frozenset({"EUR"}))
    marks = [perf_counter()]
    for trade in trades:
        decide(trade)
    facts = [map_trade(trade).facts for trade in trades]
    marks.append(perf_counter())
    blocked = sum(rts22.is_blocked(rts22.judge(one, context)) for one in facts)
    marks.append(perf_counter())
    envelope = Envelope(FIRM, BANK, "RTS22-BENCH", START + timedelta(hours=12))
    content = b"".join(auth016.stream_file(envelope, facts))
    marks.append(perf_counter())
    missing = schemas.missing_schemas(directory)
    verdict = None if missing else schemas.validate(content, schemas.load_schema(directory))
    marks.append(perf_counter())
    mapped, judged, written, validated = (b - a for a, b in pairwise(marks))
    return {
        "records": RECORDS,
        "bytes": len(content),
        "decided_and_mapped_s": round(mapped, 2),
        "judged_s": round(judged, 2),
        "written_s": round(written, 2),
        "validated_s": round(validated, 2) if verdict else None,
        "written_and_validated_s": round(written + validated, 2) if verdict else None,
        "goal_s": 12,
        "schema_valid": bool(verdict and verdict.is_valid),
        "blocked": blocked,
    }


if __name__ == "__main__":
    print(json.dumps(run()))
