"""The pass for references that were spoilt on their way: everything else agrees."""

from __future__ import annotations

import re
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
    a digit differs, or is one more, may be that of another deal: it is proposed. One that stands on
    both sides was not spoilt, and is left to what says in which field those two differ.
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
    written = pairs.select(_written("reference"), _written("reference_theirs"))
    told = [(is_same(*row), is_like(*row)) for row in written.iter_rows()]
    return pairs.with_columns(
        pl.Series("same", [same for same, _like in told], dtype=pl.Boolean()),
        pl.Series("like", [like for _same, like in told], dtype=pl.Boolean()),
    )


def _written(name: str) -> pl.Expr:
    """Return capitals, with one sign for those that are mistaken for one another."""
    written = pl.col(name).str.to_uppercase()
    for letter, digit in READ_ALIKE.items():
        written = written.str.replace_all(letter, digit, literal=True)
    return written


def is_same(one: str, other: str) -> bool:
    """Say whether two references, in capitals, are one.

    The same letters and digits are, unless each side parts the digits in another way: 1/11 is not
    11/1. So is the whole of one, eight characters or more, within the other, where it ends: 12345/1
    is not 12345/10.
    """
    plain, said = _plain(one), _plain(other)
    if plain == said:
        parted = len(plain) < len(one.strip()) and len(said) < len(other.strip())
        return bool(plain) and (not parted or _digits(one) == _digits(other))
    short, long = (one, other) if len(plain) < len(said) else (other, one)
    return len(_plain(short)) >= WHOLE and _stands_in(short.strip(), long)


def is_like(one: str, other: str) -> bool:
    """Say whether one reference, in capitals, may be the other with a slip of the hand."""
    plain, said = _plain(one), _plain(other)
    enough = min(len(plain), len(said)) > 2 * EDITS
    return enough and OSA.distance(plain, said, score_cutoff=EDITS) <= EDITS


def _stands_in(short: str, long: str) -> bool:
    """Say whether a text stands in another, with no letter beside its letters, no digit beside its
    digits.
    """
    at = long.find(short)
    if at < 0:
        return False
    before, behind = long[at - 1 : at], long[at + len(short) : at + len(short) + 1]
    return not (_of_a_kind(before, short[0]) or _of_a_kind(short[-1], behind))


def _of_a_kind(one: str, other: str) -> bool:
    return (one.isdigit() and other.isdigit()) or (one.isalpha() and other.isalpha())


def _plain(written: str) -> str:
    return "".join(filter(str.isalnum, written))


def _digits(written: str) -> list[str]:
    return re.findall(r"\d+", written)
