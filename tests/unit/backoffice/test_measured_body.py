"""Bodies in chunks are measured before anyone reads them."""

from __future__ import annotations

import errno
import io
import tempfile
from collections.abc import Iterable
from typing import Any

import pytest

from backoffice.measured_body import IN_MEMORY, MeasuredBody
from core.limits import IN_CHUNKS, NOT_TAKEN_IN, PAGE_BYTES_MAX
from tests.factories.disks import full_device


def received(path: str, sent: bytes, **environ: str) -> tuple[str, int]:
    """Return the length that the application is told, and the bytes that it can read."""
    seen: dict[str, Any] = {}

    def application(given: dict[str, Any], _start: object) -> Iterable[bytes]:
        seen.update(length=given.get("CONTENT_LENGTH", ""), body=given["wsgi.input"].read())
        return [b""]

    start = {"PATH_INFO": path, "wsgi.input": io.BytesIO(sent), **environ}
    MeasuredBody(application)(start, lambda *_: None)
    return seen["length"], len(seen["body"])


CHUNKED = {"HTTP_TRANSFER_ENCODING": "chunked"}


@pytest.mark.parametrize(
    ("case", "path", "size", "environ", "expected"),
    [
        ("measured_by_the_client", "/api/v1/", 3, {"CONTENT_LENGTH": "3"}, ("3", 3)),
        ("chunks", "/api/v1/", 5_000_000, CHUNKED, ("5000000", 5_000_000)),
        ("no_byte", "/api/v1/", 0, CHUNKED, ("0", 0)),
        ("too_many", "/trades/fix/", PAGE_BYTES_MAX + 9, CHUNKED,
         (str(PAGE_BYTES_MAX + 1), PAGE_BYTES_MAX + 1)),
    ],
)  # fmt: skip
def test_a_length_is_told_and_the_limit_is_kept(
    case: str, path: str, size: int, environ: dict[str, str], expected: tuple[str, int]
) -> None:
    assert received(path, bytes(size), **environ) == expected, case


def test_what_cannot_be_gathered_is_left_for_the_doors_to_say(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A real device that is full; the sender, who listens when done, is heard to the end."""
    seen: dict[str, Any] = {}
    sent = io.BytesIO(bytes(3 * IN_MEMORY))
    start = {"PATH_INFO": "/api/v1/", "wsgi.input": sent, **CHUNKED}
    monkeypatch.setattr(tempfile, "SpooledTemporaryFile", full_device)
    MeasuredBody(lambda given, _start: seen.update(given) or [b""])(start, lambda *_: None)

    assert sent.read() == b""
    assert seen[NOT_TAKEN_IN].errno == errno.ENOSPC
    assert (seen["CONTENT_LENGTH"], seen[IN_CHUNKS]) == ("0", True)
