"""Check digits, each right and each broken by one character."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kernel import identifiers


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        (identifiers.is_isin, "FR0000120271", "FR0000120272"),
        (identifiers.is_isin, "US0378331005", "us0378331005"),
        (identifiers.is_lei, "R0MUWSFPU8MPRO8K5P83", "R0MUWSFPU8MPRO8K5P84"),
        (identifiers.is_iban, "FR1420041010050500013M02606", "FR1420041010050500013M02607"),
        (identifiers.is_bic, "BNPAFRPP", "BNPAXXPP"),
        (identifiers.is_bic, "SOGEFRPPXXX", "SOGEFRP"),
        (identifiers.is_mic, "XPAR", "xpar"),
        (identifiers.is_cfi, "ESVUFR", "QSVUFR"),
    ],
)
def test_identifiers(check: Callable[[str], bool], right: str, wrong: str) -> None:
    assert check(right)
    assert not check(wrong)


@pytest.mark.parametrize("text", ["", "FR000012027１", "FR0000120271\n", " FR0000120271"])
def test_look_alikes_are_not_identifiers(text: str) -> None:
    assert not identifiers.is_isin(text)
