"""How figures and days are written: exact, localised, never through a float."""

from __future__ import annotations

from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from babel import Locale
from django.utils import timezone
from django.utils.translation import get_language

from kernel.money import minor_units

date_style: ContextVar[str] = ContextVar("date_style", default="")
"""'' follows the language (dd/mm/yyyy in French and British English), 'iso' writes yyyy-mm-dd."""

SHORT_PATTERN: Final = {"": "%d/%m %H:%M", "iso": "%m-%d %H:%M"}
DAY_PATTERN: Final = {"": "%d/%m/%Y", "iso": "%Y-%m-%d"}
PRICE_DECIMALS_MIN: Final = 2
LOCALES: Final = {"fr": Locale("fr", "FR"), "en": Locale("en", "GB")}


def locale() -> Locale:
    """Return the Babel locale of the language in use; English is the British one."""
    return LOCALES["fr" if (get_language() or "en").startswith("fr") else "en"]


def _decimal(value: Decimal | int, decimals: int) -> str:
    """Write a figure with so many decimals, its digits in threes; a half goes to the even digit."""
    signs = locale().number_symbols["latn"]
    written = f"{Decimal(value):,.{decimals}f}"
    return written.translate({ord(","): signs["group"], ord("."): signs["decimal"]})


def amount(value: Decimal | None, currency: str = "") -> str:
    """Write an amount with the minor units of its currency (1 234,56 or 1,235 for JPY)."""
    return "" if value is None else _decimal(value, minor_units(currency))


def quantity(value: Decimal | int | None) -> str:
    """Write a quantity with all its digits and no trailing zero."""
    if value is None:
        return ""
    trimmed = _trimmed(value)
    return _decimal(trimmed, _decimals(trimmed))


def price(value: Decimal | None) -> str:
    """Write a price or rate with all its digits, at least two decimals."""
    if value is None:
        return ""
    trimmed = _trimmed(value)
    return _decimal(trimmed, max(_decimals(trimmed), PRICE_DECIMALS_MIN))


def typed(value: Decimal) -> str:
    """Write a figure as one types it: the reader's decimal sign, no grouping."""
    return f"{value.normalize():f}".replace(".", locale().number_symbols["latn"]["decimal"])


def decimal(value: Decimal) -> str:
    """Write a figure with exactly the digits that it has (239025.00 as 239 025,00)."""
    decimals = _decimals(value)
    return price(value) if decimals > PRICE_DECIMALS_MIN else _decimal(value, decimals)


def integer(value: int | None) -> str:
    """Write a count."""
    return "" if value is None else _decimal(value, 0)


def percent(value: Decimal | None, decimals: int = 1) -> str:
    """Write a ratio (0.981) as a percentage (98.1 %)."""
    if value is None:
        return ""
    mark = "\u202f%" if locale().language == "fr" else "%"
    return _decimal(value * 100, decimals) + mark


def currency_name(code: str, known: str) -> str:
    """Return what the reader's language calls a currency; `known` when it has no word for it."""
    name = str(locale().currencies.get(code, known))
    return name[:1].upper() + name[1:]


def day(value: date | None) -> str:
    """Write a day in the reader's order: 20/11/2026, or 2026-11-20 if they prefer ISO."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value)
    return value.strftime(DAY_PATTERN[date_style.get()])


def moment(value: datetime | None, *, seconds: bool = True) -> str:
    """Write a moment in local time."""
    if value is None:
        return ""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{day(local.date())} {local.strftime('%H:%M:%S' if seconds else '%H:%M')}"


def moment_short(value: datetime) -> str:
    """Write a moment without its year, to the minute: for what is near."""
    local = timezone.localtime(value)
    return local.strftime(SHORT_PATTERN[date_style.get()])


def _decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def _trimmed(value: Decimal | int) -> Decimal:
    value = Decimal(value)
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()
