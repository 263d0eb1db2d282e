"""Which line of a statement says what a line of an intraday report said: by occurrence."""

from __future__ import annotations

from typing import Final

import polars as pl

LINE: Final[dict[str, pl.DataType]] = {
    "id": pl.Int64(),
    "amount": pl.String(),
    "day": pl.Date(),
    "reference": pl.String(),
    "bank_reference": pl.String(),
}
"""A line as it is compared; `day` is its value date."""
PAIR: Final[dict[str, pl.DataType]] = {"early": pl.Int64(), "by": pl.Int64()}
ALIKE: Final[tuple[tuple[str, ...], ...]] = (
    ("amount", "day", "reference", "bank_reference"),
    ("amount", "bank_reference"),
    ("amount", "reference"),
    ("amount", "day"),
)
"""What two lines must have in common, from the surest on. References that are empty say nothing."""
TEXTS: Final = ("reference", "bank_reference")


def paired(early: pl.DataFrame, late: pl.DataFrame) -> pl.DataFrame:
    """Return the lines of `late` that say what lines of `early` said, each of both at most once.

    Identical lines pair by their occurrence: two of them are two payments. A line pairs by amount
    and date alone only where it came without any reference. Same input, same output.
    """
    early, late = early.sort("id"), late.sort("id")
    found = [pl.DataFrame(schema=PAIR)]
    for keys in ALIKE:
        pairs = _by_occurrence(_telling(early, keys), _telling(late, keys, of_late=True), keys)
        found.append(pairs)
        early = early.join(pairs, left_on="id", right_on="early", how="anti")
        late = late.join(pairs, left_on="id", right_on="by", how="anti")
    return pl.concat(found).sort("early")


def repeated(again: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Return the lines of a report that repeat lines of reports before it, by occurrence.

    Only what is wholly the same is a repetition: of two reports one may list the whole day again.
    """
    pairs = _by_occurrence(again.sort("id"), before.sort("id"), ALIKE[0])
    return pairs.sort("early")


def _telling(lines: pl.DataFrame, keys: tuple[str, ...], *, of_late: bool = False) -> pl.DataFrame:
    """Keep the lines whose references say enough to be compared by these keys."""
    texts = [key for key in keys if key in TEXTS]
    if len(texts) == 1:
        return lines.filter(pl.col(texts[0]) != "")
    if texts or of_late:
        return lines
    return lines.filter((pl.col("reference") == "") & (pl.col("bank_reference") == ""))


def _by_occurrence(early: pl.DataFrame, late: pl.DataFrame, keys: tuple[str, ...]) -> pl.DataFrame:
    n = pl.int_range(pl.len()).over(keys).alias("n")
    joined = early.with_columns(n).join(
        late.with_columns(n), on=[*keys, "n"], how="inner", suffix="_late"
    )
    return joined.select(pl.col("id").alias("early"), pl.col("id_late").alias("by"))
