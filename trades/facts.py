"""Facts: what a message says, and what a trade is, as frozen records without a database."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

import msgspec

from kernel import numbering

ALLOCATION_SOURCE: Final = "ALLOCATION"
"""The source of trades that shares of a block were booked as: the house itself, and nobody else."""
ENRICHMENT_SOURCE: Final = "ENRICHMENT"
"""The source of messages that give a trade what static data lacked when it came: the house, too."""
HOUSE_SOURCES: Final = frozenset({ALLOCATION_SOURCE, ENRICHMENT_SOURCE})


class Product(StrEnum):
    """What is not dealt and done with in one leg; a trade in a security or a contract has none.

    The seller of a REPO sells first and buys back; the seller of LENDING lends first.
    """

    FX = "FX"
    REPO = "REPO"
    LENDING = "LENDING"


#: Securities financing transactions: a security goes out and comes back.
FINANCING: Final = frozenset({Product.REPO, Product.LENDING})


class LegKind(StrEnum):
    """DEALT and COUNTER are the two currencies of an exchange, START and END those of financing."""

    DEALT = "DEALT"
    COUNTER = "COUNTER"
    START = "START"
    END = "END"


class LimitKind(StrEnum):
    """Whose limit it is: of a trader for one trade date, of a counterparty until settlement."""

    TRADER = "TRADER"
    COUNTERPARTY = "COUNTERPARTY"


class Collateral(StrEnum):
    """What a borrower of securities leaves with the lender."""

    CASH = "CASH"
    SECURITIES = "SECURITIES"


def reference_of(trade_id: int) -> str:
    """Return our reference of a trade: its number as people write it."""
    return f"T{numbering.written(trade_id)}"


class ExecutionFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, dict=True):
    """One execution as the front office told it, whatever the format it came in.

    Numbers are the decimal texts of the message, checked by the format that read them. A CANCEL
    may leave everything but its identity out.
    """

    source_reference: str
    version: int
    action: str
    isin: str | None = None
    symbol: str | None = None
    side: str | None = None
    quantity: str | None = None
    price: str | None = None
    currency: str | None = None
    traded_at: datetime | None = None
    trade_date: date | None = None
    settlement_date: date | None = None
    venue: str | None = None
    counterparty: str | None = None
    book: str | None = None
    trader: str | None = None
    account: str | None = None
    gross_amount: str | None = None
    accrued_interest: str | None = None
    fees: str | None = None
    net_amount: str | None = None
    capacity: str | None = None
    comment: str | None = None
    message_id: str | None = None
    product: str | None = None
    pair: str | None = None
    forward_points: str | None = None
    counter_amount: str | None = None
    end_date: date | None = None
    repo_rate: str | None = None
    lending_fee: str | None = None
    day_count: str | None = None
    haircut: str | None = None
    margin: str | None = None
    end_cash: str | None = None
    collateral: str | None = None
    collateral_amount: str | None = None
    notice_days: str | None = None

    def content(self) -> bytes:
        """Return the canonical JSON: two messages say the same if and only if these agree.

        It is written once; readers check it, the capture hashes and stores it.
        """
        written: dict[str, bytes] = self.__dict__
        if "canonical" not in written:
            written["canonical"] = msgspec.json.encode(self)
        return written["canonical"]


class LegTerms(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One leg as we see it: below zero we pay or deliver.

    `amount` is None where it is not known yet (the end of an open trade), `quantity` of securities
    None where none move.
    """

    number: int
    kind: str
    currency: str
    settlement_date: date | None = None
    amount: Decimal | None = None
    quantity: Decimal | None = None


class DealTerms(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The terms that a trade of two legs has besides those of every trade.

    `spot_date` is that of the pair by its convention; rates, haircut and margin are in percent, the
    lending fee in basis points a year; `interest` is what the term comes to: repo interest, or fee.
    """

    product: str
    legs: tuple[LegTerms, ...]
    pair: str = ""
    spot_date: date | None = None
    forward_points: Decimal | None = None
    repo_rate: Decimal | None = None
    lending_fee: Decimal | None = None
    day_count: str = ""
    haircut: Decimal | None = None
    margin: Decimal | None = None
    interest: Decimal | None = None
    collateral: str = ""
    collateral_amount: Decimal | None = None
    notice_days: int | None = None

    @property
    def end_date(self) -> date | None:
        """The day of the last leg; None while it is open."""
        return self.legs[-1].settlement_date


class TradeFacts(msgspec.Struct, frozen=True, gc=False):
    """A trade as it stands: its current terms, what was resolved, and who touched them."""

    trade_id: int
    reference: str
    source_system: str
    source_reference: str
    version_no: int
    state: str
    isin: str
    symbol: str
    instrument_id: int | None
    side: str
    quantity: Decimal
    price: Decimal
    currency: str
    gross_amount: Decimal
    accrued_interest: Decimal
    fees: Decimal
    net_amount: Decimal
    trade_date: date
    traded_at: datetime
    settlement_date: date | None
    venue: str
    counterparty_id: int | None
    counterparty_code: str
    desk_code: str
    book_code: str
    trader_code: str
    account_code: str
    capacity: str
    maker: str
    contributors: tuple[str, ...]
    fingerprint: str
    risk_amount_eur: Decimal | None
    received_at: datetime
    settlement_instruction_id: int | None = None
    product: str = ""
    deal: DealTerms | None = None
