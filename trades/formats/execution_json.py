"""The JSON of one execution (API v1) to facts: the good ones fast, the bad ones with every finding.

A message is read twice only when something is wrong with it: `msgspec` takes the good ones at full
speed, and `examine` lists all that is wrong with the others. Amounts are decimal texts: numbers,
NaN, Infinity, exponents and other digits than 0-9 are refused, never converted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from kernel.findings import Finding
from kernel.identifiers import is_isin
from trades.facts import ExecutionFacts
from trades.states import Action, Capacity, Side

MAX_DEPTH: Final = 32
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

Reference = Annotated[str, Meta(pattern=REFERENCE)]
Code = Annotated[str, Meta(pattern=CODE)]
Amount = Annotated[str, Meta(pattern=AMOUNT)]


class _Message(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """The strict form of a message that is right; `examine` speaks for all others."""

    source_reference: Reference
    version: Annotated[int, Meta(ge=1, le=MAX_VERSION)]
    action: Action
    isin: Annotated[str, Meta(pattern=ISIN)] | None = None
    symbol: Reference | None = None
    side: Side | None = None
    quantity: Annotated[str, Meta(pattern=QUANTITY)] | None = None
    price: Annotated[str, Meta(pattern=PRICE)] | None = None
    currency: Annotated[str, Meta(pattern=CURRENCY)] | None = None
    traded_at: Annotated[datetime, Meta(tz=True)] | None = None
    trade_date: date | None = None
    settlement_date: date | None = None
    venue: Annotated[str, Meta(pattern=MIC)] | None = None
    counterparty: Code | None = None
    book: Code | None = None
    trader: Code | None = None
    account: Code | None = None
    gross_amount: Amount | None = None
    accrued_interest: Amount | None = None
    fees: Amount | None = None
    net_amount: Amount | None = None
    capacity: Capacity | None = None
    comment: Annotated[str, Meta(pattern=COMMENT)] | None = None


FIELDS: Final = tuple(field.name for field in msgspec.structs.fields(_Message))
REQUIRED_ALWAYS: Final = ("source_reference", "version", "action")
REQUIRED_TERMS: Final = ("side", "quantity", "price", "currency", "traded_at")
KEY: Final = re.compile(rb'"\s*:')
OPEN: Final = re.compile(rb"[\[{]")
EARLIEST_YEAR: Final = 1900


def read_execution(body: bytes) -> ExecutionFacts | tuple[Finding, ...]:
    """Return the facts of one message, or every finding that keeps it from being read."""
    try:
        fields = _LOOSE.decode(body)
        if len(fields) == len(KEY.findall(body)):
            return _accept(fields)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, _NotPlain):
        pass
    return _explain(body)


def read_fields(fields: Mapping[str, object]) -> ExecutionFacts | tuple[Finding, ...]:
    """Do the same for values that are already apart: a row of a table, a form, a FIX message."""
    try:
        return _accept(fields)
    except (msgspec.MsgspecError, _NotPlain):
        return tuple(examine(fields))


class _NotPlain(Exception):
    """The message may be wrong in a way that the strict form cannot see."""


_LOOSE: Final = msgspec.json.Decoder(dict[str, Any])


def _accept(fields: Mapping[str, object]) -> ExecutionFacts:
    message = msgspec.convert(fields, _Message, strict=True)
    if message.action is not Action.CANCEL and (
        message.side is None
        or message.quantity is None
        or message.price is None
        or message.currency is None
        or message.traded_at is None
        or (message.isin is None and message.symbol is None)
    ):
        raise _NotPlain
    if message.isin is not None and not _isin_holds(message.isin):
        raise _NotPlain
    if message.quantity is not None and not message.quantity.strip("0."):
        raise _NotPlain
    for day in (message.traded_at, message.trade_date, message.settlement_date):
        if day is not None and day.year < EARLIEST_YEAR:
            raise _NotPlain
    return ExecutionFacts(**{name: getattr(message, name) for name in FIELDS})


@lru_cache(maxsize=50_000)
def _isin_holds(isin: str) -> bool:
    return is_isin(isin)


def _explain(body: bytes) -> ExecutionFacts | tuple[Finding, ...]:
    """Say why a body is not an execution, from the outside in; it may yet prove to be one."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as wrong:
        return (
            Finding(
                code="CAP-018",
                field="",
                message="The text is not UTF-8: byte {found} cannot be read",
                expected="UTF-8",
                found=f"0x{body[wrong.start]:02x} at {wrong.start}",
            ),
        )
    if len(OPEN.findall(body)) > MAX_DEPTH and _depth(text) > MAX_DEPTH:
        return (
            Finding(
                code="CAP-004",
                field="",
                message="Objects and lists are nested deeper than {expected} levels",
                expected=str(MAX_DEPTH),
            ),
        )
    return _explain_json(text)


