"""What the readers of sanctions lists share: one entry in the making, its dates and its numbers.

Lists are written for people: a date may be `circa 1967`, a country an adjective. What can be said
exactly is, what cannot is kept as it was written; nothing is left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from kernel.calendars import YEARS
from kernel.characters import is_hidden
from kernel.identifiers import is_bic, is_isin, is_lei
from refdata.facts import ListedIdentifier, ListedName, ListedRow
from refdata.formats.territories import code_of, codes_in
from refdata.states import IdentifierScheme as Scheme

NAME_MAX: Final = 500
NAMES_MAX: Final = 500
MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            *("jan january", "feb february", "mar march", "apr april", "may", "jun june"),
            *("jul july", "aug august", "sep sept september", "oct october", "nov november"),
            "dec december",
        ),
        start=1,
    )
    for name in names.split()
}
MONTH: Final = "|".join(sorted(MONTHS, key=len, reverse=True))
YEAR: Final = r"(?:1[89]|20)\d\d"
WHEN: Final = re.compile(
    rf"""
    (?P<iso>{YEAR}-\d\d-\d\d)
    | (?P<d>\d{{1,2}})[./](?P<m>\d{{1,2}})[./](?P<y>{YEAR})
    | (?P<day>\d{{1,2}})\s+(?P<month>{MONTH})\.?\s+(?P<year>{YEAR})
    | (?P<only>{MONTH})\.?\s+(?P<of>{YEAR})
    | (?P<first>{YEAR})\s*(?:to|and|or|-|–)\s*(?P<last>{YEAR})
    | (?P<single>{YEAR})
    """,
    re.VERBOSE | re.IGNORECASE,
)
ROUGHLY: Final = re.compile(r"\b(circa|approximately|approx|about|between)\b|\bc\.", re.IGNORECASE)
SCHEMES: Final = (
    (re.compile(r"legal entity (number|identifier)|\bLEI\b", re.IGNORECASE), Scheme.LEI),
    (re.compile(r"swift|\bBIC\b", re.IGNORECASE), Scheme.BIC),
    (re.compile(r"\bISIN\b", re.IGNORECASE), Scheme.ISIN),
    (re.compile(r"\bIMO\b|vessel registration", re.IGNORECASE), Scheme.IMO),
    (re.compile(r"\bMMSI\b", re.IGNORECASE), Scheme.MMSI),
    (re.compile(r"passport|passeport|pasaporte", re.IGNORECASE), Scheme.PASSPORT),
    (re.compile(r"\btax\b|\bVAT\b|\bNIT\b|\bRUC\b|\bR\.?F\.?C\b|\bINN\b", re.IGNORECASE),
     Scheme.TAX_NUMBER),
    (re.compile(r"ticker", re.IGNORECASE), Scheme.TICKER),
    (re.compile(r"\bregist\w+|company (number|no)"
                r"|\bOGRN\b|credit code|matricula|gazette|enterprise n",
                re.IGNORECASE), Scheme.REGISTRATION),
    (re.compile(r"national id|identi|cedula|\bD\.?N\.?I|C\.U\.[RI]\.P|\bSSN\b|tazkira"
                r"|social security|personal", re.IGNORECASE), Scheme.NATIONAL_ID),
)  # fmt: skip


def clean(text: str | None) -> str:
    """Return a text composed (NFC), with its blanks collapsed and without what is not seen."""
    if not text:
        return ""
    composed = unicodedata.normalize("NFC", text)
    return " ".join("".join(" " if is_hidden(c) else c for c in composed).split())


def moments(text: str) -> list[str]:
    """Return every date of a text as ISO day, month, year or span of years; `~` if approximate."""
    found = []
    for met in WHEN.finditer(text):
        before = text[max(0, met.start() - 16) : met.start()]
        said = _iso(met)
        if said:
            found.append(f"~{said}" if ROUGHLY.search(before) else said)
    return list(dict.fromkeys(found))


def first_day(text: str) -> date | None:
    """Return the first whole day of a text, None when it says none."""
    days = [said for said in moments(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", said)]
    return date.fromisoformat(days[0]) if days else None


def _iso(met: re.Match[str]) -> str:
    """Return what one date of WHEN says, nothing when there is no such day."""
    part = met.groupdict()
    if part["first"]:
        return f"{part['first']}/{part['last']}"
    if part["only"]:
        return f"{part['of']}-{MONTHS[part['only'].lower()]:02}"
    if part["single"]:
        return str(part["single"])
    year = part["y"] or part["year"]
    month = part["m"] or (MONTHS[part["month"].lower()] if part["month"] else 0)
    try:
        day = (
            date.fromisoformat(part["iso"])
            if part["iso"]
            else date(int(year), int(month), int(part["d"] or part["day"]))
        )
    except ValueError:
        return ""
    return day.isoformat() if day.year in YEARS else ""


def scheme_of(said: str) -> Scheme:
    """Return which kind of number the words of a list mean."""
    return next((scheme for words, scheme in SCHEMES if words.search(said)), Scheme.OTHER)


PREFIX: Final = re.compile(r"^(?:No\.?|Number|IMO|MMSI)[:\s]+(?=\S)", re.IGNORECASE)
CHECKED: Final = {Scheme.LEI: is_lei, Scheme.ISIN: is_isin, Scheme.BIC: is_bic}


@dataclass(slots=True)
class Draft:
    """One entry while its lines or elements are read; `notes` count what could not be said."""

    line: int
    reference: str
    kind: str
    notes: Counter[str]
    names: dict[str, bool] = field(default_factory=dict)
    births: list[str] = field(default_factory=list)
    countries: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    identifiers: list[ListedIdentifier] = field(default_factory=list)
    programmes: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    listed_on: date | None = None

    def call(self, *names: str | None, strong: bool = True) -> None:
        """Add spellings; one that is strong anywhere is strong."""
        for given in names:
            name = clean(given)
            if len(name) > NAME_MAX:
                self.notes["names_shortened"] += 1
                self.remark(name)
                name = name[:NAME_MAX]
            if name:
                self.names[name] = self.names.get(name, False) or strong

    def born(self, text: str | None) -> None:
        """Add the dates of birth of a text; one that cannot be read stays as a remark."""
        said = clean(text)
        if not said:
            return
        found = moments(said)
        self.births += found
        if not found:
            self.notes["births_unread"] += 1
            self.remark(f"DOB {said}")

    def of(self, text: str | None) -> None:
        """Add the countries of a text; what no code says is kept as a place."""
        codes, unknown = codes_in(clean(text))
        self.countries += codes
        self.places += unknown
        self.notes["countries_unread"] += len(unknown)

    def lives_at(self, address: str | None) -> None:
        """Add the country that an address ends with, if it does."""
        end = clean(address).rstrip(".'\"").rsplit(",", 1)[-1].strip()
        self.countries.append(code_of(end))

    def number(self, said: str, value: str | None) -> None:
        """Add a number of the kind that the words mean; one with wrong check digits is OTHER."""
        text = clean(value)
        if not text:
            return
        scheme = scheme_of(said)
        text = PREFIX.sub("", text)
        bare = text.replace(" ", "").upper() if scheme in CHECKED else text
        if scheme in CHECKED and not CHECKED[scheme](bare):
            self.remark(f"{said} {text}")
            scheme = Scheme.OTHER
        self.identifiers.append(ListedIdentifier(scheme.value, bare))

    def listed(self, text: str | None) -> None:
        """Keep the first day on which the entry was listed."""
        said = clean(text)
        day = first_day(said)
        if said and day is None:
            self.notes["listing_dates_unread"] += 1
            self.remark(said)
        if day is not None and (self.listed_on is None or day < self.listed_on):
            self.listed_on = day

    def remark(self, *texts: str | None) -> None:
        """Keep what no other term says."""
        self.remarks += [text for text in map(clean, texts) if text]

    def row(self) -> ListedRow:
        """Return the entry, each value once and in the order of the list."""
        return ListedRow(
            line=self.line,
            reference=self.reference,
            kind=self.kind,
            names=tuple(ListedName(*one) for one in list(self.names.items())[:NAMES_MAX]),
            births=_once(self.births),
            countries=_once(self.countries),
            places=_once(self.places),
            identifiers=tuple(dict.fromkeys(self.identifiers)),
            programmes=_once(map(clean, self.programmes)),
            listed_on=self.listed_on,
            remarks="; ".join(_once(self.remarks)),
        )


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))
