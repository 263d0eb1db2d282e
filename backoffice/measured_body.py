"""A body that comes in chunks gets its length before anyone reads it.

Django reads a request without Content-Length as an empty one; here its chunks are gathered (beyond
2 MB on disk) and counted, up to one byte more than any door accepts. What keeps them from being
gathered (a full disk) is left for the doors to say. That a sender hung up between two chunks, the
server does not tell: the doors ask for bodies whose end can be seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import IO, Any, Final

from core.limits import IN_CHUNKS, MEGABYTE, NOT_TAKEN_IN, bytes_max
from core.scratch import scratch

IN_MEMORY: Final = 2 * MEGABYTE
PIECE: Final = 256 * 1024

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class MeasuredBody:
    """WSGI: `Transfer-Encoding: chunked` becomes a Content-Length."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        if "chunked" not in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
            return self.application(environ, start_response)
        with scratch(in_memory=IN_MEMORY) as gathered:
            limit = bytes_max(environ.get("PATH_INFO", ""))
            measured = environ | {"wsgi.input": gathered, IN_CHUNKS: True}
            try:
                measured["CONTENT_LENGTH"] = str(_gather(environ["wsgi.input"], gathered, limit))
            except OSError as failure:
                _hear_out(environ["wsgi.input"], limit)
                measured |= {NOT_TAKEN_IN: failure, "CONTENT_LENGTH": "0"}
            return self.application(measured, start_response)


def _hear_out(source: IO[bytes], limit: int) -> None:
    """Pass over what is still to come, for senders that listen only when they are done."""
    with suppress(OSError):
        while limit > 0 and (piece := source.read(PIECE)):
            limit -= len(piece)


def _gather(source: IO[bytes], target: IO[bytes], limit: int) -> int:
    """Copy up to one byte more than the limit and return how many came."""
    size = 0
    while size <= limit and (piece := source.read(min(PIECE, limit + 1 - size))):
        target.write(piece)
        size += len(piece)
    target.seek(0)
    return size