def _explain_json(text: str) -> ExecutionFacts | tuple[Finding, ...]:
    twice: list[Finding] = []

    def pairs(items: list[tuple[str, object]]) -> dict[str, object]:
        fields: dict[str, object] = {}
        for name, value in items:
            if name in fields:
                twice.append(_twice(name))
            fields[name] = value
        return fields

    try:
        fields = json.loads(
            text, object_pairs_hook=pairs, parse_constant=_Literal, parse_float=_Literal
        )
    except json.JSONDecodeError as wrong:
        return (_malformed(wrong.msg, wrong.lineno, wrong.colno),)
    except (ValueError, RecursionError) as wrong:
        return (_malformed(str(wrong), 1, 1),)
    if not isinstance(fields, dict):
        return (
            Finding(
                code="CAP-002",
                field="",
                message="An execution is a JSON object, not {found}",
                expected="object",
                found=_kind(fields),
            ),
        )
    return (*twice, *examine(fields)) or _accept(fields)


class _Literal(str):
    """A JSON number with a point or an exponent, or NaN or Infinity, kept as it was written."""

    __slots__ = ()


def _twice(name: str) -> Finding:
    return Finding(
        code="CAP-003",
        field=name[:MAX_FOUND],
        message="{field} is given more than once",
        expected="once",
    )


def _malformed(why: str, line: int, column: int) -> Finding:
    return Finding(
        code="CAP-001",
        field="",
        message="The message is not JSON: {found}",
        expected="JSON",
        found=f"{why} (line {line}, column {column})"[:MAX_FOUND],
        line=line,
        column=str(column),
    )


def _depth(text: str) -> int:
    """Return how deep the brackets go outside strings; linear, never recursive."""
    deepest = level = 0
    for token in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', text):
        if token[0] in "[{":
            level += 1
            deepest = max(deepest, level)
        elif token[0] in "]}":
            level -= 1
    return deepest


def examine(fields: Mapping[str, object]) -> Iterator[Finding]:
    """Yield every finding of a message, field by field, in the order of the format."""
    for name in fields:
        if name not in FIELDS:
            yield Finding(
                code="CAP-005",
                field=str(name)[:MAX_FOUND],
                message="{field} is not a field of an execution",
                found=str(name)[:MAX_FOUND],
            )
    yield from _missing(fields)
    for name in FIELDS:
        value = fields.get(name)
        if value is not None:
            yield from CHECKS[name](name, value)


def _missing(fields: Mapping[str, object]) -> Iterator[Finding]:
    needed = REQUIRED_ALWAYS
    if fields.get("action") != Action.CANCEL:
        needed += REQUIRED_TERMS
        if fields.get("isin") is None and fields.get("symbol") is None:
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


def _text(code: str, expected: str, message: str, pattern: str) -> Check:
    """Return the check of a text field: its type, then its form."""
    form = re.compile(pattern)

    def check(name: str, value: object) -> Iterator[Finding]:
        if not isinstance(value, str) or isinstance(value, _Literal):
            yield _wrong_type(name, value, "text")
        elif not form.search(value):
            yield Finding(
                code=code,
                field=name,
                message=message,
                expected=expected,
                found=value[:MAX_FOUND],
            )

    return check


