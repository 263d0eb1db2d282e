"""Passes that match one item to several: by reference, then by sums inside a small block."""

from __future__ import annotations

import itertools
import json
import operator
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from reconciliation.frames.items import MatchRules
from reconciliation.frames.passes import PENALTY, amount_text

REFERENCE_SCORE: Final = 90
BLOCK_SCORE: Final = 50
SUMS_TRIED: Final = 20_000_000


@dataclass(frozen=True, slots=True)
class Split:
    """One item on a side explained by several on the other."""

    ours: tuple[int, ...]
    theirs: tuple[int, ...]
    name: str
    state: str
    score: int
    difference: int
    evidence: str


def match_split_by_reference(
    ours: pl.DataFrame, theirs: pl.DataFrame, rules: MatchRules
) -> list[Split]:
    """Confirm 1:n and n:1 where all parts carry the reference, add up and lie within the lag."""
    keys = ["reference", *rules.split_keys]
    joined = _sums(ours, keys, rules).join(_sums(theirs, keys, rules), on=keys, suffix="_theirs")
    one, other = pl.col("n"), pl.col("n_theirs")
    fits = joined.filter(
        ((one == 1) & (other > 1) | (one > 1) & (other == 1))
        & ((pl.col("amount_theirs") - pl.col("amount")).abs() <= rules.amount_tolerance)
    )
    for name in rules.summed:
        fits = fits.filter(pl.col(name) == pl.col(f"{name}_theirs"))
    for day in rules.days:
        first = pl.min_horizontal(f"{day}_first", f"{day}_first_theirs")
        last = pl.max_horizontal(f"{day}_last", f"{day}_last_theirs")
        fits = fits.filter((last - first).dt.total_days() <= rules.day_lag)
    return [_by_reference(row) for row in fits.sort(keys).iter_rows(named=True)]


def _sums(frame: pl.DataFrame, keys: list[str], rules: MatchRules) -> pl.DataFrame:
    return (
        frame.drop_nulls(keys)
        .group_by(keys)
        .agg(
            pl.len().alias("n"),
            pl.col("id").sort().alias("ids"),
            pl.col("amount").sum(),
            *[pl.col(name).sum() for name in rules.summed],
            *[pl.col(day).min().alias(f"{day}_first") for day in rules.days],
            *[pl.col(day).max().alias(f"{day}_last") for day in rules.days],
        )
    )


def _by_reference(row: dict[str, Any]) -> Split:
    difference = row["amount_theirs"] - row["amount"]
    return Split(
        ours=tuple(row["ids"]),
        theirs=tuple(row["ids_theirs"]),
        name="SPLIT_REFERENCE",
        state="CONFIRMED",
        score=REFERENCE_SCORE - (PENALTY if difference else 0),
        difference=difference,
        evidence=json.dumps({"difference": amount_text(difference), "parts": max(
            len(row["ids"]), len(row["ids_theirs"]))}, sort_keys=True),
    )  # fmt: skip


def match_split_by_block(
    ours: pl.DataFrame, theirs: pl.DataFrame, rules: MatchRules
) -> list[Split]:
    """Propose 1:n and n:1 by exact sums inside (split keys, day), at most `split_parts` parts.

    Bounded: blocks with more than `split_candidates` items on the part side are left alone.
    Several solutions are a proposal with its rivals counted, never a decision. Items whose
    reference stands on the other side are not used: that is better evidence than a sum.
    """
    ours, theirs = (
        ours.join(theirs.select("reference"), on="reference", how="anti", maintain_order="left"),
        theirs.join(ours.select("reference"), on="reference", how="anti", maintain_order="left"),
    )
    used: set[tuple[str, int]] = set()
    found: list[Split] = []
    for parents, parts, side in ((ours, theirs, "ours"), (theirs, ours, "theirs")):
        other = "theirs" if side == "ours" else "ours"
        for parent, solutions in _solutions(parents, parts, rules):
            free = [one for one in solutions if not used.intersection((other, n) for n in one)]
            if (side, parent) in used or not free:
                continue
            used |= {(side, parent), *((other, n) for n in free[0])}
            found.append(_by_block((parent,), free[0], side, len(solutions) - 1))
    return found


def _solutions(
    parents: pl.DataFrame, parts: pl.DataFrame, rules: MatchRules
) -> Iterator[tuple[int, list[tuple[int, ...]]]]:
    """Yield each item that some others add up to, with every way in which they do.

    In the order of the ids; the ways with the fewest parts first.
    """
    sums = ["amount", *rules.summed]
    known, pieces = _in_blocks(parents, parts, rules)
    known = known.rename({"id": "parent"})
    several = pieces.rename({"id": "part_1"}).with_columns(pl.col("part_1").alias("last"))
    hits = []
    for size in range(2, rules.split_parts + 1):
        more = several.join(pieces, on="block_no", suffix="_more").filter(
            pl.col("id") > pl.col("last")
        )
        several = more.with_columns(
            pl.col("id").alias(f"part_{size}"),
            pl.col("id").alias("last"),
            *[(pl.col(name) + pl.col(f"{name}_more")).alias(name) for name in sums],
        ).drop("id", *[f"{name}_more" for name in sums])
        hits.append(known.join(several, on=["block_no", *sums]))
    names = [f"part_{n}" for n in range(1, rules.split_parts + 1)]
    ways = pl.concat(hits, how="diagonal").sort("parent", *names[::-1], nulls_last=False)
    for parent, of_parent in itertools.groupby(
        ways.select("parent", *names).iter_rows(), key=operator.itemgetter(0)
    ):
        yield parent, [tuple(n for n in row[1:] if n is not None) for row in of_parent]


def _in_blocks(
    parents: pl.DataFrame, parts: pl.DataFrame, rules: MatchRules
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return both with the number of their block; the small blocks first while there is room."""
    keys = [*rules.split_keys, rules.days[0]]
    columns = ["block_no", "id", "amount", *rules.summed]
    known, pieces = (side.drop_nulls([*keys, "amount"]) for side in (parents, parts))
    blocks = (
        pieces.join(known.select(keys).unique(), on=keys, how="semi")
        .group_by(keys)
        .agg(pl.len().alias("n"), pl.col("id").min().alias("first"))
        .filter(pl.col("n").is_between(2, rules.split_candidates))
        .sort("n", "first")
        .filter(pl.col("n").cast(pl.Int64).pow(rules.split_parts).cum_sum() <= SUMS_TRIED)
        .with_row_index("block_no")
    )
    several = pl.col("id").rank("ordinal").over("block_no", "amount", *rules.summed)
    served = several <= pl.col("n") // 2  # no more of one amount can have their parts
    return (
        known.join(blocks, on=keys).filter(served).select(columns),
        pieces.join(blocks, on=keys).select(columns),
    )


def _by_block(parent: tuple[int], parts: tuple[int, ...], side: str, rivals: int) -> Split:
    return Split(
        ours=parent if side == "ours" else parts,
        theirs=parts if side == "ours" else parent,
        name="SPLIT_BLOCK",
        state="PROPOSED",
        score=BLOCK_SCORE - (PENALTY if rivals else 0),
        difference=0,
        evidence=json.dumps(
            {"difference": "0.0000", "parts": len(parts), "rivals": rivals}, sort_keys=True
        ),
    )
