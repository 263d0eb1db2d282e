"""Facts: what a message says, and what a trade is, as frozen records without a database."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Final

import msgspec

from kernel import numbering

ALLOCATION_SOURCE: Final = "ALLOCATION"
"""The source of trades that shares of a block were booked as: the house itself, and nobody else."""


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

    def content(self) -> bytes:
        """Return the canonical JSON: two messages say the same if and only if these agree.

        It is written once; readers check it, the capture hashes and stores it.
        """
        written: dict[str, bytes] = self.__dict__
        if "canonical" not in written:
            written["canonical"] = msgspec.json.encode(self)
        return written["canonical"]


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
