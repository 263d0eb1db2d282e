"""The pass for references that were spoilt on their way: everything else agrees."""

from __future__ import annotations

from typing import Final

import polars as pl
from rapidfuzz.distance import OSA

from reconciliation.frames.items import MatchRules
from reconciliation.frames.passes import candidate_pairs, settle_rivals

SAME_SCORE: Final = 85
LIKE_SCORE: Final = 60
WHOLE: Final = 8
"""A reference of so many characters is known again within a longer one."""
EDITS: Final = 2
"""So many characters may be wrong, missing, too many or the wrong way round."""
READ_ALIKE: Final = {"O": "0", "I": "1", "L": "1"}
NAME: Final = "SIMILAR"


def match_similar_reference(
    ours: pl.DataFrame, theirs: pl.DataFrame, rules: MatchRules
) -> pl.DataFrame:
    """Pair items that agree in everything but the way in which their reference is written.

    Confirmed where both are one reference, written with other separators, letters for digits,
    something before or behind it, and neither item has another such partner. A reference in which
    something else differs may be that of another deal: it is proposed. One that stands on both
    sides was not spoilt, and is left to what says in which field those two differ.
    """
    ours, theirs = _only_here(ours, theirs), _only_here(theirs, ours)
    pairs = candidate_pairs(ours, theirs, [*rules.exact, "amount", *rules.days], rules)
    pairs = _compared(pairs)
    same = settle_rivals(pairs.filter("same"), name=NAME, confirm=True)
    rest = pairs.join(same.select(id="ours"), on="id", how="anti").join(
        same.select(id_theirs="theirs"), on="id_theirs", how="anti"
    )
    like = settle_rivals(rest.filter("like"), name=NAME, confirm=False)
    return pl.concat([same, like])


def _only_here(side: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """Return the items with a reference that no item of the other side has."""
    named = side.drop_nulls("reference")
    return named.join(other.select("reference"), on="reference", how="anti", maintain_order="left")


def _compared(pairs: pl.DataFrame) -> pl.DataFrame:
    """Add to each pair whether its references are `same`, or at least `like`, and the score.

    Of the two references of an item, the one that fits better counts.
    """
    named = likeness(pairs)
    known = likeness(pairs.with_columns(pl.col("alias").fill_null("").alias("reference")))
    told = named.with_columns(named["same"] | known["same"], named["like"] | known["like"])
    score = pl.when("same").then(SAME_SCORE).otherwise(LIKE_SCORE).cast(pl.Int64)
    return told.with_columns(score.alias("score"))


def likeness(pairs: pl.DataFrame) -> pl.DataFrame:
    """Add to each pair of `reference` and `reference_theirs` two truths.

    They are `same` when they are one, put aside how it is written, and `like` when one of them may
    be the other with a slip of the hand.
    """
    plain = pairs.with_columns(_plain("reference"), _plain("reference_theirs"))
    one, other = pl.col("plain_reference"), pl.col("plain_reference_theirs")
    shorter = pl.min_horizontal(one.str.len_chars(), other.str.len_chars())
    within = one.str.contains(other, literal=True) | other.str.contains(one, literal=True)
    same = (shorter > 0) & ((one == other) | ((shorter >= WHOLE) & within))
    told = plain.with_columns(same.alias("same"), (shorter > 2 * EDITS).alias("long"))
    rows = told.select("plain_reference", "plain_reference_theirs", "long").iter_rows()
    like = [
        is_long and OSA.distance(left, right, score_cutoff=EDITS) <= EDITS
        for left, right, is_long in rows
    ]
    return told.with_columns(pl.Series("like", like, dtype=pl.Boolean())).drop(
        "plain_reference", "plain_reference_theirs", "long"
    )


def _plain(name: str) -> pl.Expr:
    """Return letters and digits alone, those that are mistaken for one another as one."""
    plain = pl.col(name).str.to_uppercase().str.replace_all(r"[^\p{L}\p{N}]", "")
    for letter, digit in READ_ALIKE.items():
        plain = plain.str.replace_all(letter, digit, literal=True)
    return plain.alias(f"plain_{name}")
