"""The passes in their order, and what they leave: the one door of the matching engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from reconciliation.frames import leftovers, passes, splits
from reconciliation.frames.items import MatchRules, items

Match = Callable[[pl.DataFrame, pl.DataFrame], pl.DataFrame]
GROUPS: Final[dict[str, pl.DataType]] = {
    "group": pl.Int64(),
    "pass": pl.String(),
    "state": pl.String(),
    "score": pl.Int64(),
    "difference": pl.Int64(),
    "currency": pl.String(),
    "evidence": pl.String(),
}
ALLOCATIONS: Final[dict[str, pl.DataType]] = {
    "group": pl.Int64(),
    "state": pl.String(),
    "side": pl.String(),
    "id": pl.Int64(),
    "amount": pl.Int64(),
    "currency": pl.String(),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """Each item of both sides stands once: in one group's allocations, or in one break."""

    groups: pl.DataFrame
    allocations: pl.DataFrame
    breaks: pl.DataFrame


def reconcile(
    ours: pl.DataFrame, theirs: pl.DataFrame, rules: MatchRules, *, period_end: date | None = None
) -> Outcome:
    """Match both sides pass by pass and name every leftover.

    Takes frames with the columns of SCHEMA. Guarantees: no item twice, none lost; the answer
    depends on the items, not on their order; empty keys match nothing; what has rivals is
    proposed, never confirmed.
    """
    return joined(reconcile_in_steps(ours, theirs, rules, period_end=period_end))


def reconcile_in_steps(
    ours: pl.DataFrame, theirs: pl.DataFrame, rules: MatchRules, *, period_end: date | None = None
) -> Iterator[Outcome]:
    """Yield first what is identical, nearly all on a good day, then the rest with the breaks.

    So the first can be saved while the second is sought.
    """
    ours, theirs = items(ours), items(theirs)
    identical = passes.match_exact(ours, theirs, rules)
    yield _identical(identical)
    left, right = _rest(ours, theirs, identical["ours"], identical["theirs"])
    open_ours, open_theirs = left, right
    pairs: list[pl.DataFrame] = []
    for match in _one_to_one(rules):
        pairs.append(match(left, right))
        left, right = _rest(left, right, pairs[-1]["ours"], pairs[-1]["theirs"])
    found: list[splits.Split] = []
    for split in (splits.match_split_by_reference, splits.match_split_by_block):
        new = split(left, right, rules)
        found += new
        left, right = _rest(
            left,
            right,
            pl.Series([n for item in new for n in item.ours], dtype=pl.Int64()),
            pl.Series([n for item in new for n in item.theirs], dtype=pl.Int64()),
        )
    groups, members = _numbered(pl.concat(pairs), found, first=identical.height)
    breaks = leftovers.name_breaks(
        left,
        right,
        (ours.join(left, on="id", how="anti"), theirs.join(right, on="id", how="anti")),
        rules,
        period_end=period_end,
    )
    allocations = _allocations(members, open_ours, open_theirs)
    yield Outcome(_with_currency(groups, allocations), allocations, breaks)


def joined(steps: Iterable[Outcome]) -> Outcome:
    """Put the steps of one reconciliation together."""
    known = list(steps)
    return Outcome(
        pl.concat([step.groups for step in known]),
        pl.concat([step.allocations for step in known]),
        pl.concat([step.breaks for step in known]),
    )


def _identical(pairs: pl.DataFrame) -> Outcome:
    """Group identical items: they agree in amount and currency, so nothing is to be balanced."""
    numbered = _with_number(pairs, first=0)
    sides = [
        numbered.with_columns(pl.lit(side.upper()).alias("side"), pl.col(side).alias("id"))
        for side in ("ours", "theirs")
    ]
    return Outcome(
        numbered.select(list(GROUPS)),
        pl.concat([side.select(list(ALLOCATIONS)) for side in sides]),
        pl.DataFrame(schema=leftovers.BREAKS),
    )


def _one_to_one(rules: MatchRules) -> tuple[Match, ...]:
    def within(name: str, *, amount: int, days: int) -> Match:
        return lambda left, right: passes.match_within(
            left, right, rules, amount=amount, days=days, name=name
        )

    return (
        within("AMOUNT", amount=rules.amount_tolerance, days=0),
        within("DATE", amount=0, days=rules.day_lag),
        within("AMOUNT_DATE", amount=rules.amount_tolerance, days=rules.day_lag),
        lambda left, right: passes.match_without_reference(left, right, rules),
    )


