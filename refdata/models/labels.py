"""Words for the stored codes of this room."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LABELS: Final[dict[str, str | Promise]] = {
    "ACTIVE": _("active"),
    "INACTIVE": _("inactive"),
    "EQUITY": _("share"),
    "BOND": _("bond"),
    "ETF": "ETF",
    "FUND": _("fund"),
    "DERIVATIVE": _("derivative"),
    "CALL": _("call"),
    "PUT": _("put"),
    "MONETARY": _("amount per unit"),
    "PERCENT": _("percent of nominal"),
    "CASH": _("cash"),
    "SECURITIES": _("securities"),
    "EXCHANGE": _("exchange"),
    "PAYMENT": _("payments"),
    "COMMISSION": _("commission"),
    "FEE": _("fee"),
    "TAX": _("tax"),
    "BUY": _("purchases"),
    "SELL": _("sales"),
    "capture": _("Capture"),
    "enrich": _("Enrichment"),
    "control": _("Controls"),
    "validate": _("Validation"),
    "allocate": _("Allocation"),
    "confirm": _("Confirmation"),
    "statements": _("Statements"),
    "reconcile": _("Reconciliation"),
    "report": _("Reports"),
    "close": _("Day close"),
    "en": _("English"),
    "fr": _("French"),
    "FILE": _("file in its outbox"),
    "FIN": "SWIFT MT515",
    "API": _("API"),
    "HAND": _("sent by a person"),
    "OFAC_SDN": _("OFAC SDN"),
    "OFAC_CONSOLIDATED": _("OFAC consolidated"),
    "UN": _("United Nations"),
    "US_CSL": _("US screening list"),
    "EU": _("European Union"),
    "EU_JOURNAL": _("EU journal"),
    "PERSON": _("person"),
    "ENTITY": _("entity"),
    "VESSEL": _("vessel"),
    "AIRCRAFT": _("aircraft"),
    "ASSET": _("asset"),
    "NOT_SAID": _("not said"),
    "LEI": "LEI",
    "BIC": "BIC",
    "ISIN": "ISIN",
    "IMO": "IMO",
    "MMSI": "MMSI",
    "CALL_SIGN": _("call sign"),
    "PASSPORT": _("passport"),
    "NATIONAL_ID": _("national number"),
    "TAX_NUMBER": _("tax number"),
    "REGISTRATION": _("registration number"),
    "TICKER": _("ticker"),
    "OTHER": _("other number"),
    "INSTRUMENT": _("instrument"),
    "COUNTRY": _("country"),
    "CLEAR": _("on no list"),
    "HIT": _("hit"),
    "NAMELESS": _("without name"),
    "PENDING": _("pending"),
    "APPROVED": _("approved"),
    "REFUSED": _("refused"),
}


def labelled(kinds: type[StrEnum]) -> list[tuple[str, str | Promise]]:
    """Return Django choices with their translated names."""
    return [(member.value, LABELS[member.value]) for member in kinds]
