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
from refdata.models import Instrument, InstrumentAlias

RecordT = TypeVar("RecordT", bound=Model)
INSTRUMENT_NAMED: Final = "refdata.instrument_named"


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
