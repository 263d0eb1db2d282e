"""Frozen records of transaction reporting: what was read, and what will be reported.

Field numbers are those of Delegated Regulation (EU) 2017/590 (RTS 22), Annex I, table 2.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class IdScheme(StrEnum):
    NIDN = "NIDN"
    CCPT = "CCPT"
    CONCAT = "CONCAT"


class PartyKind(StrEnum):
    LEI = "LEI"
    MIC = "MIC"
    PERSON = "PERSON"
    INTERNAL = "INTC"


class PriceKind(StrEnum):
    MONETARY = "MONETARY"
    PERCENT = "PERCENT"
    YIELD = "YIELD"
    BASIS_POINTS = "BASIS_POINTS"
    PENDING = "PNDG"
    NOT_APPLICABLE = "NOAP"


class QuantityKind(StrEnum):
    UNIT = "UNIT"
    NOMINAL = "NOMINAL"
    MONETARY = "MONETARY"


class DeciderKind(StrEnum):
    PERSON = "PERSON"
    ALGO = "ALGO"
    NO_REASON = "NORE"


class Capacity(StrEnum):
    DEAL = "DEAL"
    MTCH = "MTCH"
    AOTC = "AOTC"


OFF_VENUE = frozenset({"XOFF", "XXXX"})


@dataclass(frozen=True, slots=True)
class Person:
    """A natural person who buys, sells or decides for a client (fields 7, 9-11, 12-15, 16-24)."""

    first_names: str
    surname: str
    birth_date: date | None
    identifier: str
    scheme: IdScheme


@dataclass(frozen=True, slots=True)
class ReportedParty:
    """One account owner or decision maker; `value` is the LEI or MIC, empty for a person."""

    kind: PartyKind
    value: str = ""
    person: Person | None = None
    branch_country: str = ""
    lei_status: str = ""


@dataclass(frozen=True, slots=True)
class Decider:
    """Who, or which algorithm, decided within the firm (fields 57-60)."""

    kind: DeciderKind
    identifier: str = ""
    scheme: IdScheme = IdScheme.CONCAT
    branch_country: str = ""


@dataclass(frozen=True, slots=True)
class ReportedQuantity:
    """Fields 30 and 31; the currency is empty for units."""

    kind: QuantityKind
    amount: Decimal
    currency: str = ""


@dataclass(frozen=True, slots=True)
class ReportedPrice:
    """Fields 33 and 34; a negative amount is written with its sign indicator."""

    kind: PriceKind
    amount: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class ReportedInstrument:
    """Fields 42-56: the full description, for what has no ISIN in the reference data."""

    full_name: str
    cfi: str
    notional_currency: str = ""
    second_currency: str = ""
    maturity_date: date | None = None
    expiry_date: date | None = None
    multiplier: Decimal | None = None
    underlying_isin: str = ""
    option_type: str = ""
    strike: ReportedPrice | None = None
    exercise_style: str = ""
    delivery_type: str = ""


@dataclass(frozen=True, slots=True)
class TransactionFacts:
    """Everything that the 65 fields need, for one NEWT report.

    `cfi`, `venue_country` and the status of the LEI come from reference data: they are judged, not
    written.
    """

    transaction_id: str
    executing_lei: str
    submitting_lei: str
    buyers: tuple[ReportedParty, ...]
    sellers: tuple[ReportedParty, ...]
    traded_at: datetime
    capacity: str
    quantity: ReportedQuantity
    price: ReportedPrice
    venue: str
    isin: str
    executing_person: Decider
    buyer_deciders: tuple[ReportedParty, ...] = ()
    seller_deciders: tuple[ReportedParty, ...] = ()
    venue_transaction_id: str = ""
    is_investment_firm: bool = True
    is_transmitted: bool = False
    transmitting_buyer: str = ""
    transmitting_seller: str = ""
    notional_change: str = ""
    net_amount: Decimal | None = None
    membership_country: str = ""
    up_front_amount: Decimal | None = None
    up_front_currency: str = ""
    package_id: str = ""
    instrument: ReportedInstrument | None = None
    investment_decider: Decider | None = None
    waivers: tuple[str, ...] = ()
    short_selling: str = ""
    post_trade_flags: tuple[str, ...] = ()
    is_risk_reducing: bool | None = None
    is_securities_financing: bool = False
    cfi: str = ""
    executing_lei_status: str = ""
    venue_country: str = ""

    @property
    def is_on_venue(self) -> bool:
        """A MIC, rather than one of the two codes for dealing off venue."""
        return self.venue not in OFF_VENUE


@dataclass(frozen=True, slots=True)
class CancellationFacts:
    """A CANC report: three identifiers, no more."""

    transaction_id: str
    executing_lei: str
    submitting_lei: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """The business header around one file; `created_at` is UTC."""

    sender_lei: str
    recipient_lei: str
    message_id: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PartySource:
    """What reference data says about one party."""

    code: str
    lei: str
    lei_status: str = ""
    is_client: bool = False


@dataclass(frozen=True, slots=True)
class InstrumentSource:
    """What reference data says about one instrument on the trade date.

    `listings` are the MICs with an admission in force on that date; `is_listing_known` tells an
    instrument without admissions from one about which nothing was loaded.
    """

    isin: str
    name: str
    cfi: str
    asset_class: str
    price_type: str
    currency: str
    listings: frozenset[str] = frozenset()
    is_listing_known: bool = False


@dataclass(frozen=True, slots=True)
class FirmSource:
    """Who reports to whom: one record per reporting stream, kept as configuration."""

    executing_lei: str
    submitting_lei: str
    recipient_lei: str
    branch_country: str
    lei_status: str = "ISSUED"
    is_investment_firm: bool = True


@dataclass(frozen=True, slots=True)
class TradeSource:
    """One validated trade version with the reference data that stood beside it.

    `is_spot` tells an exchange of currencies that is paid by the spot date of its pair.
    """

    trade_id: int
    version_no: int
    reference: str
    action: str
    is_current: bool
    side: str
    quantity: Decimal
    price: Decimal
    currency: str
    net_amount: Decimal | None
    trade_date: date
    traded_at: datetime
    venue: str
    capacity: str
    isin: str
    counterparty: PartySource | None
    instrument: InstrumentSource | None
    trader: Decider | None
    trader_code: str
    firm: FirmSource
    venue_country: str = ""
    is_cancelled: bool = False
    is_allocated: bool = False
    product: str = ""
    is_spot: bool = False


@dataclass(frozen=True, slots=True)
class ActivityLine:
    """The day of one desk; `name` is empty for trades that no desk owns yet.

    `amount_eur` adds the trades whose euro amount is known. `straight_through` counts the trades
    that no hand touched and no control held.
    """

    name: str
    trades: int = 0
    amount_eur: Decimal = Decimal(0)
    validated: int = 0
    waiting: int = 0
    refused: int = 0
    amended: int = 0
    cancelled: int = 0
    straight_through: int = 0
    exceptions: int = 0
    exceptions_open: int = 0
    breaks_open: int = 0

    @property
    def stp_rate(self) -> Decimal | None:
        """Straight-through trades over trades; None without trades."""
        return Decimal(self.straight_through) / self.trades if self.trades else None


@dataclass(frozen=True, slots=True)
class PersonLine:
    """What one person did on the day."""

    name: str
    captured: int = 0
    approved: int = 0
    refused: int = 0
    exceptions_ended: int = 0
    breaks_resolved: int = 0


@dataclass(frozen=True, slots=True)
class RuleLine:
    """How often one rule spoke about the trades of the day, and how often it still does."""

    code: str
    severity: str
    exceptions: int
    still_open: int


@dataclass(frozen=True, slots=True)
class ActivityReport:
    """One day: total, desks, people, rules, and the days before it as totals."""

    day: date
    total: ActivityLine
    desks: tuple[ActivityLine, ...]
    people: tuple[PersonLine, ...]
    rules: tuple[RuleLine, ...]
    days: tuple[tuple[date, int, Decimal | None], ...]


class CellKind(StrEnum):
    """How a cell is written; a LONG text is what gives way where there is little room."""

    TEXT = "TEXT"
    LONG = "LONG"
    COUNT = "COUNT"
    AMOUNT = "AMOUNT"
    RATIO = "RATIO"
    DAY = "DAY"
    MOMENT = "MOMENT"


Cell = str | int | Decimal | date | datetime | None
Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table ready to be written anywhere: translated labels, typed cells, local moments.

    `bars` is what is worth a look before the figures: (label, count), drawn where drawing is.
    `note` says what the table is; `group` stands above the first table of several that belong
    together.
    """

    title: str
    columns: tuple[tuple[str, CellKind], ...]
    rows: Iterable[Row]
    bars: tuple[tuple[str, int], ...] = ()
    note: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class WrittenReport:
    """A report as sheets, with the words around them in the reader's language.

    `head` are its first facts, (label, value); `verdicts` what was asked of the whole, (question,
    answer, whether that is well); `nothing` stands where a table has no rows.
    """

    title: str
    subtitle: str
    footer: str
    sheets: tuple[Sheet, ...]
    head: tuple[tuple[str, str], ...] = ()
    verdicts: tuple[tuple[str, str, bool], ...] = ()
    nothing: str = "–"
