"""Reference data of single calls, remembered for three seconds per process.

One call names one instrument, one party, one book; loading a dozen tables for it costs more than
booking it. What is known is at most `SECONDS` old (a control reads everything again); what is not
known is asked again each time, so a name that was just added is found at once.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

from django.conf import settings
from django.db import connection

from trades.facts import ExecutionFacts
from trades.services.enrichment import Reference, load_reference

SECONDS: Final = 3
NAMES_MAX: Final = 2_000
Name = tuple[str, object]


@dataclass(slots=True)
class Recent:
    """The names that one source used lately, and what they stand for."""

    names: dict[Name, ExecutionFacts] = field(default_factory=dict)
    loaded: frozenset[Name] = frozenset()
    reference: Reference | None = None
    until: float = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def reference_for(self, source_system: str, messages: Sequence[ExecutionFacts]) -> Reference:
        """Return reference data that covers the names of these messages."""
        names = {name: facts for facts in messages for name in _names(facts)}
        with self.lock:
            now = monotonic()
            if (
                self.reference is None
                or now > self.until
                or not self.loaded.issuperset(names)
                or not all(_all_known(facts, self.reference) for facts in messages)
            ):
                self._load(source_system, names, now)
            assert self.reference is not None  # noqa: S101 - just loaded
            return self.reference

    def _load(self, source_system: str, names: dict[Name, ExecutionFacts], now: float) -> None:
        """Load the names of this call and of those before it in one go."""
        kept = {} if len(self.names) > NAMES_MAX else self.names
        self.names = kept | names
        messages = list({id(facts): facts for facts in self.names.values()}.values())
        self.reference = load_reference(source_system=source_system, messages=messages)
        self.loaded = frozenset(self.names)
        self.until = now + SECONDS


_recent: dict[tuple[str, str], Recent] = {}


def reference_for(source_system: str, messages: Sequence[ExecutionFacts]) -> Reference | None:
    """Return remembered reference data; None in tests, whose data come and go with each of them."""
    if getattr(settings, "TESTING", False):
        return None
    key = (connection.settings_dict["NAME"], source_system)
    return _recent.setdefault(key, Recent()).reference_for(source_system, messages)


def _names(facts: ExecutionFacts) -> Iterator[Name]:
    yield "instrument", facts.isin or facts.symbol
    yield "party", facts.counterparty
    yield "book", facts.book
    yield "account", facts.account
    yield "currency", facts.currency
    yield "venue", facts.venue
    yield "day", facts.trade_date or (facts.traded_at and facts.traded_at.date())


def _all_known(facts: ExecutionFacts, reference: Reference) -> bool:
    return (
        reference.instrument(facts) is not None
        and (facts.counterparty is None or facts.counterparty in reference.parties)
        and (facts.book is None or facts.book in reference.books)
    )
