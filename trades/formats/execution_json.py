"""The JSON of one execution (API v1) to facts: the good ones fast, the bad ones with every finding.

A message is read twice only when something is wrong with it: `msgspec` takes the good ones at full
speed, and `examine` lists all that is wrong with the others. Amounts are decimal texts: numbers,
NaN, Infinity, exponents and other digits than 0-9 are refused, never converted.
"""

from __future__ import annotations

import json
import re
import typing
from collections.abc import Mapping
from datetime import date, datetime
from operator import attrgetter
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from core.text import piece_at
from kernel.calendars import is_plausible
from kernel.findings import Finding
from trades.facts import Collateral, ExecutionFacts, Product
from trades.formats.execution_checks import (
    AMOUNT,
    CODE,
    COMMENT,
    CURRENCY,
    ISIN,
    MAX_FOUND,
    MAX_VERSION,
    MIC,
    N_,
    NOTICE,
    PAIR,
    PRICE,
    QUANTITY,
    REFERENCE,
    Literal,
    as_json,
    examine,
    isin_holds,
    shows_what_it_says,
)
from trades.formats.product_checks import PRODUCT_TERMS, product_findings
from trades.states import Action, Capacity, Side

MAX_DEPTH: Final = 32
Reference = Annotated[str, Meta(pattern=REFERENCE)]
Code = Annotated[str, Meta(pattern=CODE)]
Amount = Annotated[str, Meta(pattern=AMOUNT)]
Rate = Annotated[str, Meta(pattern=PRICE)]
of_products = attrgetter("product", *PRODUCT_TERMS)
OF_NO_PRODUCT: Final = (None,) * (1 + len(PRODUCT_TERMS))


class _Message(
    ExecutionFacts, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """The facts, as strict as a message must be; `examine` speaks for those that are wrong."""

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
    message_id: None = None  # told by the format, never by the sender
    product: Product | None = None
    pair: Annotated[str, Meta(pattern=PAIR)] | None = None
    forward_points: Rate | None = None
    counter_amount: Amount | None = None
    end_date: date | None = None
    repo_rate: Rate | None = None
    lending_fee: Rate | None = None
    day_count: typing.Literal["ACT/360", "ACT/365F", "30E/360", "30/360"] | None = None
    haircut: Rate | None = None
    margin: Rate | None = None
    end_cash: Amount | None = None
    collateral: Collateral | None = None
    collateral_amount: Amount | None = None
    notice_days: Annotated[str, Meta(pattern=NOTICE)] | None = None


TOO_DEEP: Final = Finding(
    code="CAP-004",
    field="",
    message="Objects and lists are nested deeper than {expected} levels",
    expected=str(MAX_DEPTH),
)
BOM: Final = b"\xef\xbb\xbf"
HALF: Final = re.compile("[\ud800-\udfff]")
KEY: Final = re.compile(rb'"\s*:')
OPEN: Final = re.compile(rb"[\[{]")


def read_execution(body: bytes) -> ExecutionFacts | tuple[Finding, ...]:
    """Return the facts of one message, or every finding that keeps it from being read.

    The first try is one pass: without a backslash no text holds a quote, so a message has as many
    quotes as its canonical form unless a key is there twice (or is null: the second look decides).
    """
    try:
        message = _STRICT.decode(body)
        if b"\\" not in body and body.count(b'"') == message.content().count(b'"'):
            return _accepted(message)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, _NotPlain):
        pass
    return _read_again(body)


def _read_again(body: bytes) -> ExecutionFacts | tuple[Finding, ...]:
    body = body.removeprefix(BOM)
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


_STRICT: Final = msgspec.json.Decoder(_Message)
_LOOSE: Final = msgspec.json.Decoder(dict[str, Any])


def _accept(fields: Mapping[str, object]) -> ExecutionFacts:
    return _accepted(msgspec.convert(fields, _Message, strict=True))


