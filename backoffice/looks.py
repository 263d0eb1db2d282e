"""The words and colours of every state of the house: one table, read by badges and charts.

Colours travel with the states (`COLOURS` of each room's `states.py`); the words are here, because
states are plain Python and know no language.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

import desk.states
import reconciliation.states
import refdata.states
import reporting.states
import trades.states
from core.pages import status

STATES: Final = (
    desk.states,
    refdata.states,
    trades.states,
    reconciliation.states,
    reporting.states,
)

WORDS: Final[dict[str, str | Promise]] = {
    "OPEN": _("Open"),
    "ASSIGNED": _("Assigned"),
    "RESOLVED": _("Resolved"),
    "WAIVED": _("Waived"),
    "CLOSED": _("Closed"),
    "DONE": _("Done"),
    "CONTROL": _("Control"),
    "CAPTURE": _("Capture"),
    "PARKED": _("Parked"),
    "REPORT": _("Report"),
    "EXCEPTION": _("Exception"),
    "VALIDATION": _("Validation"),
    "BREAK": _("Break"),
    "APPROVED": _("Approved"),
    "REFUSED": _("Refused"),
    "PROPOSED": _("Proposed"),
    "RECEIVED": _("Received"),
    "REJECTED": _("Rejected"),
    "ENRICHED": _("Enriched"),
    "ON_HOLD": _("On hold"),
    "PENDING_VALIDATION": _("To validate"),
    "VALIDATED": _("Validated"),
    "SETTLED": _("Settled"),
    "CANCELLED": _("Cancelled"),
    "ALLOCATED": _("Allocated"),
    "MATURED": _("Matured"),
    "TERMINATED": _("Terminated"),
    "NOVATED": _("Novated"),
    "EXERCISED": _("Exercised"),
    "EXPIRED": _("Expired"),
    "IGNORED": _("Set aside"),
    "NEW": _("New"),
    "AMEND": _("Amendment"),
    "CANCEL": _("Cancellation"),
    "BOOKED": _("Booked"),
    "BUY": _("Buy"),
    "SELL": _("Sell"),
    "API": "API",
    "BULK": _("Bulk"),
    "FILE": _("File"),
    "FIX": "FIX",
    "MANUAL": _("By hand"),
    "DEAL": _("Own account"),
    "MTCH": _("Matched principal"),
    "AOTC": _("Any other capacity"),
    "IMPORTED": _("Imported"),
    "QUARANTINED": _("Quarantined"),
    "RUNNING": _("Running"),
    "FAILED": _("Failed"),
    "CONFIRMED": _("Confirmed"),
    "UNDONE": _("Undone"),
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
    "ACTIVE": _("Active"),
    "INACTIVE": _("Inactive"),
    "EQUITY": _("Share"),
    "BOND": _("Bond"),
    "ETF": "ETF",
    "FUND": _("Fund"),
    "DERIVATIVE": _("Derivative"),
    "MONETARY": _("In money"),
    "PERCENT": _("In percent"),
    "CASH": _("Cash"),
    "SECURITIES": _("Securities"),
    "TRADES": _("Trades"),
    "EXCHANGE": _("Exchange"),
    "PAYMENT": _("Payment"),
    "PENDING": _("Pending"),
    "NOT_REPORTABLE": _("Not reportable"),
    "BLOCKED": _("Blocked"),
    "READY": _("Ready"),
    "IN_FILE": _("In a file"),
    "RELEASED": _("Released"),
    "ACCEPTED": _("Accepted"),
    "GENERATED": _("Generated"),
    "PARTIAL": _("Partly accepted"),
    "VALID": _("Valid"),
    "INVALID": _("Invalid"),
    "UNCHECKED": _("Not checked"),
}

COLOURS: Final = {
    "EXCEPTION": "red",
    "VALIDATION": "purple",
    "BREAK": "amber",
    "REPORT": "blue",
    "BUY": "green",
    "SELL": "red",
    "PENDING": "amber",
    "CANCEL": "red",
    "AMEND": "amber",
    "NEW": "blue",
}
"""Colours of kinds, which have no life of their own."""


def install() -> None:
    """Register every word with the colour that its room gives it (grey when it gives none)."""
    colours = {word: look.colour for word, look in status.LOOKS.items()} | COLOURS
    for module in STATES:
        given: Mapping[Any, str] = getattr(module, "COLOURS", {})
        colours |= {str(state): colour for state, colour in given.items()}
    status.register(
        {word: status.Look(label, colours.get(word, "grey")) for word, label in WORDS.items()}
    )


def enums() -> dict[str, type[StrEnum]]:
    """Return every enumeration of the rooms' states, by its full name."""
    return {
        f"{module.__name__}.{name}": kind
        for module in STATES
        for name, kind in vars(module).items()
        if isinstance(kind, type) and issubclass(kind, StrEnum) and kind is not StrEnum
    }
