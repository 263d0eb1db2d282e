"""Passes that match one item to one item: exact first, then within tolerance."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

import polars as pl

from reconciliation.frames.items import ONE, MatchRules

PAIRS: Final[dict[str, pl.DataType]] = {
    "ours": pl.Int64(),
    "theirs": pl.Int64(),
    "pass": pl.String(),
    "state": pl.String(),
    "score": pl.Int64(),
    "difference": pl.Int64(),
    "evidence": pl.String(),
}
EXACT_SCORE: Final = 100
PENALTY: Final = 20
NO_REFERENCE_SCORE: Final = 70
RIVALS_SHOWN: Final = 5


def match_exact(ours: pl.DataFrame, theirs: pl.DataFrame, rules: MatchRules) -> pl.DataFrame:
    """Pair items that agree in every column, the n-th of identical ones with the n-th.

    Identical items are interchangeable: pairing them by occurrence prefers none. What both say,
    amount and currency, stands besides.
    """
    keys = ["reference", *rules.exact, "amount", *rules.days]
    left = _with_occurrence(ours, keys)
    right = _with_occurrence(theirs, keys)
    joined = left.join(right, on=[*keys, "occurrence"], how="inner", suffix="_theirs")
    return joined.select(
        pl.col("id").alias("ours"),
        pl.col("id_theirs").alias("theirs"),
        pl.lit("EXACT").alias("pass"),
        pl.lit("CONFIRMED").alias("state"),
        pl.lit(EXACT_SCORE, dtype=pl.Int64()).alias("score"),
        pl.lit(0, dtype=pl.Int64()).alias("difference"),
        pl.lit("{}").alias("evidence"),
        "amount",
        "currency",
    )


def _with_occurrence(frame: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Number identical items in the order of their ids; items with an empty key drop out.

    Only items that share a reference can be identical: the others are the first of their kind.
    """
    filled = frame.select(["id", *keys]).drop_nulls(keys)
    shared = pl.col("reference").is_duplicated()
    occurrence = pl.int_range(pl.len(), dtype=pl.Int64())
    return pl.concat(
        [
            filled.filter(~shared).with_columns(pl.lit(0, dtype=pl.Int64()).alias("occurrence")),
            filled.filter(shared).with_columns(occurrence.over(keys).alias("occurrence")),
        ]
    )


def match_within(
    ours: pl.DataFrame,
    theirs: pl.DataFrame,
    rules: MatchRules,
    *,
    amount: int,
    days: int,
    name: str,
) -> pl.DataFrame:
    """Pair items with the same reference whose amount and days differ within the limits.

    A pair is confirmed when neither item has another candidate; otherwise the best pair is
    proposed and the rivals are named.
    """
    candidates = _candidates(ours, theirs, ["reference", *rules.exact], rules)
    near = candidates.filter(
        (pl.col("difference").abs() <= amount) & (pl.col("lag") <= days)
    ).with_columns(
        (
            EXACT_SCORE
            - PENALTY * pl.col("difference").abs() // max(amount, 1)
            - PENALTY * pl.col("lag") // max(days, 1)
        ).alias("score")
    )
    return settle_rivals(near, name=name, confirm=True)


def match_without_reference(
    ours: pl.DataFrame, theirs: pl.DataFrame, rules: MatchRules
) -> pl.DataFrame:
    """Propose pairs that agree in everything, where at least one side gives no reference."""
    keys = [*rules.exact, "amount", *rules.days]
    candidates = _candidates(ours, theirs, keys, rules).filter(
        pl.col("reference").is_null() | pl.col("reference_theirs").is_null()
    )
    scored = candidates.with_columns(pl.lit(NO_REFERENCE_SCORE, dtype=pl.Int64()).alias("score"))
    return settle_rivals(scored, name="NO_REFERENCE", confirm=False)