def _accepted(message: _Message) -> ExecutionFacts:
    """Return the message if it also holds together; raises _NotPlain."""
    if message.action is not Action.CANCEL and (
        message.side is None
        or message.quantity is None
        or message.price is None
        or message.currency is None
        or message.traded_at is None
        or (message.isin is None and message.symbol is None and message.product is not Product.FX)
    ):
        raise _NotPlain
    if of_products(message) != OF_NO_PRODUCT:
        _require_product(message)
    if message.isin is not None and not isin_holds(message.isin):
        raise _NotPlain
    if message.quantity is not None and not message.quantity.strip("0."):
        raise _NotPlain
    if message.comment is not None and not shows_what_it_says(message.comment):
        raise _NotPlain
    for day in (message.traded_at, message.trade_date, message.settlement_date):
        if day is not None and not is_plausible(day):
            raise _NotPlain
    return message


def _require_product(message: _Message) -> None:
    """Raise _NotPlain for terms that are not those of the product of the message."""
    fields = msgspec.structs.asdict(message)
    if next(product_findings(fields), None) is not None:
        raise _NotPlain
    for amount in (message.counter_amount, message.collateral_amount):
        if amount is not None and (amount.startswith("-") or not amount.strip("0.")):
            raise _NotPlain
    if message.end_date is not None and not is_plausible(message.end_date):
        raise _NotPlain


def _explain(body: bytes) -> ExecutionFacts | tuple[Finding, ...]:
    """Say why a body is not an execution, from the outside in; it may yet prove to be one."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as wrong:
        return (_not_utf_8(body, wrong.start),)
    if len(OPEN.findall(body)) > MAX_DEPTH and _depth(text) > MAX_DEPTH:
        return (TOO_DEEP,)
    return _explain_json(text)


def _explain_json(text: str) -> ExecutionFacts | tuple[Finding, ...]:
    twice: list[Finding] = []
    halves: list[Finding] = []

    def pairs(items: list[tuple[str, object]]) -> dict[str, object]:
        fields: dict[str, object] = {}
        for name, value in items:
            whole = _whole(name, name, halves)
            if whole in fields:
                twice.append(_twice(whole))
            fields[whole] = _whole(whole, value, halves) if isinstance(value, str) else value
        return fields

    try:
        fields = json.loads(
            text,
            object_pairs_hook=pairs,
            parse_constant=Literal,
            parse_float=Literal,
            parse_int=lambda digits: int(digits) if len(digits) <= MAX_FOUND else Literal(digits),
        )
    except json.JSONDecodeError as wrong:
        return (malformed(text, wrong.pos),)
    if not isinstance(fields, dict):
        return (
            Finding(
                code="CAP-002",
                field="",
                message="An execution is a JSON object, not {found}",
                expected="object",
                found=as_json(fields)[:MAX_FOUND],
            ),
        )
    return (*halves, *twice, *examine(fields)) or _accept(fields)


def _whole(name: str, value: str, halves: list[Finding]) -> str:
    """Write a lone surrogate (half of a character) as its escape, and note it."""
    if not HALF.search(value):
        return value
    escaped = ascii(value)[1:-1]
    halves.append(
        Finding(
            code="CAP-018",
            field=ascii(name)[1:-1][:MAX_FOUND],
            message="{field} holds half of a character: {found}",
            expected="UTF-8",
            found=escaped[:MAX_FOUND],
        )
    )
    return escaped


def _twice(name: str) -> Finding:
    return Finding(
        code="CAP-003",
        field=name[:MAX_FOUND],
        message="{field} is given more than once",
        expected="once",
    )


def malformed(text: str, place: int) -> Finding:
    """Say where a text stops being JSON, and what stands there."""
    before = text[:place]
    found = piece_at(text, place)
    stops = N_("Line {line}, column {column}: the JSON is cut off here")
    odd = N_("Line {line}, column {column}: this is not JSON: {found}")
    return Finding(
        code="CAP-001",
        field="",
        message=odd if found else stops,
        expected="JSON",
        found=found,
        line=before.count("\n") + 1,
        column=str(place - before.rfind("\n")),
    )


def _not_utf_8(body: bytes, place: int) -> Finding:
    before = body[:place]
    return Finding(
        code="CAP-018",
        field="",
        message="Line {line}, column {column}: byte {found} is not UTF-8",
        expected="UTF-8",
        found=f"0x{body[place]:02x}",
        line=before.count(b"\n") + 1,
        column=str(place - before.rfind(b"\n")),
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
