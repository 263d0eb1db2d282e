"""Days away that a person tells, or a supervisor for somebody who cannot."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from core.access import Action, allows, require
from core.acts import acting
from core.models import User
from core.reasons import reason_of
from kernel.actors import Actor
from refdata.models import Absence
from refdata.services.records import UnableToSave, save_record
from refdata.states import AbsenceKind

NOTE_MAX = 200
TELLING = (Action.VALIDATE_TRADE, Action.EDIT_REFDATA, Action.GRANT_ROLE)
"""Who may tell that somebody else is away: who runs the desk, the data or the rights."""


def tell_absence(
    *,
    user: User,
    first_day: date,
    last_day: date,
    actor: Actor,
    at: datetime,
    kind: AbsenceKind = AbsenceKind.LEAVE,
    note: str = "",
) -> Absence:
    """Write down that a person is away from a day to a day, both included.

    It takes no right away and gives none. Mandatory leave is told by another. Raises Forbidden,
    UnableToSave for days that are over or told already, ReasonTooLong for the note.
    """
    _require(user, actor)
    note = reason_of(note, most=NOTE_MAX)
    row = Absence(user=user, kind=kind, first_day=first_day, last_day=last_day, note=note)
    _require_another(row, actor)
    if last_day < timezone.localdate(at):
        raise UnableToSave(_("These days are over."))
    if Absence.objects.filter(user=user, first_day__lte=last_day, last_day__gte=first_day).exists():
        raise UnableToSave(_("Part of these days is told already."))
    try:
        row.full_clean()
    except ValidationError as failure:
        raise UnableToSave(" ".join(failure.messages)) from failure
    with acting(actor=actor, reason="absence"):
        row.save()
    return row


def end_absence(*, absence_id: int, actor: Actor, at: datetime) -> None:
    """Say that a person is back: yesterday was the last day away, or there is none at all.

    Nobody ends the own mandatory leave. Raises Forbidden, UnableToSave when it is over.
    """
    today = timezone.localdate(at)
    with acting(actor=actor, reason="back"):
        row = Absence.objects.select_for_update(of=("self",)).get(pk=absence_id)
        _require(row.user, actor)
        _require_another(row, actor)
        if row.last_day < today:
            raise UnableToSave(_("These days are over."))
        if row.first_day >= today:
            row.delete()
            return
        row.last_day = today - timedelta(days=1)
        row.save(update_fields=["last_day"])


def save_absence(*, record: Absence, actor: Actor, at: datetime, reason: str = "") -> Absence:
    """Save an absence that is kept with the reference data; nobody the own mandatory leave.

    Raises Forbidden, UnableToSave.
    """
    kept = Absence.objects.select_related("trader").filter(pk=record.pk).first()
    for row in (kept, record):
        if row is not None:
            _require_another(row, actor)
    return save_record(record=record, actor=actor, at=at, reason=reason)


def may_tell(user: User | None, actor: Actor) -> bool:
    """Say whether `actor` may tell that a person is away."""
    own = user is not None and user.pk == actor.user_id
    return own or any(allows(actor, action) for action in TELLING)


def _require(user: User | None, actor: Actor) -> None:
    if not may_tell(user, actor):
        require(actor, Action.EDIT_REFDATA)


def _require_another(row: Absence, actor: Actor) -> None:
    """Who is sent on leave, so that others see the books, neither says so nor changes it."""
    person = row.user_id or (row.trader.user_id if row.trader is not None else None)
    if row.kind == AbsenceKind.MANDATORY and person is not None and person == actor.user_id:
        raise UnableToSave(_("Mandatory leave is told and ended by another person."))
