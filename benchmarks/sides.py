"""Two sides of a reconciliation with the truth about every pair, seeded and made by column.

Every profile has the same cases: 92 % identical, 3 % within the tolerance of the amount, 2 % later
by days, 1 % with a reference that was spoilt, 1 % dealt in several lines (half of them under other
references), 1 % that the other side does not know and 1 % that only it knows, 0.2 % sent twice.
What differs is how alike the deals are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from reconciliation.frames import SCHEMA

BASE: Final = date(2026, 11, 18)
CASES: Final[Mapping[str, float]] = {
    "EXACT": 0.92,
    "AMOUNT": 0.03,
    "DATE": 0.02,
    "SPOILT": 0.01,
    "SPLIT": 0.005,
    "SPLIT_UNNAMED": 0.005,
    "MISSING_THEIRS": 0.01,
}
ONLY_THEIRS: Final = 0.01
TWICE: Final = 0.002
THEIRS: Final = 1_000_000_000
PARTS: Final = (2, 3, 4)
SPOILT: Final = 6
"""Ways in which a reference is spoilt: four leave it the same, two make it another number."""
Generator = np.random.Generator


@dataclass(frozen=True, slots=True)
class Profile:
    """How alike the deals of a flow are."""

    instruments: int
    quantities: tuple[int, int, int]  # from, to, in steps of
    prices: tuple[int, int, int]  # the same, in hundredths
    days: int = 3
    fills: int = 1  # so many deals share instrument, side, price and day
    unnamed: float = 0.0  # share of the other side's lines without a reference


PROFILES: Final[Mapping[str, Profile]] = {
    "plain": Profile(5_000, (1, 5_000, 1), (100, 90_000, 1)),
    "equal_amounts": Profile(20, (100, 300, 100), (1_000, 1_500, 100)),
    "round_amounts": Profile(200, (1_000, 20_000, 1_000), (1_000, 20_000, 1_000)),
    "fills": Profile(500, (100, 600, 100), (100, 90_000, 1), fills=6),
    "without_references": Profile(2_000, (1, 2_000, 1), (100, 50_000, 1), unnamed=0.3),
}


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides, and the pairs of ids that belong together with the case of each."""

    ours: pl.DataFrame
    theirs: pl.DataFrame
    truth: pl.DataFrame


def sides(rows: int, profile: Profile, *, seed: int = 7, first: int = 1) -> Sides:
    """Return about `rows` items a side, numbered from `first`; the same for the same seed."""
    dice = np.random.default_rng(seed)
    deals = _deals(rows + round(rows * ONLY_THEIRS), profile, dice, first=first)
    cases = dice.choice(list(CASES), size=rows, p=list(CASES.values()))
    unknown = np.full(deals.height - rows, "MISSING_OURS")
    told = deals.with_columns(pl.Series("case", np.concatenate([cases, unknown])))
    ours = told.filter(pl.col("case") != "MISSING_OURS")
    lines = _unnamed(_lines(told, dice), profile, dice)
    again = pl.col("case") == "TWICE"  # what is sent twice is sent again later
    mixed = lines.filter(~again).sample(fraction=1, shuffle=True, seed=seed)
    theirs = pl.concat([mixed, lines.filter(again)]).with_row_index("at")
    theirs = theirs.with_columns((pl.col("at").cast(pl.Int64) + THEIRS + 2 * first).alias("id"))
    truth = theirs.filter(pl.col("case") != "MISSING_OURS")
    return Sides(
        _side(ours),
        _side(theirs),
        truth.select(pl.col("deal").alias("ours"), pl.col("id").alias("theirs"), "case"),
    )


