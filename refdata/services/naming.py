"""What records are called, and the news of it: whatever waits for a name goes on."""

from __future__ import annotations

from typing import Final

from django.db.models import Model

from core import outbox
from refdata.models import Instrument, InstrumentAlias, Party, PartyAlias
from refdata.services.news import INSTRUMENT_NAMED, PARTY_NAMED

HEAD_OFFICE: Final = 8
"""Signs of the BIC of a head office, that may be written with XXX."""


def tell(record: Model, *, hand: str) -> None:
    """Announce a record that was entered or changed, under all that it is called from now on.

    `hand` entered it, and so had a hand in what goes on with it. An alias is given where something
    waits for it: what goes on was touched by hand.
    """
    match record:
        case Party():
            _tell_party(record.pk, sorted(names_of(record)), hand, by_hand=False)
        case PartyAlias():
            _tell_party(record.party_id, [record.alias], hand, by_hand=True)
        case Instrument():
            name = record.isin or record.code
            _tell_instrument(record.pk, ("", name), hand, by_hand=False)
        case InstrumentAlias():
            _tell_instrument(record.instrument_id, called_by(record), hand, by_hand=True)
        case _:
            pass


def names_of(party: Party) -> set[str]:
    """Return all that a party is called everywhere; a head office has two BICs."""
    head = party.bic.removesuffix("XXX")
    of_head = {head, f"{head}XXX"} if len(head) == HEAD_OFFICE else {party.bic}
    return {party.code, party.lei, *(of_head if head else ())} - {""}


def called_by(alias: PartyAlias | InstrumentAlias) -> tuple[str, str]:
    """Return a source system and what it calls a record."""
    return alias.source_system, alias.alias if isinstance(alias, PartyAlias) else alias.symbol


def reference_of(record: Model) -> str:
    """Return how people name a record, or what an alias calls which record."""
    match record:
        case Party() | Instrument():
            return record.code
        case PartyAlias():
            return f"{record} · {record.party.code}"
        case InstrumentAlias():
            return f"{record} · {record.instrument.code}"
        case _:
            return str(record)


def page_of(record: Model) -> str:
    """Return the page of a record, of an alias that of what it means."""
    match record:
        case Party() | Instrument():
            return record.get_absolute_url()
        case PartyAlias():
            return record.party.get_absolute_url()
        case InstrumentAlias():
            return record.instrument.get_absolute_url()
        case _:
            return ""


def _tell_party(party_id: int, names: list[str], hand: str, *, by_hand: bool) -> None:
    outbox.announce(
        PARTY_NAMED,
        subject=f"party:{party_id}",
        payload={"party_id": party_id, "names": names, "hand": hand, "by_hand": by_hand},
    )


def _tell_instrument(
    instrument_id: int, called: tuple[str, str], hand: str, *, by_hand: bool
) -> None:
    source_system, symbol = called
    outbox.announce(
        INSTRUMENT_NAMED,
        subject=f"instrument:{instrument_id}",
        payload={
            "source_system": source_system,
            "symbol": symbol,
            "instrument_id": instrument_id,
            "hand": hand,
            "by_hand": by_hand,
        },
    )
