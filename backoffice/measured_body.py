"""A body that comes in chunks gets its length before anyone reads it.

Django reads a request without Content-Length as an empty one; here its chunks are gathered (beyond
2 MB on disk) and counted, up to one byte more than any door accepts.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from typing import IO, Any, Final

from core.limits import MEGABYTE, bytes_max

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
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as gathered:
            limit = bytes_max(environ.get("PATH_INFO", ""))
            size = _gather(environ["wsgi.input"], gathered, limit)
            measured = environ | {"wsgi.input": gathered, "CONTENT_LENGTH": str(size)}
            return self.application(measured, start_response)


def _gather(source: IO[bytes], target: IO[bytes], limit: int) -> int:
    """Copy up to one byte more than the limit and return how many came."""
    size = 0
    while size <= limit and (piece := source.read(min(PIECE, limit + 1 - size))):
        target.write(piece)
        size += len(piece)
    target.seek(0)
    return size
