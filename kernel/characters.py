"""Characters that are not seen: which they are, and how they are written so that they are."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""What no text of a table or a workbook holds; tabs and ends of lines are its own."""
HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of what is drawn as nothing, or turns the order of what stands beside it."""


def is_hidden(character: str) -> bool:
    """Say whether nothing of the character is seen."""
    return unicodedata.category(character) in HIDDEN


def first_hidden(text: str) -> str:
    """Return the first hidden character as `U+200B`, nothing when all can be seen."""
    if text.isascii() and text.isprintable():
        return ""
    return next((f"U+{ord(c):04X}" for c in text if is_hidden(c)), "")


def shown(text: str) -> str:
    """Return the text with every hidden character written as Python would escape it."""
    if not first_hidden(text):
        return text
    return "".join(ascii(c)[1:-1] if is_hidden(c) else c for c in text)
