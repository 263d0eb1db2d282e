"""Numbers that carry their day: yymmdd and a serial number of nine digits, `261127000004013`.

Rows that are numbered so lie in the order of their days, and a table of them can be cut by day
without looking at anything else (`core/partitions.py`). Numbers below `SERIALS` carry no day.
Written, the serial number has at least six digits; PostgreSQL writes the same (`number_text`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

SERIALS: Final = 10**9
DAY_DIGITS: Final = 6
PLAIN_DIGITS: Final = 9
SERIAL_DIGITS: Final = range(6, 10)

Span = tuple[int, int]


def first_of(day: date) -> int:
    """Return the bound below every number of this day and above those of the days before."""
    return int(f"{day:%y%m%d}") * SERIALS


def written(number: int) -> str:
    """Return the digits under which people know a number."""
    if number < SERIALS:
        return f"{number:09d}"
    day, serial = divmod(number, SERIALS)
    return f"{day}{serial:06d}"


def number_of(digits: str) -> int | None:
    """Return the number that is written so; None when no number is."""
    longest = DAY_DIGITS + SERIAL_DIGITS[-1]
    if not (digits.isascii() and digits.isdigit() and len(digits) <= longest):
        return None
    if len(digits) == PLAIN_DIGITS:
        number = int(digits)
    else:
        number = int(digits[:DAY_DIGITS]) * SERIALS + int(digits[DAY_DIGITS:] or 0)
    return number if written(number) == digits else None


def spans(digits: str) -> list[Span]:
    """Return the numbers whose written form starts with these digits, as (first, last)."""
    plain = [_filled(digits, PLAIN_DIGITS)] if len(digits) <= PLAIN_DIGITS else []
    return plain if digits.startswith("0") else [*plain, *_dated(digits)]


def spans_of(days: Iterable[int]) -> list[Span]:
    """Return the numbers of these days, each given as the number of a row divided by SERIALS.

    Days that follow one another make one span.
    """
    found: list[list[int]] = []
    for day in sorted(set(days)):
        if found and found[-1][1] == day - 1:
            found[-1][1] = day
        else:
            found.append([day, day])
    return [(first * SERIALS, last * SERIALS + SERIALS - 1) for first, last in found]


def _dated(digits: str) -> Iterator[Span]:
    if len(digits) <= DAY_DIGITS:
        first, last = _filled(digits, DAY_DIGITS)
        yield first * SERIALS, last * SERIALS + SERIALS - 1
        return
    day, serial = int(digits[:DAY_DIGITS]) * SERIALS, digits[DAY_DIGITS:]
    for length in SERIAL_DIGITS:
        if len(serial) <= length and (length == SERIAL_DIGITS[0] or serial[0] != "0"):
            first, last = _filled(serial, length)
            yield day + first, day + last


def _filled(digits: str, length: int) -> Span:
    return int(digits.ljust(length, "0")), int(digits.ljust(length, "9"))
