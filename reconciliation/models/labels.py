"""Words for the stored codes of this room."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

LABELS: Final[dict[str, Any]] = {
    "MT940": "MT940",
    "MT942": "MT942",
    "MT950": "MT950",
    "CAMT052": "camt.052",
    "CAMT053": "camt.053",
    "CAMT054": "camt.054",
    "CFONB": "CFONB 120",
    "OFX": "OFX",
    "BAI2": "BAI2",
    "MT535": "MT535",
    "MT536": "MT536",
    "SEMT002": "semt.002",
    "SEMT017": "semt.017",
    "TABLE": _("Table"),
    "TRADES": _("Trades"),
    "CASH": _("Cash"),
    "STOCK": _("Holdings"),
    "MOVES": _("Movements of securities"),
    "UNIT": _("Units"),
    "FAMT": _("Face amount"),
    "AMOR": _("Amortised amount"),
    "ADVICE": _("Advice"),
    "FINAL": _("Statement"),
    "INTRADAY": _("Intraday report"),
    "COUNTERPARTY": _("Trades with this party"),
    "ALL": _("All our trades"),
    "OURS": _("Ours"),
    "THEIRS": _("Theirs"),
    "RECEIVED": _("Received"),
    "IMPORTED": _("Imported"),
    "QUARANTINED": _("Quarantined"),
    "REJECTED": _("Rejected"),
    "RUNNING": _("Running"),
    "DONE": _("Done"),
    "FAILED": _("Failed"),
    "PROPOSED": _("Proposed"),
    "CONFIRMED": _("Confirmed"),
    "UNDONE": _("Undone"),
    "OPEN": _("Open"),
    "ASSIGNED": _("Assigned"),
    "RESOLVED": _("Resolved"),
    "TIMING": _("Timing"),
    "MISSING_OURS": _("Missing on our side"),
    "MISSING_THEIRS": _("Missing on their side"),
    "AMOUNT": _("Amount"),
    "QUANTITY": _("Quantity"),
    "PRICE": _("Price"),
    "DATE": _("Date"),
    "CURRENCY": _("Currency"),
    "REFERENCE": _("Reference"),
    "DUPLICATE": _("Duplicate"),
    "INTRADAY_ONLY": _("Not in the statement"),
    "EXACT": _("Exact"),
    "AMOUNT_DATE": _("Amount and date"),
    "SIMILAR": _("Reference written differently"),
    "NO_REFERENCE": _("Without reference"),
    "SPLIT_REFERENCE": _("Several for one, by reference"),
    "SPLIT_BLOCK": _("Several for one, by sum"),
    "BY_HAND": _("By hand"),
    "MATCHED": _("Matched"),
    "NO_LONGER_FOUND": _("No longer found"),
    "OURS_CORRECTED": _("Corrected on our side"),
    "THEIRS_CORRECTED": _("Corrected on their side"),
    "ACCEPTED": _("Difference accepted"),
}


def labelled(kinds: type[StrEnum]) -> list[tuple[str, Any]]:
    """Return the choices of a field whose values are `kinds`."""
    return [(member.value, LABELS[member.value]) for member in kinds]
