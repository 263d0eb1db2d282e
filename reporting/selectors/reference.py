"""Reference data of the trade date beside each version, loaded set-wise."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from kernel.calendars import SATURDAY
from refdata import selectors as refdata
from refdata.facts import InstrumentFacts, PartyFacts, TraderFacts, VenueFacts
from refdata.models import Currency, InstrumentListing
from reporting.facts import (
    Decider,
    DeciderKind,
    FirmSource,
    IdScheme,
    InstrumentSource,
    PartySource,
    TradeSource,
)
from reporting.rules import people
from reporting.rules.book import RuleContext
from reporting.rules.eligibility import EEA
from reporting.selectors.candidates import Candidate
from trades.facts import Product
from trades.models import Trade, TradeVersion
from trades.states import CloseReason

SPOT_DAYS: Final = 2


def sources_of(candidates: Collection[Candidate], *, firm: FirmSource) -> list[TradeSource]:
    """Put reference data of the trade date beside each version, set-wise."""
    book = _ReferenceBook.load(candidates)
    return [book.source(candidate, firm) for candidate in candidates]


def rule_context(
    *, sources: Collection[TradeSource], reported_at: datetime, live: frozenset[str]
) -> RuleContext:
    """Return what the content rules may know about these reports."""
    return RuleContext(
        reported_at=reported_at,
        currencies=frozenset(Currency.objects.values_list("code", flat=True)),
        live_transaction_ids=live,
        listings={
            source.isin: source.instrument.listings
            for source in sources
            if source.instrument is not None and source.instrument.is_listing_known
        },
    )


@dataclass(frozen=True, slots=True)
class _ReferenceBook:
    """Everything that a chunk of trades refers to."""

    instruments: dict[str, InstrumentFacts]
    parties: dict[int, PartyFacts]
    traders: dict[str, Decider | None]
    venues: dict[str, VenueFacts]
    listings: dict[str, list[tuple[str, date | None, date | None]]]

    @classmethod
    def load(cls, candidates: Collection[Candidate]) -> _ReferenceBook:
        trades = [candidate.version.trade for candidate in candidates]
        isins = {candidate.version.isin for candidate in candidates}
        listings = _listings(isins)
        mics = {trade.venue for trade in trades}
        mics |= {mic for rows in listings.values() for mic, _since, _until in rows}
        codes = {trade.trader_code for trade in trades}
        return cls(
            instruments=refdata.instruments_by_isin(isins),
            parties=refdata.parties_by_id(
                trade.counterparty_id for trade in trades if trade.counterparty_id
            ),
            traders={
                code: decider_of(facts) for code, facts in refdata.traders_by_code(codes).items()
            },
            venues=refdata.venues_by_mic(mics),
            listings=listings,
        )

    def source(self, candidate: Candidate, firm: FirmSource) -> TradeSource:
        """Build the record of one version."""
        version, trade = candidate.version, candidate.version.trade
        venue = self.venues.get(trade.venue)
        return TradeSource(
            trade_id=trade.pk,
            version_no=version.version_no,
            reference=trade.reference,
            action=version.action,
            is_current=candidate.is_current,
            is_cancelled=trade.close_reason == CloseReason.CANCELLED,
            is_allocated=trade.close_reason == CloseReason.ALLOCATED,
            side=version.side,
            quantity=version.quantity,
            price=version.price,
            currency=version.currency,
            net_amount=version.net_amount,
            trade_date=version.trade_date,
            traded_at=version.traded_at,
            venue=trade.venue,
            venue_country=venue.country if venue else "",
            capacity=trade.capacity,
            isin=version.isin,
            counterparty=self._party(trade),
            instrument=self._instrument(version.isin, version.trade_date),
            product=trade.product,
            is_spot=trade.product == Product.FX and _is_spot(version),
            trader=self.traders.get(trade.trader_code),
            trader_code=trade.trader_code,
            firm=firm,
        )

    def _party(self, trade: Trade) -> PartySource | None:
        facts = self.parties.get(trade.counterparty_id or 0)
        return PartySource(facts.code, facts.lei, facts.lei_status) if facts else None

    def _instrument(self, isin: str, day: date) -> InstrumentSource | None:
        facts = self.instruments.get(isin)
        if facts is None:
            return None
        rows = self.listings.get(isin, [])
        return InstrumentSource(
            isin=isin,
            name=facts.name,
            cfi=facts.cfi,
            asset_class=facts.asset_class,
            price_type=facts.price_type,
            currency=facts.currency,
            listings=frozenset(
                mic
                for mic, since, until in rows
                if _in_force(since, until, day) and self._is_eea(mic)
            ),
            is_listing_known=bool(rows),
        )

    def _is_eea(self, mic: str) -> bool:
        venue = self.venues.get(mic)
        return venue is not None and venue.country in EEA


def _is_spot(version: TradeVersion) -> bool:
    """Say whether an exchange is paid by the spot date of its pair, two days where none is known.

    Two trading days are what article 10(2)(a) of 2017/565 takes for the main currencies.
    """
    day = version.settlement_date
    spot = version.terms["deal"].get("spot_date")
    if day is None:
        return False
    if spot is not None:
        return day <= date.fromisoformat(spot)
    weekdays = sum((version.trade_date + timedelta(n)).weekday() < SATURDAY
                   for n in range(1, (day - version.trade_date).days + 1))  # fmt: skip
    return weekdays <= SPOT_DAYS


def decider_of(trader: TraderFacts) -> Decider | None:
    """Return how the report names a trader; None when reference data does not allow it.

    A national identifier that stands there is used; otherwise CONCAT is built from names, birth
    date and nationality.
    """
    if trader.national_id:
        is_concat = people.CONCAT.fullmatch(trader.national_id) is not None
        scheme = IdScheme.CONCAT if is_concat else IdScheme.NIDN
        return Decider(DeciderKind.PERSON, trader.national_id, scheme, trader.branch_country)
    if trader.birth_date is None:
        return None
    try:
        identifier = people.concat_identifier(
            nationality=trader.country,
            birth_date=trader.birth_date,
            first_names=trader.first_name,
            surname=trader.last_name,
        )
    except people.UnbuildableIdentifier:
        return None
    return Decider(DeciderKind.PERSON, identifier, IdScheme.CONCAT, trader.branch_country)


def _in_force(since: date | None, until: date | None, day: date) -> bool:
    return (since is None or since <= day) and (until is None or until >= day)


def _listings(isins: Iterable[str]) -> dict[str, list[tuple[str, date | None, date | None]]]:
    found: dict[str, list[tuple[str, date | None, date | None]]] = {}
    rows = InstrumentListing.objects.filter(isin__in=set(isins)).values_list(
        "isin", "mic", "admitted_on", "terminated_on"
    )
    for isin, mic, since, until in rows:
        found.setdefault(isin, []).append((mic, since, until))
    return found
