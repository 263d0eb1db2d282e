"""Bodies in chunks are measured before anyone reads them."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

import pytest

from backoffice.measured_body import MeasuredBody
from core.limits import PAGE_BYTES_MAX


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