def _decimal(digits: int, decimals: int, pattern: str, *, positive: bool = False) -> Check:
    form = re.compile(pattern)
    plain = re.compile(r"\A-?[0-9]+(\.[0-9]+)?\Z")

    def check(name: str, value: object) -> Iterator[Finding]:
        if not isinstance(value, str) or isinstance(value, _Literal):
            yield _wrong_type(name, value, "decimal text")
        elif not plain.search(value):
            yield Finding(
                code="CAP-008",
                field=name,
                message="{field} is not a plain decimal number: {found}",
                expected="-?digits[.digits]",
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
        yield _wrong_type(name, value, "whole number")
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
    if isinstance(value, str) and re.search(ISIN, value) and not _isin_holds(value):
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
    if not isinstance(value, str) or isinstance(value, _Literal):
        yield _wrong_type(name, value, "date")
        return
    try:
        in_range = msgspec.convert(value, date).year >= EARLIEST_YEAR
    except msgspec.ValidationError:
        in_range = False
    if not in_range:
        yield Finding(
            code="CAP-011",
            field=name,
            message="{field} is not a date of the calendar: {found}",
            expected="YYYY-MM-DD",
            found=value[:MAX_FOUND],
        )


def _moment(name: str, value: object) -> Iterator[Finding]:
    if not isinstance(value, str) or isinstance(value, _Literal):
        yield _wrong_type(name, value, "date and time")
        return
    try:
        moment = msgspec.convert(value, datetime)
        readable = moment.tzinfo is not None and moment.year >= EARLIEST_YEAR
    except msgspec.ValidationError:
        readable = False
    if not readable:
        yield Finding(
            code="CAP-012",
            field=name,
            message="{field} is not a moment with its offset: {found}",
            expected="YYYY-MM-DDThh:mm:ss[.ffffff]+hh:mm",
            found=value[:MAX_FOUND],
        )


def _wrong_type(name: str, value: object, expected: str) -> Finding:
    return Finding(
        code="CAP-007",
        field=name,
        message="{field} must be {expected}, not {found}",
        expected=expected,
        found=f"{_kind(value)} {value}"[:MAX_FOUND],
    )


def _kind(value: object) -> str:
    kinds = (
        (_Literal, "number"),
        (bool, "boolean"),
        (int, "number"),
        (str, "text"),
        (list, "list"),
        (dict, "object"),
    )
    return next((word for kind, word in kinds if isinstance(value, kind)), "null")


_ISIN_FORM: Final = _text("CAP-014", "ISO 6166", "{found} is not an ISIN", ISIN)
_CODE_CHECK: Final = _text(
    "CAP-015", "1 to 35 printable ASCII characters", "{field} cannot be read: {found}", CODE
)
_REFERENCE_CHECK: Final = _text(
    "CAP-015", "1 to 64 printable ASCII characters", "{field} cannot be read: {found}", REFERENCE
)
_AMOUNT_CHECK: Final = _decimal(20, 4, AMOUNT)

CHECKS: Final[Mapping[str, Check]] = {
    "source_reference": _REFERENCE_CHECK,
    "version": _version,
    "action": _one_of(*Action),
    "isin": _isin,
    "symbol": _REFERENCE_CHECK,
    "side": _one_of(*Side),
    "quantity": _decimal(28, 10, QUANTITY, positive=True),
    "price": _decimal(20, 10, PRICE),
    "currency": _text("CAP-015", "ISO 4217", "{found} is not a currency code", CURRENCY),
    "traded_at": _moment,
    "trade_date": _day,
    "settlement_date": _day,
    "venue": _text("CAP-015", "ISO 10383", "{found} is not a market identifier code", MIC),
    "counterparty": _CODE_CHECK,
    "book": _CODE_CHECK,
    "trader": _CODE_CHECK,
    "account": _CODE_CHECK,
    "gross_amount": _AMOUNT_CHECK,
    "accrued_interest": _AMOUNT_CHECK,
    "fees": _AMOUNT_CHECK,
    "net_amount": _AMOUNT_CHECK,
    "capacity": _one_of(*Capacity),
    "comment": _text("CAP-015", "up to 500 characters", "{field} holds control signs", COMMENT),
}
