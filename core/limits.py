"""How large a request may be, whatever door it goes to; many doors accept less."""

from __future__ import annotations

from typing import Final

API: Final = "/api/"
MEGABYTE: Final = 1024 * 1024
IN_CHUNKS: Final = "denouement.in_chunks"
"""Set when a body came without its length: nobody can tell whether all of it did."""
NOT_TAKEN_IN: Final = "denouement.not_taken_in"
"""Where the error stands that kept a body in chunks from being gathered."""
API_BYTES_MAX: Final = 200 * MEGABYTE
PAGE_BYTES_MAX: Final = 32 * MEGABYTE


def bytes_max(path: str) -> int:
    """Return the limit of an address."""
    return API_BYTES_MAX if path.startswith(API) else PAGE_BYTES_MAX
