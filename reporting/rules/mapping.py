"""From a trade and its reference data to the 65 fields, and where each value came from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from reporting.facts import (
    OFF_VENUE,
    Capacity,
    Decider,
    DeciderKind,
    InstrumentSource,
    PartyKind,
    PriceKind,
    QuantityKind,
    ReportedParty,
    ReportedPrice,
    ReportedQuantity,
    TradeSource,
    TransactionFacts,
)
from reporting.rules.book import N_

MAPPING_VERSION: Final = "2026.1"
MAX_TRANSACTION_ID: Final = 52

Lineage = dict[int, str]


@dataclass(frozen=True, slots=True)
class Mapped:
    """One report before it is judged: its facts, and the source of each field by number."""

    facts: TransactionFacts
    lineage: Lineage


def transaction_id(reference: str, version_no: int) -> str:
    """Field 2: capitals and digits of the trade reference, `V`, version number.

    A trade reference is unique in the house and a version within its trade, so no reference is
    ever sent twice for the firm (CON-023), a correction included.
    """
    suffix = f"V{version_no}"
    plain = re.sub(r"[^A-Z0-9]", "", reference.upper())
    return plain[: MAX_TRANSACTION_ID - len(suffix)] + suffix


def map_trade(trade: TradeSource) -> Mapped:
    """Fill the fields. What is unknown stays empty for the rules to find; nothing is guessed."""
    own, other = _own_side(trade), _other_side(trade)
    buyer, seller = (own, other) if trade.side == "BUY" else (other, own)
    instrument = trade.instrument
    on_venue = trade.venue not in OFF_VENUE
    is_debt = _is_debt(instrument)
    executing = trade.trader or Decider(DeciderKind.PERSON)
    facts = TransactionFacts(
        transaction_id=transaction_id(trade.reference, trade.version_no),
        executing_lei=trade.firm.executing_lei,
        submitting_lei=trade.firm.submitting_lei,
        buyers=(buyer,),
        sellers=(seller,),
        traded_at=trade.traded_at,
        capacity=trade.capacity,
        quantity=_quantity(trade, is_debt=is_debt),
        price=_price(trade),
        venue=trade.venue,
        isin=trade.isin,
        executing_person=executing,
        is_investment_firm=trade.firm.is_investment_firm,
        net_amount=trade.net_amount if is_debt else None,
        membership_country=trade.firm.branch_country if on_venue else "",
        investment_decider=trade.trader if trade.capacity == Capacity.DEAL else None,
        cfi=instrument.cfi if instrument else "",
        executing_lei_status=trade.firm.lei_status,
        venue_country=trade.venue_country,
    )
    return Mapped(facts, _lineage(trade, facts))


def _own_side(trade: TradeSource) -> ReportedParty:
    """The firm itself on own account; INTC when it dealt for clients (RTS 22, field 7)."""
    if trade.capacity == Capacity.DEAL:
        return ReportedParty(
            PartyKind.LEI, trade.firm.executing_lei, lei_status=trade.firm.lei_status
        )
    return ReportedParty(PartyKind.INTERNAL)


def _other_side(trade: TradeSource) -> ReportedParty:
    party = trade.counterparty
    if party is None:
        return ReportedParty(PartyKind.LEI)
    return ReportedParty(PartyKind.LEI, party.lei, lei_status=party.lei_status)


def _is_debt(instrument: InstrumentSource | None) -> bool:
    return instrument is not None and (
        instrument.cfi[:1] == "D" or instrument.asset_class == "BOND"
    )


def _quantity(trade: TradeSource, *, is_debt: bool) -> ReportedQuantity:
    if is_debt:
        currency = trade.instrument.currency if trade.instrument else trade.currency
        return ReportedQuantity(QuantityKind.NOMINAL, trade.quantity, currency)
    return ReportedQuantity(QuantityKind.UNIT, trade.quantity)


def _price(trade: TradeSource) -> ReportedPrice:
    if trade.instrument is not None and trade.instrument.price_type == "PERCENT":
        return ReportedPrice(PriceKind.PERCENT, trade.price)
    return ReportedPrice(PriceKind.MONETARY, trade.price, trade.currency)


LINEAGE_WORDS: Final = (
    N_("trade"),
    N_("party"),
    N_("instrument"),
    N_("trader"),
    N_("reporting profile"),
    N_("constant"),
    N_("life of the report"),
    N_("reference, version"),
    N_("executing entity"),
    N_("investment firm"),
    N_("submitting entity"),
    N_("branch country"),
    N_("orders are not transmitted"),
    N_("no securities financing"),
    N_("execution time"),
    N_("capacity"),
    N_("quantity"),
    N_("price"),
    N_("currency"),
    N_("net amount"),
    N_("venue"),
    N_("identifier"),
)
"""The words of a lineage, which pages translate: `record: column`, the record with its name."""


def _lineage(trade: TradeSource, facts: TransactionFacts) -> Lineage:
    """Name the record and column behind each filled field."""
    version = f"trade {trade.reference} v{trade.version_no}"
    firm = "reporting profile"
    party = f"party {trade.counterparty.code}" if trade.counterparty else "party ?"
    instrument = f"instrument {trade.isin}"
    trader = f"trader {trade.trader_code}"
    own = f"{firm}: executing entity" if facts.capacity == Capacity.DEAL else f"{version}: capacity"
    buyer, seller = (own, f"{party}: LEI") if trade.side == "BUY" else (f"{party}: LEI", own)
    lines = {
        1: "life of the report",
        2: f"{version}: reference, version",
        4: f"{firm}: executing entity",
        5: f"{firm}: investment firm",
        6: f"{firm}: submitting entity",
        7: buyer,
        16: seller,
        25: "constant: orders are not transmitted",
        28: f"{version}: execution time",
        29: f"{version}: capacity",
        30: f"{version}: quantity",
        31: f"{instrument}: currency",
        33: f"{version}: price",
        34: f"{version}: currency",
        35: f"{version}: net amount",
        36: f"{version}: venue",
        37: f"{firm}: branch country",
        41: f"{version}: ISIN",
        57: f"{trader}: identifier",
        58: f"{trader}: branch country",
        59: f"{trader}: identifier",
        60: f"{trader}: branch country",
        65: "constant: no securities financing",
    }
    return {number: line for number, line in lines.items() if _is_filled(number, facts)}


def _is_filled(number: int, facts: TransactionFacts) -> bool:
    optional = {
        31: bool(facts.quantity.currency),
        34: bool(facts.price.currency),
        35: facts.net_amount is not None,
        37: bool(facts.membership_country),
        57: facts.investment_decider is not None,
        58: facts.investment_decider is not None,
    }
    return optional.get(number, True)
