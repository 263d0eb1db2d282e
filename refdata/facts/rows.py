"""What reference files say, row by row."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Generic, TypeVar

from kernel.findings import Finding

RowT = TypeVar("RowT")


@dataclass(frozen=True, slots=True)
class Reading(Generic[RowT]):
    """What a file said: the good rows, a finding per line that was refused, how many were seen."""

    rows: tuple[RowT, ...]
    findings: tuple[Finding, ...] = ()
    seen: int = 0
    notes: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VenueRow:
    mic: str
    operating_mic: str
    name: str
    legal_entity: str
    lei: str
    category: str
    acronym: str
    country: str
    city: str
    website: str
    status: str
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class LeiRow:
    lei: str
    name: str
    country: str
    category: str
    entity_status: str
    registration_status: str
    next_renewal: date | None


@dataclass(frozen=True, slots=True)
class ListingRow:
    """One FIRDS record; `change` is NEW, MODIFIED, TERMINATED, CANCELLED or FULL."""

    change: str
    isin: str
    mic: str
    name: str
    short_name: str
    cfi: str
    currency: str
    issuer_lei: str
    admitted_on: date | None
    terminated_on: date | None
    maturity_date: date | None
    nominal: Decimal | None
    coupon_rate: Decimal | None


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """A party by our code, its LEI or its BIC; `covers` holds codes of `refdata.states.Covered`."""

    line: int
    party: str
    kind: str
    reference: str
    covers: frozenset[str]
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class HoldingRow:
    """What an account holds at the end of a day: of a security by ISIN, or of a currency."""

    line: int
    account: str
    day: date
    isin: str
    currency: str
    quantity: Decimal
    blocked: Decimal
    pledged: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class OwnerRow:
    """An owner of a party, by our code, its LEI or its BIC; the share is in percent."""

    line: int
    party: str
    name: str
    kind: str
    country: str
    share: Decimal
    birth_date: date | None
    lei: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class RateRow:
    """Units of `currency` for one euro."""

    day: date
    currency: str
    rate: Decimal


@dataclass(frozen=True, slots=True)
class PriceRow:
    line: int
    isin: str
    day: date
    close: Decimal
    currency: str
    high: Decimal | None = None
    low: Decimal | None = None
