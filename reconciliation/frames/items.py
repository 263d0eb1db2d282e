"""What both sides look like, and the rules that one reconciliation runs by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

SCHEMA: Final[dict[str, pl.DataType]] = {
    "id": pl.Int64(),
    "block": pl.String(),  # what must always agree: the account, or the counterparty
    "reference": pl.String(),
    "alias": pl.String(),  # another reference under which the item is known, if it has two
    "currency": pl.String(),
    "amount": pl.Int64(),  # signed, in 1/10,000 of the currency
    "day": pl.Date(),
    "settle": pl.Date(),
    "isin": pl.String(),
    "side": pl.String(),
    "quantity": pl.Decimal(38, 10),
    "price": pl.Decimal(38, 10),
}
ONE: Final = 10_000
TEXTS: Final = ("block", "reference", "alias", "currency", "isin", "side")


@dataclass(frozen=True, slots=True)
class MatchRules:
    """Which columns are compared, and how far they may differ.

    `exact` must agree and be filled in every pass; `days` may lag in the later passes by
    `day_lag` calendar days; amounts may differ by `amount_tolerance` (1/10,000 of the currency).
    `summed` are the columns that add up over the parts of a split.
    """

    version: str
    exact: tuple[str, ...]
    days: tuple[str, ...]
    summed: tuple[str, ...] = ()
    amount_tolerance: int = 0
    day_lag: int = 0
    split_parts: int = 4
    split_candidates: int = 10
    pairs_per_key: int = 64

    @property
    def split_keys(self) -> tuple[str, ...]:
        """What the parts of a split share: neither the summed columns nor the unit price."""
        return tuple(name for name in self.exact if name not in {*self.summed, "price"})


CASH_RULES: Final = MatchRules(
    version="cash-1",
    exact=("block", "currency"),
    days=("day",),
    amount_tolerance=ONE // 100,
    day_lag=3,
)
TRADE_RULES: Final = MatchRules(
    version="trades-1",
    exact=("currency", "isin", "side", "quantity", "price"),
    days=("day", "settle"),
    summed=("quantity",),
    amount_tolerance=ONE // 100,
    day_lag=3,
)


def items(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame in SCHEMA, sorted by id, empty texts as null: they match nothing."""
    missing = [pl.lit(None, dtype=SCHEMA[name]).alias(name) for name in SCHEMA
               if name not in frame.columns]  # fmt: skip
    whole = frame.with_columns(missing).select(
        [pl.col(name).cast(dtype) for name, dtype in SCHEMA.items()]
    )
    return whole.with_columns(
        [pl.when(pl.col(name).str.len_bytes() > 0).then(pl.col(name)).alias(name) for name in TEXTS]
    ).sort("id")
