"""Passes that match one item to one item within tolerance, after those that are identical."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import polars as pl

from reconciliation.frames.identical import EXACT_SCORE
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
PENALTY: Final = 20
NO_REFERENCE_SCORE: Final = 70
RIVALS_SHOWN: Final = 5


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
    candidates = candidate_pairs(ours, theirs, ["reference", *rules.exact], rules)
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
    if not (ours["reference"].has_nulls() or theirs["reference"].has_nulls()):
        return pl.DataFrame(schema=PAIRS)
    candidates = candidate_pairs(ours, theirs, keys, rules).filter(
        pl.col("reference").is_null() | pl.col("reference_theirs").is_null()
    )
    scored = candidates.with_columns(pl.lit(NO_REFERENCE_SCORE, dtype=pl.Int64()).alias("score"))
    return settle_rivals(scored, name="NO_REFERENCE", confirm=False)


def candidate_pairs(
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
    best = pl.DataFrame(list(_greedy(rivals.filter(~sole))), schema=rivals.schema)
    return pl.concat(
        [
            _pairs(rivals.filter(sole), name, confirmed=confirm),
            _pairs(best, name, confirmed=False),
        ]
    )


def _greedy(rivals: pl.DataFrame) -> Iterable[dict[str, object]]:
    """Yield the best pairs, each item once, by score, difference, lag and then ids."""
    order = rivals.with_columns(pl.col("difference").abs().alias("distance")).sort(
        ["score", "distance", "lag", "id", "id_theirs"], descending=[True, *[False] * 4]
    )
    ours: set[object] = set()
    theirs: set[object] = set()
    for row in order.drop("distance").iter_rows(named=True):
        if row["id"] not in ours and row["id_theirs"] not in theirs:
            ours.add(row["id"])
            theirs.add(row["id_theirs"])
            yield row


def _pairs(rows: pl.DataFrame, name: str, *, confirmed: bool) -> pl.DataFrame:
    """Return pairs as the engine groups them.

    The evidence says how far each is apart, and how many others could claim either item.
    """
    evidence = pl.concat_str(
        pl.lit('{"days": '),
        "lag",
        pl.lit(', "difference": "'),
        _amount_in_text("difference"),
        pl.lit('", "rivals_ours": '),
        pl.col("n_theirs").cast(pl.Int64) - 1,
        pl.lit(', "rivals_theirs": '),
        pl.col("n_ours").cast(pl.Int64) - 1,
        pl.lit("}"),
    )
    said = {
        "ours": pl.col("id"),
        "theirs": pl.col("id_theirs"),
        "pass": pl.lit(name),
        "state": pl.lit("CONFIRMED" if confirmed else "PROPOSED"),
        "score": pl.col("score"),
        "difference": pl.col("difference"),
        "evidence": evidence,
    }
    return rows.select(said[column].cast(dtype).alias(column) for column, dtype in PAIRS.items())


def _amount_in_text(name: str) -> pl.Expr:
    """Return `amount_text` of a column."""
    size = pl.col(name).abs()
    sign = pl.when(pl.col(name) < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    rest = (size % ONE).cast(pl.String).str.zfill(4)
    return pl.concat_str(sign, size // ONE, pl.lit("."), rest)


def amount_text(units: int) -> str:
    """Return 1/10,000 units as plain decimal text."""
    sign = "-" if units < 0 else ""
    whole, rest = divmod(abs(units), ONE)
    return f"{sign}{whole}.{rest:04}"
