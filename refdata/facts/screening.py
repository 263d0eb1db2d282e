"""Sanctions lists, who is watched, and what screening says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from refdata.facts.rows import Reading


@dataclass(frozen=True, slots=True)
class ListedName:
    """One spelling of a name; a weak one (low quality alias) supports a hit and never makes one."""

    text: str
    strong: bool = True


@dataclass(frozen=True, slots=True)
class ListedIdentifier:
    scheme: str
    value: str


@dataclass(frozen=True, slots=True)
class ListedRow:
    """One entry of a sanctions list, as its publisher says it.

    `names` begin with the main one. `births` are ISO days, months, years or spans (`1968/1973`),
    with `~` before what is approximate. `places` are countries that no ISO 3166 code says.
    """

    line: int
    reference: str
    kind: str
    names: tuple[ListedName, ...]
    births: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    identifiers: tuple[ListedIdentifier, ...] = ()
    programmes: tuple[str, ...] = ()
    listed_on: date | None = None
    remarks: str = ""


@dataclass(frozen=True, slots=True)
class ListReading(Reading[ListedRow]):
    """A sanctions list as read; `as_of` is the day that the publisher gives, if any."""

    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class Watched:
    """Who is screened: a party or an owner of one; `born` is an ISO day, empty when unknown."""

    key: int
    names: tuple[str, ...]
    country: str = ""
    lei: str = ""
    bic: str = ""
    born: str = ""
    is_person: bool = False


@dataclass(frozen=True, slots=True)
class Suspect:
    """An entry in force, as screening needs it: (name, strong), (scheme, number)."""

    key: int
    kind: str
    names: tuple[tuple[str, bool], ...]
    countries: tuple[str, ...] = ()
    births: tuple[str, ...] = ()
    identifiers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Likely:
    """A likeness that a person must look at: which names, how much, what else agrees or not."""

    suspect: int
    score: int
    ours: str
    theirs: str
    agrees: tuple[str, ...] = ()
    differs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListedOwner:
    """An owner of a party who may be an entry of a list, with the share in percent."""

    name: str
    listed_as: str
    share: Decimal


@dataclass(frozen=True, slots=True)
class ScreeningFacts:
    """What screening says of a party on a day: the name of a list that nobody cleared, if any, and
    the `owners` of that day of whom the same is true.
    """

    has_name: bool = True
    listed_as: str = ""
    score: int = 0
    owners: tuple[ListedOwner, ...] = ()


@dataclass(frozen=True, slots=True)
class RestrictionFacts:
    """What the house does not deal in, from a day to another: an ISIN or a country."""

    value: str
    reason: str
    valid_from: date
    valid_to: date | None

    def holds_on(self, day: date) -> bool:
        """Say whether it is in force on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
