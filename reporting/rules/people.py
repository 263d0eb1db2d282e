"""Natural persons: the CONCAT identifier and which identifier a nationality asks for.

RTS 22 article 6 and annex II. Letters outside the Latin script are refused, not guessed.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Final

from kernel.findings import Refusal
from reporting.facts import IdScheme
from reporting.rules.book import COUNTRIES

CONCAT: Final = re.compile(r"[A-Z]{2}\d{8}[A-Z][A-Z#]{4}[A-Z][A-Z#]{4}", re.ASCII)
NATIONAL_ID: Final = re.compile(
    r"[A-Z]{2}[A-Z0-9]{1,33}|FI[A-Z0-9\-+]{1,33}|LV[A-Z0-9\-]{1,33}", re.ASCII
)
CONCAT_ONLY: Final = frozenset({"AT", "DE", "FR", "HU", "IE", "LU"})
"""Nationalities for which annex II names CONCAT as the first and only identifier."""

TITLE_WORDS: Final = (
    "atty coach dame dr fr gov honorable madam madame maid master miss monsieur mr mrs ms mx ofc "
    "phd president prof rev sir"
)
TITLES: Final = frozenset(TITLE_WORDS.split())
PREFIX_TEXT: Final = (
    "mhic giolla/auf dem/von dem/von den/von der/van den/van der/van de/de las/de la/de le/am/auf/"
    "aus/d/da/de/del/der/di/do/dos/du/im/la/le/mac/mc/mhac/mhic/mic/ni/nic/o/ua/ui/van/vom/von"
)
PREFIXES: Final = tuple(PREFIX_TEXT.split("/"))
"""The longer first, so that `van der` goes before `van`."""

SPECIAL_LETTERS: Final = str.maketrans(
    {"ß": "s", "ø": "o", "ł": "l", "đ": "d", "þ": "t", "ð": "d", "æ": "a", "œ": "o", "ı": "i"}
)


class UnbuildableIdentifier(Refusal):
    """A name, country or birth date does not give a CONCAT identifier."""

    code = "UNBUILDABLE_IDENTIFIER"


def concat_identifier(*, nationality: str, birth_date: date, first_names: str, surname: str) -> str:
    """Build country + YYYYMMDD + five letters of the first name + five of the surname.

    Titles and name prefixes that stand as words are dropped, accents removed, short names padded
    with `#`. Raises UnbuildableIdentifier for an unknown country or a name without Latin letters.
    """
    if nationality not in COUNTRIES:
        raise UnbuildableIdentifier(f"unknown nationality: {nationality!r}")
    first = _five(_without_titles(_plain(first_names)).partition(" ")[0], first_names)
    last = _five(_without_prefix(_without_titles(_plain(surname))), surname)
    return f"{nationality}{birth_date:%Y%m%d}{first}{last}"


def identifier_problem(identifier: str, scheme: IdScheme) -> str:
    """Return what a well-formed identifier of that scheme looks like, or nothing if it is one."""
    if identifier[:2] not in COUNTRIES:
        return "ISO 3166 country first"
    if scheme is IdScheme.CONCAT:
        if not CONCAT.fullmatch(identifier) or not _is_date(identifier[2:10]):
            return "CCYYYYMMDD + 5 + 5 letters, padded with #"
    elif not NATIONAL_ID.fullmatch(identifier):
        return "CC + 1 to 33 capitals or digits"
    return ""


def scheme_problem(identifier: str, scheme: IdScheme) -> str:
    """Return the scheme that the nationality asks for, or nothing if this one will do."""
    if identifier[:2] in CONCAT_ONLY and scheme is not IdScheme.CONCAT:
        return IdScheme.CONCAT.value
    return ""


def _plain(name: str) -> str:
    text = unicodedata.normalize("NFKD", name.lower().translate(SPECIAL_LETTERS))
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    if any(letter.isalpha() and not letter.isascii() for letter in text):
        raise UnbuildableIdentifier(f"transliterate this name to Latin letters first: {name!r}")
    return " ".join(re.sub(r"[^a-z ]", "", text.replace("\u2019", "'")).split())


def _without_titles(name: str) -> str:
    words = name.split()
    while len(words) > 1 and words[0] in TITLES:
        words.pop(0)
    return " ".join(words)


def _without_prefix(name: str) -> str:
    for prefix in PREFIXES:
        if name.startswith(f"{prefix} "):
            return name[len(prefix) + 1 :]
    return name


def _five(name: str, original: str) -> str:
    letters = name.replace(" ", "").upper()[:5]
    if not letters:
        raise UnbuildableIdentifier(f"no letters left in {original!r}")
    return letters.ljust(5, "#")


def _is_date(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True