def _deals(count: int, profile: Profile, dice: Generator, *, first: int) -> pl.DataFrame:
    """Return deals; those of one order share what an order shares."""
    orders = -(-count // profile.fills)

    def drawn(low: int, high: int, step: int, size: int) -> np.ndarray:
        return np.asarray(low + step * dice.integers(0, (high - low) // step, size=size))

    order = np.repeat(np.arange(orders), profile.fills)[:count]
    deal = np.arange(first, first + count)
    return pl.DataFrame(
        {
            "deal": deal,
            "instrument": dice.integers(0, profile.instruments, size=orders)[order],
            "bought": dice.integers(0, 2, size=orders)[order],
            "day": dice.integers(0, profile.days, size=orders)[order],
            "cents": drawn(*profile.prices, orders)[order],
            "shares": drawn(*profile.quantities, count),
        }
    ).with_columns(
        pl.col("deal").alias("id"),
        pl.format("OMS{}", pl.col("deal").cast(pl.String).str.zfill(9)).alias("reference"),
        pl.lit(0).alias("cents_more"),
        pl.lit(0).alias("days_late"),
    )


def _lines(deals: pl.DataFrame, dice: Generator) -> pl.DataFrame:
    """Return what the other side says of the deals that it knows."""

    def of(*cases: str) -> pl.DataFrame:
        return deals.filter(pl.col("case").is_in(cases))

    amount, late, spoilt = of("AMOUNT"), of("DATE"), of("SPOILT")
    once = of("EXACT", "MISSING_OURS")
    again = once.filter(pl.col("case") == "EXACT").sample(n=round(deals.height * TWICE), seed=1)
    lines = [
        once,
        again.with_columns(pl.lit("TWICE").alias("case")),
        amount.with_columns(pl.Series("cents_more", dice.choice([-1, 1], size=amount.height))),
        late.with_columns(pl.Series("days_late", dice.integers(1, 4, size=late.height))),
        _spoilt(spoilt),
        _parts(of("SPLIT", "SPLIT_UNNAMED"), dice),
    ]
    columns = [
        pl.col(name).cast(pl.Int64 if dtype.is_integer() else dtype)
        for name, dtype in once.schema.items()
    ]
    return pl.concat([part.select(columns) for part in lines])


def _spoilt(deals: pl.DataFrame) -> pl.DataFrame:
    way, said = pl.col("deal") % SPOILT, pl.col("reference")
    digits = said.str.slice(3)
    last = digits.str.slice(8).cast(pl.Int64)
    ways = (
        pl.format("BRK/{}/1", said),
        pl.format("oms-{}-{}", digits.str.slice(0, 4), digits.str.slice(4)),
        said.str.replace_all("0", "O"),
        pl.format("S{}", digits),
        pl.format("OMS{}{}", digits.str.slice(0, 8), (last + 5) % 10),
        pl.format("OMS{}X{}", digits.str.slice(0, 5), digits.str.slice(6)),
    )
    spoilt = said
    for number, written in enumerate(ways):
        spoilt = pl.when(way == number).then(written).otherwise(spoilt)
    return deals.with_columns(spoilt.alias("reference"))


def _parts(deals: pl.DataFrame, dice: Generator) -> pl.DataFrame:
    """Return two to four lines a deal, whose shares add up to it."""
    count = np.minimum(dice.choice(PARTS, size=deals.height), deals["shares"].to_numpy())
    whole = deals.with_columns(pl.Series("count", np.maximum(count, 1)))
    cut = whole.with_columns(pl.int_ranges(0, "count").alias("part")).explode("part")
    equal = pl.col("shares") // pl.col("count")
    rest = pl.col("shares") - equal * (pl.col("count") - 1)
    named = (
        pl.when(pl.col("case") == "SPLIT")
        .then("reference")
        .otherwise(pl.format("B{}P{}", pl.col("deal") * 7919 % 10**9, "part"))
    )
    return cut.with_columns(
        pl.when(pl.col("part") == 0).then(rest).otherwise(equal).alias("shares"),
        named.alias("reference"),
    ).drop("count", "part")


def _unnamed(lines: pl.DataFrame, profile: Profile, dice: Generator) -> pl.DataFrame:
    silent = pl.Series("silent", dice.random(lines.height) < profile.unnamed)
    reference = pl.when(pl.col("silent")).then(pl.lit("")).otherwise("reference")
    return lines.with_columns(silent).with_columns(reference.alias("reference")).drop("silent")


def _side(lines: pl.DataFrame) -> pl.DataFrame:
    day = pl.lit(BASE) + pl.duration(days="day")
    money = pl.col("shares") * pl.col("cents") + pl.col("cents_more")
    return lines.select(
        "id",
        pl.lit("CUST").alias("block"),
        "reference",
        pl.lit("EUR").alias("currency"),
        (money * 100).alias("amount"),
        day.cast(pl.Date).alias("day"),
        (day + pl.duration(days=pl.lit(2) + pl.col("days_late"))).cast(pl.Date).alias("settle"),
        pl.format("FR{}", pl.col("instrument").cast(pl.String).str.zfill(10)).alias("isin"),
        pl.when(pl.col("bought") == 1).then(pl.lit("BUY")).otherwise(pl.lit("SELL")).alias("side"),
        pl.col("shares").cast(SCHEMA["quantity"]).alias("quantity"),
        (pl.col("cents").cast(SCHEMA["price"]) / 100).cast(SCHEMA["price"]).alias("price"),
    )


@dataclass(frozen=True, slots=True)
class Score:
    """How right a reconciliation is: shares of pairs, and those found by case."""

    precision: float
    recall: float
    recall_confirmed: float
    by_case: Mapping[str, float]


def scored(truth: pl.DataFrame, found: pl.DataFrame) -> Score:
    """Compare pairs (`ours`, `theirs`, `state`) with the truth. Precision is of confirmed pairs.

    Of a line that came twice either is right, and one of the two is enough.
    """
    once = pl.col("case").replace("TWICE", "EXACT")
    wanted = truth.filter(pl.col("case") != "TWICE")
    right = found.join(truth.with_columns(once), on=["ours", "theirs"], how="inner")
    confirmed = found.filter(pl.col("state") == "CONFIRMED")
    right_confirmed = right.filter(pl.col("state") == "CONFIRMED")
    counted = (
        wanted.group_by("case")
        .len("n")
        .join(right.group_by("case").len("got"), on="case", how="left")
    )
    return Score(
        precision=right_confirmed.height / max(confirmed.height, 1),
        recall=right.height / wanted.height,
        recall_confirmed=right_confirmed.height / wanted.height,
        by_case={
            case: round((got or 0) / n, 5) for case, n, got in counted.sort("case").iter_rows()
        },
    )
