"""A command that ends with the launcher which holds its standard input, even after kill -9.

It may do at once what needs no tables, and then wait for the launcher's word.
"""

from __future__ import annotations

import os
import threading
from typing import Final

VARIABLE: Final = "ON_A_LEASH"
STANDARD_INPUT: Final = 0
_word = threading.Event()


def follow() -> None:
    """Take the leash that the launcher gave; without one there is no word to wait for."""
    if os.environ.pop(VARIABLE, ""):
        threading.Thread(target=_watch, daemon=True).start()
    else:
        _word.set()


def _watch() -> None:
    while os.read(STANDARD_INPUT, 64):
        _word.set()
    os._exit(1)  # nobody waits for us any more: what is not committed is undone


def wait() -> None:
    """Return when the launcher has given its word."""
    _word.wait()
