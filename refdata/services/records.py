"""Editing one row of reference data: checked in full, with who and why in the trail.

Parties, instruments and what they are called take two people: `services/static_data.py`.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _

from core import text
from core.access import Action, require
from core.acts import acting
from kernel.actors import Actor
from kernel.findings import Finding, Refusal

RecordT = TypeVar("RecordT", bound=Model)


class UnableToSave(Refusal):
    """The row breaks a rule of its model; every finding is named."""

    code = "UNABLE_TO_SAVE"


def save_record(*, record: RecordT, actor: Actor, at: datetime, reason: str = "") -> RecordT:
    """Check every field and constraint of the row and save it.

    Raises Forbidden, UncleanText or UnableToSave.
    """
    require(actor, Action.EDIT_REFDATA)
    check(record)
    with acting(actor=actor, reason=reason):
        record.save()
    return record


def check(record: Model) -> None:
    """Tidy the texts of a row and check its fields and constraints.

    Raises UncleanText or UnableToSave.
    """
    _tidy(record)
    try:
        record.full_clean()
    except ValidationError as failure:
        raise UnableToSave(
            _("The record cannot be saved."), findings=tuple(_findings(failure))
        ) from failure


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
