"""Accounts that look alike: what the eye passes over, and what it does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refdata.rules.accounts import is_iban, look_alike

FRENCH = "FR7630006000011234567890189"


@pytest.mark.parametrize(
    ("case", "one", "other", "alike"),
    [
        ("one_sign", "12345678", "12345679", True),
        ("two_changed_places", "12345678", "12345687", True),
        ("three_signs", "12345678", "12345999", False),
        ("the_same", "12345678", "12345678", False),
        ("the_same_spaced", "1234 5678", "12345678", False),
        ("too_short", "1234", "1235", False),
        ("another_length", "12345678", "123456789", False),
        ("iban_with_its_check_digits", FRENCH, "FR9530006000011234567891089", True),
        ("another_iban", FRENCH, "FR1420041010050500013M02606", False),
        ("written_apart", "FR76 3000 6000 0112 3456 7890 189", "FR7630006000011234567890198", True),
    ],
)
def test_look_alike(case: str, one: str, other: str, alike: bool) -> None:  # noqa: FBT001 - a column of the table
    assert look_alike(one, other) is alike, case
    assert look_alike(other, one) is alike, case


@given(st.text(alphabet="0123456789", min_size=6, max_size=20), st.integers(0, 19))
def test_one_sign_changed_is_alike(number: str, place: int) -> None:
    at = place % len(number)
    changed = number[:at] + str((int(number[at]) + 1) % 10) + number[at + 1 :]

    assert look_alike(number, changed)
    assert not look_alike(number, number)


def test_what_is_written_as_an_iban() -> None:
    assert is_iban(FRENCH)
    assert is_iban("FR76 3000 6000 0112 3456 7890 189")
    assert not is_iban("12345678")
