"""Reads: set-wise, as frozen facts; what is unknown is absent from the answer, never invented."""

from refdata.selectors.calendars import (
    UnknownCalendar,
    calendar_for,
    cut_offs,
    settlement_book,
    settlement_calendar,
    settlement_date,
    venues_by_mic,
)
from refdata.selectors.instruments import (
    find_instruments,
    fx_rate,
    fx_rates,
    instruments_by_id,
    instruments_by_isin,
    last_prices,
    resolve_symbols,
)
from refdata.selectors.parties import (
    accounts_by_code,
    books_by_code,
    books_of_desks,
    counterparties_by_code,
    instructions_of,
    name_of_instruction,
    own_firm,
    parties_by_id,
    settlement_instruction,
    traders_by_code,
)

__all__ = [
    "UnknownCalendar",
    "accounts_by_code",
    "books_by_code",
    "books_of_desks",
    "calendar_for",
    "counterparties_by_code",
    "cut_offs",
    "find_instruments",
    "fx_rate",
    "fx_rates",
    "instructions_of",
    "instruments_by_id",
    "instruments_by_isin",
    "last_prices",
    "name_of_instruction",
    "own_firm",
    "parties_by_id",
    "resolve_symbols",
    "settlement_book",
    "settlement_calendar",
    "settlement_date",
    "settlement_instruction",
    "traders_by_code",
    "venues_by_mic",
]
