"""What JSON may not contain here."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.api import strict_json


@pytest.mark.parametrize(
    ("case", "content", "told"),
    [
        ("cut", b'{"a": 1', "Expecting"),
        ("empty", b"", "Expecting value"),
        ("nan", b'{"a": NaN}', "NaN is not a number"),
        ("infinity", b'{"a": -Infinity}', "-Infinity is not a number"),
        ("overflow", b'{"a": 1e400}', "number 1e400 is out of range"),
        ("underflow", b'{"a": 1e-400}', "number 1e-400 is out of range"),
        ("endless_digits", b'{"a": 1.' + b"1" * 100 + b"}", "out of range"),
        ("endless_integer", b'{"a": ' + b"1" * 5000 + b"}", "out of range"),
        ("key_twice", b'{"a": 1, "b": {"c": 1, "c": 2}}', "'c' is there twice"),
        ("latin_1", '{"a": "é"}'.encode("latin-1"), "byte 8 is not UTF-8"),
        ("deep", b"[" * 33 + b"]" * 33, "nesting deeper than 32"),
        ("very_deep", b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nesting deeper than 32"),
        ("open_and_deep", b"[" * 100_000, "nesting deeper than 32"),
        ("text_after", b'{"a": 1} x', "Extra data"),
    ],
)
def test_unacceptable_json_is_refused_with_its_place(case: str, content: bytes, told: str) -> None:
    with pytest.raises(strict_json.MalformedJson) as refused:
        strict_json.loads(content)
    assert told in refused.value.findings[0].found, case


def test_the_line_and_column_are_named() -> None:
    with pytest.raises(strict_json.MalformedJson) as refused:
        strict_json.loads(b'{"a": 1,\n "b": }')
    finding = refused.value.findings[0]

    assert (finding.line, finding.column) == (2, "7")


def test_fractions_stay_exact() -> None:
    assert strict_json.loads(b'{"a": 0.10, "b": [1], "c": "[[[{{{"}') == {
        "a": Decimal("0.10"),
        "b": [1],
        "c": "[[[{{{",
    }


def test_wide_is_not_deep() -> None:
    assert len(strict_json.loads(b"[" + b",".join([b'{"a":"]"}'] * 1000) + b"]")) == 1000
