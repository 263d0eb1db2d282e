"""What a person brings in by file counts as done by hand: within the person's desks, never alone.

A row is captured when its book, and the trade that it amends, lie on desks on which the person may
import. A cancellation is captured only where it changes nothing that stands: it repeats one that is
kept, or its trade is born in the same file. Any other is asked for, trade by trade, and a second
person decides; with that of an allocated block, to undo its allocation is proposed. A source system
that speaks for itself is never typed by a person, and its log brings in nothing that it did not
send itself.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db.models import Q
from django.utils.translation import gettext_noop as N_  # noqa: N812 - the mark of texts

from core import access
from core.access import Action
from core.models import ApiToken
from core.remarks import told
from kernel.actors import Actor
from kernel.findings import Finding, Refusal, Severity
from refdata import selectors as refdata
from trades.facts import HOUSE_SOURCES, ExecutionFacts
from trades.models import (
    CancellationRequest,
    CaptureBatch,
    Execution,
    FixSession,
    MessageKey,
    Trade,
)
from trades.services import cancellation, capture, chains, manual
from trades.services.capture import Origin, Read
from trades.services.plan import ItemStatus
from trades.states import Action as Asked
from trades.states import Channel, CloseReason, RequestState, TradeState

MESSAGES: Final = {
    "CAP-106": N_("You may not import for the desk of this trade: {found}"),
    "CAP-107": N_("The cancellation is asked for: a second person decides"),
    "CAP-108": N_("{found} is cancelled, but no such trade is here"),
    "CAP-109": N_("{found} sends its trades itself: nobody brings them in by file"),
    "CAP-110": N_("The cancellation of this trade is asked for already"),
    "CAP-112": N_(
        "{found} is allocated: its cancellation is asked for, and to undo its allocation first:"
        " a second person decides"
    ),
    "CAP-113": N_("The allocation of this block cannot be undone now: {found}"),
}
COUNTS: Final = ("asked", "refused")
"""What else becomes of the rows of a file: asked of a second person, or refused."""
ASKED: Final = ("CAP-107", "CAP-112")
OUT: Final = (ItemStatus.INVALID, ItemStatus.CONFLICT)


class UnableToImport(Refusal):
    """The file holds nothing that can be captured, or nobody may bring it in."""

    code = "UNABLE_TO_IMPORT"


@dataclass(slots=True)
class Admitted:
    """The rows of one source, by their place: captured, asked for, or refused."""

    messages: dict[int, Read] = field(default_factory=dict)
    cancellations: dict[int, ExecutionFacts] = field(default_factory=dict)
    refused: dict[int, Finding] = field(default_factory=dict)


@dataclass(slots=True)
class Taken:
    """What became of the rows of a file, by their place: what is said of each, and which stay out.

    `counts` are those of the capture, with the rows refused and the cancellations asked for.
    """

    batch_id: int
    counts: dict[str, Any]
    findings: dict[int, tuple[Finding, ...]]
    left: frozenset[int]


def take(*, reads: Sequence[Read], origin: Origin, actor: Actor, at: datetime) -> Taken:
    """Capture what the person may bring in; ask for what a second person decides."""
    admitted = admit(source_system=origin.source_system, reads=reads, actor=actor)
    captured = capture.capture(
        messages=list(admitted.messages.values()), origin=origin, actor=actor, at=at
    )
    items = dict(zip(admitted.messages, captured.items, strict=True))
    answers = dict(
        ask(
            source_system=origin.source_system,
            cancellations=admitted.cancellations,
            reason=origin.file.name if origin.file else origin.source_system,
            actor=actor,
            at=at,
        )
    )
    counts = captured.counts()
    for name, n in (("refused", len(admitted.refused)), *counted(answers.values())):
        if n:
            counts[name] = counts.get(name, 0) + n
    judged = admitted.refused | answers
    left = {place for place, item in items.items() if item.status in OUT}
    left |= {place for place, one in judged.items() if one.severity is Severity.BLOCKING}
    said: dict[int, tuple[Finding, ...]] = {place: (one,) for place, one in judged.items()}
    said |= {place: item.findings for place, item in items.items() if item.findings}
    return Taken(captured.batch_id, counts, dict(sorted(said.items())), frozenset(left))


def require_source(source_system: str) -> None:
    """Raise UnableToImport for a source that a person may not type: it speaks for itself."""
    if speaks_for_itself(source_system):
        finding = refusal_of_source(source_system)
        raise UnableToImport(told(finding), findings=(finding,))


def speaks_for_itself(source_system: str) -> bool:
    """Whether trades of this source come by hand, of the house, with a token or over a FIX session.

    Also when they ever came by the interface or over a session.
    """
    live = Q(channel__in=(Channel.API.value, Channel.BULK.value)) | Q(
        channel=Channel.FIX.value, window_key__isnull=False
    )
    return (
        source_system in {manual.SOURCE, *HOUSE_SOURCES}
        or ApiToken.objects.filter(source_system=source_system).exists()
        or FixSession.objects.filter(source_system=source_system).exists()
        or CaptureBatch.objects.filter(live, source_system=source_system).exists()
    )


def refusal_of_source(source_system: str) -> Finding:
    """Return what is said of a source that speaks for itself."""
    return _finding("CAP-109", "source_system", source_system)


def admit(*, source_system: str, reads: Sequence[Read], actor: Actor) -> Admitted:
    """Sort the rows of a file; what is unreadable goes on with its findings. Changes nothing."""
    admitted = Admitted()
    facts = {place: read for place, read in enumerate(reads) if not isinstance(read, tuple)}
    captured: dict[int, Read] = {
        place: read for place, read in enumerate(reads) if isinstance(read, tuple)
    }
    closed = speaks_for_itself(source_system)
    standing = _Standing.of(source_system, facts.values(), actor)
    for place, read in sorted(facts.items(), key=lambda row: row[1].action != Asked.NEW):
        if closed and not standing.holds(read):
            admitted.refused[place] = refusal_of_source(source_system)
        elif standing.is_foreign(read):
            named = read.book or read.source_reference
            admitted.refused[place] = _finding("CAP-106", "book", named)
        elif read.action == Asked.CANCEL and not standing.changes_nothing(read):
            admitted.cancellations[place] = read
        else:
            standing.born |= {read.source_reference} if read.action == Asked.NEW else set()
            captured[place] = read
    access.say_for(actor, Action.IMPORT_FILE, desks=standing.reached)
    admitted.messages = dict(sorted(captured.items()))
    return admitted


def ask(
    *,
    source_system: str,
    cancellations: Mapping[int, ExecutionFacts],
    reason: str,
    actor: Actor,
    at: datetime,
) -> Iterator[tuple[int, Finding]]:
    """Ask for each cancellation about the version that stands now; say what became of it."""
    kept = _kept(source_system, {facts.source_reference for facts in cancellations.values()})
    stand = Trade.objects.filter(pk__in=[trade for *_message, trade in kept if trade])
    trades = {trade.source_reference: trade for trade in stand}
    asked = set(
        CancellationRequest.objects.filter(
            trade__in=[trade.pk for trade in trades.values()], state=RequestState.ASKED.value
        ).values_list("trade_id", flat=True)
    )
    for place, facts in cancellations.items():
        trade = trades.get(facts.source_reference)
        finding = _against(trade, facts, asked)
        if finding is None and trade is not None and trade.close_reason == CloseReason.ALLOCATED:
            finding = _ask_for_block(trade, reason, actor, at)
            asked.add(trade.pk)
        if finding is None and trade is not None:
            cancellation.ask_cancellation(
                trade_id=trade.pk, seen=trade.fingerprint, reason=reason, actor=actor, at=at
            )
            asked.add(trade.pk)
            finding = _finding("CAP-107", "action", facts.action, severity=Severity.WARNING)
        if finding is not None:
            yield place, finding


def _kept(source_system: str, names: Collection[str]) -> list[tuple[str, int, str, int | None]]:
    """Return the messages kept under these identities: reference, version, action and trade."""
    keys = MessageKey.objects.filter(source_system=source_system, source_reference__in=names)
    found = Execution.objects.filter(pk__in=keys.values("execution_id"))
    return list(found.values_list("source_reference", "source_version", "action", "trade_id"))


def desks_of_trades(source_system: str, names: Collection[str]) -> dict[str, str]:
    """Return the desk of each trade that is here under one of these names of its source."""
    return _desks(_kept(source_system, names))


def _desks(kept: Sequence[tuple[str, int, str, int | None]]) -> dict[str, str]:
    found = Trade.objects.filter(pk__in=[trade for *_message, trade in kept if trade])
    desks = dict(found.values_list("pk", "desk_code"))
    return {name: desks[trade] for name, _version, _action, trade in kept if trade}


def counted(answers: Iterable[Finding]) -> Iterator[tuple[str, int]]:
    """Count what became of the cancellations of a file."""
    ended = Counter("asked" if answer.code in ASKED else "refused" for answer in answers)
    yield from ended.items()


def on_line(findings: Iterable[Finding], line: int) -> list[Finding]:
    """Return findings on their line of the file."""
    return [dataclasses.replace(one, line=line, column=one.column or one.field) for one in findings]


def _against(trade: Trade | None, facts: ExecutionFacts, asked: set[int]) -> Finding | None:
    """Return why a cancellation cannot be asked for."""
    if trade is None:
        return _finding("CAP-108", "source_reference", facts.source_reference)
    if trade.pk in asked:
        return _finding("CAP-110", "action", facts.action, severity=Severity.WARNING)
    if trade.state == TradeState.CLOSED and trade.close_reason != CloseReason.ALLOCATED:
        return chains.finding("CAP-104", "an open trade", facts.action)
    if facts.version <= trade.source_version:
        return chains.finding("CAP-103", f"> {trade.source_version}", str(facts.version))
    return None


def _ask_for_block(trade: Trade, reason: str, actor: Actor, at: datetime) -> Finding:
    """Propose to undo the allocation of a block, and ask for its cancellation."""
    try:
        cancellation.ask_for_block(
            trade_id=trade.pk, seen=trade.fingerprint, reason=reason, actor=actor, at=at
        )
    except Refusal as refusal:
        return _finding("CAP-113", "action", refusal.message)
    return _finding("CAP-112", "action", trade.reference, severity=Severity.WARNING)


@dataclass(slots=True)
class _Standing:
    """What is known of the identities of a file, and on which desks its sender may import."""

    desks: frozenset[str] | None
    books: Mapping[str, str]
    trades: Mapping[str, str]
    known: frozenset[str]
    held: frozenset[tuple[str, int, str]]
    born: set[str] = field(default_factory=set)
    reached: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, source_system: str, facts: Iterable[ExecutionFacts], actor: Actor) -> _Standing:
        every = list(facts)
        names = {read.source_reference for read in every}
        kept = _kept(source_system, names)
        books = refdata.books_by_code({read.book for read in every if read.book})
        return cls(
            desks=access.desks_of(actor, Action.IMPORT_FILE),
            books={code: book.desk_code for code, book in books.items()},
            trades=_desks(kept),
            known=frozenset(name for name, *_rest in kept),
            held=frozenset((name, version, action) for name, version, action, _trade in kept),
        )

    def holds(self, read: ExecutionFacts) -> bool:
        """Whether a message of this identity is kept: another changes nothing, whatever it says."""
        return (read.source_reference, read.version, str(read.action)) in self.held

    def is_foreign(self, read: ExecutionFacts) -> bool:
        """Whether the row is about a desk that is not its sender's.

        What belongs to no desk, or follows a trade that is not here, asks for all desks.
        """
        named = [] if read.action == Asked.CANCEL else [self.books.get(read.book or "", "")]
        if read.action != Asked.NEW and read.source_reference not in self.born:
            named.append(self.trades.get(read.source_reference, ""))
        if self.desks is not None and not self.desks.issuperset(named):
            return True
        self.reached.update(named)
        return False

    def changes_nothing(self, cancel: ExecutionFacts) -> bool:
        """Whether a cancellation is kept already, or of what no one but this file ever brought."""
        name = cancel.source_reference
        born_here = name in self.born and name not in self.known
        return born_here or self.holds(cancel)


def _finding(code: str, of: str, found: str, *, severity: Severity = Severity.BLOCKING) -> Finding:
    return Finding(code=code, field=of, message=MESSAGES[code], found=found, severity=severity)
