"""Writing one step behind: while PostgreSQL takes some rows, the next are made."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Self

from django.db import connection

#: What is done with the connection of the driver.
Step = Callable[[Any], None]


class Behind:
    """Does its steps one behind its caller, in the caller's transaction, on its connection.

    Nobody else may use the connection inside the `with`, except after `wait`. An error comes up at
    the next step, at `wait` or at the end.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="behind")
        self._pending: Future[None] | None = None

    def do(self, step: Step) -> None:
        """Wait for the step before, then begin this one."""
        self.wait()
        self._pending = self._pool.submit(step, connection.connection)

    def wait(self) -> None:
        """Wait until every step is done; raises what went wrong with it."""
        pending, self._pending = self._pending, None
        if pending is not None:
            with connection.wrap_database_errors:
                pending.result()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self.wait()
        finally:
            self._pool.shutdown()
