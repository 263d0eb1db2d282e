"""The terms of trades of two legs: an exchange of currencies, a repo, a loan of securities."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

import msgspec

from kernel.calendars import UnknownDate
from kernel.findings import Finding
from kernel.money import rounded
from refdata.facts import InstrumentFacts
from refdata.rules.settlement import NoSettlementCalendar, NoSettlementCycle
from trades.facts import Collateral, DealTerms, ExecutionFacts, Product
from trades.rules import legs
from trades.services import delivery, enrichment
from trades.services.enrichment import AMOUNT_LIMIT, Reference, Terms

ZERO: Final = Decimal(0)
OFF_VENUE: Final = "XOFF"
OTHER_PRODUCT: Final = "CAP-113"


def complete_terms(
    facts: ExecutionFacts, instrument: InstrumentFacts | None, reference: Reference
) -> Terms | Finding:
    """Return the full terms of a message of any product; `instrument` is None for FX alone."""
    if instrument is None:
        return _exchange(facts, reference)
    terms = enrichment.terms_of(facts, instrument, reference)
    if facts.product is None or isinstance(terms, Finding):
        return terms
    terms = msgspec.structs.replace(terms, venue=terms.venue or OFF_VENUE)
    if facts.product == Product.REPO:
        return _repo(facts, terms)
    return _loan(facts, terms)


def other_product(found: str, expected: str) -> Finding:
    """Return the finding of an amendment that would make another product of a trade."""
    return Finding(
        code=OTHER_PRODUCT,
        field="product",
        message="An amendment keeps the product of its trade: {expected}",
        expected=expected,
        found=found,
    )


def _exchange(facts: ExecutionFacts, reference: Reference) -> Terms | Finding:
    """Return the terms of an exchange of currencies: the dealt one is its amount and currency.

    The rate is the outright, forward points included; the value date is the spot date of the pair
    unless the message names one.
    """
    traded_at, pair, dealt = facts.traded_at, facts.pair or "", facts.currency or ""
    assert traded_at is not None  # noqa: S101 - the format guarantees it
    trade_date = facts.trade_date or traded_at.date()
    spot = _spot_date(pair, trade_date, reference)
    day = facts.settlement_date or spot
    amount, rate = rounded(Decimal(facts.quantity or 0), dealt), Decimal(facts.price or 0)
    other = (
        Decimal(facts.counter_amount)
        if facts.counter_amount is not None
        else legs.counter_amount(pair, dealt, amount, rate)
        if rate
        else ZERO
    )
    gross = enrichment.gross_amount(facts, None, dealt)
    fees = Decimal(facts.fees or 0)
    charged = fees if facts.side == "BUY" else -fees
    net = Decimal(facts.net_amount) if facts.net_amount is not None else gross + charged
    amounts = (gross, ZERO, fees, net)
    if max(map(abs, (*amounts, other))) >= AMOUNT_LIMIT:
        return enrichment.out_of_range((*amounts, other))
    counter = (legs.counter_currency(pair, dealt), other)
    deal = DealTerms(
        product=Product.FX.value,
        legs=legs.exchange_legs(str(facts.side), (dealt, amount), counter, day),
        pair=pair,
        spot_date=spot,
        forward_points=_number(facts.forward_points),
    )
    return _deal_terms(facts, reference, deal, (trade_date, day), amounts)


def _deal_terms(
    facts: ExecutionFacts,
    reference: Reference,
    deal: DealTerms,
    days: tuple[date, date | None],
    amounts: tuple[Decimal, Decimal, Decimal, Decimal],
) -> Terms:
    """Return the terms of a deal without an instrument: `days` are trade date and value date."""
    assert facts.traded_at is not None  # noqa: S101 - the format guarantees it
    party = reference.parties.get(facts.counterparty or "")
    book = reference.books.get(facts.book or "")
    currency = facts.currency or ""
    chosen = delivery.instruction(facts, party, ("", currency, days[1]), reference)
    return Terms(
        isin="",
        symbol=deal.pair,
        instrument_id=None,
        side=str(facts.side),
        quantity=Decimal(facts.quantity or 0),
        price=Decimal(facts.price or 0),
        currency=currency,
        gross_amount=amounts[0],
        accrued_interest=amounts[1],
        fees=amounts[2],
        net_amount=amounts[3],
        trade_date=days[0],
        traded_at=facts.traded_at.isoformat(),
        settlement_date=days[1],
        venue=facts.venue or enrichment.NO_VENUE,
        counterparty_id=party.party_id if party else None,
        counterparty_code=party.code if party else facts.counterparty or "",
        desk_code=book.desk_code if book else "",
        book_code=facts.book or "",
        trader_code=facts.trader or "",
        account_code=facts.account or "",
        settlement_instruction_id=chosen.instruction_id if chosen else None,
        capacity=str(facts.capacity or ""),
        comment=facts.comment or "",
        deal=deal,
    )


def _spot_date(pair: str, day: date, reference: Reference) -> date | None:
    try:
        return reference.settlement.spot_date(pair, day)
    except (NoSettlementCycle, NoSettlementCalendar, UnknownDate):
        return None


def _repo(facts: ExecutionFacts, terms: Terms) -> Terms | Finding:
    """Return the terms of a repo: the net amount is what is lent, market value less haircut."""
    value = terms.gross_amount + terms.accrued_interest
    haircut = Decimal(facts.haircut or 0)
    cash = (
        Decimal(facts.net_amount)
        if facts.net_amount is not None
        else legs.start_cash(value, haircut, terms.currency)
    )
    rate = Decimal(facts.repo_rate or 0)
    day_count, days = _day_count(facts, terms), (terms.settlement_date, facts.end_date)
    earned = None
    if days[0] is not None and days[1] is not None:
        earned = legs.interest(cash, rate, (days[0], days[1]), day_count, terms.currency)
    end = cash + earned if earned is not None else None
    if facts.end_cash is not None:
        end = Decimal(facts.end_cash)
    if max(abs(cash), abs(end or ZERO)) >= AMOUNT_LIMIT:
        return enrichment.out_of_range((cash, end or ZERO))
    deal = DealTerms(
        product=Product.REPO.value,
        legs=legs.financing_legs(terms.side, terms.quantity, (terms.currency, cash, end), days),
        repo_rate=rate,
        day_count=day_count,
        haircut=haircut,
        interest=earned,
        notice_days=_notice(facts),
    )
    return msgspec.structs.replace(terms, net_amount=cash, deal=deal)


def _loan(facts: ExecutionFacts, terms: Terms) -> Terms | Finding:
    """Return the terms of a loan: the net amount is the cash that was left as collateral, if any.

    Without an amount the collateral is the value of what is lent, times the margin. The fee is paid
    by the borrower in the end.
    """
    value = terms.gross_amount + terms.accrued_interest
    margin, points = _number(facts.margin), Decimal(facts.lending_fee or 0)
    left = _number(facts.collateral_amount)
    if left is None and facts.collateral and margin is not None:
        left = legs.start_cash(value, legs.HUNDRED - margin, terms.currency)
    cash = left if facts.collateral == Collateral.CASH and left is not None else ZERO
    day_count, days = _day_count(facts, terms), (terms.settlement_date, facts.end_date)
    fee = None
    if days[0] is not None and days[1] is not None:
        fee = legs.lending_fee(value, points, (days[0], days[1]), day_count, terms.currency)
    end = None if fee is None else cash - fee
    if max(abs(cash), abs(left or ZERO), abs(end or ZERO)) >= AMOUNT_LIMIT:
        return enrichment.out_of_range((cash, left or ZERO, end or ZERO))
    deal = DealTerms(
        product=Product.LENDING.value,
        legs=legs.financing_legs(terms.side, terms.quantity, (terms.currency, cash, end), days),
        lending_fee=points,
        day_count=day_count,
        margin=margin,
        interest=fee,
        collateral=str(facts.collateral or ""),
        collateral_amount=left,
        notice_days=_notice(facts),
    )
    return msgspec.structs.replace(terms, net_amount=cash, deal=deal)


def _day_count(facts: ExecutionFacts, terms: Terms) -> str:
    return facts.day_count or legs.usual_day_count(terms.currency).value


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _notice(facts: ExecutionFacts) -> int | None:
    return None if facts.notice_days is None else int(facts.notice_days)
