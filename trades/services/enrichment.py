"""From what a message says to the terms of a trade: names resolved, dates and amounts completed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

import msgspec
from django.utils.translation import gettext_noop as N_  # noqa: N812 - the mark of texts

from kernel.calendars import UnknownDate
from kernel.coupons import NoInterest
from kernel.findings import Finding
from kernel.money import EXACT, rounded
from refdata import selectors as refdata
from refdata.facts import AccountFacts, BookFacts, InstructionFacts, InstrumentFacts, PartyFacts
from refdata.rules.fees import Deal as FeeDeal
from refdata.rules.fees import FeeBook
from refdata.rules.places import PlaceBook
from refdata.rules.settlement import NoSettlementCalendar, NoSettlementCycle, SettlementBook
from refdata.states import AssetClass
from trades.facts import DealTerms, ExecutionFacts, Product
from trades.rules.legs import currencies_of
from trades.services import delivery
from trades.services.delivery import Deal
from trades.states import Side

AMOUNT_LIMIT: Final = Decimal(10) ** 16
PERCENT: Final = Decimal(100)
ZERO: Final = Decimal(0)
PRICE_PERCENT: Final = "PERCENT"
ALIAS_LENGTH: Final = 20
NO_VENUE: Final = "XXXX"
Rates = Mapping[date, Mapping[str, Decimal]]
"""Units per euro by day and currency."""


class ChargeTerms(msgspec.Struct, frozen=True):
    """Part of the fees, and the line of the fee schedule that it follows."""

    name: str
    kind: str
    amount: Decimal
    schedule_id: int


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """The complete terms of one version, as they are stored, shown, compared and approved.

    `charges` add up to the fees where these follow our schedules; they are absent where the message
    states the fees, or nothing is charged. `place_of_settlement` is that of the home market, where
    no instruction names one. `deal` is what a trade of two legs has besides.
    """

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
    traded_at: str
    settlement_date: date | None
    venue: str
    counterparty_id: int | None
    counterparty_code: str
    desk_code: str
    book_code: str
    trader_code: str
    account_code: str
    settlement_instruction_id: int | None
    capacity: str
    comment: str
    charges: tuple[ChargeTerms, ...] | msgspec.UnsetType = msgspec.UNSET
    place_of_settlement: str | msgspec.UnsetType = msgspec.UNSET
    deal: DealTerms | msgspec.UnsetType = msgspec.UNSET

    @property
    def product(self) -> str:
        """What is not dealt and done with in one leg; empty for everything else."""
        return self.deal.product if self.deal else ""

    def encoded(self) -> bytes:
        """Return the canonical JSON."""
        return msgspec.json.encode(self)


def fingerprint(encoded: bytes) -> str:
    """Return the hash that an approval of these terms is bound to."""
    return hashlib.sha256(encoded).hexdigest()


@dataclass(slots=True)
class Reference:
    """Reference data of one batch, loaded set-wise."""

    by_isin: Mapping[str, InstrumentFacts]
    by_symbol: Mapping[str, InstrumentFacts]
    parties: Mapping[str, PartyFacts]
    books: Mapping[str, BookFacts]
    accounts: Mapping[str, AccountFacts]
    settlement: SettlementBook
    fees: FeeBook
    instructions: Mapping[int, list[InstructionFacts]]
    rates: Rates
    places: PlaceBook = field(default_factory=lambda: PlaceBook(()))
    settlement_dates: dict[tuple[int, str, str, date], date | None] = field(default_factory=dict)
    chosen: dict[tuple[object, ...], InstructionFacts | None] = field(default_factory=dict)

    def instrument(self, facts: ExecutionFacts) -> InstrumentFacts | None:
        """Return the instrument by ISIN; when that is unknown, by the symbol of the source."""
        found = self.by_isin.get(facts.isin or "")
        return found or self.by_symbol.get(facts.symbol or "")


def alias_source(source_system: str) -> str:
    """Return the name under which aliases are kept: of a FIX session, its sender."""
    return source_system.split(">", maxsplit=1)[0][:ALIAS_LENGTH]


def load_reference(*, source_system: str, messages: Iterable[ExecutionFacts]) -> Reference:
    """Load what these messages name, in a number of queries that does not depend on theirs."""
    messages = list(messages)
    source = alias_source(source_system)
    by_isin = refdata.instruments_by_isin({m.isin for m in messages if m.isin})
    symbols = {m.symbol for m in messages if m.symbol and m.isin not in by_isin}
    by_symbol = refdata.resolve_symbols(source, symbols) if symbols else {}
    instruments = [*by_isin.values(), *by_symbol.values()]
    parties = refdata.counterparties_by_code(
        {m.counterparty for m in messages if m.counterparty}, source
    )
    instructions: dict[int, list[InstructionFacts]] = {}
    for found in refdata.instructions_of({party.party_id for party in parties.values()}):
        instructions.setdefault(found.party_id, []).append(found)
    accounts = {m.account for m in messages if m.account}
    return Reference(
        by_isin=by_isin,
        by_symbol=by_symbol,
        parties=parties,
        books=refdata.books_by_code({m.book for m in messages if m.book}),
        accounts=refdata.accounts_by_code(accounts) if accounts else {},
        settlement=refdata.settlement_book(
            currencies={m.currency for m in messages if m.currency}
            | {instrument.currency for instrument in instruments}
            | {code for m in messages if m.pair for code in currencies_of(m.pair)},
            mics={m.venue for m in messages if m.venue}
            | {instrument.mic for instrument in instruments},
        ),
        fees=refdata.fee_book(),
        places=refdata.place_book(),
        instructions=instructions,
        rates={day: refdata.fx_rates(day) for day in {_trade_date(m) for m in messages} if day},
    )


INSTRUMENT_UNKNOWN: Final = "CAP-101"


def unknown_instrument(facts: ExecutionFacts) -> Finding:
    """Return the finding of a name that reference data does not know."""
    return Finding(
        code=INSTRUMENT_UNKNOWN,
        field="isin" if facts.isin else "symbol",
        message="No instrument is known as {found}",
        expected=N_("a known instrument"),
        found=facts.isin or facts.symbol or "",
    )


def terms_of(
    facts: ExecutionFacts, instrument: InstrumentFacts, reference: Reference
) -> Terms | Finding:
    """Return the full terms; amounts that the message does not give are computed.

    Gross is quantity x price x multiplier (in percent: x price / 100), rounded half up to the minor
    unit; interest accrues to settlement; fees follow our schedules. A future pays these alone.
    """
    assert facts.quantity is not None and facts.price is not None and facts.traded_at is not None  # noqa: S101, PT018 - the format guarantees it
    trade_date = facts.trade_date or facts.traded_at.date()
    currency = facts.currency or instrument.currency
    settlement_date = facts.settlement_date or _settlement_date(
        (instrument, facts.venue or "", currency, trade_date), reference
    )
    party = reference.parties.get(facts.counterparty or "")
    deal = (instrument, party, currency, trade_date, settlement_date)
    charges, amounts = _amounts(facts, deal, reference)
    gross, accrued, fees, net = amounts
    if max(map(abs, amounts)) >= AMOUNT_LIMIT:
        return out_of_range(amounts)
    book = reference.books.get(facts.book or "")
    instruction_id, place = delivery.where(facts, deal, reference)
    return Terms(
        isin=instrument.isin or facts.isin or "",
        symbol=facts.symbol or "",
        instrument_id=instrument.instrument_id,
        side=str(facts.side),
        quantity=Decimal(facts.quantity),
        price=Decimal(facts.price),
        currency=currency,
        gross_amount=gross,
        accrued_interest=accrued,
        fees=fees,
        net_amount=net,
        trade_date=trade_date,
        traded_at=facts.traded_at.isoformat(),
        settlement_date=settlement_date,
        venue=facts.venue or (NO_VENUE if instrument.asset_class == AssetClass.FUND else ""),
        counterparty_id=party.party_id if party else None,
        counterparty_code=party.code if party else facts.counterparty or "",
        desk_code=book.desk_code if book else "",
        book_code=facts.book or "",
        trader_code=facts.trader or "",
        account_code=facts.account or "",
        settlement_instruction_id=instruction_id,
        capacity=str(facts.capacity or ""),
        comment=facts.comment or "",
        charges=charges or msgspec.UNSET,
        place_of_settlement=place,
    )


def risk_in_eur(terms: Terms, rates: Rates) -> Decimal | None:
    """Return the gross amount in EUR at the rate of the trade date; None when there is no rate."""
    rate = rates.get(terms.trade_date, {}).get(terms.currency)
    if not rate:
        return None
    if rate == 1:
        return abs(terms.gross_amount)
    return rounded(EXACT.divide(abs(terms.gross_amount), rate), "EUR")


def _trade_date(facts: ExecutionFacts) -> date | None:
    if facts.trade_date is not None:
        return facts.trade_date
    return facts.traded_at.date() if facts.traded_at is not None else None


def _charges(
    facts: ExecutionFacts, deal: Deal, gross: Decimal, reference: Reference
) -> tuple[ChargeTerms, ...]:
    """Return what our schedules ask; nothing where the message states fees or a net amount.

    Schedules are of purchases and sales: who lends or borrows neither buys nor sells.
    """
    if facts.fees is not None or facts.net_amount is not None or facts.product is not None:
        return ()
    instrument, party, currency, trade_date, _settles = deal
    kind = FeeDeal(
        party_id=party.party_id if party else None,
        venue=facts.venue or "",
        issuer_country=(instrument.isin or facts.isin or "")[:2],
        asset_class=instrument.asset_class,
        side=str(facts.side),
        currency=currency,
        day=trade_date,
    )
    asked = reference.fees.charges(kind, quantity=Decimal(facts.quantity or 0), gross=gross)
    return tuple(ChargeTerms(one.name, one.kind, one.amount, one.schedule_id) for one in asked)


def _amounts(
    facts: ExecutionFacts, deal: Deal, reference: Reference
) -> tuple[tuple[ChargeTerms, ...], tuple[Decimal, Decimal, Decimal, Decimal]]:
    """Return the charges, and gross, accrued, fees and net."""
    instrument, _party, currency, _traded, settlement_date = deal
    gross = gross_amount(facts, instrument, currency)
    charges = _charges(facts, deal, gross, reference)
    accrued = (
        accrued_interest(instrument, Decimal(facts.quantity or 0), currency, settlement_date)
        if facts.accrued_interest is None and facts.net_amount is None
        else Decimal(facts.accrued_interest or 0)
    )
    fees = Decimal(facts.fees) if facts.fees else sum((one.amount for one in charges), ZERO)
    if facts.net_amount is not None:
        return charges, (gross, accrued, fees, Decimal(facts.net_amount))
    charge = fees if facts.side == Side.BUY else -fees
    if instrument.is_future:
        return charges, (gross, accrued, fees, charge)
    return charges, (gross, accrued, fees, gross + accrued + charge)


def accrued_interest(
    instrument: InstrumentFacts, nominal: Decimal, currency: str, settlement_date: date | None
) -> Decimal:
    """Return the interest that the buyer of a nominal pays, rounded half up to the minor unit.

    Zero for what pays no coupon and for bonds of which we do not know enough (`TRD-308` asks).
    """
    if instrument.asset_class != AssetClass.BOND or settlement_date is None:
        return ZERO
    coupons = instrument.coupons()
    if coupons is None:
        return ZERO
    try:
        return rounded(coupons.accrued(nominal=nominal, day=settlement_date), currency)
    except NoInterest:
        return ZERO


def gross_amount(
    facts: ExecutionFacts, instrument: InstrumentFacts | None, currency: str
) -> Decimal:
    """Return the gross amount that a message gives or comes to; of an unknown instrument at par."""
    if facts.gross_amount is not None:
        return Decimal(facts.gross_amount)
    if facts.product == Product.FX:
        return rounded(Decimal(facts.quantity or 0), currency)
    gross = EXACT.multiply(Decimal(facts.quantity or 0), Decimal(facts.price or 0))
    if instrument is not None and instrument.multiplier != 1:
        gross = EXACT.multiply(gross, instrument.multiplier)
    if instrument is not None and instrument.price_type == PRICE_PERCENT:
        gross = EXACT.divide(gross, PERCENT)
    return rounded(gross, currency)


def out_of_range(amounts: tuple[Decimal, ...]) -> Finding:
    """Return the finding of amounts that no column holds."""
    return Finding(
        code="CAP-009",
        field="gross_amount",
        message="{field} lies outside {expected}: {found}",
        expected=f"< {AMOUNT_LIMIT:f}",
        found=f"{max(amounts, key=abs):f}",
    )


def _settlement_date(
    deal: tuple[InstrumentFacts, str, str, date], reference: Reference
) -> date | None:
    """Return trade date plus the cycle of the market; None when that cannot be told."""
    instrument, venue, currency, day = deal
    key = (instrument.instrument_id, venue, currency, day)
    if key not in reference.settlement_dates:
        try:
            settles = reference.settlement.settlement_date(
                instrument, trade_date=day, mic=venue, currency=currency
            )
        except (NoSettlementCycle, NoSettlementCalendar, UnknownDate):
            settles = None
        reference.settlement_dates[key] = settles
    return reference.settlement_dates[key]
