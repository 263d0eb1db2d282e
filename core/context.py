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
acts_open: ContextVar[int] = ContextVar("acts_open", default=0)
"""How many acts lie in one another at this moment."""
mark_is_spent: ContextVar[bool] = ContextVar("mark_is_spent", default=True)
"""The act to which `acting_for` belongs is over: a right of one's own may take its place."""


@contextmanager
def unit_of_work(identifier: str) -> Iterator[None]:
    """Name the request or job; rights are read at most once inside it."""
    id_token = request_id.set(identifier)
    rights_token = rights_read.set({})
    for_token, spent_token = acting_for.set(None), mark_is_spent.set(True)
    try:
        yield
    finally:
        request_id.reset(id_token)
        rights_read.reset(rights_token)
        acting_for.reset(for_token)
        mark_is_spent.reset(spent_token)


def forget_rights() -> None:
    """Let rights be read anew: for what runs longer than a right may last."""
    read = rights_read.get()
    if read is not None:
        read.clear()
