"""What a session does with each type of message, and how its own messages are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from trades.formats.execution_checks import N_
from trades.formats.fix.effects import Agreement, Say, Stage
from trades.formats.fix.faults import Fault, Reason
from trades.formats.fix.wire import Garbled, Wire, encode, read, stamp, whole
from trades.states import FixDisposition, FixEventKind

if TYPE_CHECKING:
    from trades.formats.fix.session import Session

#: Answered whatever their number: a counterparty that lost count must still be able to say so.
UNNUMBERED: Final = frozenset({"2", "4", "5", "A"})
#: How far SendingTime may be from our clock.
ACCURACY: Final = timedelta(seconds=120)
ENDLESS: Final = 999_999  # how FIX up to 4.1, and some senders since, write "to the last one"
WAY_BACK: Final = ((115, 128), (116, 129), (144, 145), (128, 115), (129, 116), (145, 144))
MADE_ANEW: Final = frozenset({8, 9, 10, 35, 34, 43, 49, 52, 56, 122})


def head(agreement: Agreement, kind: str, number: int, at: datetime) -> list[tuple[int, str]]:
    """Return the header of a message of ours."""
    return [
        (35, kind),
        (34, str(number)),
        (49, agreement.ours),
        (52, stamp(at)),
        (56, agreement.theirs),
    ]


def way_back(message: Wire) -> list[tuple[int, str]]:
    """Return the routing of an answer: on behalf of whom it came is to whom it goes."""
    turned = {there: message.get(here) for here, there in WAY_BACK}
    return [(tag, turned[tag]) for tag in sorted(turned) if turned[tag]]


def rejection(agreement: Agreement, message: Wire, fault: Fault) -> list[tuple[int, str]]:
    """Return the body of a Reject (3)."""
    body = [(45, str(message.number or 0)), (58, fault.text)]
    if fault.tag:
        body.append((371, str(fault.tag)))
    elif fault.reason is Reason.TAG:
        body.append((371, "0"))
    body.append((372, message.kind))
    if agreement.told(fault.reason):
        body.append((373, str(int(fault.reason))))
    return body


# ---------------------------------------------------------------------- the session's own messages
def logon(session: Session, message: Wire, at: datetime) -> None:
    """Answer the first message of a connection: a Logon that is right, or nothing at all.

    The counterparty is told why only when it is who it says it is and merely lost count.
    """
    wrong = _refusal(session, message, at)
    if wrong:
        session.keep(message, FixDisposition.NOTED, note=wrong)
        session.end(FixEventKind.REFUSED, wrong)
        return
    agreement, asked = session.agreement, message.get(141) == "Y"
    if asked or agreement.reset_on_logon or agreement.reset_due:
        session.restart(at)
        session.note(
            FixEventKind.RESET, N_("asked by the counterparty") if asked else N_("by agreement")
        )
    number = message.number or 0
    session.heard = session.spoke = at
    session.heartbeat = timedelta(seconds=int(message.get(108)))
    if number < session.numbers.next_in:
        too_low(session, message, at)
        session.end()
        return
    session.stage = Stage.ACTIVE
    session.note(FixEventKind.LOGON, "")
    early = number > session.numbers.next_in
    if not early:
        session.count(message)
    _greet(session, message, at)
    if early:
        session.hold(message, at)


def _refusal(session: Session, message: Wire, at: datetime) -> str:
    """Return why a first message opens no session; empty when it does."""
    fault = session.fault(message) if message.kind == "A" else None
    sent, beat = message.sent_at, whole(message.get(108))
    agreement = session.agreement
    reasons = (
        (message.kind != "A", N_("the first message is no Logon")),
        (fault is not None, f"{fault.text} ({fault.tag})" if fault else ""),
        (message.begin != agreement.begin, "Incorrect BeginString"),
        (not session.knows(message), "CompID problem"),
        (sent is None or abs(at - sent) > ACCURACY, "SendingTime accuracy problem"),
        (message.get(98) != "0", "EncryptMethod (98) is not 0"),
        (not 0 < (beat or 0) <= agreement.heartbeat_max, "HeartBtInt (108)"),
        (agreement.is_transport and not message.get(1137), "DefaultApplVerID (1137) is missing"),
        (message.get(141) == "Y" and message.number != 1, N_("a reset begins with number 1")),
    )
    return next((why for wrong, why in reasons if wrong), "")


def _greet(session: Session, message: Wire, at: datetime) -> None:
    body = [(98, "0"), (108, message.get(108))]
    if message.get(141) == "Y":
        body.append((141, "Y"))
    if session.agreement.is_transport:
        body.append((1137, session.agreement.default_version or message.get(1137)))
    session.say("A", body, at)


def _logon_again(session: Session, message: Wire, at: datetime) -> None:
    """A Logon inside a session: with ResetSeqNumFlag both sides count from one again."""
    if message.get(141) == "Y" and message.number == 1:
        if session.verified(message, at, high=False, low=False):
            session.restart(at)
            session.note(FixEventKind.RESET, N_("asked by the counterparty"))
            session.count(message)
            _greet(session, message, at)
    elif session.verified(message, at):
        session.count(message)
        logout(session, N_("already logged on"), at)


def logout(session: Session, text: str, at: datetime) -> None:
    """Say Logout once, and wait for the answer."""
    if session.stage is Stage.ACTIVE:
        session.stage, session.left = Stage.LEAVING, at
        session.note(FixEventKind.LOGOUT, text)
        session.say("5", [(58, text)] if text else [], at)


def _leave(session: Session, message: Wire, at: datetime) -> None:
    if not session.verified(message, at, high=False, low=False):
        return
    session.count(message)
    if session.stage is Stage.ACTIVE:
        session.note(FixEventKind.LOGOUT, message.get(58) or N_("asked by the counterparty"))
        session.say("5", [], at)
    session.end()


def _beat(session: Session, message: Wire, at: datetime) -> None:
    if session.verified(message, at):
        session.count(message)


def _test(session: Session, message: Wire, at: datetime) -> None:
    if session.verified(message, at):
        session.count(message)
        session.say("0", [(112, message.get(112))], at)


def _rejected(session: Session, message: Wire, at: datetime) -> None:
    if session.verified(message, at):
        session.count(message)
        session.note(FixEventKind.REJECTED, f"{message.get(45)}: {message.get(58)}")


def _resend(session: Session, message: Wire, at: datetime) -> None:
    """Send again what the counterparty missed; what is not for the application is a gap."""
    if not session.verified(message, at, high=False, low=False):
        return
    early = (message.number or 0) > session.numbers.next_in
    if not early:
        session.count(message)
    first, last = int(message.get(7)), int(message.get(16))
    end = session.numbers.next_out - 1
    last = end if last in (0, ENDLESS) or last > end else last
    session.note(FixEventKind.RESEND, f"{first}–{last}")
    expected = max(first, 1)
    for sent, raw in session.said(expected, last):
        _fill(session, expected, sent, at)
        again = _again(session.agreement, raw, at)
        session.effects.append(Say(again, session.numbers.epoch, sent, "", said_before=True))
        expected = sent + 1
    _fill(session, expected, last + 1, at)
    if early:
        session.hold(message, at)


def _fill(session: Session, first: int, following: int, at: datetime) -> None:
    """Say that the numbers before `following` held nothing for the application."""
    if following <= first:
        return
    fields = [
        *head(session.agreement, "4", first, at),
        (43, "Y"),
        (122, stamp(at)),
        (36, str(following)),
        (123, "Y"),
    ]
    raw = encode(session.agreement.begin, fields)
    session.spoke = at
    session.effects.append(Say(raw, session.numbers.epoch, first, "4", said_before=True))


def _again(agreement: Agreement, raw: bytes, at: datetime) -> bytes:
    """Return a message of ours as a possible duplicate, sent now, first sent then."""
    message = read(raw)
    if isinstance(message, Garbled):
        raise TypeError(message.why)  # what we keep is what we made
    fields = head(agreement, message.kind, message.number or 0, at)
    fields += [(43, "Y"), (122, message.get(52))]
    fields += [(tag, value) for tag, value in message.fields if tag not in MADE_ANEW]
    return encode(agreement.begin, fields)


def _reset(session: Session, message: Wire, at: datetime) -> None:
    """SequenceReset: fill a gap in its turn, or set the number that is expected next."""
    fills = message.get(123) == "Y"
    if not session.verified(message, at, high=fills, low=fills):
        return
    new, expected = int(message.get(36)), session.numbers.next_in
    if new < expected or (fills and new == expected):
        session.reject(message, Fault(Reason.VALUE), at)
        return
    skipped = new > expected and not fills
    disposition = FixDisposition.TAKEN if fills else FixDisposition.NOTED
    note = f"{expected}–{new - 1}" if skipped else ""
    session.keep(message, disposition, waits=skipped, note=note)
    if skipped:
        session.note(FixEventKind.RESET, f"{expected} → {new}")
    session.expect(new)


def too_low(session: Session, message: Wire, at: datetime) -> None:
    """Number used before: a repeat that says so is left alone, anything else ends the session."""
    if message.is_copy:
        first = message.get(122)
        if not first and message.kind != "4":
            session.reject(message, Fault(Reason.MISSING, 122), at)
        elif first > message.get(52) and message.kind != "4":
            session.reject(message, Fault(Reason.SENDING_TIME), at)
            logout(session, "", at)
        else:
            session.keep(message, FixDisposition.REPEATED)
        return
    text = f"MsgSeqNum too low, expecting {session.numbers.next_in} but received {message.number}"
    session.keep(message, FixDisposition.NOTED, note=text)
    session.note(FixEventKind.REJECT, text)
    session.say("5", [(58, text)], at)
    session.end()


def application(session: Session, message: Wire, at: datetime) -> None:
    """Take a message of the application, once and in its turn."""
    if not session.verified(message, at):
        return
    session.count(message, waits=True)
    if not session.application.supports(message.kind):
        body = [(45, str(message.number)), (58, "Unsupported Message Type"),
                (372, message.kind), (380, "3")]  # fmt: skip
        session.note(FixEventKind.REJECT, f"{message.number}: Unsupported Message Type")
        session.say("j", body, at, routing=way_back(message))
        return
    for kind, fields in session.application.take(message):
        session.say(kind, fields, at)


HANDLERS: Final[Mapping[str, Callable[[Session, Wire, datetime], None]]] = {
    "0": _beat,
    "1": _test,
    "2": _resend,
    "3": _rejected,
    "4": _reset,
    "5": _leave,
    "A": _logon_again,
}
