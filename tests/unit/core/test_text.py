from __future__ import annotations

import pytest

from core import text


@pytest.mark.parametrize(
    "value", ["BNP Paribas", "Société Générale", "Zoë", "Ελληνικά", "Сбербанк"]
)
def test_clean_text_goes_through(value: str) -> None:
    assert text.clean(f" {value} ", field="name") == value


def test_twins_become_one_spelling() -> None:
    assert text.clean("Socie\u0301te\u0301", field="name") == "Société"


@pytest.mark.parametrize(
    ("case", "value", "code"),
    [
        ("zero_width", "BNP\u200bParibas", "TXT-001"),
        ("right_to_left", "abc\u202ecba", "TXT-001"),
        ("bell", "a\x07b", "TXT-001"),
        ("cyrillic_a", "Societe Gener\u0430le", "TXT-002"),
        ("greek_o", "\u039fTC", "TXT-002"),
    ],
)
def test_disguises_are_refused(case: str, value: str, code: str) -> None:
    with pytest.raises(text.UncleanText) as refused:
        text.clean(value, field="name")
    assert refused.value.findings[0].code == code, case
