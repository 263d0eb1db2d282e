"""What is true of the request or job that runs now: its id, and the rights already read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Rights = frozenset[tuple[str, str]]
"""(action, desk) pairs; the empty desk means every desk."""

request_id: ContextVar[str] = ContextVar("request_id", default="")
rights_read: ContextVar[dict[int, Rights] | None] = ContextVar("rights_read", default=None)


@contextmanager
def unit_of_work(identifier: str) -> Iterator[None]:
    """Name the request or job; rights are read at most once inside it."""
    id_token = request_id.set(identifier)
    rights_token = rights_read.set({})
    try:
        yield
    finally:
        request_id.reset(id_token)
        rights_read.reset(rights_token)
