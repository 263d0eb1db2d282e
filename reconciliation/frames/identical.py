"""The first pass: items that agree in every column, nearly all of them on a good day.

The columns are hashed into one number, which is joined; what was joined is then compared whole.
That is what makes it cheap: strings and decimals are looked at twice, not sorted or grouped.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Final

import polars as pl

from reconciliation.frames.items import MatchRules

EXACT_SCORE: Final = 100
NAME: Final = "EXACT"


def match_exact(ours: pl.DataFrame, theirs: pl.DataFrame, rules: MatchRules) -> pl.DataFrame:
    """Pair items that agree in every column, the n-th of identical ones with the n-th.

    Identical items are interchangeable: pairing them by occurrence prefers none. What both say,
    amount and currency, stands besides, and at which place of its side each of them is.
    """
    keys = ["reference", *rules.exact, "amount", *rules.days]
    left, right = _hashed(ours, keys), _hashed(theirs, keys)
    first, more = pl.col("occurrence") == 0, pl.col("occurrence") > 0
    joined = pl.concat(
        left.filter(which)
        .join(right.filter(which), on=on, suffix="_theirs")
        .select("id", "id_theirs", "row", "row_theirs")
        for which, on in ((first, ["key"]), (more, ["key", "occurrence"]))
    )
    return _agreeing(joined, ours, theirs, keys).select(
        pl.col("id").alias("ours"),
        pl.col("id_theirs").alias("theirs"),
        pl.lit(NAME).alias("pass"),
        pl.lit("CONFIRMED").alias("state"),
        pl.lit(EXACT_SCORE, dtype=pl.Int64()).alias("score"),
        pl.lit(0, dtype=pl.Int64()).alias("difference"),
        pl.lit("{}").alias("evidence"),
        "amount",
        "currency",
        "row",
        "row_theirs",
    )


def _hashed(frame: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """Return the items with one number for all keys; those with an empty key drop out.

    What is identical to another of its side is numbered, in the order of the ids.
    """
    hashes = [pl.col(name).hash(seed) for seed, name in enumerate(keys)]
    whole = reduce(lambda one, other: one.xor(other), hashes)
    filled = frame.with_row_index("row").drop_nulls(keys).select("id", "row", whole.alias("key"))
    none = pl.lit(0, dtype=pl.Int64())
    again = filled["key"].is_duplicated()
    if not again.any():
        return filled.with_columns(none.alias("occurrence"))
    nth = pl.int_range(pl.len(), dtype=pl.Int64()).over("key")
    return pl.concat(
        [
            filled.filter(~again).with_columns(none.alias("occurrence")),
            filled.filter(again).with_columns(nth.alias("occurrence")),
        ]
    )


def _agreeing(
    joined: pl.DataFrame, ours: pl.DataFrame, theirs: pl.DataFrame, keys: Sequence[str]
) -> pl.DataFrame:
    """Return the pairs whose columns agree: two items may share a number by chance."""
    left = ours.select(*keys, *({"currency"} - set(keys)))[joined["row"]]
    right = theirs.select(pl.col(name).alias(f"{name}_theirs") for name in keys)
    right = right[joined["row_theirs"]]
    told = pl.concat([joined, left, right], how="horizontal")
    return told.filter(pl.all_horizontal(pl.col(n) == pl.col(f"{n}_theirs") for n in keys))
