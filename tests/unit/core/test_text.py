from __future__ import annotations

import pytest

from core import text
from kernel.findings import Finding


@pytest.mark.parametrize(
    "value", ["BNP Paribas", "Société Générale", "Zoë", "Ελληνικά", "Сбербанк"]
)
def test_clean_text_goes_through(value: str) -> None:
    assert text.clean(f" {value} ", field="name") == value


def test_a_finding_shows_what_cannot_be_seen() -> None:
    raw = "A\u200bB\u202e\x07"
    finding = Finding(code="X", field=raw, message="{found} {expected} {column}",
                      expected=raw, found=raw, column=raw)  # fmt: skip

    written = "A\\u200bB\\u202e\\x07"
    assert (finding.field, finding.expected, finding.found, finding.column) == (written,) * 4
    assert raw not in str(finding.as_dict())
    assert Finding(code="X", field="f", message="", found="1 234,5 é").found == "1 234,5 é"


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


@pytest.mark.parametrize(
    ("case", "value", "seen"),
    [
        ("words", "  late fill\n", "late fill"),
        ("two_lines", "one\ntwo", "one\ntwo"),
        ("a_sign", "?", "?"),
        ("family_of_emoji", "\U0001f469\u200d\U0001f469", "\U0001f469\u200d\U0001f469"),
        ("blanks", " \u00a0\t", ""),
        ("zero_width", "\u200b\u200d\ufeff", ""),
        ("marks_alone", "\u0301\ufe0f", ""),
        ("hangul_filler", "\u3164", ""),
        ("blank_of_braille", "\u2800", ""),
        ("nothing", "", ""),
    ],
)
def test_what_a_person_wrote_can_be_seen(case: str, value: str, seen: str) -> None:
    assert text.visible(value) == seen, case
