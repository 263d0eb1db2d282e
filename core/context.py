"""What is true of the request or job that runs now: its id, and the rights already read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Rights = frozenset[tuple[str, str, str]]
"""(action, desk, on whose behalf): the empty desk means every desk, the empty name oneself."""

request_id: ContextVar[str] = ContextVar("request_id", default="")
rights_read: ContextVar[dict[int, Rights] | None] = ContextVar("rights_read", default=None)
acting_for: ContextVar[str | None] = ContextVar("acting_for", default=None)
"""`bea for ana` while bea acts on a right of ana; None while nobody did so in this unit of work."""


@contextmanager
def unit_of_work(identifier: str) -> Iterator[None]:
    """Name the request or job; rights are read at most once inside it."""
    id_token = request_id.set(identifier)
    rights_token = rights_read.set({})
    for_token = acting_for.set(None)
    try:
        yield
    finally:
        request_id.reset(id_token)
        rights_read.reset(rights_token)
        acting_for.reset(for_token)
