"""Drafts: a ticket as it stands while it is typed, its terms and what the rule book says of them.

Nothing is stored. The rules are those that will judge the trade; what they look at is loaded for
this one trade alone, so that the answer comes between two keys.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import QuerySet

from kernel.actors import Actor
from kernel.findings import Finding
from refdata.facts import InstructionFacts, InstrumentFacts
from trades.facts import Product, TradeFacts
from trades.formats.execution_json import read_fields
from trades.models import Trade
from trades.rules.context import Slices
from trades.services import control, deals
from trades.services.consumption import CONSUMING, Uses, uses_of
from trades.services.control_data import Library, Shelf
from trades.services.control_facts import read_facts
from trades.services.control_records import currencies_of
from trades.services.counted import DEAD
from trades.services.enrichment import (
    Reference,
    Terms,
    load_reference,
    risk_in_eur,
    unknown_instrument,
)
from trades.services.provision import Provisions, provisions_of
from trades.services.slices import SliceTerms, slices_of
from trades.states import Action, TradeState

NOT_STORED: Final = 0


@dataclass(frozen=True, slots=True)
class Draft:
    """What a ticket comes to: its terms if it has any, and every finding of rules or readers."""

    terms: Terms | None
    findings: tuple[Finding, ...] = ()
    instrument_name: str = ""


@dataclass(slots=True)
class DraftLibrary(Library):
    """The reference data of one draft, which stands `instead_of` a trade when it amends one."""

    instead_of: int | None = None
    stands: Trade | None = None

    def uses(self, chunk: Sequence[TradeFacts]) -> Uses:
        """Return what others use of the limits: the trade that the draft replaces does not."""
        found = uses_of(chunk)
        if self.stands is not None and self.stands.state in CONSUMING:
            found.add(self.stands, sign=-1)
        return found

    def provisions(self, chunk: Sequence[TradeFacts]) -> Provisions:
        """Return what the account has free: the trade that the draft replaces takes nothing."""
        stands: list[TradeFacts] = []
        if self.stands is not None:
            pk = self.stands.pk
            stands = read_facts(day=self.stands.trade_date, first_id=pk, last_id=pk)
        stated, class_of = self.stated([*chunk, *stands]), self.product_of([*chunk, *stands])
        return provisions_of(chunk, stated, class_of, leave_out=stands)

    def twins(
        self, chunk: Sequence[TradeFacts], within: int
    ) -> tuple[dict[int, str], dict[int, str]]:
        """Return the oldest trade with the very same terms, and the oldest that is alike."""
        (facts,) = chunk
        seconds = timedelta(seconds=within)
        alike = _others(facts.trade_date, self.instead_of).filter(
            isin=facts.isin,
            product=facts.product,
            side=facts.side,
            quantity=facts.quantity,
            price=facts.price,
            currency=facts.currency,
            counterparty_code=facts.counterparty_code,
            traded_at__range=(facts.traded_at - seconds, facts.traded_at + seconds),
        )
        if not facts.isin and not facts.product:
            return {}, {}
        if not facts.isin:
            alike = alike.filter(symbol=facts.symbol)
        same = alike.filter(
            traded_at=facts.traded_at,
            book_code=facts.book_code,
            trader_code=facts.trader_code,
            net_amount=facts.net_amount,
        )
        return _first(same), _first(alike)

    def slices(self, chunk: Sequence[TradeFacts], terms: SliceTerms) -> dict[int, Slices]:
        """Return the trades that are over the limit of one with the draft."""
        return slices_of(chunk, terms, leave_out=self.instead_of)


def draft(
    *, fields: Mapping[str, Any], source_system: str, instead_of: Trade | None, actor: Actor,
    at: datetime,
) -> Draft:  # fmt: skip
    """Return the terms that a ticket would have and what the rule book says of them.

    What cannot be read, or names no instrument, has findings and no terms.
    """
    read = read_fields({"source_reference": "-", "version": 1, "action": Action.NEW} | dict(fields))
    if isinstance(read, tuple):
        return Draft(None, read)
    reference = load_reference(source_system=source_system, messages=[read])
    instrument = reference.instrument(read)
    if instrument is None and read.product != Product.FX:
        return Draft(None, (unknown_instrument(read),))
    terms = deals.complete_terms(read, instrument, reference)
    if isinstance(terms, Finding):
        return Draft(None, (terms,))
    facts = _facts(terms, risk_in_eur(terms, reference.rates), instead_of, (actor, at))
    library = _library(facts, instrument, reference, instead_of, at)
    findings = control.judge_draft(facts=facts, library=library, at=at)
    return Draft(terms, tuple(findings), instrument.name if instrument else terms.symbol)


def _library(
    facts: TradeFacts,
    instrument: InstrumentFacts | None,
    reference: Reference,
    instead_of: Trade | None,
    at: datetime,
) -> DraftLibrary:
    """Return a library whose shelves hold what was read for the terms already."""
    return DraftLibrary(
        at=at,
        instruments=Shelf(lambda _isins: {instrument.isin: instrument} if instrument else {}),
        parties=Shelf(lambda _ids: {party.party_id: party for party in reference.parties.values()}),
        books=Shelf(lambda _codes: reference.books),
        chosen=Shelf(lambda _ids: _instructions(reference)),
        accounts=Shelf(lambda _codes: reference.accounts),
        settlement=reference.settlement,
        fees=reference.fees,
        settlement_of=(frozenset(currencies_of(facts)), frozenset({facts.venue})),
        instead_of=instead_of.pk if instead_of else None,
        stands=instead_of,
    )


def _instructions(reference: Reference) -> dict[int, InstructionFacts]:
    return {one.instruction_id: one for found in reference.instructions.values() for one in found}


def _others(day: date, instead_of: int | None) -> QuerySet[Trade]:
    live = Trade.objects.filter(trade_date=day).exclude(state__in=DEAD)
    return live if instead_of is None else live.exclude(pk=instead_of)


def _first(trades: QuerySet[Trade]) -> dict[int, str]:
    found = trades.order_by("pk").values_list("reference", flat=True).first()
    return {NOT_STORED: found} if found else {}


def _facts(
    terms: Terms, risk: Decimal | None, instead_of: Trade | None, by: tuple[Actor, datetime]
) -> TradeFacts:
    actor, at = by
    return TradeFacts(
        trade_id=NOT_STORED,
        reference="",
        source_system=instead_of.source_system if instead_of else "",
        source_reference=instead_of.source_reference if instead_of else "",
        version_no=instead_of.version_no + 1 if instead_of else 1,
        state=TradeState.RECEIVED.value,
        isin=terms.isin,
        symbol=terms.symbol,
        instrument_id=terms.instrument_id,
        side=terms.side,
        quantity=terms.quantity,
        price=terms.price,
        currency=terms.currency,
        gross_amount=terms.gross_amount,
        accrued_interest=terms.accrued_interest,
        fees=terms.fees,
        net_amount=terms.net_amount,
        trade_date=terms.trade_date,
        traded_at=datetime.fromisoformat(terms.traded_at),
        settlement_date=terms.settlement_date,
        venue=terms.venue,
        counterparty_id=terms.counterparty_id,
        counterparty_code=terms.counterparty_code,
        desk_code=terms.desk_code,
        book_code=terms.book_code,
        trader_code=terms.trader_code,
        account_code=terms.account_code,
        capacity=terms.capacity,
        maker=actor.name,
        contributors=(),
        fingerprint="",
        risk_amount_eur=risk,
        received_at=instead_of.received_at if instead_of else at,
        settlement_instruction_id=terms.settlement_instruction_id,
        product=terms.product,
        deal=terms.deal or None,
    )
