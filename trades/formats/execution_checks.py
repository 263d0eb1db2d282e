"""What can be wrong with the fields of one execution: a table of checks, all of them run."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Final

import msgspec

from core import text
from kernel.calendars import SPAN, is_plausible
from kernel.findings import Finding
from kernel.identifiers import is_isin
from trades.facts import Collateral, Product
from trades.formats.product_checks import product_findings
from trades.states import Action, Capacity, Side

MAX_VERSION: Final = 9_223_372_036_854_775_807
MAX_FOUND: Final = 100

QUANTITY: Final = r"\A[0-9]{1,18}(\.[0-9]{1,10})?\Z"
PRICE: Final = r"\A-?[0-9]{1,10}(\.[0-9]{1,10})?\Z"
AMOUNT: Final = r"\A-?[0-9]{1,16}(\.[0-9]{1,4})?\Z"
REFERENCE: Final = r"\A[!-~]([ -~]{0,62}[!-~])?\Z"
CODE: Final = r"\A[!-~]([ -~]{0,33}[!-~])?\Z"
COMMENT: Final = r"\A[^\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]{0,500}\Z"
ISIN: Final = r"\A[A-Z]{2}[A-Z0-9]{9}[0-9]\Z"
CURRENCY: Final = r"\A[A-Z]{3}\Z"
MIC: Final = r"\A[A-Z0-9]{4}\Z"
PAIR: Final = r"\A[A-Z]{3}/[A-Z]{3}\Z"
NOTICE: Final = r"\A[0-9]{1,3}\Z"
DAY_COUNTS: Final = ("ACT/360", "ACT/365F", "30E/360", "30/360")

REQUIRED_ALWAYS: Final = ("source_reference", "version", "action")
REQUIRED_TERMS: Final = ("side", "quantity", "price", "currency", "traded_at")


class Literal(str):
    """A JSON number with a point or an exponent, or NaN or Infinity, kept as it was written."""

    __slots__ = ()


def N_(text: str) -> str:  # noqa: N802 - the gettext mark of a text that is translated later
    """Mark a text for translation; formats are plain Python and know no language."""
    return text


@lru_cache(maxsize=50_000)
def isin_holds(isin: str) -> bool:
    """Say whether the check digit is right; remembered, a day deals the same few thousand."""
    return is_isin(isin)


def examine(fields: Mapping[str, object]) -> Iterator[Finding]:
    """Yield every finding of a message, field by field, in the order of the format."""
    for name in fields:
        if name not in CHECKS:
            yield Finding(
                code="CAP-005",
                field=str(name)[:MAX_FOUND],
                message="{field} is not a field of an execution",
                found=str(name)[:MAX_FOUND],
            )
    yield from _missing(fields)
    yield from product_findings(fields)
    for name, check in CHECKS.items():
        value = fields.get(name)
        if value is not None:
            yield from check(name, value)


def _missing(fields: Mapping[str, object]) -> Iterator[Finding]:
    needed: tuple[str, ...] = REQUIRED_ALWAYS
    if fields.get("action") != Action.CANCEL:
        needed += REQUIRED_TERMS
        named = fields.get("isin") is not None or fields.get("symbol") is not None
        if not named and fields.get("product") != Product.FX:
            yield Finding(
                code="CAP-016",
                field="isin",
                message="The instrument is missing: give isin or symbol",
                expected="isin, symbol",
            )
    for name in needed:
        if fields.get(name) is None:
            yield Finding(code="CAP-006", field=name, message="{field} is missing")


Check = Callable[[str, object], Iterator[Finding]]


def _text(code: str, pattern: str, *, expected: str, message: str) -> Check:
    """Return the check of a text field: its type, then its form."""
    form = re.compile(pattern)

    def check(name: str, value: object) -> Iterator[Finding]:
        if not isinstance(value, str) or isinstance(value, Literal):
            yield _wrong_type(
                name, value, '"text"', N_("{field} is text between quotes, not {found}")
            )
        elif not form.search(value):
            yield Finding(
                code=code,
                field=name,
                message=message,
                expected=expected,
                found=value[:MAX_FOUND],
            )

    return check


def _comment(name: str, value: object) -> Iterator[Finding]:
    """Check the one free text: its length, then that it shows what it says."""
    ill_formed = list(_COMMENT_FORM(name, value))
    yield from ill_formed
    if not ill_formed and not shows_what_it_says(str(value)):
        yield Finding(
            code="CAP-015",
            field=name,
            message="{field} holds invisible or look-alike characters: {found}",
            expected="visible characters of one alphabet per word",
            found=ascii(value)[:MAX_FOUND],
        )


def shows_what_it_says(value: str) -> bool:
    """Say whether no character is invisible and no word mixes alphabets that look alike."""
    plain = value.replace("\n", " ").replace("\t", " ")
    return plain.isascii() or not text.findings_in(plain, field="comment")


def _decimal(digits: int, decimals: int, pattern: str, *, positive: bool = False) -> Check:
    form = re.compile(pattern)
    plain = re.compile(r"\A-?[0-9]+(\.[0-9]+)?\Z")

    def check(name: str, value: object) -> Iterator[Finding]:
        if not isinstance(value, str) or isinstance(value, Literal):
            yield _wrong_type(
                name, value, '"123.45"', N_("{field} is a number between quotes, not {found}")
            )
        elif not plain.search(value):
            yield Finding(
                code="CAP-008",
                field=name,
                message="{field} is not a plain decimal number: {found}",
                expected="-123.45",
                found=value[:MAX_FOUND],
            )
        elif positive and (value.startswith("-") or not value.strip("0.")):
            yield Finding(
                code="CAP-010",
                field=name,
                message="{field} must be greater than zero, not {found}",
                expected="> 0",
                found=value[:MAX_FOUND],
            )
        elif not form.search(value):
            yield Finding(
                code="CAP-009",
                field=name,
                message="{field} has more digits than {expected}: {found}",
                expected=f"{digits - decimals} + {decimals}",
                found=value[:MAX_FOUND],
            )

    return check


def _one_of(*values: str) -> Check:
    def check(name: str, value: object) -> Iterator[Finding]:
        if not isinstance(value, str) or value not in values:
            yield Finding(
                code="CAP-013",
                field=name,
                message="{field} is one of {expected}, not {found}",
                expected=", ".join(values),
                found=str(value)[:MAX_FOUND],
            )

    return check


def _version(name: str, value: object) -> Iterator[Finding]:
    if isinstance(value, bool) or not isinstance(value, int):
        yield _wrong_type(name, value, "1", N_("{field} is a whole number, not {found}"))
    elif not 1 <= value <= MAX_VERSION:
        yield Finding(
            code="CAP-009",
            field=name,
            message="{field} lies outside {expected}: {found}",
            expected=f"1 .. {MAX_VERSION}",
            found=str(value)[:MAX_FOUND],
        )


def _isin(name: str, value: object) -> Iterator[Finding]:
    yield from _ISIN_FORM(name, value)
    if isinstance(value, str) and re.search(ISIN, value) and not isin_holds(value):
        yield Finding(
            code="CAP-014",
            field=name,
            message="The check digit of ISIN {found} is wrong",
            expected="ISO 6166",
            found=value,
        )


def _day(name: str, value: object) -> Iterator[Finding]:
    if isinstance(value, date) and not isinstance(value, datetime):
        return
    if not isinstance(value, str) or isinstance(value, Literal):
        yield _wrong_type(
            name, value, '"YYYY-MM-DD"', N_("{field} is a date between quotes, not {found}")
        )
        return
    try:
        day = msgspec.convert(value, date)
    except msgspec.ValidationError:
        day = None
    if day is not None and not is_plausible(day):
        yield _implausible("CAP-011", name, value)
    elif day is None:
        yield Finding(
            code="CAP-011",
            field=name,
            message="{field} is not a date of the calendar: {found}",
            expected="YYYY-MM-DD",
            found=value[:MAX_FOUND],
        )


def _moment(name: str, value: object) -> Iterator[Finding]:
    if not isinstance(value, str) or isinstance(value, Literal):
        yield _wrong_type(
            name,
            value,
            '"YYYY-MM-DDThh:mm:ss+hh:mm"',
            N_("{field} is a moment between quotes, not {found}"),
        )
        return
    try:
        moment = msgspec.convert(value, datetime)
    except msgspec.ValidationError:
        moment = None
    if moment is not None and not is_plausible(moment):
        yield _implausible("CAP-012", name, value)
    elif moment is None or moment.tzinfo is None:
        yield Finding(
            code="CAP-012",
            field=name,
            message="{field} is not a moment with its offset: {found}",
            expected="YYYY-MM-DDThh:mm:ss[.ffffff]+hh:mm",
            found=value[:MAX_FOUND],
        )


def _implausible(code: str, name: str, value: str) -> Finding:
    return Finding(
        code=code,
        field=name,
        message="{field} lies outside {expected}: {found}",
        expected=SPAN,
        found=value[:MAX_FOUND],
    )


def _wrong_type(name: str, value: object, expected: str, message: str) -> Finding:
    return Finding(
        code="CAP-007",
        field=name,
        message=message,
        expected=expected,
        found=as_json(value)[:MAX_FOUND],
    )


def as_json(value: object) -> str:
    """Write a value as its message did."""
    return value if isinstance(value, Literal) else json.dumps(value, default=str)


_ISIN_FORM: Final = _text(
    "CAP-014", ISIN, expected="ISO 6166", message=N_("{found} is not an ISIN")
)
_CODE_CHECK: Final = _text(
    "CAP-015",
    CODE,
    expected="1 to 35 printable ASCII characters",
    message=N_("{field} cannot be read: {found}"),
)
_REFERENCE_CHECK: Final = _text(
    "CAP-015",
    REFERENCE,
    expected="1 to 64 printable ASCII characters",
    message=N_("{field} cannot be read: {found}"),
)
_COMMENT_FORM: Final = _text(
    "CAP-015",
    COMMENT,
    expected="up to 500 characters",
    message=N_("{field} is too long or holds control characters"),
)
_AMOUNT_CHECK: Final = _decimal(20, 4, AMOUNT)
_PRICE_CHECK: Final = _decimal(20, 10, PRICE)

CHECKS: Final[Mapping[str, Check]] = {
    "source_reference": _REFERENCE_CHECK,
    "version": _version,
    "action": _one_of(*Action),
    "isin": _isin,
    "symbol": _REFERENCE_CHECK,
    "side": _one_of(*Side),
    "quantity": _decimal(28, 10, QUANTITY, positive=True),
    "price": _PRICE_CHECK,
    "currency": _text(
        "CAP-015", CURRENCY, expected="ISO 4217", message=N_("{found} is not a currency code")
    ),
    "traded_at": _moment,
    "trade_date": _day,
    "settlement_date": _day,
    "venue": _text(
        "CAP-015", MIC, expected="ISO 10383", message=N_("{found} is not a market identifier code")
    ),
    "counterparty": _CODE_CHECK,
    "book": _CODE_CHECK,
    "trader": _CODE_CHECK,
    "account": _CODE_CHECK,
    "gross_amount": _AMOUNT_CHECK,
    "accrued_interest": _AMOUNT_CHECK,
    "fees": _AMOUNT_CHECK,
    "net_amount": _AMOUNT_CHECK,
    "capacity": _one_of(*Capacity),
    "comment": _comment,
    "product": _one_of(*Product),
    "pair": _text(
        "CAP-015",
        PAIR,
        expected="EUR/USD",
        message=N_("{found} is not a pair of currencies such as {expected}"),
    ),
    "forward_points": _PRICE_CHECK,
    "counter_amount": _decimal(20, 4, AMOUNT, positive=True),
    "end_date": _day,
    "repo_rate": _PRICE_CHECK,
    "lending_fee": _PRICE_CHECK,
    "day_count": _one_of(*DAY_COUNTS),
    "haircut": _PRICE_CHECK,
    "margin": _PRICE_CHECK,
    "end_cash": _AMOUNT_CHECK,
    "collateral": _one_of(*Collateral),
    "collateral_amount": _decimal(20, 4, AMOUNT, positive=True),
    "notice_days": _text(
        "CAP-015",
        NOTICE,
        expected="0 .. 999",
        message=N_("{field} is a number of business days, not {found}"),
    ),
}
