"""What other rooms judge with: reference data as it stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from kernel.coupons import Coupons, DayCount

DERIVATIVE: Final = "DERIVATIVE"


@dataclass(frozen=True, slots=True)
class InstrumentFacts:
    """One instrument. `mic` is its main venue, empty when it has none."""

    instrument_id: int
    isin: str
    code: str
    name: str
    short_name: str
    cfi: str
    asset_class: str
    currency: str
    mic: str
    price_type: str
    multiplier: Decimal
    nominal: Decimal | None
    lot_size: Decimal
    tick_size: Decimal | None
    issuer_lei: str
    coupon_rate: Decimal | None
    maturity_date: date | None
    active: bool
    coupon_frequency: int | None = None
    day_count: str = ""
    interest_from: date | None = None
    ex_coupon_days: int = 0
    contract_month: str = ""
    option_type: str = ""
    strike_price: Decimal | None = None
    settlement_days: int | None = None

    @property
    def is_future(self) -> bool:
        """Whether it pays variation margin and nothing when it is dealt (CFI F…, ISO 10962)."""
        return self.asset_class == DERIVATIVE and self.cfi[:1] == "F"

    @property
    def is_option(self) -> bool:
        """Whether its price is a premium that is paid (CFI O…, ISO 10962)."""
        return self.asset_class == DERIVATIVE and self.cfi[:1] == "O"

    def coupons(self) -> Coupons | None:
        """Return what the bond pays, None when we do not know enough of it."""
        if (
            self.coupon_rate is None
            or not self.coupon_frequency
            or not self.day_count
            or self.maturity_date is None
        ):
            return None
        return Coupons(
            rate=self.coupon_rate,
            frequency=self.coupon_frequency,
            day_count=DayCount(self.day_count),
            maturity=self.maturity_date,
            interest_from=self.interest_from,
            ex_days=self.ex_coupon_days,
        )


@dataclass(frozen=True, slots=True)
class PartyFacts:
    party_id: int
    code: str
    name: str
    lei: str
    bic: str
    country: str
    is_counterparty: bool
    is_own_firm: bool
    active: bool
    lei_status: str
    lei_next_renewal: date | None
    nature: str = "OUTSIDE"


@dataclass(frozen=True, slots=True)
class BookFacts:
    book_id: int
    code: str
    desk_code: str
    active: bool


@dataclass(frozen=True, slots=True)
class TraderFacts:
    """A trader; an empty `book_codes` means any book of the desk."""

    trader_id: int
    code: str
    name: str
    desk_code: str
    book_codes: frozenset[str]
    active: bool
    first_name: str
    last_name: str
    birth_date: date | None
    country: str
    branch_country: str
    national_id: str


@dataclass(frozen=True, slots=True)
class AccountFacts:
    account_id: int
    code: str
    kind: str
    currency: str
    iban: str
    number: str
    book_code: str
    active: bool


@dataclass(frozen=True, slots=True)
class VenueFacts:
    mic: str
    operating_mic: str
    name: str
    country: str
    active: bool
    valid_from: date | None
    valid_to: date | None

    def is_active_on(self, day: date) -> bool:
        """Tell whether the market existed that day; an empty bound is open."""
        if self.valid_to is not None and day >= self.valid_to:
            return False
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.active or self.valid_to is not None)


@dataclass(frozen=True, slots=True)
class PriceFacts:
    """The last close of an instrument, and what the closes before it and other sources say.

    `usual_move` is the median daily move of its source in percent, of so many `moves`; `others` are
    the closes of that day from other sources.
    """

    isin: str
    day: date
    source: str
    close: Decimal
    high: Decimal | None = None
    low: Decimal | None = None
    usual_move: Decimal | None = None
    moves: int = 0
    others: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class CycleFacts:
    """T+`days` for trade dates from `valid_from`; empty market or asset class: all others."""

    market: str
    asset_class: str
    valid_from: date
    days: int


@dataclass(frozen=True, slots=True)
class InstructionFacts:
    """One settlement instruction; an empty criterion matches everything.

    One that waits for its second person is never chosen; without a place the home market's counts.
    """

    instruction_id: int
    party_id: int
    account_id: int | None
    currency: str
    asset_class: str
    place_of_settlement: str
    agent_bic: str
    account_number: str
    valid_from: date
    valid_to: date | None
    approved: bool = True


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """One approved place of settlement of a home market; an empty criterion matches everything."""

    line_id: int
    venue: str
    issuer_country: str
    asset_class: str
    place: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class AgreementFacts:
    """One approved agreement with a party; `covers` holds codes of `refdata.states.Covered`."""

    kind: str
    reference: str
    covers: frozenset[str]
    valid_from: date
    valid_to: date | None

    def holds_on(self, day: date) -> bool:
        """Say whether it is in force on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class HoldingFacts:
    """What an account holds of one security or currency; two parts of it are not free."""

    quantity: Decimal = Decimal(0)
    blocked: Decimal = Decimal(0)
    pledged: Decimal = Decimal(0)

    @property
    def free(self) -> Decimal:
        """Return what is neither blocked nor pledged; below zero where less is held than that."""
        return self.quantity - self.blocked - self.pledged


@dataclass(frozen=True, slots=True)
class AccountHoldings:
    """The latest statements of an account: `lines` by ISIN or currency, each settled by the end of
    its day. Without a day nobody stated it; with one, what is in no line is not held.
    """

    securities_on: date | None = None
    cash_on: date | None = None
    lines: dict[str, HoldingFacts] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FeeFacts:
    """One approved line of a fee schedule; an empty criterion matches everything."""

    schedule_id: int
    name: str
    kind: str
    party_id: int | None
    venue: str
    issuer_country: str
    asset_class: str
    side: str
    currency: str
    rate: Decimal
    per_unit: Decimal
    fixed: Decimal
    minimum: Decimal
    maximum: Decimal | None
    valid_from: date
    valid_to: date | None
