"""Versions as the page of the trade says them, in plain memory: what the capture must agree with.

The same version with the same content is a repeat, with other content a conflict; what is older
than what stands is kept and changes nothing; what comes before its NEW waits for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

RANK = {"NEW": 0, "AMEND": 1, "CANCEL": 2}
WAITS = ("PARKED", "EXCEPTION")
UNKNOWN = "unknown"
"""The content of a message whose instrument nobody knows until it is named."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message: an identity, its number and kind, and one thing that it says."""

    reference: str
    version: int
    action: str
    content: str

    @property
    def place(self) -> tuple[str, bool, int, int]:
        """Sort as a delivery of many is taken: NEW first, then by version."""
        rank = RANK[self.action]
        return (self.reference, rank > 0, self.version, rank)


@dataclass(slots=True)
class Kept:
    """A message that was kept, and what became of it."""

    message: Message
    outcome: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sender is told of one message."""

    status: str
    outcome: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    number: int
    action: str
    source_version: int
    content: str


@dataclass(slots=True)
class Identity:
    """Every message kept under one reference, and the versions that they made."""

    kept: dict[tuple[int, str], Kept] = field(default_factory=dict)
    versions: list[Version] = field(default_factory=list)

    @property
    def is_closed(self) -> bool:
        return bool(self.versions) and self.versions[-1].action == "CANCEL"


@dataclass(slots=True)
class Model:
    """What stands for one source system."""

    identities: dict[str, Identity] = field(default_factory=dict)
    named: bool = False

    def deliver(self, messages: Sequence[Message]) -> list[Answer]:
        """Take what came together; answer in its order, of repeats as it stands in the end."""
        answers: dict[int, Answer] = {}
        for index in sorted(range(len(messages)), key=lambda n: messages[n].place):
            answers[index] = self._take(messages[index])
        return [self._told(messages[n], answers[n]) for n in range(len(messages))]

    def waits_for_a_name(self) -> bool:
        """Say whether a message waits for the instrument that nobody knows."""
        return any(
            kept.code == "CAP-101" for one in self.identities.values() for kept in one.kept.values()
        )

    def name_it(self) -> int:
        """Make the unknown instrument known; return how many messages moved on."""
        self.named = True
        moved = 0
        for one in self.identities.values():
            if any(kept.code == "CAP-101" for kept in one.kept.values()):
                moved += self._replay(one, ("EXCEPTION",))
        return moved

    def _take(self, message: Message) -> Answer:
        one = self.identities.setdefault(message.reference, Identity())
        known = one.kept.get((message.version, message.action))
        if known is not None:
            same = known.message == message
            return Answer("REPEATED") if same else Answer("CONFLICT", code="CAP-201")
        if any(version == message.version for version, _action in one.kept):
            return Answer("CONFLICT", code="CAP-203")
        if message.action == "NEW" and any(action == "NEW" for _version, action in one.kept):
            return Answer("CONFLICT", code="CAP-202")
        kept = one.kept[message.version, message.action] = Kept(message)
        self._settle(one, kept)
        answer = Answer("CREATED", kept.outcome, kept.code)
        if message.action == "NEW" and kept.outcome == "BOOKED":
            self._replay(one, WAITS)
        return answer

    def _told(self, message: Message, answer: Answer) -> Answer:
        if answer.status != "REPEATED":
            return answer
        kept = self.identities[message.reference].kept[message.version, message.action]
        return Answer("REPEATED", kept.outcome)

    def _replay(self, one: Identity, outcomes: Sequence[str]) -> int:
        """Judge again what waits, a NEW first; what a NEW lets go follows it."""
        moved = 0
        for kept in sorted(one.kept.values(), key=lambda k: k.message.place):
            if kept.outcome in outcomes:
                before = (kept.outcome, kept.code)
                self._settle(one, kept)
                moved += (kept.outcome, kept.code) != before
                if kept.message.action == "NEW" and kept.outcome == "BOOKED":
                    return moved + self._replay(one, WAITS)
        return moved

    def _settle(self, one: Identity, kept: Kept) -> None:
        kept.outcome, kept.code = self._fate(one, kept.message)
        if kept.outcome == "BOOKED":
            message, content = kept.message, kept.message.content
            if message.action == "CANCEL":
                content = one.versions[-1].content
            number = len(one.versions) + 1
            one.versions.append(Version(number, message.action, message.version, content))

    def _fate(self, one: Identity, message: Message) -> tuple[str, str]:
        unknown = message.content == UNKNOWN and message.action != "CANCEL" and not self.named
        if message.action == "NEW":
            return ("EXCEPTION", "CAP-101") if unknown else ("BOOKED", "")
        if not one.versions:
            return "PARKED", "CAP-102"
        if message.version > one.versions[-1].source_version:
            if one.is_closed:
                return "EXCEPTION", "CAP-104"
            return ("EXCEPTION", "CAP-101") if unknown else ("BOOKED", "")
        if message.action == "CANCEL" and not one.is_closed:
            return "EXCEPTION", "CAP-103"
        return "IGNORED", "CAP-105"
