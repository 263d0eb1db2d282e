"""What rules of the house may name: fields of a trade and of what it is compared with.

A name stands for a value, or for None where it is not known; a text that is empty is known to be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from trades.facts import TradeFacts
from trades.rules.context import HOUSE_ZONE, RuleContext
from trades.rules.prices import usable_price

Value = Decimal | str | date | bool | None
Get = Callable[[TradeFacts, RuleContext], Value]
SIDES: Final = ("BUY", "SELL")
PRODUCTS: Final = ("", "FX", "REPO", "LENDING")
CAPACITIES: Final = ("", "DEAL", "MTCH", "AOTC")
ASSET_CLASSES: Final = ("EQUITY", "BOND", "ETF", "FUND", "DERIVATIVE")
MINUTE_S: Final = 60


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for a marked text
    """Mark a text for translation; it is translated where a person reads it."""
    return text


class Kind(StrEnum):
    """What can be compared and calculated with what."""

    NUMBER = "NUMBER"
    TEXT = "TEXT"
    DAY = "DAY"
    TRUTH = "TRUTH"

    @property
    def label(self) -> str:
        """What people call it."""
        return KINDS[self]


KINDS: Final[Mapping[Kind, str]] = {
    Kind.NUMBER: N_("decimal number"),
    Kind.TEXT: N_("text"),
    Kind.DAY: N_("day"),
    Kind.TRUTH: N_("true or false"),
}


@dataclass(frozen=True, slots=True)
class Term:
    """One name: what it stands for, in words, and how it is found; `choices` are all its texts."""

    name: str
    kind: Kind
    meaning: str
    get: Get
    choices: tuple[str, ...] = ()


def _of_trade(name: str, kind: Kind, meaning: str, *choices: str, field: str = "") -> Term:
    attribute = field or name
    return Term(name, kind, meaning, lambda f, _c: getattr(f, attribute), choices)


def _of_instrument(name: str, kind: Kind, meaning: str, field: str, *choices: str) -> Term:
    """A term of the instrument: not known where the instrument or the datum is not."""

    def get(facts: TradeFacts, context: RuleContext) -> Value:
        found = context.instruments.get(facts.isin)
        value: Value = None if found is None else getattr(found, field)
        return None if value == "" else value

    return Term(name, kind, meaning, get, choices)


def _last_price(facts: TradeFacts, context: RuleContext) -> Value:
    last = usable_price(facts, context)
    return None if last is None else last.close


def _last_price_age(facts: TradeFacts, context: RuleContext) -> Value:
    last = context.last_prices.get((facts.isin, facts.trade_date))
    return None if last is None else Decimal((facts.trade_date - last.day).days)


def _country(facts: TradeFacts, context: RuleContext) -> Value:
    found = context.counterparties.get(facts.counterparty_code)
    return None if found is None or not found.country else found.country


def _trader_day(facts: TradeFacts, context: RuleContext) -> Value:
    if context.trader_unvalued.get((facts.trader_code, facts.trade_date)):
        return None
    return _with(facts, context.trader_before)


def _counterparty_open(facts: TradeFacts, context: RuleContext) -> Value:
    if context.counterparty_unvalued.get((facts.counterparty_code, facts.trade_date)):
        return None
    return _with(facts, context.counterparty_before)


def _with(facts: TradeFacts, before: Mapping[int, Decimal]) -> Value:
    """Return what is used with the trade; not known where its own amount is not."""
    own = facts.risk_amount_eur
    return None if own is None else before.get(facts.trade_id, Decimal(0)) + own


def _minutes_to_booking(facts: TradeFacts, _context: RuleContext) -> Value:
    seconds = int((facts.received_at - facts.traded_at).total_seconds())
    return Decimal(seconds // MINUTE_S)


NUMBER, TEXT, DAY = Kind.NUMBER, Kind.TEXT, Kind.DAY
TERMS: Final = (
    _of_trade("price", NUMBER, N_("price of the trade")),
    _of_trade("quantity", NUMBER, N_("quantity; of an exchange of currencies the dealt amount")),
    _of_trade("gross_amount", NUMBER, N_("gross amount, in the currency of the trade")),
    _of_trade("accrued_interest", NUMBER, N_("accrued interest")),
    _of_trade("fees", NUMBER, N_("fees")),
    _of_trade("net_amount", NUMBER, N_("net amount, in the currency of the trade")),
    _of_trade("amount_eur", NUMBER, N_("gross amount in EUR"), field="risk_amount_eur"),
    _of_trade("side", TEXT, N_("BUY or SELL"), *SIDES),
    _of_trade("product", TEXT, N_("FX, REPO, LENDING; empty for all else"), *PRODUCTS),
    _of_trade("currency", TEXT, N_("currency of the trade")),
    _of_trade("isin", TEXT, N_("ISIN; empty where there is none")),
    _of_trade("symbol", TEXT, N_("symbol, or pair of currencies")),
    _of_trade("venue", TEXT, N_("MIC of the venue; empty off venue")),
    _of_trade("capacity", TEXT, N_("DEAL, MTCH or AOTC"), *CAPACITIES),
    _of_trade("counterparty", TEXT, N_("code of the counterparty"), field="counterparty_code"),
    _of_trade("desk", TEXT, N_("code of the desk"), field="desk_code"),
    _of_trade("book", TEXT, N_("code of the book"), field="book_code"),
    _of_trade("trader", TEXT, N_("code of the trader"), field="trader_code"),
    _of_trade("account", TEXT, N_("code of our account"), field="account_code"),
    _of_trade("source", TEXT, N_("source system"), field="source_system"),
    _of_trade("captured_by", TEXT, N_("who captured the trade"), field="maker"),
    _of_trade("trade_date", DAY, N_("trade date")),
    _of_trade("settlement_date", DAY, N_("settlement date")),
    Term("traded_hour", NUMBER, N_("hour of the trade, 0 to 23, house time"),
         lambda f, _c: Decimal(f.traded_at.astimezone(HOUSE_ZONE).hour)),
    Term("received_hour", NUMBER, N_("hour of the booking, 0 to 23, house time"),
         lambda f, _c: Decimal(f.received_at.astimezone(HOUSE_ZONE).hour)),
    Term("minutes_to_booking", NUMBER, N_("whole minutes from the trade to its booking"),
         _minutes_to_booking),
    _of_instrument("asset_class", TEXT, N_("EQUITY, BOND, ETF, FUND or DERIVATIVE"),
                   "asset_class", *ASSET_CLASSES),
    _of_instrument("quoted_in", TEXT, N_("currency that the instrument is quoted in"), "currency"),
    _of_instrument("maturity_date", DAY, N_("maturity or expiry of the instrument"),
                   "maturity_date"),
    _of_instrument("lot_size", NUMBER, N_("lot of the instrument"), "lot_size"),
    _of_instrument("tick_size", NUMBER, N_("tick of the instrument"), "tick_size"),
    _of_instrument("coupon_rate", NUMBER, N_("coupon of the instrument, in percent"),
                   "coupon_rate"),
    Term("last_price", NUMBER, N_("last close on or before the trade date, in the same currency"),
         _last_price),
    Term("last_price_age", NUMBER, N_("days from that close to the trade date"), _last_price_age),
    Term("counterparty_country", TEXT, N_("country of the counterparty"), _country),
    Term("trader_day_eur", NUMBER, N_("gross amounts of the trader's day in EUR, with the trade"),
         _trader_day),
    Term("counterparty_open_eur", NUMBER,
         N_("what is not settled with the counterparty in EUR, with the trade"),
         _counterparty_open),
)  # fmt: skip
TERM_BY_NAME: Final[Mapping[str, Term]] = {term.name: term for term in TERMS}


@dataclass(frozen=True, slots=True)
class Function:
    """What may be called: of how many arguments, of which kind, and what it makes of them."""

    name: str
    arguments: tuple[int, int]
    takes: Kind | None
    gives: Kind
    meaning: str


FUNCTIONS: Final = (
    Function("abs", (1, 1), NUMBER, NUMBER, N_("a number without its sign")),
    Function("min", (2, 10), NUMBER, NUMBER, N_("the smallest of several numbers")),
    Function("max", (2, 10), NUMBER, NUMBER, N_("the largest of several numbers")),
    Function("days", (2, 2), DAY, NUMBER, N_("days from the first day to the second")),
    Function("day", (1, 1), TEXT, DAY, N_("a day that is written as 'YYYY-MM-DD'")),
    Function("known", (1, 1), None, Kind.TRUTH, N_("whether a value is known at all")),
    Function("starts", (2, 2), TEXT, Kind.TRUTH, N_("whether a text begins with another")),
)
FUNCTION_BY_NAME: Final[Mapping[str, Function]] = {one.name: one for one in FUNCTIONS}
