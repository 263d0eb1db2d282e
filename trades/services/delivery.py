"""Where a trade is to be delivered: the instruction of the counterparty, or the home market."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import msgspec

from refdata.facts import InstructionFacts, InstrumentFacts, PartyFacts
from refdata.rules.instructions import choose_instruction
from refdata.rules.places import Dealt
from refdata.states import AssetClass
from trades.facts import ExecutionFacts

if TYPE_CHECKING:
    from trades.services.enrichment import Reference

Deal = tuple[InstrumentFacts, PartyFacts | None, str, date, date | None]
"""Instrument, counterparty, currency, trade date and settlement date."""


def where(
    facts: ExecutionFacts, deal: Deal, reference: Reference
) -> tuple[int | None, str | msgspec.UnsetType]:
    """Return the instruction that fits, and the place of the home market if that names none."""
    instrument, party, currency, _traded, settles = deal
    chosen = instruction(facts, party, (instrument.asset_class, currency, settles), reference)
    place = home_place(chosen, instrument, (facts.venue or "", settles), reference)
    return chosen.instruction_id if chosen else None, place


def instruction(
    facts: ExecutionFacts,
    party: PartyFacts | None,
    deal: tuple[str, str, date | None],
    reference: Reference,
) -> InstructionFacts | None:
    """Return the settlement instruction that fits (asset class, currency, settlement date)."""
    asset_class, currency, settlement_date = deal
    if party is None or settlement_date is None:
        return None
    key = (party.party_id, currency, asset_class, settlement_date, facts.account)
    if key not in reference.chosen:
        account = reference.accounts.get(facts.account or "")
        reference.chosen[key] = choose_instruction(
            reference.instructions.get(party.party_id, ()),
            party_id=party.party_id,
            currency=currency,
            asset_class=asset_class,
            settlement_date=settlement_date,
            account_id=account.account_id if account else None,
        )
    return reference.chosen[key]


def home_place(
    chosen: InstructionFacts | None,
    instrument: InstrumentFacts,
    where: tuple[str, date | None],
    reference: Reference,
) -> str | msgspec.UnsetType:
    """Return where the home market of a security settles, if the instruction does not say where.

    `where` is the venue and the settlement date; without a venue the main one of the instrument
    counts. Listed contracts are not delivered.
    """
    venue, settlement_date = where
    if (chosen is not None and chosen.place_of_settlement) or settlement_date is None:
        return msgspec.UNSET
    if instrument.asset_class == AssetClass.DERIVATIVE:
        return msgspec.UNSET
    dealt = Dealt(
        venue or instrument.mic, instrument.isin[:2], instrument.asset_class, settlement_date
    )
    found = reference.places.place(dealt)
    return found.place if found else msgspec.UNSET
