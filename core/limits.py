"""How large a request may be, whatever door it goes to; many doors accept less."""

from __future__ import annotations

from typing import Final

API: Final = "/api/"
MEGABYTE: Final = 1024 * 1024
API_BYTES_MAX: Final = 96 * MEGABYTE
PAGE_BYTES_MAX: Final = 32 * MEGABYTE


def bytes_max(path: str) -> int:
    """Return the limit of an address."""
    return API_BYTES_MAX if path.startswith(API) else PAGE_BYTES_MAX
