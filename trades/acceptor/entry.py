"""Who may come in: the session that a first message names, and whether this peer may open it."""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from secrets import compare_digest
from typing import TYPE_CHECKING, Final

from django.contrib.auth.hashers import check_password
from django.utils import timezone

from trades.formats.execution_checks import N_
from trades.formats.fix import dictionary
from trades.formats.fix.effects import Agreement, Note
from trades.formats.fix.hours import opened_at
from trades.formats.fix.session import LOGON_WITHIN, Session
from trades.formats.fix.wire import Garbled, Wire
from trades.models import FixSession
from trades.services.fix import lines, sessions
from trades.states import FixEventKind

if TYPE_CHECKING:
    from trades.acceptor.connection import House

__all__ = ["LOGON_WITHIN", "enter", "is_due", "why_closed"]
TAKEN: Final = N_("another connection holds the session")
TAKE_ATTEMPTS: Final = 10
TAKE_MILLISECONDS: Final = 100
Entered = tuple[FixSession, lines.Held, Session]


def enter(message: Wire | Garbled, *, peer: str, house: House, at: datetime) -> Entered | str:
    """Return the session that a first message opens, or why there is none.

    Whoever may not come in is written into the diary of the session that it named, if there is one.
    """
    if isinstance(message, Garbled):
        return f"garbled: {message.why}"
    configured = FixSession.objects.filter(
        begin_string=message.begin,
        sender_comp_id=message.get(49),
        target_comp_id=message.get(56),
    ).first()
    if configured is None or message.kind != "A":
        return "no session of ours, or no Logon"
    why = _unwanted(configured, message, peer, at)
    if not why:
        held = _taken(configured, peer, house)
        if held is not None:
            return configured, held, _session(configured, held, house, at)
        why = TAKEN
    refused = [Note(FixEventKind.REFUSED, why)]
    lines.note(session_id=configured.pk, notes=refused, at=at, peer=peer)
    return why


def _taken(configured: FixSession, peer: str, house: House) -> lines.Held | None:
    """Take the line; one whose connection has just broken gets a moment to be given back."""
    for _attempt in range(TAKE_ATTEMPTS):
        held = lines.take_line(session=configured, peer=peer, actor=lines.actor_of(configured))
        if held is not None or house.stopping.wait(TAKE_MILLISECONDS / 1000):
            return held
    return None


def _unwanted(configured: FixSession, message: Wire, peer: str, at: datetime) -> str:
    """Return why this peer may not open the session; cheap questions first, the hash last."""
    if why_closed(configured.pk, at):
        return N_("the session is stopped or closed")
    if not _comes_from(configured, peer):
        return N_("the address is not allowed")
    if not _has_dictionary(configured):
        return N_("the data dictionary cannot be read")
    return "" if _shows_secret(configured, message) else N_("user name or password is wrong")


def why_closed(session_id: int, at: datetime) -> str:
    """Return why a session may not be open at this moment; empty when it may."""
    now = FixSession.objects.filter(pk=session_id, is_enabled=True).first()
    if now is None:
        return N_("the session was stopped")
    if opened_at(now.opens_at, now.closes_at, timezone.localtime(at)) is None:
        return N_("the hours of the session are over")
    return ""


def is_due(last: datetime | None, at: datetime, seconds: int) -> bool:
    """Say whether so many seconds passed since the last time."""
    return last is None or at - last >= timedelta(seconds=seconds)


def _comes_from(configured: FixSession, peer: str) -> bool:
    address = ip_address(peer)
    mapped = getattr(address, "ipv4_mapped", None)
    return any((mapped or address) in ip_network(one) for one in configured.addresses)


def _shows_secret(configured: FixSession, message: Wire) -> bool:
    if not configured.username:
        return True
    same = compare_digest(message.get(553).encode(), configured.username.encode())
    return check_password(message.get(554), configured.secret) and same


def _has_dictionary(configured: FixSession) -> bool:
    try:
        sessions.dictionary_of(configured)
    except (OSError, ValueError):
        return False
    return True


def _session(configured: FixSession, held: lines.Held, house: House, at: datetime) -> Session:
    began = opened_at(configured.opens_at, configured.closes_at, timezone.localtime(at))
    agreement = Agreement(
        begin=configured.begin_string,
        ours=configured.target_comp_id,
        theirs=configured.sender_comp_id,
        default_version=configured.default_appl_ver_id,
        heartbeat_max=configured.heartbeat_max,
        reset_on_logon=configured.reset_on_logon,
        reset_due=bool(began and held.counted_at and held.counted_at < began),
    )
    session = Session(
        agreement=agreement,
        application=house.application,
        history=lambda _first, _last: [],
        numbers=held.numbers,
    )
    session.history = lambda first, last: lines.history(
        session_id=held.session_id, epoch=session.numbers.epoch, first=first, last=last
    )
    found = sessions.dictionary_of(configured)
    if found is not None:
        session.check = lambda message: dictionary.check(
            message, found, user_fields=configured.user_fields
        )
    return session
