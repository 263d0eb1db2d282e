"""Acts on FIX sessions: set up, start, stop, set the count anew, take a message up again."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from ipaddress import ip_network
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from core import access
from core.acts import acting
from core.reasons import reason_of
from core.remarks import told
from core.text import UncleanText, clean
from desk import services as desk
from desk.states import ExceptionKind
from kernel.actors import Actor
from kernel.findings import Refusal
from kernel.states import require_transition
from trades.facts import HOUSE_SOURCES
from trades.formats.fix.dictionary import Dictionary, UnreadableDictionary, read_dictionary
from trades.models import FixEvent, FixLine, FixMessage, FixResult, FixSession
from trades.services import capture, manual
from trades.services.fix import booking, lines
from trades.states import FIX_TRANSITIONS, FixEventKind, FixOutcome


class UnableToSaveSession(Refusal):
    """The session cannot work as it is described."""

    code = "UNABLE_TO_SAVE_SESSION"


class UnableToResetSession(Refusal):
    """The counterparty is logged on, or no reason was given."""

    code = "UNABLE_TO_RESET_SESSION"
    status_code = 409


class UnableToTakeUp(Refusal):
    """The message does not wait any more."""

    code = "UNABLE_TO_TAKE_UP"
    status_code = 409


def save_session(
    *, session: FixSession, password: str, reason: str, actor: Actor, at: datetime
) -> FixSession:
    """Set a session up or change it; `password` replaces the one it has, nothing keeps it.

    Raises Forbidden, UnableToSaveSession.
    """
    access.require(actor, access.Action.CONFIGURE)
    is_new = session.pk is None
    if not is_new and not reason_of(reason):
        raise UnableToSaveSession(_("Give a reason."))
    session.source_system = (
        session.source_system or f"{session.sender_comp_id}>{session.target_comp_id}"
    )
    if password:
        session.secret = make_password(password)
    if not session.username:
        session.secret = ""
    if session.source_system == manual.SOURCE:
        raise UnableToSaveSession(_("This source system is kept for tickets by hand."))
    if session.source_system in HOUSE_SOURCES:
        name = session.source_system
        raise UnableToSaveSession(_("%(name)s is the house itself.") % {"name": name})
    _check(session)
    with acting(actor=actor, reason=reason):
        session.save()
        lines.open_line(session)
        if is_new:
            _tell(session, FixEventKind.STARTED, "", actor, at)
    return session


def _check(session: FixSession) -> None:
    try:
        session.name = clean(session.name, field="name")
        session.full_clean()
        for address in session.addresses:
            ip_network(address)
        dictionary_of(session)
    except UncleanText as unclean:
        raise UnableToSaveSession(" ".join(told(one) for one in unclean.findings)) from None
    except ValidationError as wrong:
        raise UnableToSaveSession(" ".join(wrong.messages)) from None
    except (UnreadableDictionary, OSError, ValueError) as wrong:
        raise UnableToSaveSession(
            _("This cannot be read: %(what)s") % {"what": str(wrong)}
        ) from None


def start_session(*, session_id: int, actor: Actor, at: datetime) -> None:
    """Let the counterparty log on."""
    _switch(session_id, actor, at, enabled=True)


def stop_session(*, session_id: int, reason: str, actor: Actor, at: datetime) -> None:
    """Log the counterparty out and keep it out. Raises Forbidden, UnableToSaveSession."""
    if not reason_of(reason):
        raise UnableToSaveSession(_("Give a reason."))
    _switch(session_id, actor, at, enabled=False, reason=reason)


def _switch(
    session_id: int, actor: Actor, at: datetime, *, enabled: bool, reason: str = ""
) -> None:
    access.require(actor, access.Action.CONFIGURE)
    with acting(actor=actor, reason=reason):
        session = FixSession.objects.select_for_update().get(pk=session_id)
        if session.is_enabled != enabled:
            session.is_enabled = enabled
            session.save(update_fields=["is_enabled"])
            kind = FixEventKind.STARTED if enabled else FixEventKind.STOPPED
            _tell(session, kind, reason, actor, at)


def reset_session(
    *,
    session_id: int,
    next_in: int,
    next_out: int,
    reason: str,
    actor: Actor,
    at: datetime,
) -> None:
    """Expect and send other numbers next, in a new count. What was kept stays.

    Numbers that are skipped are messages that nobody will ask for again: hence the reason, and no
    counterparty on the line. Raises Forbidden, UnableToResetSession.
    """
    access.require(actor, access.Action.CONFIGURE)
    if not reason_of(reason):
        raise UnableToResetSession(_("Give a reason."))
    if next_in < 1 or next_out < 1:
        raise UnableToResetSession(_("Numbers begin with 1."))
    with acting(actor=actor, reason=reason):
        session = FixSession.objects.select_for_update().get(pk=session_id)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [lines.LOCKS, session_id])
            if not cursor.fetchone()[0]:
                raise UnableToResetSession(
                    _("The counterparty is logged on: stop the session first.")
                )
        lines.open_line(session)
        line = FixLine.objects.select_for_update().get(session=session)
        told = f"{line.next_in}/{line.next_out} → {next_in}/{next_out}: {reason}"
        line.epoch += 1
        line.next_in, line.next_out, line.counted_at, line.holder = next_in, next_out, at, None
        line.save()
        session.reset_at = at
        session.save(update_fields=["reset_at"])
        _tell(session, FixEventKind.RESET, told, actor, at)


def take_up(*, message_id: int, actor: Actor, at: datetime) -> FixOutcome:
    """Read a message that waits once more, as the session is set up now, and act on it.

    Returns what became of it; a message that still cannot be booked waits on, for the reason of
    today. Raises Forbidden, UnableToTakeUp.
    """
    access.require(actor, access.Action.RESOLVE_EXCEPTION)
    return capture.retried(lambda: _take_up(message_id, actor, at))


def _take_up(message_id: int, actor: Actor, at: datetime) -> FixOutcome:
    with acting(actor=actor):
        result = FixResult.objects.select_for_update().filter(message=message_id).first()
        if result is None or result.outcome != FixOutcome.EXCEPTION.value:
            raise UnableToTakeUp(_("The message no longer waits."))
        message = FixMessage.objects.select_related("session").get(pk=message_id)
        session = message.session
        ended = booking.deal_with(session, [message], at=at)[0]
        if ended.finding is None:
            require_transition(
                FIX_TRANSITIONS, source=FixOutcome(result.outcome), target=ended.outcome
            )
        result.outcome, result.what = ended.outcome.value, lines.plain(ended.what[:64])
        result.reason_code = ended.finding.code if ended.finding else ""
        result.execution_id = ended.execution_id
        result.save(update_fields=["outcome", "what", "reason_code", "execution_id"])
        desk.settle_findings(
            subject_kind=booking.SUBJECT,
            subject_ids=[message.pk],
            raised=[booking.raised_of(session, ended)] if ended.finding else [],
            kind=ExceptionKind.CAPTURE,
            actor=actor,
            at=at,
        )
        return ended.outcome


def _tell(session: FixSession, kind: FixEventKind, text: str, actor: Actor, at: datetime) -> None:
    FixEvent.objects.create(
        session=session, at=at, kind=kind.value, text=lines.plain(text)[:500], actor_name=actor.name
    )


def dictionary_of(session: FixSession) -> Dictionary | None:
    """Return the data dictionary that a session names: a file, or transport and application with +.

    Raises OSError or UnreadableDictionary when it is not there or is none.
    """
    if not session.dictionary:
        return None
    if not settings.FIX_DICTIONARY_DIR:
        raise UnreadableDictionary("FIX_DICTIONARY_DIR")
    made: Dictionary | None = None
    for name in session.dictionary.split("+"):
        path = Path(settings.FIX_DICTIONARY_DIR) / Path(name.strip()).name
        part = _read(str(path), path.stat().st_mtime_ns)
        made = part if made is None else made.joined(part)
    return made


@lru_cache(maxsize=16)
def _read(path: str, _changed: int) -> Dictionary:
    return read_dictionary(Path(path).read_bytes())