def _candidates(
    ours: pl.DataFrame, theirs: pl.DataFrame, keys: list[str], rules: MatchRules
) -> pl.DataFrame:
    """Join on filled keys; a key with too many pairs is left to a person, not exploded."""
    left, right = ours.drop_nulls(keys), theirs.drop_nulls(keys)
    sizes = (
        left.group_by(keys)
        .len("n_ours")
        .join(right.group_by(keys).len("n_theirs"), on=keys)
        .filter(
            pl.col("n_ours").cast(pl.Int64()) * pl.col("n_theirs").cast(pl.Int64())
            <= rules.pairs_per_key
        )
        .select(keys)
    )
    joined = left.join(sizes, on=keys, how="semi").join(right, on=keys, suffix="_theirs")
    return with_distance(joined, rules)


def with_distance(joined: pl.DataFrame, rules: MatchRules) -> pl.DataFrame:
    """Add `difference` (theirs - ours) and `lag` (days, the widest) to a join of both sides."""
    names = set(joined.columns)

    def other(name: str) -> pl.Expr:
        return pl.col(f"{name}_theirs") if f"{name}_theirs" in names else pl.col(name)

    lags = [(other(day) - pl.col(day)).dt.total_days().abs() for day in rules.days]
    return joined.with_columns(
        (other("amount") - pl.col("amount")).alias("difference"),
        pl.max_horizontal(lags).cast(pl.Int64()).alias("lag"),
    )


def settle_rivals(candidates: pl.DataFrame, *, name: str, confirm: bool) -> pl.DataFrame:
    """Turn candidate pairs into at most one pair per item; never confirm where a rival stands."""
    if candidates.is_empty():
        return pl.DataFrame(schema=PAIRS)
    rivals = candidates.select("id", "id_theirs", "score", "difference", "lag").with_columns(
        pl.len().over("id").alias("n_ours"), pl.len().over("id_theirs").alias("n_theirs")
    )
    sole = (pl.col("n_ours") == 1) & (pl.col("n_theirs") == 1)
    return pl.concat(
        [
            _pairs(rivals.filter(sole).iter_rows(named=True), name, confirmed=confirm),
            _pairs(_greedy(rivals.filter(~sole)), name, confirmed=False),
        ]
    )


def _greedy(rivals: pl.DataFrame) -> Iterable[dict[str, object]]:
    """Yield the best pairs, each item once, by score, difference, lag and then ids."""
    order = rivals.with_columns(pl.col("difference").abs().alias("distance")).sort(
        ["score", "distance", "lag", "id", "id_theirs"], descending=[True, *[False] * 4]
    )
    rows = list(order.iter_rows(named=True))
    used: set[tuple[str, int]] = set()
    for row in rows:
        ours, theirs = ("ours", row["id"]), ("theirs", row["id_theirs"])
        if ours in used or theirs in used:
            continue
        used |= {ours, theirs}
        yield row


def _pairs(rows: Iterable[dict[str, object]], name: str, *, confirmed: bool) -> pl.DataFrame:
    records = [
        {
            "ours": row["id"],
            "theirs": row["id_theirs"],
            "pass": name,
            "state": "CONFIRMED" if confirmed else "PROPOSED",
            "score": row["score"],
            "difference": row["difference"],
            "evidence": _evidence(row),
        }
        for row in rows
    ]
    return pl.DataFrame(records, schema=PAIRS)


def _evidence(row: dict[str, object]) -> str:
    """Say how far the pair is apart and how many others could claim either item."""
    return json.dumps(
        {
            "difference": amount_text(int(str(row["difference"]))),
            "days": row["lag"],
            "rivals_ours": int(str(row["n_theirs"])) - 1,
            "rivals_theirs": int(str(row["n_ours"])) - 1,
        },
        sort_keys=True,
    )


def amount_text(units: int) -> str:
    """Return 1/10,000 units as plain decimal text."""
    sign = "-" if units < 0 else ""
    whole, rest = divmod(abs(units), ONE)
    return f"{sign}{whole}.{rest:04}"
