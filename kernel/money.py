"""Money: an exact amount that never leaves its currency."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import Final

MINOR_UNITS: Final[dict[str, int]] = {
    # ISO 4217 exceptions to two decimals
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND"), 0
    ),
    **dict.fromkeys(("VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
#: For products and quotients that nothing may cut short before they are rounded by name.
EXACT: Final = Context(prec=60, rounding=ROUND_HALF_UP)
DECIMAL_TEXT: Final = re.compile(r"-?\d{1,24}(\.\d{1,18})?", re.ASCII)


class CurrencyMismatch(ValueError):
    """Amounts of different currencies met in one operation."""


class UnreadableDecimal(ValueError):
    """A text that is not a plain decimal number: nothing unreadable becomes zero."""


def minor_units(currency: str) -> int:
    """Return the number of decimals of an ISO 4217 currency (EUR 2, JPY 0, TND 3)."""
    return MINOR_UNITS.get(currency, 2)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Round half up to the currency's minor unit; for many amounts, `Money.rounded` for one."""
    return EXACT.quantize(amount, _unit(currency))


@lru_cache
def _unit(currency: str) -> Decimal:
    return Decimal(1).scaleb(-minor_units(currency))


def decimal_from_text(text: str) -> Decimal:
    """Read `-?digits[.digits]` in ASCII, nothing else.

    `Decimal()` also takes `1_000`, `１２`, `NaN` and `1e400`; a ticket must not. Raises
    UnreadableDecimal.
    """
    if not DECIMAL_TEXT.fullmatch(text):
        raise UnreadableDecimal(text)
    return Decimal(text)


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount of one currency. Floats are refused: they are somebody's rounding error."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise TypeError(f"Money needs a Decimal, got {type(self.amount).__name__}")
        if not self.amount.is_finite():
            raise ValueError(f"Money must be finite, got {self.amount}")

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __abs__(self) -> Money:
        return Money(abs(self.amount), self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def rounded(self) -> Money:
        """Round half up to the currency's minor unit, as invoices and PostgreSQL do."""
        return Money(rounded(self.amount, self.currency), self.currency)

    def _same(self, other: Money) -> Decimal:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} against {other.currency}")
        return other.amount
