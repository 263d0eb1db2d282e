"""What the fields of an MT515 or MT518 may say, each as plain text; anything else is unreadable."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from settlement.formats import N_
from settlement.formats.sequences import Said

NUMBER: Final = r"(?=[\d,]{2,15}(?![\d,]))\d+,\d*"
"""15d: digits with their comma, fifteen characters at most."""
AMOUNT: Final = re.compile(rf"(N?)([A-Z]{{3}})({NUMBER})", re.ASCII)
QUANTITY: Final = re.compile(rf"(UNIT|FAMT|AMOR)/({NUMBER})", re.ASCII)
PRICE: Final = re.compile(
    rf"(?P<kind>[A-Z]{{4}})/(?P<sign>N?)(?P<currency>[A-Z]{{3}})?(?P<number>{NUMBER})", re.ASCII
)
PRICE_KINDS: Final = {"90A": ("PRCT",), "90B": ("ACTU",)}
DAY: Final = re.compile(
    r"(\d{4})(\d{2})(\d{2})(?:\d{6}(?:,\d{1,3})?(?:/N?\d{2}(?:\d{2})?)?)?", re.ASCII
)
DAY_TAGS: Final = ("98A", "98C", "98E")
REFERENCE: Final = re.compile(r"(?!/)(?!.*//)[^\n]{1,16}(?<!/)")
FUNCTION: Final = re.compile(r"(NEWM|CANC)(?:/DUPL)?", re.ASCII)
OURS_QUOTED: Final = re.compile(r"(T\d{9,15})[/-]\d{1,3}", re.ASCII)
"""How our own messages are called (`mt515_sending`): a trade of ours, and which version of it."""
ISIN: Final = re.compile(r"ISIN ([A-Z0-9]{12})(?:\s|$)", re.ASCII)
SIDES: Final = {"BUYI": "BUY", "SELL": "SELL"}


class Unreadable(ValueError):
    """A field that does not say what it should; carries what was expected and the code."""

    def __init__(self, expected: str, code: str = "MT515-FIELD") -> None:
        super().__init__(expected)
        self.expected, self.code = expected, code


def function_of(said: Said) -> str:
    """Return NEWM or CANC, also of a message that is sent again; a copy confirms nothing."""
    found = FUNCTION.fullmatch(said.text)
    if found is None:
        raise Unreadable("NEWM, CANC", "MT515-FUNCTION")
    return found[1]


def reference_of(said: Said) -> str:
    """Return a reference of at most sixteen characters."""
    if said.item.tag != "20C" or not REFERENCE.fullmatch(said.text):
        raise Unreadable(N_("up to 16 characters, without // and / at either end"))
    return said.text


def our_reference_of(said: Said) -> str:
    """Return our reference; who answers a message of ours quotes that, with the version."""
    ours = OURS_QUOTED.fullmatch(reference_of(said))
    return ours[1] if ours else said.text


def dealt_of(said: Said) -> str:
    """Return BUY or SELL; whose side that is, the type of the message says."""
    if said.text not in SIDES:
        raise Unreadable("BUYI, SELL")
    return SIDES[said.text]


def day_of(said: Said) -> str:
    """Return a day in ISO form; hours are left off."""
    found = DAY.fullmatch(said.text) if said.item.tag in DAY_TAGS else None
    try:
        if found is not None:
            return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
    except ValueError:
        pass
    raise Unreadable(N_("a date (YYYYMMDD)"))


def quantity_of(said: Said) -> str:
    """Return a number of units, or a nominal."""
    found = QUANTITY.fullmatch(said.text) if said.item.tag == "36B" else None
    if found is None:
        raise Unreadable(N_("UNIT, FAMT or AMOR and a number with a comma"))
    return _plain(found[2])


def isin_of(said: Said) -> str:
    """Return the ISIN; what stands behind it is a name."""
    found = ISIN.match(said.text)
    if found is None:
        raise Unreadable("ISIN FR0000131104")
    return found[1]


def amount_of(said: Said) -> str:
    """Return an amount that is paid for what is bought: it has no sign."""
    found = AMOUNT.fullmatch(said.text) if said.item.tag == "19A" else None
    if found is None:
        raise Unreadable(N_("a currency and a number with a comma"))
    if found[1] and found[3].strip("0,"):
        raise Unreadable(N_("an amount that is not negative"))
    return _plain(found[3])


def currency_of(said: Said) -> str:
    """Return the currency of an amount; none of one that cannot be read."""
    found = AMOUNT.fullmatch(said.text)
    return found[2] if found else ""


def price_currency_of(said: Said) -> str:
    """Return the currency of a price; none of a percentage."""
    found = PRICE.fullmatch(said.text)
    return found["currency"] or "" if found else ""


def price_of(said: Said) -> str:
    """Return a price in percent, or an amount; it may be negative."""
    found = PRICE.fullmatch(said.text)
    tag = said.item.tag
    if found is None or bool(found["currency"]) is not (tag == "90B"):
        raise Unreadable(N_("a percentage (90A) or an amount (90B), with a comma"))
    if found["kind"] not in PRICE_KINDS.get(tag, ()):
        raise Unreadable(N_("PRCT (90A) or ACTU (90B)"), "MT515-PRICE")
    return ("-" if found["sign"] else "") + _plain(found["number"])


def _plain(number: str) -> str:
    whole, _comma, decimals = number.partition(",")
    return f"{whole}.{decimals}" if decimals else whole
