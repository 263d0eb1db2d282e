"""Bodies of requests: whole, unpacked and bounded, the large ones on disk.

What a header announces is checked against what comes: a body that is cut off is never taken for a
short one, and a packed one is measured while it unpacks, never after.
"""

from __future__ import annotations

import errno
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, Any, Final

from django.http import HttpRequest, UnreadablePostError
from django.utils.translation import gettext as _

from core.api.parsers import BodyTooLarge
from core.limits import IN_CHUNKS, MEGABYTE, NOT_TAKEN_IN
from core.scratch import scratch
from kernel.findings import Refusal

IN_MEMORY: Final = 16 * MEGABYTE
PIECE: Final = 256 * 1024
RATIO_MAX: Final = 100
UNSUSPECTED: Final = MEGABYTE
"""What is smaller may unpack from as little as it likes."""
NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
GZIP: Final = "gzip"
CODINGS: Final = frozenset({"", "identity", GZIP, "x-gzip"})
_GZIP_HEAD: Final = 16 + zlib.MAX_WBITS


class BodyCutOff(Refusal):
    """The body ended before its announced end; nothing was done."""

    code = "BODY_CUT_OFF"
    status = 400


class NotPacked(Refusal):
    """The body is said to be packed and is not, or it is damaged."""

    code = "NOT_GZIP"
    status = 400


class PackedTooTightly(Refusal):
    """The body unpacks to more than messages do."""

    code = "PACKED_TOO_TIGHTLY"
    status = 413


class NoSpace(Refusal):
    """There is no room to keep the body; nothing was done."""

    code = "NO_SPACE"
    status = 507


@dataclass(slots=True)
class Body:
    """What was sent, unpacked: a file at its start, in memory up to 16 MB.

    `is_whole` says that all of it came, by its length or its packing; else its content must show.
    """

    file: IO[bytes]
    size: int
    is_whole: bool = True

    def pieces(self) -> Iterator[bytes]:
        """Yield all of it, from the start, piece by piece."""
        self.file.seek(0)
        while piece := self.file.read(PIECE):
            yield piece

    def whole(self) -> bytes:
        """Return all of it; for a body that is known to be small."""
        self.file.seek(0)
        return self.file.read()

    def at(self, start: int, size: int) -> bytes:
        """Return one part of it."""
        self.file.seek(start)
        return self.file.read(size)


@contextmanager
def received(request: HttpRequest, *, bytes_max: int) -> Iterator[Body]:
    """Take the body in; it is gone when the context ends.

    Raises BodyTooLarge, BodyCutOff, NotPacked, PackedTooTightly, NoSpace.
    """
    with scratch(in_memory=IN_MEMORY) as file:
        try:
            size = 0
            for piece in unpacked(request, bytes_max=bytes_max):
                size += len(piece)
                file.write(piece)
            file.seek(0)
        except OSError as failure:
            _hear_out(request)
            raise _named(failure) from None
        yield Body(file, size, is_whole=is_packed(request) or IN_CHUNKS not in request.META)


def is_packed(request: HttpRequest) -> bool:
    """Say whether the body is said to be gzip."""
    return request.headers.get("Content-Encoding", "").lower().endswith(GZIP)


def read_whole(request: HttpRequest, *, bytes_max: int) -> bytes:
    """Return a body that is small. Raises what `received` does, but for NoSpace."""
    try:
        return b"".join(unpacked(request, bytes_max=bytes_max))
    except OSError as failure:
        raise _named(failure) from None


def unpacked(request: HttpRequest, *, bytes_max: int) -> Iterator[bytes]:
    """Yield what the body says, piece by piece, never more than the limit."""
    pieces = _sent(request, bytes_max)
    size = 0
    for piece in _inflated(pieces, bytes_max) if is_packed(request) else pieces:
        size += len(piece)
        if size > bytes_max:
            raise _too_large(bytes_max)
        yield piece


def _sent(request: HttpRequest, bytes_max: int) -> Iterator[bytes]:
    """Yield what comes over the wire, and see to it that all of it came."""
    if failure := request.META.get(NOT_TAKEN_IN):
        raise failure
    announced = request.META.get("CONTENT_LENGTH") or ""
    came = 0
    while piece := request.read(min(PIECE, bytes_max + 1 - came)):
        came += len(piece)
        yield piece
        if came > bytes_max:
            raise _too_large(bytes_max)
    if announced.isdigit() and came < int(announced):
        raise BodyCutOff(
            _("The body is cut off: %(came)s of %(size)s bytes came")
            % {"came": came, "size": announced}
        )


def _inflated(pieces: Iterator[bytes], bytes_max: int) -> Iterator[bytes]:
    """Yield what gzip packed, one member after another, a piece at a time."""
    came = size = 0
    member: Any = zlib.decompressobj(_GZIP_HEAD)
    began = False
    for piece in pieces:
        came += len(piece)
        rest = piece
        while rest:
            if member.eof:
                member, began = zlib.decompressobj(_GZIP_HEAD), False
            try:
                out = member.decompress(rest, PIECE)
            except zlib.error:
                raise NotPacked(_("The body is not gzip, or it is damaged")) from None
            began = True
            size += len(out)
            if size > max(UNSUSPECTED, RATIO_MAX * came):
                raise PackedTooTightly(
                    _("The body unpacks to more than %(ratio)s times its size")
                    % {"ratio": RATIO_MAX}
                )
            if out:
                yield out
            rest = member.unconsumed_tail or member.unused_data
    if not (began and member.eof):
        raise BodyCutOff(_("The packed body is cut off"))


def _too_large(bytes_max: int) -> BodyTooLarge:
    return BodyTooLarge(_("The body is larger than %(limit)s bytes") % {"limit": bytes_max})


def _hear_out(request: HttpRequest) -> None:
    """Pass over what is still to come: who sends without listening would not see the answer."""
    with suppress(OSError):
        while request.read(PIECE):
            pass


def _named(failure: OSError) -> Exception:
    """Return what an error of the system means to who sends."""
    if isinstance(failure, UnreadablePostError):
        return BodyCutOff(_("The body is cut off"))
    if failure.errno in NO_ROOM:
        return NoSpace(_("There is no room to keep the body: try again later"))
    return failure
