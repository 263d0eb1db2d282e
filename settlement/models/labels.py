"""Words for the stored codes of this room."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

LABELS: Final[dict[str, Any]] = {
    "TO_SEND": _("To send"),
    "SENT": pgettext_lazy("confirmation", "Sent"),
    "ALLEGED": _("Alleged"),
    "MISMATCHED": _("Mismatched"),
    "MATCHED": pgettext_lazy("confirmation", "Matched"),
    "DISPUTED": _("Disputed"),
    "CANCELLED": pgettext_lazy("confirmation", "Cancelled"),
    "AMENDED": _("The trade was amended"),
    "TRADE_OVER": _("The trade was cancelled or allocated"),
    "EXPLAINED": _("A trade of ours explains it"),
    "WITHDRAWN": _("The counterparty withdrew it"),
    "REPLACED": _("The counterparty replaced it"),
    "REFERENCE": _("Reference"),
    "AGREES": _("All terms agree"),
    "CLOSE": _("Minimum fields"),
    "BY_HAND": _("By hand"),
    "API": _("API of the counterparty"),
    "UPLOAD": _("File taken in by hand"),
    "JSON": "JSON",
    "MT515": "MT515",
    "NEWM": _("Confirmation"),
    "CANC": _("Cancellation"),
    "UNPAIRED": _("Taken apart"),
    "RESUMED": _("Dispute ended"),
    "ACCEPTED": _("Their terms accepted"),
    "BUY": _("Buy"),
    "SELL": _("Sell"),
    "FX": _("Foreign exchange"),
    "REPO": _("Repo"),
    "LENDING": _("Securities lending"),
}


def labelled(kinds: type[StrEnum]) -> list[tuple[str, Any]]:
    """Return the choices of a field whose values are `kinds`."""
    return [(member.value, LABELS[member.value]) for member in kinds]
