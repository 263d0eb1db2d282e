"""JSON as it should have been: one value per key, finite numbers, bounded depth, exact decimals."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any, Final

from kernel.findings import Finding, Refusal

DEPTH_MAX: Final = 32
TOKENS: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
DIGITS_MAX: Final = 40
OPENING: Final = frozenset({b"{", b"["})


class MalformedJson(Refusal):
    """The body is not the JSON that is accepted here; nothing was done."""

    code = "MALFORMED_JSON"
    status = 400


def loads(content: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value; numbers with a fraction come as Decimal. Raises MalformedJson.

    Refused: duplicate keys, NaN and Infinity, numbers beyond 40 digits (1e400), nesting beyond 32,
    anything but UTF-8.
    """
    check_depth(content)
    try:
        return json.loads(
            content.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_float=_number,
            parse_int=_integer,
        )
    except UnicodeDecodeError as error:
        raise _malformed(f"byte {error.start + 1} is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise _malformed(error.msg, line=error.lineno, column=error.colno) from None


def check_depth(content: bytes) -> None:
    """Raise MalformedJson when the nesting is deeper than 32; linear, before any parsing."""
    depth = 0
    if max(content.count(b"["), content.count(b"{")) <= DEPTH_MAX // 2:
        return
    for token in TOKENS.finditer(content):
        text = token[0]
        if text in OPENING:
            depth += 1
            if depth > DEPTH_MAX:
                raise _malformed(f"nesting deeper than {DEPTH_MAX}")
        elif not text.startswith(b'"'):
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        keys = [key for key, _value in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _malformed(f"key {twice!r} is there twice", field=twice)
    return made


def _constant(name: str) -> Any:  # noqa: ANN401 - never returns
    raise _malformed(f"{name} is not a number")


def _number(text: str) -> Decimal:
    value = Decimal(text)
    if not value.is_finite() or abs(value.adjusted()) > DIGITS_MAX or len(text) > DIGITS_MAX + 2:
        raise _malformed(f"number {text[:50]} is out of range")
    return value


def _integer(text: str) -> int:
    if len(text) > DIGITS_MAX:
        raise _malformed(f"number {text[:50]} is out of range")
    return int(text)


def _malformed(
    text: str, *, line: int | None = None, column: int | None = None, field: str = ""
) -> MalformedJson:
    finding = Finding(
        code="API-002",
        field=field or "body",
        message="{found}",
        found=text,
        line=line,
        column="" if column is None else str(column),
    )
    return MalformedJson(f"The body is not acceptable JSON: {text}", findings=(finding,))
