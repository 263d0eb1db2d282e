"""When two names may mean one party: accents, capitals, legal forms and order do not count.

A likeness is a proposal to a person and never a decision: names that are nearly the same are often
those of two firms of one group.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from refdata.facts import PartyFacts

LEGAL_FORMS: Final = frozenset(
    {"ab", "ag", "aktiengesellschaft", "as", "asa", "bv", "co", "company", "corp", "corporation"}
    | {"eg", "gmbh", "inc", "incorporated", "kg", "kgaa", "limited", "llc", "llp", "lp", "ltd"}
    | {"nv", "oy", "oyj", "plc", "sa", "sab", "sarl", "sas", "sca", "se", "snc", "spa", "srl"}
    | {"anonima", "anonyme", "ua"}
)
"""Words that say of which kind a firm is, and not which one it is."""
SPLIT_LETTERS: Final = str.maketrans(
    {"ß": "ss", "ø": "o", "Ø": "o", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "ł": "l", "Ł": "l"}
)
"""Letters that have no accent to be taken off."""
INITIALS: Final = re.compile(r"\b(?:\w\.\s?)+(?:\w\b)?")
WORD: Final = re.compile(r"[0-9a-z]+")
BIC: Final = re.compile(r"[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?")
INSTITUTION: Final = 6
"""The first signs of a BIC: institution and country, whatever the place and the branch."""
PART_MIN: Final = 3
"""As long as a word must be to say something alone."""
LIKE_MIN: Final = 45
GRAM: Final = 3
WHOLE: Final = 100


class Likeness(StrEnum):
    """Why a party is proposed, the strongest reason first."""

    SAME_LEI = "SAME_LEI"
    SAME_BIC = "SAME_BIC"
    SAME_NAME = "SAME_NAME"
    SAME_INSTITUTION = "SAME_INSTITUTION"
    PART_OF_NAME = "PART_OF_NAME"
    NEARLY = "NEARLY"


ORDER: Final = tuple(Likeness)


@dataclass(frozen=True, slots=True)
class Alike:
    """A party that a name may mean, why, and how much of the letters agree (percent)."""

    party: PartyFacts
    likeness: Likeness
    degree: int


def alike(name: str, parties: Iterable[PartyFacts], *, at_most: int) -> list[Alike]:
    """Return the parties that a name may mean, the likeliest first; among equals by their code."""
    found = (one for party in parties if (one := _compared(name, party)) is not None)
    ranked = sorted(found, key=lambda one: (ORDER.index(one.likeness), -one.degree, one.party.code))
    return ranked[:at_most]


@lru_cache(maxsize=16_384)
def words_of(name: str) -> tuple[str, ...]:
    """Return the words that tell a name from others, without accents, capitals and legal forms.

    A name of legal forms alone keeps them. `J.P. Morgan S.E.` and `JP MORGAN SE` have one form.
    """
    joined = INITIALS.sub(lambda met: met[0].replace(".", "").replace(" ", "") + " ", name)
    plain = unicodedata.normalize("NFKD", joined.translate(SPLIT_LETTERS))
    bare = "".join(sign for sign in plain if not unicodedata.combining(sign)).casefold()
    words = tuple(WORD.findall(bare))
    return tuple(word for word in words if word not in LEGAL_FORMS) or words


def _compared(name: str, party: PartyFacts) -> Alike | None:
    asked = name.strip().upper()
    likeness = _by_identifier(asked, party)
    if likeness is not None:
        return Alike(party, likeness, WHOLE)
    if words_of(name) and words_of(name) == words_of(party.code):
        return Alike(party, Likeness.SAME_NAME, WHOLE)
    return _by_name(name, party)


def _by_identifier(asked: str, party: PartyFacts) -> Likeness | None:
    if party.lei and party.lei == asked:
        return Likeness.SAME_LEI
    if not party.bic or not BIC.fullmatch(asked):
        return None
    if _head_office(party.bic) == _head_office(asked):
        return Likeness.SAME_BIC
    same = party.bic[:INSTITUTION] == asked[:INSTITUTION]
    return Likeness.SAME_INSTITUTION if same else None


def _head_office(bic: str) -> str:
    """Return a BIC in full: eight signs name the head office."""
    return f"{bic}XXX"[:11]


def _by_name(name: str, party: PartyFacts) -> Alike | None:
    mine, theirs = words_of(name), words_of(party.name)
    if not mine or not theirs:
        return None
    one, other = "".join(sorted(mine)), "".join(sorted(theirs))
    if one == other or "".join(mine) == "".join(theirs):
        return Alike(party, Likeness.SAME_NAME, WHOLE)
    degree = _shared(mine, theirs)
    if _is_part(mine, theirs) or _is_part(theirs, mine):
        return Alike(party, Likeness.PART_OF_NAME, degree)
    return Alike(party, Likeness.NEARLY, degree) if degree >= LIKE_MIN else None


def _is_part(few: tuple[str, ...], many: tuple[str, ...]) -> bool:
    """Say whether each word of one name begins a word of the other, and one of them says much."""
    begins = all(any(long.startswith(word) for long in many) for word in few)
    return begins and any(len(word) >= PART_MIN for word in few)


def _shared(mine: tuple[str, ...], theirs: tuple[str, ...]) -> int:
    """Return how many of their groups of three letters two names have in common, in percent."""
    one, other = _grams(mine), _grams(theirs)
    return 2 * WHOLE * len(one & other) // (len(one) + len(other))


@lru_cache(maxsize=16_384)
def _grams(words: tuple[str, ...]) -> frozenset[str]:
    padded = (f" {word} " for word in words)
    return frozenset(
        word[place : place + GRAM] for word in padded for place in range(len(word) - GRAM + 1)
    )
