"""What no pass explained: each leftover gets a category, with its nearest miss as evidence."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

import polars as pl

from reconciliation.frames.items import MatchRules
from reconciliation.frames.passes import amount_text, with_distance
from reconciliation.states import BreakCategory

Judge = Callable[[dict[str, Any]], tuple[BreakCategory, dict[str, Any]]]
BREAKS: Final[dict[str, pl.DataType]] = {
    "ours": pl.Int64(),
    "theirs": pl.Int64(),
    "category": pl.String(),
    "difference": pl.Int64(),
    "evidence": pl.String(),
}
CATEGORY_OF: Final = {
    "block": BreakCategory.REFERENCE,
    "currency": BreakCategory.CURRENCY,
    "isin": BreakCategory.REFERENCE,
    "side": BreakCategory.REFERENCE,
    "quantity": BreakCategory.QUANTITY,
    "price": BreakCategory.PRICE,
    "day": BreakCategory.DATE,
    "settle": BreakCategory.DATE,
    "amount": BreakCategory.AMOUNT,
}


def name_breaks(
    ours: pl.DataFrame,
    theirs: pl.DataFrame,
    whole: tuple[pl.DataFrame, pl.DataFrame],
    rules: MatchRules,
    *,
    period_end: date | None,
) -> pl.DataFrame:
    """Return one break per leftover item, or per pair of leftovers that belong together.

    `whole` are both sides with what was matched.
    Order of judgement: same reference but a field differs; same everything but the reference;
    a second copy of something matched; not yet due at the end of the period; missing.
    """
    matched = [
        side.join(left.select("reference").unique(), on="reference", how="semi").join(
            left, on="id", how="anti"
        )
        for side, left in zip(whole, (ours, theirs), strict=True)
    ]
    paired = _same_reference(ours, theirs, rules)
    ours, theirs = _without(ours, theirs, paired)
    renamed = _same_terms(ours, theirs, rules)
    ours, theirs = _without(ours, theirs, renamed)
    frames = [paired, renamed]
    for side, frame, peers in (("ours", ours, matched[0]), ("theirs", theirs, matched[1])):
        copies = _copies(frame, peers, rules, side)
        alone = frame.filter(~pl.col("id").is_in(copies[side].implode()))
        frames += [copies, _missing(alone, rules, side, period_end)]
    return pl.concat(frames).sort(["ours", "theirs"], nulls_last=True)


def _without(
    ours: pl.DataFrame, theirs: pl.DataFrame, breaks: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    return (
        ours.filter(~pl.col("id").is_in(breaks["ours"].implode())),
        theirs.filter(~pl.col("id").is_in(breaks["theirs"].implode())),
    )


def _same_reference(ours: pl.DataFrame, theirs: pl.DataFrame, rules: MatchRules) -> pl.DataFrame:
    joined = _bounded_join(ours, theirs, ["reference"], rules)
    compared = [name for name in CATEGORY_OF if name in {*rules.exact, *rules.days, "amount"}]
    differs = [
        pl.col(name).ne_missing(pl.col(f"{name}_theirs")).cast(pl.Int64()) for name in compared
    ]
    ranked = joined.with_columns(pl.sum_horizontal(differs).alias("fields"))
    return _closest(ranked, lambda row: _judged(row, compared))


def _judged(row: dict[str, Any], compared: list[str]) -> tuple[BreakCategory, dict[str, Any]]:
    fields = {
        name: {"ours": _text(row[name]), "theirs": _text(row[f"{name}_theirs"])}
        for name in compared
        if row[name] != row[f"{name}_theirs"]
    }
    first = next(iter(fields), "amount")
    return CATEGORY_OF[first], {"fields": fields}


def _same_terms(ours: pl.DataFrame, theirs: pl.DataFrame, rules: MatchRules) -> pl.DataFrame:
    keys = [*rules.exact, "amount", *rules.days]
    joined = _bounded_join(ours, theirs, keys, rules).with_columns(pl.lit(1).alias("fields"))
    return _closest(joined, _renamed)


def _renamed(row: dict[str, Any]) -> tuple[BreakCategory, dict[str, Any]]:
    both = {"ours": row["reference"] or "", "theirs": row["reference_theirs"] or ""}
    return BreakCategory.REFERENCE, {"fields": {"reference": both}}


def _bounded_join(
    ours: pl.DataFrame, theirs: pl.DataFrame, keys: list[str], rules: MatchRules
) -> pl.DataFrame:
    left, right = ours.drop_nulls(keys), theirs.drop_nulls(keys)
    few = (
        left.group_by(keys).len("a").join(right.group_by(keys).len("b"), on=keys)
        .filter(pl.col("a").cast(pl.Int64()) * pl.col("b").cast(pl.Int64()) <= rules.pairs_per_key)
    )  # fmt: skip
    copies = {name: f"{name}_theirs" for name in keys}
    right = right.with_columns([pl.col(name).alias(copy) for name, copy in copies.items()])
    joined = left.join(few.select(keys), on=keys, how="semi").join(right, on=keys, suffix="_theirs")
    return with_distance(joined, rules)


def _closest(joined: pl.DataFrame, judge: Judge) -> pl.DataFrame:
    """Take each item once, fewest differing fields first, then the nearest amount and day."""
    order = joined.with_columns(pl.col("difference").abs().alias("distance")).sort(
        ["fields", "distance", "lag", "id", "id_theirs"], nulls_last=True
    )
    return pl.DataFrame(list(_taken_once(order, judge)), schema=BREAKS)


def _taken_once(order: pl.DataFrame, judge: Judge) -> Iterator[dict[str, Any]]:
    seen_ours: set[int] = set()
    seen_theirs: set[int] = set()
    for row in order.iter_rows(named=True):
        if row["id"] in seen_ours or row["id_theirs"] in seen_theirs:
            continue
        seen_ours.add(row["id"])
        seen_theirs.add(row["id_theirs"])
        category, evidence = judge(row)
        yield {
            "ours": row["id"],
            "theirs": row["id_theirs"],
            "category": category.value,
            "difference": row["difference"],
            "evidence": json.dumps(evidence, sort_keys=True),
        }


def _copies(
    frame: pl.DataFrame, matched: pl.DataFrame, rules: MatchRules, side: str
) -> pl.DataFrame:
    """Name as duplicate what has the same terms and reference as a matched item of its side."""
    keys = ["reference", *rules.exact, "amount"]
    first = matched.drop_nulls(keys).group_by(keys).agg(pl.col("id").min().alias("twin"))
    found = frame.join(first, on=keys, how="inner").sort("id")
    return pl.DataFrame(
        [
            {
                "ours": row["id"] if side == "ours" else None,
                "theirs": row["id"] if side == "theirs" else None,
                "category": BreakCategory.DUPLICATE.value,
                "difference": row["amount"],
                "evidence": json.dumps({"copy_of": row["twin"]}),
            }
            for row in found.iter_rows(named=True)
        ],
        schema=BREAKS,
    )


def _missing(
    frame: pl.DataFrame, rules: MatchRules, side: str, period_end: date | None
) -> pl.DataFrame:
    """Name the rest: ours that falls due at or after the end of the period may still come."""
    missing = BreakCategory.MISSING_THEIRS if side == "ours" else BreakCategory.MISSING_OURS
    due = rules.days[-1]
    category = pl.lit(missing.value)
    if side == "ours" and period_end is not None:
        edge = period_end - timedelta(days=1)
        category = (
            pl.when(pl.col(due) > edge).then(pl.lit(BreakCategory.TIMING.value)).otherwise(category)
        )
    none = pl.lit(None, dtype=pl.Int64())
    sign = -1 if side == "ours" else 1
    return frame.select(
        (pl.col("id") if side == "ours" else none).alias("ours"),
        (pl.col("id") if side == "theirs" else none).alias("theirs"),
        category.alias("category"),
        (pl.col("amount") * sign).alias("difference"),
        pl.lit("{}").alias("evidence"),
    )


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return amount_text(value) if isinstance(value, int) else str(value)
