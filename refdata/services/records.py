"""Editing one row of reference data: checked in full, with who and why in the trail."""

from __future__ import annotations

from datetime import datetime
from typing import Final, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _

from core import outbox, text
from core.access import Action, require
from core.acts import acting
from kernel.actors import Actor
from kernel.findings import Finding, Refusal
from refdata.models import Instrument, InstrumentAlias, Party, PartyAlias
from refdata.services.news import INSTRUMENT_NAMED, PARTY_NAMED

RecordT = TypeVar("RecordT", bound=Model)
HEAD_OFFICE: Final = 8
"""Signs of the BIC of a head office, that may be written with XXX."""


class UnableToSave(Refusal):
    """The row breaks a rule of its model; every finding is named."""

    code = "UNABLE_TO_SAVE"


def save_record(*, record: RecordT, actor: Actor, at: datetime, reason: str = "") -> RecordT:
    """Check every field and constraint of the row and save it.

    Raises Forbidden, UncleanText or UnableToSave.
    """
    require(actor, Action.EDIT_REFDATA)
    _tidy(record)
    try:
        record.full_clean()
    except ValidationError as failure:
        raise UnableToSave(
            _("The record cannot be saved."), findings=tuple(_findings(failure))
        ) from failure
    with acting(actor=actor, reason=reason):
        record.save()
    return record


def add_alias(
    *, source_system: str, symbol: str, instrument_id: int, actor: Actor, at: datetime
) -> InstrumentAlias:
    """Say what a source system calls an instrument, and announce it: parked trades can go on.

    Repeating it changes nothing. Raises Forbidden, or UnableToSave when the symbol already means
    another instrument.
    """
    alias = InstrumentAlias(source_system=source_system, symbol=symbol, instrument_id=instrument_id)
    known = InstrumentAlias.objects.filter(source_system=source_system, symbol=symbol).first()
    if known is not None and known.instrument_id == instrument_id:
        require(actor, Action.EDIT_REFDATA)
        return known
    with acting(actor=actor, reason=f"{source_system}:{symbol}"):
        save_record(record=alias, actor=actor, at=at, reason=f"{source_system}:{symbol}")
        _announce(source_system, symbol, instrument_id)
    return alias


def create_instrument(*, instrument: Instrument, actor: Actor, at: datetime) -> Instrument:
    """Save a new instrument and announce it under its ISIN and code."""
    with acting(actor=actor):
        save_record(record=instrument, actor=actor, at=at)
        _announce("", instrument.isin or instrument.code, instrument.pk)
    return instrument


def add_party_alias(
    *, source_system: str, alias: str, party_id: int, actor: Actor, at: datetime
) -> PartyAlias:
    """Say what a source system calls a party, and announce it: trades that wait can go on.

    Repeating it changes nothing. Raises Forbidden, or UnableToSave when the alias already means
    another party.
    """
    known = PartyAlias.objects.filter(source_system=source_system, alias=alias).first()
    if known is not None and known.party_id == party_id:
        require(actor, Action.EDIT_REFDATA)
        return known
    row = PartyAlias(source_system=source_system, alias=alias, party_id=party_id)
    with acting(actor=actor, reason=f"{source_system}:{alias}"):
        save_record(record=row, actor=actor, at=at, reason=f"{source_system}:{alias}")
        _announce_party(party_id, [alias], actor)
    return row


def save_party(*, party: Party, actor: Actor, at: datetime, reason: str = "") -> Party:
    """Save a party, new or changed, and announce it under all that it is called from now on."""
    with acting(actor=actor, reason=reason):
        save_record(record=party, actor=actor, at=at, reason=reason)
        _announce_party(party.pk, sorted(_names_of(party)), actor)
    return party


def _names_of(party: Party) -> set[str]:
    """Return all that a party is called everywhere; a head office has two BICs."""
    head = party.bic.removesuffix("XXX")
    of_head = {head, f"{head}XXX"} if len(head) == HEAD_OFFICE else {party.bic}
    return {party.code, party.lei, *(of_head if head else ())} - {""}


def _announce_party(party_id: int, names: list[str], actor: Actor) -> None:
    """Tell whose name it is; who gave it had a hand in the trades that go on with it."""
    outbox.announce(
        PARTY_NAMED,
        subject=f"party:{party_id}",
        payload={"party_id": party_id, "names": names, "hand": actor.name},
    )


def _announce(source_system: str, symbol: str, instrument_id: int) -> None:
    outbox.announce(
        INSTRUMENT_NAMED,
        subject=f"instrument:{instrument_id}",
        payload={
            "source_system": source_system,
            "symbol": symbol,
            "instrument_id": instrument_id,
        },
    )


def _tidy(record: Model) -> None:
    for field in record._meta.concrete_fields:
        value = getattr(record, field.attname)
        if isinstance(value, str):
            setattr(record, field.attname, text.clean(value, field=field.name))


def _findings(failure: ValidationError) -> list[Finding]:
    return [
        Finding(code="REF-017", field=field, message=message.replace("{", "{{").replace("}", "}}"))
        for field, messages in failure.message_dict.items()
        for message in messages
    ]
