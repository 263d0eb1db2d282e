"""Identifier checks, by well-kept libraries: one function per identifier, True or False."""

from __future__ import annotations

import re
from typing import Final

from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException
from stdnum import isin as stdnum_isin
from stdnum import lei as stdnum_lei

MIC: Final = re.compile(r"[A-Z0-9]{4}", re.ASCII)
CFI: Final = re.compile(r"[A-Z]{6}", re.ASCII)
CFI_CATEGORIES: Final = frozenset("ECDRFOSHIJKLTM")
ISIN: Final = re.compile(r"[A-Z]{2}[A-Z0-9]{9}\d", re.ASCII)
LEI: Final = re.compile(r"[A-Z0-9]{18}\d{2}", re.ASCII)


def is_isin(text: str) -> bool:
    """ISO 6166: two letters, nine alphanumerics, Luhn digit over letters as 10..35."""
    return bool(ISIN.fullmatch(text)) and bool(stdnum_isin.is_valid(text))


def is_lei(text: str) -> bool:
    """ISO 17442: eighteen alphanumerics and two digits, mod 97 = 1."""
    return bool(LEI.fullmatch(text)) and bool(stdnum_lei.is_valid(text))


def is_bic(text: str) -> bool:
    """ISO 9362 structure with an existing country."""
    try:
        return str(BIC(text)) == text
    except SchwiftyException:
        return False


def is_iban(text: str) -> bool:
    """ISO 13616: country length, mod 97 and the national format."""
    try:
        return str(IBAN(text)) == text
    except SchwiftyException:
        return False


def is_mic(text: str) -> bool:
    """ISO 10383 form only; whether it is active on a date is reference data."""
    return bool(MIC.fullmatch(text))


def is_cfi(text: str) -> bool:
    """ISO 10962 form: six letters, the first a known category."""
    return bool(CFI.fullmatch(text)) and text[0] in CFI_CATEGORIES
