"""Passes that match one item to several: by reference, then by sums inside a small block."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from reconciliation.frames.items import MatchRules
from reconciliation.frames.passes import PENALTY, amount_text

REFERENCE_SCORE: Final = 90
BLOCK_SCORE: Final = 50
PARENTS_TRIED: Final = 5_000


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
    keys = [*rules.split_keys, rules.days[0]]
    for parents, parts, parent_side in ((ours, theirs, "ours"), (theirs, ours, "theirs")):
        part_side = "theirs" if parent_side == "ours" else "ours"
        for parent, block in _blocks(parents, parts, keys, rules):
            free = [item for item in block if (part_side, item["id"]) not in used]
            if (parent_side, parent["id"]) in used:
                continue
            solutions = list(_subsets(parent, free, rules))
            if not solutions:
                continue
            chosen = tuple(item["id"] for item in solutions[0])
            used |= {(parent_side, parent["id"]), *((part_side, n) for n in chosen)}
            found.append(_by_block((parent["id"],), chosen, parent_side, len(solutions) - 1))
    return found


def _blocks(
    parents: pl.DataFrame, parts: pl.DataFrame, keys: list[str], rules: MatchRules
) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    columns = ["id", "amount", *rules.summed]
    grouped = (
        parts.drop_nulls([*keys, "amount"])
        .sort("id")
        .group_by(keys)
        .agg(pl.struct(columns).alias("parts"))
        .filter(pl.col("parts").list.len().is_between(2, rules.split_candidates))
    )
    joined = parents.drop_nulls([*keys, "amount"]).join(grouped, on=keys).sort("id")
    for row in joined.head(PARENTS_TRIED).iter_rows(named=True):
        yield row, row["parts"]


def _subsets(
    parent: dict[str, Any], block: list[dict[str, Any]], rules: MatchRules
) -> Iterator[tuple[dict[str, Any], ...]]:
    """Yield every subset of 2..split_parts items that adds up to the parent exactly."""
    for size in range(2, min(rules.split_parts, len(block)) + 1):
        for subset in itertools.combinations(block, size):
            if all(
                sum(item[name] for item in subset) == parent[name]
                for name in ("amount", *rules.summed)
            ):
                yield subset


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
