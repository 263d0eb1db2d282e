"""Seeded pairs of sides with the answer key: which break or match each planted case must become."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from reconciliation.frames import SCHEMA

BASE = date(2026, 11, 18)
CENT = 100
THEIRS = 10_000_000
"""The ids of the other side, and of its second lines, are so much further on."""


@dataclass(frozen=True)
class Planted:
    """Both sides, and for every planted reference the pass or category that must come out."""

    ours: pl.DataFrame
    theirs: pl.DataFrame
    answers: dict[str, str]

    @staticmethod
    def name_of(number: int) -> str:
        """Return the reference under which an item of either side was planted."""
        return f"T{number % THEIRS if number >= THEIRS else number - 1:08}"


def planted_trades(rows: int, *, seed: int = 7, every: int = 20) -> Planted:
    """Return `rows` trades of ours and their statement; one in `every` carries a known case."""
    rng = random.Random(seed)  # noqa: S311 - test data, no secret
    ours: list[dict[str, object]] = []
    theirs: list[dict[str, object]] = []
    answers: dict[str, str] = {}
    for n in range(rows):
        item = _trade(rng, n)
        ours.append(item)
        other = item | {"id": THEIRS + n}
        if n % every:
            theirs.append(other)
            answers[str(item["reference"])] = "EXACT"
            continue
        case = CASES[(n // every) % len(CASES)]
        answers[str(item["reference"])] = case
        theirs.extend(_planted(case, item, other, ours))
    return Planted(_frame(ours), _frame(theirs), answers)


CASES = (
    "AMOUNT_TOLERANCE", "DATE_LAG", "SPLIT_REFERENCE", "NO_REFERENCE", "AMOUNT", "QUANTITY",
    "PRICE", "DATE", "CURRENCY", "REFERENCE", "SIMILAR", "DUPLICATE", "MISSING_THEIRS",
    "MISSING_OURS",
)  # fmt: skip


def _trade(rng: random.Random, n: int) -> dict[str, object]:
    quantity = Decimal(rng.randrange(1, 5_000))
    price = Decimal(rng.randrange(100, 90_000)) / 100
    day = BASE - timedelta(days=rng.randrange(3))
    return {
        "id": n + 1,
        "block": "CUST",
        "reference": f"T{n:08}",
        "currency": rng.choice(("EUR", "USD", "GBP")),
        "amount": int(quantity * price * 10_000),
        "day": day,
        "settle": day + timedelta(days=2),
        "isin": f"FR{rng.randrange(60):010}",
        "side": rng.choice(("BUY", "SELL")),
        "quantity": quantity,
        "price": price,
    }


def _planted(
    case: str, item: dict[str, object], other: dict[str, object], ours: list[dict[str, object]]
) -> list[dict[str, object]]:
    amount = int(str(item["amount"]))
    changes: dict[str, dict[str, object]] = {
        "AMOUNT_TOLERANCE": {"amount": amount + CENT},
        "DATE_LAG": {"settle": _later(item["settle"], 2)},
        "NO_REFERENCE": {"reference": ""},
        "AMOUNT": {"amount": amount + 50_000},
        "QUANTITY": {"quantity": Decimal(str(item["quantity"])) + 1},
        "PRICE": {"price": Decimal(str(item["price"])) + 1},
        "DATE": {"settle": _later(item["settle"], 9)},
        "CURRENCY": {"currency": "CHF"},
        "REFERENCE": {"reference": "X" + str(item["reference"])[::-1]},
        "SIMILAR": {"reference": f"BRK/{str(item['reference']).lower()}"},
    }
    if case in changes:
        return [other | changes[case]]
    if case == "DUPLICATE":
        return [other, other | {"id": int(str(other["id"])) + 5 * THEIRS}]
    if case == "MISSING_THEIRS":
        return []
    if case == "MISSING_OURS":
        ours.pop()
        return [other]
    quantity = Decimal(str(item["quantity"]))
    first = {"quantity": quantity / 4, "amount": amount // 4}
    rest = {"quantity": quantity - quantity / 4, "amount": amount - amount // 4}
    return [other | first, other | rest | {"id": int(str(other["id"])) + 5 * THEIRS}]


def _later(day: object, days: int) -> date:
    return date.fromisoformat(str(day)) + timedelta(days=days)


def _frame(rows: list[dict[str, object]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SCHEMA)
