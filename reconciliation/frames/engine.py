"""The passes in their order, and what they leave: the one door of the matching engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from reconciliation.frames import identical, leftovers, passes, similar, splits
from reconciliation.frames.items import MatchRules, items
from reconciliation.frames.shares import shared_out

#: Both items of a pair are claimed by it.
CLAIMS: Final = [pl.lit(value=True).alias(name) for name in ("claims_trade", "claims_line")]
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
    "ours": pl.Int64(),
    "theirs": pl.Int64(),
    "amount": pl.Int64(),
    "claims_trade": pl.Boolean(),
    "claims_line": pl.Boolean(),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """Each item of both sides stands in one group's allocations, or in one break."""

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
    alike = identical.match_exact(ours, theirs, rules)
    yield _identical(alike)
    left, right = _but(ours, alike["row"]), _but(theirs, alike["row_theirs"])
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
    sole = pl.concat(pairs)
    breaks = leftovers.name_breaks(
        left,
        right,
        (ours, theirs),
        rules,
        period_end=period_end,
    )
    yield joined(
        [
            _of_pairs(sole, open_ours, open_theirs, first=alike.height),
            _of_splits(found, open_ours, open_theirs, first=alike.height + sole.height),
            Outcome(_none(GROUPS), _none(ALLOCATIONS), breaks),
        ]
    )


def joined(steps: Iterable[Outcome]) -> Outcome:
    """Put the steps of one reconciliation together."""
    known = list(steps)
    return Outcome(
        pl.concat([step.groups for step in known]),
        pl.concat([step.allocations for step in known]),
        pl.concat([step.breaks for step in known]),
    )


def _none(shape: dict[str, pl.DataType]) -> pl.DataFrame:
    return pl.DataFrame(schema=shape)


def _identical(pairs: pl.DataFrame) -> Outcome:
    """Group identical items: they agree in amount and currency."""
    numbered = _with_number(pairs, first=0).with_columns(*CLAIMS)
    return Outcome(
        numbered.select(list(GROUPS)),
        numbered.select(list(ALLOCATIONS)),
        _none(leftovers.BREAKS),
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
        lambda left, right: similar.match_similar_reference(left, right, rules),
        lambda left, right: passes.match_without_reference(left, right, rules),
    )


def _but(side: pl.DataFrame, rows: pl.Series) -> pl.DataFrame:
    """Return a side without the rows at these places."""
    stays = pl.repeat(value=True, n=side.height, eager=True)
    return side.filter(stays.scatter(rows, values=False))


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


def _of_pairs(
    pairs: pl.DataFrame, ours: pl.DataFrame, theirs: pl.DataFrame, *, first: int
) -> Outcome:
    """Group one with one; where a tolerance was used, the lighter amount is allocated."""
    said = theirs.select(pl.col("id").alias("theirs"), pl.col("amount").alias("amount_theirs"))
    known = (
        _with_number(pairs, first=first)
        .join(ours.select(pl.col("id").alias("ours"), "amount", "currency"), on="ours")
        .join(said, on="theirs", maintain_order="left")
        .sort("group")
    )
    heavier = pl.col("amount").abs() > pl.col("amount_theirs").abs()
    lighter = pl.when(heavier).then("amount_theirs").otherwise("amount").alias("amount")
    allocated = known.with_columns(lighter, *CLAIMS)
    return Outcome(
        known.select(list(GROUPS)), allocated.select(list(ALLOCATIONS)), _none(leftovers.BREAKS)
    )


def _of_splits(
    found: list[splits.Split], ours: pl.DataFrame, theirs: pl.DataFrame, *, first: int
) -> Outcome:
    """Group one with several; the amounts of both sides are shared out among them."""
    left, right = _amounts(ours, found), _amounts(theirs, found)
    groups = [
        (first + n, item.name, item.state, item.score, item.difference, left[item.ours[0]][1],
         item.evidence)
        for n, item in enumerate(found)
    ]  # fmt: skip
    allocations = [
        (first + n, item.state, *share)
        for n, item in enumerate(found)
        for share in shared_out(
            [(one, left[one][0]) for one in item.ours],
            [(one, right[one][0]) for one in item.theirs],
        )
    ]
    return Outcome(
        pl.DataFrame(groups, schema=GROUPS, orient="row"),
        pl.DataFrame(allocations, schema=ALLOCATIONS, orient="row"),
        _none(leftovers.BREAKS),
    )


def _amounts(side: pl.DataFrame, found: list[splits.Split]) -> dict[int, tuple[int, str]]:
    """Return amount and currency of the items of a side that stand in a split."""
    members = pl.Series([n for item in found for n in (*item.ours, *item.theirs)], dtype=pl.Int64())
    rows = side.filter(pl.col("id").is_in(members.implode()))
    return {n: (amount, currency) for n, amount, currency in
            rows.select("id", "amount", "currency").iter_rows()}  # fmt: skip
