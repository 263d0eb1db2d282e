"""How the rule book is divided: what a hundred of codes is about, and who answers for a rule."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for a marked text
    """Mark a text for translation; it is translated where a person reads it."""
    return text


class Family(StrEnum):
    """A hundred of codes: "TRD-3" for TRD-302."""

    COMPLETENESS = "TRD-1"
    DATES = "TRD-2"
    ECONOMICS = "TRD-3"
    PRICES = "TRD-4"
    DUPLICATES = "TRD-5"
    LIMITS = "TRD-6"
    TIMELINESS = "TRD-7"
    DEALS = "TRD-8"
    HOUSE = "HSE"
    DEALING = "CND-1"
    STANDING = "CND-2"
    PARTIES = "CND-3"

    @property
    def label(self) -> str:
        """What its rules ask about."""
        return TITLES[self]


class Owner(StrEnum):
    """The function of the house that answers for a rule: its numbers, and what becomes of it."""

    OPERATIONS = "OPERATIONS"
    STATIC_DATA = "STATIC_DATA"
    SETTLEMENT = "SETTLEMENT"
    MARKET_RISK = "MARKET_RISK"
    COUNTERPARTY_RISK = "COUNTERPARTY_RISK"
    COMPLIANCE = "COMPLIANCE"

    @property
    def label(self) -> str:
        """How the function is called."""
        return FUNCTIONS[self]


TITLES: Final[Mapping[Family, str]] = {
    Family.COMPLETENESS: N_("Completeness and identifiers"),
    Family.DATES: N_("Dates and calendars"),
    Family.ECONOMICS: N_("Economics"),
    Family.PRICES: N_("Prices"),
    Family.DUPLICATES: N_("Duplicates"),
    Family.LIMITS: N_("Limits"),
    Family.TIMELINESS: N_("Timeliness"),
    Family.DEALS: N_("Currencies, repos and loans"),
    Family.HOUSE: N_("Rules of the house"),
    Family.DEALING: N_("Conduct: what a trader does in a day"),
    Family.STANDING: N_("Conduct: what a trader leaves open, and who checks it"),
    Family.PARTIES: N_("Conduct: counterparties"),
}
FUNCTIONS: Final[Mapping[Owner, str]] = {
    Owner.OPERATIONS: N_("Operations control"),
    Owner.STATIC_DATA: N_("Static data"),
    Owner.SETTLEMENT: N_("Settlement"),
    Owner.MARKET_RISK: N_("Market risk"),
    Owner.COUNTERPARTY_RISK: N_("Counterparty risk"),
    Owner.COMPLIANCE: N_("Compliance"),
}
