"""Do two accounts look alike? Who turns a payment aside gives an account that nobody notices."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

IBAN: Final = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
LENGTH_MIN: Final = 6
"""Shorter numbers are alike by chance."""
OTHER_SIGNS_MAX: Final = 2
OTHER_SIGNS_OF_IBAN_MAX: Final = 4
"""Of an IBAN the check digits change with every other sign, too."""


@dataclass(frozen=True, slots=True)
class AccountSigns:
    """What is to be looked at in the account of an instruction.

    `changed_on` is the day from which it was approved in place of another; `alike` says whose
    account it looks like, `same` that it is that account exactly.
    """

    changed_on: date | None = None
    changed_by: str = ""
    alike: str = ""
    same: bool = False


def plain_account(number: str) -> str:
    """Return an account number without what only separates its signs."""
    return re.sub(r"[^A-Z0-9]", "", number.upper())


def is_iban(number: str) -> bool:
    """Say whether a number is written as an IBAN."""
    return IBAN.fullmatch(plain_account(number)) is not None


def look_alike(one: str, other: str) -> bool:
    """Say whether two account numbers differ in so few signs that the eye passes over them.

    Of equal length, and different: two signs that changed places are two signs.
    """
    first, second = plain_account(one), plain_account(other)
    if len(first) != len(second) or len(first) < LENGTH_MIN or first == second:
        return False
    both = is_iban(first) and is_iban(second)
    most = OTHER_SIGNS_OF_IBAN_MAX if both else OTHER_SIGNS_MAX
    return sum(a != b for a, b in zip(first, second, strict=True)) <= most
