"""How a sender's table reads: which column gives which field, and how its values are written.

Plain Python, for the formats of every room. A cell that cannot be read is never guessed at: it is
left as it stands, or refused with what was expected.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

HOUSE_ZONE: Final = "Europe/Paris"
DATE_FORMATS: Final = ("%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%Y%m%d")
SEPARATORS: Final = (",", ";", "\t", "|")
ZONES: Final = (
    *("Europe/Paris", "UTC", "Europe/London", "Europe/Zurich", "Europe/Dublin", "Europe/Lisbon"),
    *("America/New_York", "America/Chicago", "Asia/Tokyo", "Asia/Hong_Kong", "Asia/Singapore"),
    "Australia/Sydney",
)
LIKE_MIN: Final = 84
"""From this likeness on, in percent, a header is taken for a name; short ones say too little."""
LIKE_LENGTH_MIN: Final = 5
ISO_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
MIDNIGHT: Final = re.compile(r"[ T]00:00(:00(\.0+)?)?", re.ASCII)
_GROUPS: Final = r"-?\d{{1,3}}([{sign} \u00a0\u202f'])\d{{3}}(\1\d{{3}})*({mark}\d+)?"
GROUPED: Final[Mapping[str, re.Pattern[str]]] = {
    ".": re.compile(_GROUPS.format(sign=",", mark=r"\."), re.ASCII),
    ",": re.compile(_GROUPS.format(sign=".", mark=","), re.ASCII),
}
PLAIN: Final[Mapping[str, re.Pattern[str]]] = {
    ".": re.compile(r"-?\d+(\.\d+)?", re.ASCII),
    ",": re.compile(r"-?\d+(,\d+)?", re.ASCII),
}


class Encoding(StrEnum):
    """What a table may be written in besides UTF-8."""

    WINDOWS = "cp1252"


class UnreadableCell(ValueError):
    """A cell that is not what the reading says it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How one sender's table reads.

    `columns` maps a field to the header of its column; `constants` gives a field that no column
    gives, or whose cell is empty; `translations` maps, field by field, their value to ours. `zone`
    is that of moments without an offset; `header_row` counts the lines that are not empty. A last
    row whose first cell starts with `trailer_mark` is no record: `trailer` says in which of its
    cells, from 1, what it declares stands.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    decimal_mark: str = "."
    date_format: str = DATE_FORMATS[0]
    zone: str = HOUSE_ZONE
    encoding: str = ""
    separator: str = ""
    header_row: int = 1
    constants: Mapping[str, str] = field(default_factory=dict)
    translations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    trailer_mark: str = ""
    trailer: Mapping[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the shape to store."""
        return asdict(self)

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Reading:
        """Return a stored reading; what it does not say has its default."""
        return cls(**{name: stored[name] for name in cls.__dataclass_fields__ if name in stored})

    def places(self, columns: Sequence[str]) -> dict[str, int]:
        """Return in which column each field stands; a header that is not there has no place."""
        return {
            name: columns.index(header)
            for name, header in self.columns.items()
            if header and header in columns
        }

    def cells(self, places: Mapping[str, int], row: Sequence[str]) -> dict[str, str]:
        """Return what a row says by field: translated, completed by constants, empty left out."""
        found = {name: row[place].strip() for name, place in places.items() if place < len(row)}
        said = {name: self._translated(name, cell) for name, cell in found.items() if cell}
        return {name: value for name, value in self.constants.items() if value} | said

    def _translated(self, name: str, cell: str) -> str:
        known = self.translations.get(name)
        return known.get(cell, known.get(cell.upper(), cell)) if known else cell


@dataclass(frozen=True, slots=True)
class Learned:
    """What headers say by themselves: field -> header; `likely` were taken for their likeness."""

    columns: dict[str, str]
    likely: frozenset[str] = frozenset()


def learn_columns(headers: Sequence[str], names: Mapping[str, Sequence[str]]) -> Learned:
    """Return which column gives which field, as far as the headers tell.

    A field takes the first of its `names` that is a header, without regard to case, accents,
    blanks or dashes. What is left is compared by likeness, and taken only where field and header
    are each other's best without a rival.
    """
    known = {plain_name(header): header for header in reversed(headers)}
    columns: dict[str, str] = {}
    for name, spellings in names.items():
        header = next((known[one] for one in spellings if one in known), "")
        if header and header not in columns.values():
            columns[name] = header
    free = [header for header in headers if header not in columns.values()]
    likely = _by_likeness(free, {n: names[n] for n in names if n not in columns})
    return Learned(columns | likely, frozenset(likely))


def plain_name(header: str) -> str:
    """Return a header without case, accents and signs: `Date de négociation` -> words and `_`."""
    letters = unicodedata.normalize("NFKD", header.replace("’", "'"))
    ascii_only = letters.encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^a-z0-9]+", "_", ascii_only.lower()).strip("_")


def number_text(text: str, mark: str, *, typed: bool = False) -> str:
    """Return a number with a decimal point and without groups: `1 234,5` -> `1234.5`.

    Thousands may be apart by blanks, apostrophes or the sign that is not the decimal mark, three by
    three and by one sign. `typed` cells are those of a workbook, whose own numbers have a point
    whatever the mark; one that could be a group of thousands as well is refused. Raises
    UnreadableCell.
    """
    grouped = GROUPED[mark].fullmatch(text)
    if typed and PLAIN["."].fullmatch(text):
        if grouped:
            raise UnreadableCell(text)
        return text
    plain = text.replace(grouped[1], "") if grouped else text
    if not PLAIN[mark].fullmatch(plain):
        raise UnreadableCell(text)
    return plain.replace(",", ".")


def day_of(text: str, date_format: str) -> date:
    """Return the day that a cell says in the declared format, or in ISO, as workbooks do.

    Raises UnreadableCell, also for a day with an hour that is not midnight.
    """
    cut = text[:10]
    rest = text[len(cut) :]
    if rest and not MIDNIGHT.fullmatch(rest):
        raise UnreadableCell(text)
    try:
        if ISO_DAY.fullmatch(cut):
            return date.fromisoformat(cut)
        return datetime.strptime(cut, date_format).date()  # noqa: DTZ007 - a business date
    except ValueError:
        raise UnreadableCell(text) from None


def moment_of(text: str, date_format: str, zone: str) -> datetime:
    """Return the moment that a cell says: a day and an hour, of `zone` unless it has its offset.

    Raises UnreadableCell.
    """
    day, _blank, hour = text.replace("T", " ").partition(" ")
    if not hour.strip():
        raise UnreadableCell(text)
    iso = f"{day_of(day, date_format).isoformat()}T{hour.strip()}"
    try:
        moment = datetime.fromisoformat(iso)
    except ValueError:
        raise UnreadableCell(text) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))


def pairs_in(text: str) -> dict[str, str]:
    """Return the pairs of `B=BUY; S=SELL`. Raises UnreadableCell with the part that is none."""
    pairs: dict[str, str] = {}
    for part in filter(None, (one.strip() for one in text.split(";"))):
        theirs, sign, ours = (piece.strip() for piece in part.partition("="))
        if not (theirs and sign and ours):
            raise UnreadableCell(part)
        pairs[theirs] = ours
    return pairs


def pairs_text(pairs: Mapping[str, str]) -> str:
    """Write pairs as `pairs_in` reads them."""
    return "; ".join(f"{theirs}={ours}" for theirs, ours in pairs.items())


def _by_likeness(headers: Iterable[str], names: Mapping[str, Sequence[str]]) -> dict[str, str]:
    scores = {
        (name, header): max(_likeness(plain_name(header), one) for one in spellings)
        for header in headers
        for name, spellings in names.items()
        if spellings
    }
    taken: dict[str, str] = {}
    for (name, header), score in scores.items():
        rivals = [
            other
            for pair, other in scores.items()
            if pair != (name, header) and (pair[0] == name or pair[1] == header)
        ]
        if score >= LIKE_MIN and score > max(rivals, default=0):
            taken[name] = header
    return taken


def _likeness(header: str, name: str) -> int:
    if min(len(header), len(name)) < LIKE_LENGTH_MIN:
        return 0
    return round(SequenceMatcher(None, header, name).ratio() * 100)
