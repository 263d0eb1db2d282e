"""Files for as long as one call takes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO


@contextmanager
def scratch(*, in_memory: int) -> Iterator[IO[bytes]]:
    """Yield an empty file, on disk beyond so many bytes; it is gone when the context ends.

    On a full disk closing would fail once more, over what is thrown away, and hide the first error.
    """
    file = tempfile.SpooledTemporaryFile(max_size=in_memory)  # noqa: SIM115 - closed below
    try:
        yield file
    finally:
        with suppress(OSError):
            file.close()
