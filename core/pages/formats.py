"""How figures and days are written and read: exact, localised, never through a float."""

from __future__ import annotations

import re
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

BLANKS: Final = " \u00a0\u2009\u202f"
IN_BLANKS: Final = rf"[1-9]\d{{0,2}}(?:[{BLANKS}]\d{{3}})+"
IN_COMMAS: Final = r"[1-9]\d{0,2}(?:,\d{3})+"
FIGURES: Final = {
    "fr": re.compile(rf"(-?)(\d+|{IN_BLANKS})(?:([.,])(\d+))?", re.ASCII),
    "en": re.compile(rf"(-?)(\d+|{IN_BLANKS}|{IN_COMMAS})(?:(\.)(\d+))?", re.ASCII),
}
"""Sign, whole part, decimal sign, decimals: blanks group in both, a comma in English alone."""
LENGTH_MAX: Final = 60


class UnreadableFigure(ValueError):
    """A text is not a figure in the reader's notation; `readings` are what it may have meant."""

    def __init__(self, text: str, readings: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.readings = readings


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
    return _plain(value).replace(".", locale().number_symbols["latn"]["decimal"])


def figure(text: str) -> Decimal:
    """Read a figure in the notation that the pages write it in; its digits stay as they are.

    French groups by blanks and takes a comma or a point as the decimal sign; English groups by
    commas or blanks and takes a point. Raises UnreadableFigure for any other text, and for one
    that has two meanings (1.500 in French): nothing is guessed.
    """
    text = text.strip()
    found = FIGURES[locale().language].fullmatch(text) if len(text) <= LENGTH_MAX else None
    if found is None:
        raise UnreadableFigure(text)
    minus, whole, sign, decimals = found.groups(default="")
    if sign == "." and locale().language == "fr" and _may_be_thousands(whole, decimals):
        meant = Decimal(f"{minus}{whole}{decimals}"), Decimal(f"{minus}{whole}.{decimals}")
        raise UnreadableFigure(text, (integer(meant[0]), quantity(meant[1])))
    digits = re.sub(rf"[,{BLANKS}]", "", whole)
    return Decimal(f"{minus}{digits}.{decimals}" if decimals else f"{minus}{digits}")


def shared(value: Decimal) -> str:
    """Write a figure so that readers of every language read the same one: for addresses."""
    plain = _plain(value)
    whole, _point, decimals = plain.partition(".")
    return f"{plain}0" if _may_be_thousands(whole.removeprefix("-"), decimals) else plain


def _plain(value: Decimal) -> str:
    """Write every digit but the zeros at the end of the decimals."""
    written = f"{value:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


def _may_be_thousands(whole: str, decimals: str) -> bool:
    """Whether a point between these digits may have been meant to group them."""
    return len(decimals) == 3 and len(whole) <= 3 and not whole.startswith("0")  # noqa: PLR2004 - thousands


def decimal(value: Decimal) -> str:
    """Write a figure with exactly the digits that it has (239025.00 as 239 025,00)."""
    decimals = _decimals(value)
    return price(value) if decimals > PRICE_DECIMALS_MIN else _decimal(value, decimals)


def integer(value: Decimal | int | None) -> str:
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
