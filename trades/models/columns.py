"""Columns and labels that captured messages and trades share."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.columns import amount
from trades.states import Side

LABELS: dict[str, Any] = {
    "RECEIVED": _("Received"),
    "REJECTED": _("Rejected"),
    "ACCEPTED": pgettext_lazy("fix", "Accepted"),
    "SUPERSEDED": pgettext_lazy("fix", "Replaced by another"),
    "ENRICHED": _("Enriched"),
    "ON_HOLD": _("On hold"),
    "PENDING_VALIDATION": _("To validate"),
    "VALIDATED": _("Validated"),
    "CLOSED": _("Closed"),
    "SETTLED": _("Settled"),
    "CANCELLED": _("Cancelled"),
    "ALLOCATED": _("Allocated"),
    "UNALLOCATED": _("Unallocated"),
    "PROPOSED": pgettext_lazy("trade", "Proposed"),
    "PARTLY": _("Partly allocated"),
    "NOT_NEEDED": _("Nothing to allocate"),
    "MATURED": _("Matured"),
    "TERMINATED": _("Terminated"),
    "NOVATED": _("Novated"),
    "EXERCISED": _("Exercised"),
    "EXPIRED": _("Expired"),
    "NEW": _("New"),
    "AMEND": _("Amendment"),
    "CANCEL": _("Cancellation"),
    "BUY": _("Buy"),
    "SELL": _("Sell"),
    "FX": _("Foreign exchange"),
    "REPO": _("Repo"),
    "LENDING": _("Securities lending"),
    "DEALT": _("Dealt currency"),
    "COUNTER": _("Other currency"),
    "START": _("Start leg"),
    "END": _("End leg"),
    "DEAL": _("Own account (DEAL)"),
    "MTCH": _("Matched principal (MTCH)"),
    "AOTC": _("Other capacity (AOTC)"),
    "API": _("API, one by one"),
    "BULK": _("API, bulk"),
    "FILE": _("File"),
    "FIX": _("FIX log"),
    "MANUAL": _("By hand"),
    "BOOKED": _("Booked"),
    "PARKED": _("Parked"),
    "EXCEPTION": _("Exception"),
    "IGNORED": _("Ignored"),
    "CAPTURED": pgettext_lazy("fix", "Captured"),
    "REPEATED": _("Repeated"),
    "COUNTED": _("Counted"),
    "TAKEN": _("Taken"),
    "REFUSED": _("Refused"),
    "HELD": _("Held until its turn"),
    "NOTED": _("Noted"),
    "GARBLED": _("Garbled"),
    "SENT": pgettext_lazy("fix", "Sent"),
    "LOGON": _("Logon"),
    "LOGOUT": _("Logout"),
    "DISCONNECT": _("Disconnection"),
    "GAP": _("Gap"),
    "RESEND": _("Sent again"),
    "RESET": _("Count reset"),
    "REJECT": _("Reject sent"),
    "STARTED": _("Started"),
    "STOPPED": _("Stopped"),
    "OFFLINE": _("Offline"),
    "CONNECTED": _("Connected"),
    "IMPORTED": _("Imported"),
    "OPEN": _("Open"),
    "REPAIRED": _("Repaired"),
    "DISCARDED": _("Discarded"),
    "SEEN": _("Seen"),
    "GONE": _("Gone"),
    "RUNNING": _("Running"),
    "DONE": _("Done"),
    "BOTH": pgettext_lazy("back-test", "Raised either way"),
    "NEWLY": pgettext_lazy("back-test", "Newly raised"),
    "NO_LONGER": pgettext_lazy("back-test", "No longer raised"),
    "MISSED": pgettext_lazy("back-test", "Missed"),
    "CORRECTED": pgettext_lazy("back-test", "Corrected"),
    "WAIVED": pgettext_lazy("back-test", "Waived"),
}


def labelled(kind: type[StrEnum]) -> list[tuple[str, Any]]:
    """Return the choices of a field whose values are `kind`."""
    return [(member.value, LABELS[member.value]) for member in kind]


class Terms(models.Model):
    """The typed columns that a trade and each of its versions share."""

    isin = models.CharField("ISIN", max_length=12, blank=True, default="")
    side = models.CharField(_("side"), max_length=4, choices=labelled(Side))
    quantity = models.DecimalField(_("quantity"), max_digits=28, decimal_places=10)
    price = models.DecimalField(_("price"), max_digits=20, decimal_places=10)
    currency = models.CharField(_("currency"), max_length=3)
    gross_amount = amount(_("gross amount"))
    accrued_interest = amount(_("accrued interest"), default=0)
    fees = amount(_("fees"), default=0)
    net_amount = amount(_("net amount"))
    trade_date = models.DateField(_("trade date"))
    traded_at = models.DateTimeField(_("traded at"))
    settlement_date = models.DateField(_("settlement date"), null=True, blank=True)

    class Meta:
        abstract = True
