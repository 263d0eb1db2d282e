"""State tables: a life is data, and one function reads it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from kernel.findings import Refusal

StateT = TypeVar("StateT", bound=StrEnum)
Transitions = Mapping[StateT, frozenset[StateT]]


class IllegalTransition(Refusal):
    """A record was asked to move where its table has no arrow."""

    code = "ILLEGAL_TRANSITION"

    def __init__(self, message: str, *, source: str = "") -> None:
        super().__init__(message)
        self.source = source


def require_transition(table: Transitions[StateT], *, source: StateT, target: StateT) -> None:
    """Raise IllegalTransition unless the table has an arrow from source to target."""
    if target not in table[source]:
        allowed = ", ".join(sorted(table[source])) or "nothing: it is final"
        raise IllegalTransition(f"{source} -> {target}; allowed: {allowed}", source=source.value)
