"""Records of reference data as rules see them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kernel.calendars import BusinessCalendar
from refdata.facts import (
    BookFacts,
    InstrumentFacts,
    PartyFacts,
    PriceFacts,
    ScreeningFacts,
    TraderFacts,
)
from refdata.rules.settlement import NoSettlementCalendar, SettlementBook
from refdata.states import AssetClass
from trades.facts import TradeFacts
from trades.rules.context import BookRef, InstrumentRef, LastPrice, PartyRef, TraderRef


def instrument(facts: InstrumentFacts) -> InstrumentRef:
    """Return what rules see of an instrument."""
    return InstrumentRef(
        isin=facts.isin,
        asset_class=facts.asset_class,
        currency=facts.currency,
        price_type=facts.price_type,
        multiplier=facts.multiplier,
        active=facts.active,
        maturity_date=facts.maturity_date,
        lot_size=facts.lot_size,
        tick_size=facts.tick_size,
        coupon_rate=facts.coupon_rate,
        coupons=facts.coupons(),
        is_future=facts.is_future,
        is_option=facts.is_option,
        contract_known=_contract_known(facts),
    )


def _contract_known(facts: InstrumentFacts) -> bool:
    """Say whether a derivative has its kind, its expiry and, as an option, what it gives."""
    if facts.asset_class != AssetClass.DERIVATIVE:
        return True
    if facts.maturity_date is None or not (facts.is_future or facts.is_option):
        return False
    return facts.is_future or bool(facts.option_type and facts.strike_price is not None)


def party(facts: PartyFacts, screening: ScreeningFacts | None) -> PartyRef:
    """Return what rules see of a counterparty."""
    return PartyRef(
        code=facts.code,
        active=facts.active,
        lei=facts.lei,
        lei_next_renewal=facts.lei_next_renewal,
        is_counterparty=facts.is_counterparty,
        lei_status=facts.lei_status,
        country=facts.country,
        nature=facts.nature,
        screening=screening,
    )


def trader(facts: TraderFacts) -> TraderRef:
    """Return what rules see of a trader."""
    return TraderRef(
        code=facts.code, active=facts.active, desk=facts.desk_code, mandate=facts.book_codes
    )


def book(facts: BookFacts) -> BookRef:
    """Return what rules see of a book."""
    return BookRef(code=facts.code, active=facts.active, desk=facts.desk_code)


def last_price(facts: PriceFacts) -> LastPrice:
    """Return what rules see of the last close."""
    return LastPrice(
        day=facts.day,
        close=facts.close,
        source=facts.source,
        high=facts.high,
        low=facts.low,
        usual_move=facts.usual_move,
        moves=facts.moves,
        others=facts.others,
    )


def currencies_of(facts: TradeFacts) -> tuple[str, ...]:
    """Return the currencies that a trade moves: its own, and that of each of its legs."""
    if facts.deal is None:
        return (facts.currency,)
    return (facts.currency, *(leg.currency for leg in facts.deal.legs))


def venue_calendars(book: SettlementBook, mics: Iterable[str]) -> dict[str, BusinessCalendar]:
    """Return the calendars of these venues that are known."""
    found = {mic: book.venue_calendar(mic) for mic in mics}
    return {mic: calendar for mic, calendar in found.items() if calendar is not None}


def settlement_calendars(
    book: SettlementBook, chunk: Sequence[TradeFacts]
) -> dict[tuple[str, str], BusinessCalendar]:
    """Return the calendars by which these trades are paid, by currency and venue."""
    calendars: dict[tuple[str, str], BusinessCalendar] = {}
    wanted = {(code, facts.venue) for facts in chunk for code in currencies_of(facts)}
    for currency, mic in wanted:
        try:
            calendars[currency, mic] = book.settlement_calendar(currency=currency, mic=mic)
        except NoSettlementCalendar:
            continue
    return calendars
