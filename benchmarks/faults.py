"""Faults with an answer key: what is planted among clean trades, and which rules must find it.

A fault is known by what was done to a clean trade, never by what a rule said of it. Its codes are
those of which at least one must be found on one of its trades.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from benchmarks.market import BY_HAND, CHRISTMAS, PARIS, Fields, Market, Sent, clean
from benchmarks.planting import (
    Planted,
    changed,
    fault,
    in_what_is_unfit,
    of_a_share,
)


# ------------------------------------------------------------------------------ complete and valid
@fault("complete", "TRD-101")
def _no_counterparty(market: Market, day: date, name: str) -> Planted:
    return changed(market, day, name, counterparty=None)


@fault("complete", "TRD-101")
def _no_book(market: Market, day: date, name: str) -> Planted:
    return changed(market, day, name, book=None)


@fault("complete", "TRD-101")
def _no_trader(market: Market, day: date, name: str) -> Planted:
    return changed(market, day, name, trader=None)


@fault("complete", "CAP-101", "TRD-103")
def _unknown_instrument(market: Market, day: date, name: str) -> Planted:
    return changed(market, day, name, isin="US0378331005")


@fault("complete", "TRD-104")
def _unknown_counterparty(market: Market, day: date, name: str) -> Planted:
    return changed(market, day, name, counterparty="PENDING")


@fault("complete", "TRD-105")
def _counterparty_without_lei(market: Market, day: date, name: str) -> Planted:
    return changed(market, day, name, counterparty="NO-LEI-1")


@fault("complete", "TRD-106")
def _lapsed_lei(market: Market, day: date, name: str) -> Planted:
    return changed(market, day, name, counterparty="LAPSED-1")


@fault("complete", "TRD-107")
def _unknown_book(market: Market, day: date, name: str) -> Planted:
    return changed(market, day, name, book="BOOK-99")


@fault("complete", "TRD-108")
def _unknown_trader(market: Market, day: date, name: str) -> Planted:
    return changed(market, day, name, trader="T-99")


@fault("complete", "TRD-109")
def _unknown_venue(market: Market, day: date, name: str) -> Planted:
    return changed(market, day, name, venue="XQQQ")


@fault("complete", "TRD-111")
def _book_of_another_desk(market: Market, day: date, name: str) -> Planted:
    message = clean(market, day, name)
    mine = int(message["book"][5])
    return [Sent(Sent.soon(message).at, message | {"book": f"BOOK-{(mine + 1) % 4}A"})]


@fault("complete", "TRD-112")
def _no_capacity(market: Market, day: date, name: str) -> Planted:
    return changed(market, day, name, capacity=None)


@fault("complete", "TRD-113")
def _no_settlement_instruction(market: Market, day: date, name: str) -> Planted:
    return changed(market, day, name, counterparty="NO-SSI-1")


@fault("complete", "TRD-604")
def _counterparty_closed(market: Market, day: date, name: str) -> Planted:
    return changed(market, day, name, counterparty="CLOSED-1")


@fault("complete", "TRD-605")
def _instrument_delisted(market: Market, day: date, name: str) -> Planted:
    return in_what_is_unfit(market, day, name, "delisted")


@fault("complete", "TRD-606")
def _trader_who_left(market: Market, day: date, name: str) -> Planted:
    return changed(market, day, name, trader="T-LEFT", book="BOOK-3A")


@fault("complete", "TRD-106")
def _lei_nobody_looked_up(market: Market, day: date, name: str) -> Planted:
    return changed(market, day, name, counterparty="UNSEEN-1")


@fault("complete", "TRD-115")
def _retired_lei(market: Market, day: date, name: str) -> Planted:
    return changed(market, day, name, counterparty="RETIRED-1")


@fault("complete", "TRD-607")
def _book_closed(market: Market, day: date, name: str) -> Planted:
    return changed(market, day, name, trader="T-BIG", book="BOOK-CLOSED")


@fault("complete", "TRD-111")
def _book_outside_the_mandate(market: Market, day: date, name: str) -> Planted:
    return changed(market, day, name, trader="T-BOUND", book="BOOK-3A")


# ------------------------------------------------------------------------------------------- dates
@fault("dates", "TRD-209")
def _venue_without_calendar(market: Market, day: date, name: str) -> Planted:
    return changed(market, day, name, venue="XNEW")


@fault("dates", "TRD-210")
def _currency_without_calendar(market: Market, day: date, name: str) -> Planted:
    return changed(market, day, name, currency="NOK")


@fault("dates", "TRD-201")
def _settles_before_it_is_dealt(market: Market, day: date, name: str) -> Planted:
    return changed(market, day, name, settlement_date=f"{day - timedelta(days=3)}")


@fault("dates", "TRD-202")
def _dealt_on_a_sunday(market: Market, day: date, name: str) -> Planted:
    sunday = day - timedelta(days=day.weekday() + 1)
    message = clean(market, day, name)
    at = datetime.combine(sunday, time(11), PARIS)
    return [Sent(Sent.soon(message).at, message | {"traded_at": at.isoformat()})]


@fault("dates", "TRD-203")
def _settles_on_a_saturday(market: Market, day: date, name: str) -> Planted:
    saturday = day + timedelta(days=5 - day.weekday())
    return changed(market, day, name, settlement_date=f"{saturday}")


@fault("dates", "TRD-204")
def _settles_a_week_late(market: Market, day: date, name: str) -> Planted:
    return changed(market, day, name, settlement_date=f"{day + timedelta(days=14)}")


@fault("dates", "TRD-205")
def _dealt_tomorrow(market: Market, day: date, name: str) -> Planted:
    message = clean(market, day, name)
    later = datetime.fromisoformat(message["traded_at"]) + timedelta(days=7)
    return [Sent(Sent.soon(message).at, message | {"traded_at": later.isoformat()})]


@fault("dates", "TRD-206")
def _trade_date_of_another_day(market: Market, day: date, name: str) -> Planted:
    before = day - timedelta(days=3 if day.weekday() == 0 else 1)
    return changed(market, day, name, trade_date=f"{before}")


@fault("dates", "TRD-207")
def _bond_that_matured(market: Market, day: date, name: str) -> Planted:
    return in_what_is_unfit(market, day, name, "matured", quantity="10000")


@fault("dates", "TRD-212")
def _settles_next_year(market: Market, day: date, name: str) -> Planted:
    return changed(market, day, name, settlement_date=f"{day + timedelta(days=364)}")


# --------------------------------------------------------------------------------------- economics
@fault("economics", "TRD-302")
def _wrong_gross_amount(market: Market, day: date, name: str) -> Planted:
    message = of_a_share(market, day, name)
    gross = Decimal(message["quantity"]) * Decimal(message["price"]) + 10
    return [Sent(Sent.soon(message).at, message | {"gross_amount": f"{gross:f}"})]


@fault("economics", "TRD-303")
def _wrong_net_amount(market: Market, day: date, name: str) -> Planted:
    message = of_a_share(market, day, name)
    gross = Decimal(message["quantity"]) * Decimal(message["price"])
    return [Sent(Sent.soon(message).at, message | {"fees": "1", "net_amount": f"{gross + 100:f}"})]


@fault("economics", "TRD-304", "TRD-310")
def _fees_out_of_proportion(market: Market, day: date, name: str) -> Planted:
    message = of_a_share(market, day, name) | {"quantity": "100"}
    fees = (Decimal(message["price"]) * 5).quantize(Decimal("0.01"))
    return [Sent(Sent.soon(message).at, message | {"fees": f"{fees:f}"})]


@fault("economics", "TRD-305")
def _interest_on_a_share(market: Market, day: date, name: str) -> Planted:
    message = of_a_share(market, day, name)
    return [Sent(Sent.soon(message).at, message | {"accrued_interest": "12.00"})]


@fault("economics", "TRD-306")
def _another_currency(market: Market, day: date, name: str) -> Planted:
    message = of_a_share(market, day, name)
    return [Sent(Sent.soon(message).at, message | {"currency": "USD"})]


@fault("economics", "TRD-307")
def _broken_lot(market: Market, day: date, name: str) -> Planted:
    return in_what_is_unfit(market, day, name, "by_ten", quantity="105")


@fault("economics", "TRD-308")
def _interest_of_another_day(market: Market, day: date, name: str) -> Planted:
    message = clean(market, day, name)
    while message["isin"] not in {one.isin for one in market.bonds}:
        message = clean(market, day, name)
    return [
        Sent(Sent.soon(message).at, message | {"quantity": "100000", "accrued_interest": "900.00"})
    ]


@fault("economics", "TRD-312")
def _between_two_ticks(market: Market, day: date, name: str) -> Planted:
    return in_what_is_unfit(market, day, name, "on_ticks", price="100.02")


@fault("economics", "TRD-313")
def _fees_of_less_than_a_cent(market: Market, day: date, name: str) -> Planted:
    return changed(market, day, name, quantity="1000", fees="0.125")


# ------------------------------------------------------------------------------------------- price
@fault("price", "TRD-401")
def _off_the_market(market: Market, day: date, name: str) -> Planted:
    message = of_a_share(market, day, name)
    price = (Decimal(message["price"]) * Decimal("1.12")).quantize(Decimal("0.01"))
    return [Sent(Sent.soon(message).at, message | {"price": f"{price}"})]


@fault("price", "TRD-402")
def _decimal_point_slipped(market: Market, day: date, name: str) -> Planted:
    message = of_a_share(market, day, name) | {"quantity": "10"}
    return [Sent(Sent.soon(message).at, message | {"price": f"{Decimal(message['price']) * 10}"})]


@fault("price", "TRD-403")
def _price_nobody_updates(market: Market, day: date, name: str) -> Planted:
    return in_what_is_unfit(market, day, name, "stale")


@fault("price", "TRD-404")
def _price_nobody_knows(market: Market, day: date, name: str) -> Planted:
    return in_what_is_unfit(market, day, name, "unpriced")


@fault("price", "TRD-406")
def _price_of_another_currency(market: Market, day: date, name: str) -> Planted:
    return changed(market, day, name, currency="USD")


@fault("price", "TRD-407")
def _outside_the_range_of_the_day(market: Market, day: date, name: str) -> Planted:
    return in_what_is_unfit(market, day, name, "ranged", price="103")


@fault("price", "TRD-408")
def _two_percent_in_a_calm_share(market: Market, day: date, name: str) -> Planted:
    return in_what_is_unfit(market, day, name, "calm", price="102")


@fault("price", "TRD-409")
def _another_source_says_three_percent_more(market: Market, day: date, name: str) -> Planted:
    return in_what_is_unfit(market, day, name, "two_sources", price="100")


@fault("price", "TRD-410")
def _a_point_of_a_bond_that_ends_soon(market: Market, day: date, name: str) -> Planted:
    return in_what_is_unfit(market, day, name, "short", price="99", quantity="1000")


# -------------------------------------------------------------------------------------- duplicates
@fault("duplicates", "TRD-501")
def _the_same_fill_again(market: Market, day: date, name: str) -> Planted:
    message = clean(market, day, name)
    again = message | {"source_reference": f"{name}-B"}
    return [Sent.soon(message), Sent.soon(again)]


@fault("duplicates", "TRD-502")
def _typed_and_sent(market: Market, day: date, name: str) -> Planted:
    message = clean(market, day, name)
    later = datetime.fromisoformat(message["traded_at"]) + timedelta(seconds=40)
    again = message | {"source_reference": f"{name}-B", "traded_at": later.isoformat()}
    return [Sent.soon(message), Sent.soon(again, source=BY_HAND)]


# ------------------------------------------------------------------------------------------ limits
def _worth(message: Fields, euros: int) -> Fields:
    return message | {"quantity": str(int(euros / Decimal(message["price"])))}


@fault("limits", "TRD-601")
def _very_large_trade(market: Market, day: date, name: str) -> Planted:
    message = _worth(of_a_share(market, day, name), 31_000_000)
    return [Sent.soon(message)]


def _many(market: Market, day: date, name: str, count: int, terms: Fields) -> Planted:
    messages = [
        _worth(of_a_share(market, day, f"{name}-{n}"), 24_000_000) | terms for n in range(count)
    ]
    return [Sent.soon(message) for message in messages]


@fault("limits", "TRD-608")
def _worth_nobody_knows(market: Market, day: date, name: str) -> Planted:
    return changed(market, day, name, currency="NOK")


@fault("limits", "TRD-602")
def _trader_over_the_day(market: Market, day: date, name: str) -> Planted:
    return _many(market, day, name, 24, {"trader": "T-BIG", "book": "BOOK-3A"})


@fault("limits", "TRD-603")
def _counterparty_over_the_day(market: Market, day: date, name: str) -> Planted:
    return _many(market, day, name, 45, {"counterparty": "BIG-1"})


@fault("limits", "TRD-611")
def _order_in_slices(market: Market, day: date, name: str) -> Planted:
    first = of_a_share(market, day, name)
    at = datetime.combine(day, time(10), PARIS)
    return [
        Sent.soon(
            _worth(first, 9_000_000 + n * 200_000)
            | {"source_reference": f"{name}-{n}"}
            | {"traded_at": (at + timedelta(minutes=9 * n)).isoformat()}
        )
        for n in range(3)
    ]


# ------------------------------------------------------------------------------------------ timing
@fault("timing", "TRD-701")
def _booked_hours_later(market: Market, day: date, name: str) -> Planted:
    message = clean(market, day, name)
    at = datetime.combine(day, time(9, 30), PARIS)
    return [Sent(at + timedelta(hours=6), message | {"traded_at": at.isoformat()})]


@fault("timing", "TRD-702")
def _backdated_by_days(market: Market, day: date, name: str) -> Planted:
    message = clean(market, day, name)
    sent = Sent.soon(message).at
    earlier = datetime.fromisoformat(message["traded_at"]) - timedelta(days=7)
    before = max(earlier.date(), day - timedelta(days=7))
    return [Sent(sent, message | {"traded_at": earlier.isoformat(), "trade_date": f"{before}"})]


@fault("timing", "TRD-703")
def _booked_on_a_saturday(market: Market, day: date, name: str) -> Planted:
    saturday = day + timedelta(days=5 - day.weekday())
    return [Sent(datetime.combine(saturday, time(14), PARIS), clean(market, day, name))]


@fault("timing", "TRD-704")
def _booked_after_the_cut_off(market: Market, day: date, name: str) -> Planted:
    return [Sent(datetime.combine(day, time(23, 10), PARIS), clean(market, day, name))]


@fault("timing", "TRD-705")
def _booked_at_night(market: Market, day: date, name: str) -> Planted:
    return [Sent(datetime.combine(day, time(22, 10), PARIS), clean(market, day, name))]


@fault("timing", "TRD-703")
def _booked_on_a_holiday(market: Market, day: date, name: str) -> Planted:
    return [Sent(datetime.combine(CHRISTMAS, time(14), PARIS), clean(market, day, name))]


@fault("timing", "TRD-706")
def _dealt_before_the_market_opened(market: Market, day: date, name: str) -> Planted:
    early = datetime.combine(day, time(7, 40), PARIS)
    return changed(market, day, name, traded_at=early.isoformat())
