"""Disks that are full."""

from __future__ import annotations

from pathlib import Path
from typing import IO


def full_device(**_: object) -> IO[bytes]:
    """Open a real device without room, in place of a temporary file."""
    return Path("/dev/full").open("r+b")
