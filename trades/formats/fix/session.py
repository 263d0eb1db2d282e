"""The session layer of FIX as a state machine without sockets, tables or a clock.

Bytes and moments go in, effects come out; the door keeps, sends and ends in one transaction. Which
message is dealt with how, by state:

| state      | Logon   | Logout         | any other message                                      |
|------------|---------|----------------|--------------------------------------------------------|
| WAITING    | answer  | end            | end                                                    |
| ACTIVE     | restart | answer and end | number, then its handler; app messages are taken once  |
| LEAVING    | end     | end            | as ACTIVE, so that nothing is lost on the way out      |
| ENDED      | –       | –              | nothing any more                                       |

A number that is too high is held and the gap asked for once; one that is too low is a repeat
(PossDupFlag) or ends the session. Behaviour agrees with QuickFIX, which tests it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from trades.formats.execution_checks import N_
from trades.formats.fix import answers
from trades.formats.fix.effects import (
    Agreement,
    Effect,
    End,
    Keep,
    Note,
    Numbers,
    Say,
    Stage,
    is_admin,
)
from trades.formats.fix.faults import Fault, Reason, check_content, check_form
from trades.formats.fix.wire import Fields, Garbled, Wire, encode
from trades.states import FixDisposition, FixEventKind

LOGON_WITHIN: Final = timedelta(seconds=10)
LEAVE_WITHIN: Final = timedelta(seconds=2)
HELD_MAX: Final = 10_000
GARBLED_MAX: Final = 100
SHOWN: Final = 200
KEYS: Final = {"8": 17, "AE": 571, "J": 70, "AS": 755, "AK": 664}


class Application(Protocol):
    """What lies above the session: which types it takes, and what it answers at once."""

    def supports(self, kind: str) -> bool: ...

    def take(self, message: Wire, /) -> Iterable[tuple[str, Fields]]: ...


#: Messages of ours in a range of numbers, oldest first: (number, bytes).
History = Callable[[int, int], Sequence[tuple[int, bytes]]]
Checker = Callable[[Wire], Fault | None]


@dataclass(slots=True)
class Session:
    """One counterparty on one connection. `numbers` are the stored ones; they change as it goes."""

    agreement: Agreement
    application: Application
    history: History
    numbers: Numbers
    check: Checker = lambda _message: None  # a data dictionary's, if there is one
    stage: Stage = Stage.WAITING
    heartbeat: timedelta = timedelta(seconds=30)
    began: datetime | None = None
    heard: datetime | None = None
    spoke: datetime | None = None
    left: datetime | None = None
    tests: int = 0
    garbled: int = 0
    asked_to: int = 0
    held: dict[int, Wire] = field(default_factory=dict)
    effects: list[Effect] = field(default_factory=list)
    _fresh: dict[int, bytes] = field(default_factory=dict)

    # ------------------------------------------------------------------ what the door calls
    def receive(self, message: Wire | Garbled, at: datetime) -> None:
        """Deal with one message; what follows from it is in `effects` afterwards."""
        if self.stage is Stage.ENDED:
            return
        if isinstance(message, Garbled):
            self._ignore(message)
            return
        self.garbled = 0
        if self.stage is Stage.WAITING:
            self.began = at
            answers.logon(self, message, at)
            return
        self.heard, self.tests = at, 0
        self._take(message, at)
        self._release(at)

    def tick(self, at: datetime) -> None:
        """Let time pass: heartbeats, test requests, and the end of a silence."""
        if self.stage is Stage.WAITING:
            self.began = self.began or at
            if at - self.began >= LOGON_WITHIN:
                self.end(FixEventKind.REFUSED, N_("no Logon in time"))
        elif self.stage is Stage.LEAVING:
            if self.left is not None and at - self.left >= LEAVE_WITHIN:
                self.end()
        elif self.stage is Stage.ACTIVE:
            self._watch(at)

    def leave(self, text: str, at: datetime) -> None:
        """Say Logout and wait a moment for the answer."""
        if self.stage is Stage.ACTIVE:
            answers.logout(self, text, at)
        elif self.stage is Stage.WAITING:
            self.end()

    def drained(self) -> list[Effect]:
        """Return the effects so far and forget them: they are about to be done."""
        done, self.effects = self.effects, []
        self._fresh.clear()
        return done

    # ------------------------------------------------------------------ numbers
    def _take(self, message: Wire, at: datetime) -> None:
        if message.begin != self.agreement.begin:
            self._count(message, FixDisposition.REFUSED, note="Incorrect BeginString")
            answers.logout(self, "Incorrect BeginString", at)
            return
        number = message.number
        if number is None and not message.get(34):
            self.keep(message, FixDisposition.NOTED, note="no MsgSeqNum")
            answers.logout(self, "Required tag missing: 34", at)
            return
        fault = self.fault(message)
        settles_itself = message.kind in answers.UNNUMBERED
        if fault is not None and (number in (None, self.numbers.next_in) or settles_itself):
            self.reject(message, fault, at)
        else:
            answers.HANDLERS.get(message.kind, answers.application)(self, message, at)

    def fault(self, message: Wire) -> Fault | None:
        """Return what the session or the dictionary finds wrong with the form of a message."""
        if message.kind == "3":  # nobody rejects a Reject
            return None
        return check_form(message) or self.check(message) or check_content(message)

    def verified(self, message: Wire, at: datetime, *, high: bool = True, low: bool = True) -> bool:
        """Check time and identity, then the number; say whether the message may be acted on."""
        sent = message.sent_at
        if sent is None or abs(at - sent) > answers.ACCURACY:
            self._turn_out(message, Fault(Reason.SENDING_TIME), at)
            return False
        if not self.knows(message):
            self._turn_out(message, Fault(Reason.COMP_ID), at)
            return False
        number = message.number or 0
        if high and number > self.numbers.next_in:
            self.hold(message, at)
            return False
        if low and number < self.numbers.next_in:
            answers.too_low(self, message, at)
            return False
        return True

    def knows(self, message: Wire) -> bool:
        """Say whether a message is from them to us."""
        return (message.get(49), message.get(56)) == (self.agreement.theirs, self.agreement.ours)

    def _turn_out(self, message: Wire, fault: Fault, at: datetime) -> None:
        self.reject(message, fault, at)
        answers.logout(self, "", at)

    def hold(self, message: Wire, at: datetime) -> None:
        """Keep a message for its turn, and ask once for what is missing before it."""
        number = message.number or 0
        self.keep(message, FixDisposition.HELD)
        if len(self.held) < HELD_MAX:
            self.held[number] = message
        if not self.asked_to:
            self.asked_to = number - 1
            first = self.numbers.next_in
            self.note(FixEventKind.GAP, f"{first}–{number - 1}")
            self.say("2", [(7, str(first)), (16, "0")], at)

    def _release(self, at: datetime) -> None:
        """Let go on what was held, as far as its turn has come."""
        while self.stage is not Stage.ENDED and self.held:
            message = self.held.pop(self.numbers.next_in, None)
            if message is None:
                break
            if message.kind in {"A", "2"}:  # answered when it came
                self._count(message, FixDisposition.TAKEN)
            else:
                self._take(message, at)
        for number in [number for number in self.held if number < self.numbers.next_in]:
            del self.held[number]
        if self.asked_to and self.numbers.next_in > self.asked_to:
            self.asked_to = 0

    def count(self, message: Wire, *, waits: bool = False) -> None:
        """Keep a message whose turn it is, and expect the next number."""
        self._count(message, FixDisposition.TAKEN, waits=waits)

    def _count(
        self, message: Wire, disposition: FixDisposition, *, waits: bool = False, note: str = ""
    ) -> None:
        """Keep a message; when it bears the number that is expected, that number is used up."""
        if message.number == self.numbers.next_in:
            self.keep(message, disposition, waits=waits, note=note)
            self.expect(self.numbers.next_in + 1)
        else:
            self.keep(message, FixDisposition.NOTED, note=note)

    def expect(self, number: int) -> None:
        """Wait for this number next."""
        self.numbers = replace(self.numbers, next_in=number)

    def restart(self, at: datetime) -> None:
        """Count from one again, both ways, in a new epoch."""
        self.numbers = Numbers(epoch=self.numbers.epoch + 1)
        self.held.clear()
        self._fresh.clear()
        self.asked_to = 0
        self.spoke = at

    # ------------------------------------------------------------------ words
    def keep(
        self,
        message: Wire,
        disposition: FixDisposition,
        *,
        waits: bool = False,
        note: str = "",
    ) -> None:
        """Have a message kept as it came."""
        key = message.get(KEYS.get(message.kind, 0))[:64]
        number = message.number or 0
        self.effects.append(
            Keep(
                message.raw,
                disposition,
                self.numbers.epoch,
                number,
                message.kind[:8],
                key,
                waits,
                note[:SHOWN],
            )
        )

    def note(self, kind: FixEventKind, text: str = "") -> None:
        """Have a line written into the diary."""
        self.effects.append(Note(kind, text[:SHOWN]))

    def say(self, kind: str, body: Fields, at: datetime, *, routing: Fields = ()) -> None:
        """Send a message under the next number of ours."""
        number = self.numbers.next_out
        head = answers.head(self.agreement, kind, number, at)
        raw = encode(self.agreement.begin, [*head, *routing, *body])
        self.numbers = replace(self.numbers, next_out=number + 1)
        self.spoke = at
        if not is_admin(kind):
            self._fresh[number] = raw
        self.effects.append(Say(raw, self.numbers.epoch, number, kind))

    def said(self, first: int, last: int) -> list[tuple[int, bytes]]:
        """Return the application messages of ours in a range, those of this moment included."""
        stored = dict(self.history(first, last))
        fresh = {n: raw for n, raw in self._fresh.items() if first <= n <= last}
        return sorted((stored | fresh).items())

    def reject(self, message: Wire, fault: Fault, at: datetime) -> None:
        """Refuse a message at session level; its number is used up if its turn had come."""
        told = f"{fault.text}{f' ({fault.tag})' if fault.tag else ''}"
        self._count(message, FixDisposition.REFUSED, waits=not is_admin(message.kind), note=told)
        self.note(FixEventKind.REJECT, f"{message.get(34)}: {told}")
        self.say("3", answers.rejection(self.agreement, message, fault), at,
                 routing=answers.way_back(message))  # fmt: skip

    def end(self, kind: FixEventKind = FixEventKind.DISCONNECT, text: str = "") -> None:
        """Close the connection; nothing is dealt with after that."""
        if self.stage is not Stage.ENDED:
            self.stage = Stage.ENDED
            self.note(kind, text)
            self.effects.append(End())

    # ------------------------------------------------------------------ silence and noise
    def _ignore(self, noise: Garbled) -> None:
        self.garbled += 1
        epoch = self.numbers.epoch
        self.effects.append(Keep(noise.raw, FixDisposition.GARBLED, epoch, note=noise.why))
        if self.stage is Stage.WAITING:
            self.end(FixEventKind.REFUSED, f"garbled: {noise.why}")
        elif self.garbled >= GARBLED_MAX:
            self.end(FixEventKind.DISCONNECT, N_("nothing but garbled messages"))

    def _watch(self, at: datetime) -> None:
        heard, spoke = self.heard or at, self.spoke or at
        silence, beat = at - heard, self.heartbeat
        if silence * 10 >= beat * 24:
            self.end(FixEventKind.DISCONNECT, N_("no answer to the test request"))
        elif silence * 10 >= beat * 12 * (self.tests + 1):
            self.tests += 1
            self.say("1", [(112, "TEST")], at)
        elif at - spoke >= beat and not self.tests:
            self.say("0", [], at)
