"""A message is read the same way at full speed and at the second look."""

from __future__ import annotations

import json

import pytest

from tests.factories.trades import message
from trades.facts import ExecutionFacts
from trades.formats.execution_json import read_execution

PLAIN = '"source_reference":"X-1","version":9,"action":"CANCEL"'


def codes(body: str) -> list[str]:
    read = read_execution(body.encode())
    return [] if isinstance(read, ExecutionFacts) else [finding.code for finding in read]


@pytest.mark.parametrize(
    ("case", "body", "expected"),
    [
        ("plain", f"{{{PLAIN}}}", []),
        ("spaced", f"{{ {PLAIN.replace(':', ' : ')} }}", []),
        ("null_is_absent", f'{{{PLAIN},"symbol":null}}', []),
        ("escaped", f'{{{PLAIN},"comment":"caf\\u00e9 \\"au lait\\":"}}', []),
        ("twice", f'{{{PLAIN},"version":9}}', ["CAP-003"]),
        ("twice_and_null", f'{{{PLAIN},"symbol":null,"symbol":"A"}}', ["CAP-003"]),
        ("twice_with_a_space", f'{{"version" :9,{PLAIN}}}', ["CAP-003"]),
        ("twice_hidden_by_an_escape", f'{{{PLAIN},"version":9,"comment":"\\u0022:"}}', ["CAP-003"]),
        ("twice_hidden_in_the_key", f'{{{PLAIN},"versio\\u006e":9}}', ["CAP-003"]),
        ("unknown", f'{{{PLAIN},"colour":"red"}}', ["CAP-005"]),
        ("quotes_in_a_code", f'{{{PLAIN},"book":"\\"B\\""}}', []),
    ],
)
def test_keys_are_told_once(case: str, body: str, expected: list[str]) -> None:
    assert codes(body) == expected, case


def test_both_ways_give_the_same_facts() -> None:
    fields = message(comment="settles late", gross_amount="10150.00")
    compact = json.dumps(fields, separators=(",", ":")).encode()
    indented = json.dumps(fields | {"symbol": None}, indent=2).encode()

    fast, slow = read_execution(compact), read_execution(indented)

    assert isinstance(fast, ExecutionFacts)
    assert isinstance(slow, ExecutionFacts)
    assert fast.content() == slow.content()
