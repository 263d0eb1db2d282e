"""Words for what banks and custodians send: formats, purposes, kinds, and columns of tables."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

STATEMENT_WORDS: Final[dict[str, str | Promise]] = {
    "MT942": "MT942",
    "MT950": "MT950",
    "CAMT052": "camt.052",
    "CAMT054": "camt.054",
    "CFONB": "CFONB 120",
    "OFX": "OFX",
    "BAI2": "BAI2",
    "MT535": "MT535",
    "MT536": "MT536",
    "SEMT002": "semt.002",
    "SEMT017": "semt.017",
    "STOCK": _("Holdings"),
    "MOVES": _("Movements of securities"),
    "UNIT": _("Units"),
    "FAMT": _("Face amount"),
    "AMOR": _("Amortised amount"),
    "FINAL": _("Statement"),
    "INTRADAY": _("Intraday report"),
    "ADVICE": _("Advice"),
    "STATEMENT_LATE": _("Statement late"),
    "INTRADAY_ONLY": _("Not in the statement"),
}

STATEMENT_NAMES: Final[dict[str, str | Promise]] = {
    "balance": _("running balance"),
    "opening_balance": _("opening balance"),
    "number": _("number"),
    "debit": _("debit"),
    "credit": _("credit"),
    "booking_date": _("booking date"),
    "bank_reference": _("their reference"),
    "description": _("text"),
}
