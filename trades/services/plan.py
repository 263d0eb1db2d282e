"""The plan of one capture: messages judged against their chains, in memory, before any write."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from kernel.actors import Actor
from kernel.findings import Finding
from kernel.states import require_transition
from trades.facts import ExecutionFacts, Product, reference_of
from trades.services import chains, deals
from trades.services.chains import Chain, Verdict
from trades.services.enrichment import (
    Reference,
    Terms,
    fingerprint,
    risk_in_eur,
    unknown_instrument,
)
from trades.states import TRANSITIONS, Action, CloseReason, Outcome, TradeState


class ItemStatus(StrEnum):
    """What the sender is told about one message."""

    CREATED = "CREATED"
    REPEATED = "REPEATED"
    CONFLICT = "CONFLICT"
    INVALID = "INVALID"


@dataclass(slots=True)
class Item:
    """One message on its way: what became of it, and the rows it leads to."""

    facts: ExecutionFacts | None
    status: ItemStatus = ItemStatus.CREATED
    outcome: Outcome | None = None
    findings: tuple[Finding, ...] = ()
    number: int = 0  # taken ahead for the case that it is stored
    execution_id: int | None = None
    trade: TradeRow | None = None
    version_no: int | None = None
    digest: str = ""
    maker: str = ""  # who sent it, if not the actor: it waited, or a second person let it in
    reason: str = ""  # why it waited, if it was kept before
    hands: tuple[str, ...] = ()  # who else wrote what it says: rows of files are repaired
    of_house: bool = False  # it completes a trade, and its source sent nothing

    @property
    def reason_code(self) -> str:
        return self.findings[0].code if self.findings else ""


@dataclass(slots=True)
class TradeRow:
    """A trade as it will stand when the plan is written."""

    source_reference: str
    terms: Terms
    encoded: bytes
    fingerprint: str
    source_version: int
    maker: str
    version_no: int = 1
    contributors: list[str] = field(default_factory=list)
    state: TradeState = TradeState.RECEIVED
    close_reason: str = ""
    risk_eur: Decimal | None = None
    product_class: str = ""
    id: int = 0
    created: bool = True
    changed: bool = False
    moved: bool = False  # to another trade date

    @property
    def reference(self) -> str:
        return reference_of(self.id)


@dataclass(slots=True)
class VersionRow:
    trade: TradeRow
    version_no: int
    action: str
    source_version: int
    terms: Terms
    encoded: bytes
    fingerprint: str
    contributors: tuple[str, ...]
    item: Item


@dataclass(slots=True)
class Plan:
    """Everything that one capture will write, and why."""

    actor: Actor
    at: datetime
    reference: Reference
    chains: Mapping[str, Chain]
    trades: dict[str, TradeRow]
    waiting: Mapping[str, list[Item]]
    hands: tuple[str, ...] = ()  # who named what all of it waited for
    checked: bool = False  # the actor decides on what the maker asked for, and adds nothing
    versions: list[VersionRow] = field(default_factory=list)
    replayed: list[Item] = field(default_factory=list)

    def take(self, item: Item) -> None:
        """Decide one message, and replay what waited for it."""
        facts = item.facts
        if facts is None:
            return
        item.digest = hashlib.sha256(facts.content()).hexdigest()
        self._judge(item, facts)
        if item.outcome is Outcome.BOOKED and facts.action == Action.NEW:
            for waited in self.waiting.get(facts.source_reference, ()):
                self.replay(waited)

    def replay(self, item: Item) -> None:
        """Try a stored message again; one that still waits stays as it is."""
        facts = item.facts
        if facts is None or item.outcome is Outcome.BOOKED:
            return
        chain = self.chains[facts.source_reference]
        before = (item.outcome, item.reason)
        chain.kept.pop((facts.version, str(facts.action)), None)
        if facts.action == Action.NEW:
            chain.new_waits = False
        self._judge(item, facts)
        if item.status is not ItemStatus.CREATED:
            item.status, item.outcome = ItemStatus.CREATED, Outcome.EXCEPTION
        if (item.outcome, item.reason_code) != before:
            self.replayed.append(item)
            item.reason = item.reason_code
        if item.outcome is Outcome.BOOKED and facts.action == Action.NEW:
            for waited in self.waiting.get(facts.source_reference, ()):
                self.replay(waited)

    def complete(self, item: Item, trade: TradeRow, terms: Terms) -> None:
        """Give a trade what it lacked, in a version of the house.

        Its source knows nothing of it: its next message follows the one before. Who captured it had
        a hand in the new version, too.
        """
        self._restate(trade, terms)
        trade.version_no += 1
        trade.changed = True
        self._contribute(trade, (trade.maker, *self._hands(item)))
        self._record(item, trade, Action.AMEND.value)

    def _judge(self, item: Item, facts: ExecutionFacts) -> None:
        chain = self.chains[facts.source_reference]
        verdict, finding = chains.judge(
            chain, version=facts.version, action=str(facts.action), digest=item.digest
        )
        item.findings = (finding,) if finding else ()
        if verdict is Verdict.REPEAT:
            item.status = ItemStatus.REPEATED
            return
        if verdict is Verdict.CONFLICT:
            item.status = ItemStatus.CONFLICT
            return
        if verdict is Verdict.BOOK:
            self._book(item, facts, chain)
        else:
            item.outcome = OUTCOMES[verdict]
        if item.status is ItemStatus.CREATED:
            chain.kept[facts.version, str(facts.action)] = item.digest
            chain.new_waits |= item.outcome is Outcome.EXCEPTION and facts.action == Action.NEW

    def _book(self, item: Item, facts: ExecutionFacts, chain: Chain) -> None:
        if facts.action == Action.CANCEL:
            self._cancel(item, facts, chain)
            return
        instrument = self.reference.instrument(facts)
        if instrument is None and facts.product != Product.FX:
            item.outcome, item.findings = Outcome.EXCEPTION, (unknown_instrument(facts),)
            return
        terms = deals.complete_terms(facts, instrument, self.reference)
        if facts.action == Action.AMEND and not isinstance(terms, Finding):
            stands = self.trades[facts.source_reference].terms.product
            if terms.product != stands:
                terms = deals.other_product(found=terms.product, expected=stands)
        if isinstance(terms, Finding):
            item.status, item.findings = ItemStatus.INVALID, (terms,)
            return
        dealt = terms.product or (instrument.asset_class if instrument else "")
        if facts.action == Action.NEW:
            self._create(item, facts, terms, dealt)
        else:
            self._amend(item, facts, terms, dealt)
        chain.booked, chain.head = True, facts.version

    def _create(self, item: Item, facts: ExecutionFacts, terms: Terms, dealt: str) -> None:
        encoded = terms.encoded()
        trade = TradeRow(
            source_reference=facts.source_reference,
            terms=terms,
            encoded=encoded,
            fingerprint=fingerprint(encoded),
            source_version=facts.version,
            maker=item.maker or self.actor.name,
            risk_eur=risk_in_eur(terms, self.reference.rates),
            product_class=dealt,
        )
        trade.contributors = [name for name in self._hands(item) if name != trade.maker]
        self.trades[facts.source_reference] = trade
        self._record(item, trade, str(facts.action))

    def _amend(self, item: Item, facts: ExecutionFacts, terms: Terms, dealt: str) -> None:
        trade = self.trades[facts.source_reference]
        trade.product_class = dealt
        self._restate(trade, terms)
        self._next(item, facts, trade)

    def _restate(self, trade: TradeRow, terms: Terms) -> None:
        trade.moved |= terms.trade_date != trade.terms.trade_date
        trade.terms, trade.encoded = terms, terms.encoded()
        trade.fingerprint = fingerprint(trade.encoded)
        trade.risk_eur = risk_in_eur(terms, self.reference.rates)
        if trade.state is not TradeState.RECEIVED:
            require_transition(TRANSITIONS, source=trade.state, target=TradeState.RECEIVED)
            trade.state = TradeState.RECEIVED

    def _cancel(self, item: Item, facts: ExecutionFacts, chain: Chain) -> None:
        trade = self.trades[facts.source_reference]
        require_transition(TRANSITIONS, source=trade.state, target=TradeState.CLOSED)
        trade.state, trade.close_reason = TradeState.CLOSED, CloseReason.CANCELLED.value
        self._next(item, facts, trade)
        chain.closed, chain.head = True, facts.version

    def _next(self, item: Item, facts: ExecutionFacts, trade: TradeRow) -> None:
        trade.version_no += 1
        trade.source_version = facts.version
        trade.changed = True
        self._contribute(trade, (item.maker, *self._hands(item)))
        self._record(item, trade, str(facts.action))

    def _contribute(self, trade: TradeRow, names: Iterable[str]) -> None:
        new = [name for name in dict.fromkeys(names) if name and name not in trade.contributors]
        trade.contributors = [*trade.contributors, *new]

    def _hands(self, item: Item) -> list[str]:
        """Return who had a hand in a message besides its maker; a checker adds nothing."""
        actors = () if self.checked else (self.actor.name,)
        return list(dict.fromkeys((*item.hands, *self.hands, *actors)))

    def _record(self, item: Item, trade: TradeRow, action: str) -> None:
        item.outcome, item.findings = Outcome.BOOKED, ()
        item.trade, item.version_no = trade, trade.version_no
        self.versions.append(
            VersionRow(
                trade=trade,
                version_no=trade.version_no,
                action=action,
                source_version=trade.source_version,
                terms=trade.terms,
                encoded=trade.encoded,
                fingerprint=trade.fingerprint,
                contributors=tuple(trade.contributors),
                item=item,
            )
        )


OUTCOMES = {
    Verdict.PARK: Outcome.PARKED,
    Verdict.EXCEPTION: Outcome.EXCEPTION,
    Verdict.IGNORE: Outcome.IGNORED,
}
