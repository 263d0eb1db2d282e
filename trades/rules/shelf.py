"""Every rule book of the house on one shelf: rooms further up put theirs there when they start.

The pages of the rule book, where numbers are set, show all of them; each is judged where it lives.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from trades.rules.rule import BookLine

Statistics = Callable[[datetime, datetime], Any]


@dataclass(frozen=True, slots=True)
class Book:
    """Rules, and what tells from a moment on, up to another, how many were judged and what each
    rule came to; `tested_in` is the file of the suite that has each rule speak.
    """

    rules: Callable[[], Sequence[BookLine[Any]]]
    statistics: Statistics
    tested_in: str = ""


Found = tuple[BookLine[Any], Book]
_books: Final[dict[str, Book]] = {}


def put(name: str, book: Book) -> None:
    """Put a book on the shelf, in the place of one of the same name."""
    _books[name] = book


def books() -> Sequence[Book]:
    """Return the books in the order in which they came."""
    return tuple(_books.values())


def rule_called(code: str) -> Found | None:
    """Return the rule with this code and its book, or None."""
    for book in books():
        for rule in book.rules():
            if rule.code == code:
                return rule, book
    return None
