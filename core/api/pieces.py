"""Answers that are long: made, sent and kept in pieces, never whole in memory twice."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Final

from django.http import HttpResponse

PIECE: Final = 64 * 1024
PACKED: Final = b"\x1f\x8b"
"""How gzip starts, and JSON never does."""
_GZIP: Final = 16 + zlib.MAX_WBITS


class InPieces(HttpResponse):
    """An answer of many small texts, which say its length without being joined."""

    def __init__(self, texts: Iterable[bytes], **options: str) -> None:
        super().__init__(content_type="application/json", **options)
        self._container = list(joined(texts))
        self.headers["Content-Length"] = str(sum(map(len, self._container)))


def joined(texts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the texts in pieces that are worth sending."""
    waiting: list[bytes] = []
    size = 0
    for text in texts:
        waiting.append(text)
        size += len(text)
        if size >= PIECE:
            yield b"".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)


def packed(answer: HttpResponse) -> bytes:
    """Return the content to keep: as it is, or in gzip when it is long."""
    if not isinstance(answer, InPieces):
        return answer.content
    packer = zlib.compressobj(1, wbits=_GZIP)
    return b"".join([*(packer.compress(piece) for piece in answer), packer.flush()])


def unpacked(kept: bytes) -> bytes:
    """Return the content that was kept."""
    return zlib.decompress(kept, _GZIP) if kept.startswith(PACKED) else kept