def _rest(
    left: pl.DataFrame, right: pl.DataFrame, ours: pl.Series, theirs: pl.Series
) -> tuple[pl.DataFrame, pl.DataFrame]:
    return (
        left.join(ours.alias("id").to_frame(), on="id", how="anti"),
        right.join(theirs.alias("id").to_frame(), on="id", how="anti"),
    )


def _with_number(pairs: pl.DataFrame, *, first: int) -> pl.DataFrame:
    numbered = pairs.sort("ours").with_row_index("group", offset=first)
    return numbered.with_columns(pl.col("group").cast(pl.Int64))


def _numbered(
    pairs: pl.DataFrame, found: list[splits.Split], *, first: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Number the groups from `first` on and list their members as (group, state, side, id)."""
    pairs = _with_number(pairs, first=first)
    first += pairs.height
    records = [
        {"group": first + n, "pass": item.name, "state": item.state, "score": item.score,
         "difference": item.difference, "evidence": item.evidence}
        for n, item in enumerate(found)
    ]  # fmt: skip
    named = {name: kind for name, kind in GROUPS.items() if name != "currency"}
    groups = pl.concat([pairs.select(list(named)), pl.DataFrame(records, schema=named)])
    shape = {name: ALLOCATIONS[name] for name in ("group", "state", "side", "id")}
    split_members = [
        {"group": first + n, "state": item.state, "side": side, "id": member}
        for n, item in enumerate(found)
        for side, members in (("OURS", item.ours), ("THEIRS", item.theirs))
        for member in members
    ]
    sides = [
        pairs.select("group", "state", pl.lit(side.upper()).alias("side"), pl.col(side).alias("id"))
        for side in ("ours", "theirs")
    ]
    return groups, pl.concat([*sides, pl.DataFrame(split_members, schema=shape)])


def _allocations(members: pl.DataFrame, ours: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    """Allocate each member with its amount, so that both sides of a group carry the same sum.

    Where a tolerance was used, the largest item of the heavier side is allocated short by the
    difference, which the group keeps.
    """
    sides = [
        members.filter(pl.col("side") == side).join(
            frame.select("id", "amount", "currency"), on="id", how="left", maintain_order="left"
        )
        for side, frame in (("OURS", ours), ("THEIRS", theirs))
    ]
    return balanced(pl.concat(sides)).select(list(ALLOCATIONS))


def _with_currency(groups: pl.DataFrame, allocations: pl.DataFrame) -> pl.DataFrame:
    said = allocations.group_by("group").agg(pl.col("currency").first())
    return groups.join(said, on="group", maintain_order="left").select(list(GROUPS))


def balanced(allocations: pl.DataFrame) -> pl.DataFrame:
    """Return the allocations with the heavier side of each group cut to the lighter one."""
    ours = pl.col("side") == "OURS"
    signed = pl.when(ours).then(pl.col("amount")).otherwise(-pl.col("amount"))
    gaps = allocations.group_by("group").agg(signed.sum().alias("gap")).filter(pl.col("gap") != 0)
    if gaps.is_empty():
        return allocations
    uneven = (
        allocations.join(gaps, on="group")
        .group_by("group", "gap")
        .agg(
            pl.col("amount").filter(ours).sum().alias("ours"),
            pl.col("amount").filter(~ours).sum().alias("theirs"),
        )
        .select(
            "group",
            pl.when(pl.col("ours").abs() > pl.col("theirs").abs())
            .then(pl.lit("OURS"))
            .otherwise(pl.lit("THEIRS"))
            .alias("side"),
            "gap",
        )
    )
    largest = (
        allocations.join(uneven, on=["group", "side"])
        .with_columns(pl.col("amount").abs().alias("size"))
        .sort(["group", "size", "id"], descending=[False, True, False])
        .group_by(["group", "side"], maintain_order=True)
        .agg(pl.col("id").first(), pl.col("gap").first())
    )
    cut = pl.when(pl.col("side") == "OURS").then(-pl.col("gap")).otherwise(pl.col("gap"))
    return (
        allocations.join(largest, on=["group", "side", "id"], how="left", maintain_order="left")
        .with_columns((pl.col("amount") + cut.fill_null(0)).alias("amount"))
        .drop("gap")
    )
