"""What conduct is called: kinds of parties and absences, the job, its counts and its evidence."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CONDUCT_WORDS: Final[dict[str, str | Promise]] = {
    "CONDUCT": _("Conduct"),
    "OUTSIDE": _("Outside party"),
    "INTERNAL": _("Internal"),
    "TECHNICAL": _("Technical"),
    "UNNAMED": _("Still to be named"),
    "LEAVE": _("Leave"),
    "MANDATORY": _("Mandatory leave"),
    "ILLNESS": _("Illness"),
    "AWAY": _("Other absence"),
    "conduct.watch": _("Watch of conduct"),
}
CONDUCT_PLAIN: Final = tuple(CONDUCT_WORDS)

CONDUCT_NAMES: Final[dict[str, str | Promise]] = {
    "traders_watched": _("traders who dealt"),
    "parties_watched": _("parties"),
    "trades_measured": _("trades of the day"),
    "amended": _("amendments"),
    "early": _("cancelled before settlement"),
    "washes": _("sold back to the same party"),
    "round_trips": _("round trips"),
    "outside": _("outside hours"),
    "near": _("just under the limit"),
    "trades": _("trades"),
    "gross_eur": _("turnover (EUR)"),
    "top_eur": _("most in one instrument (EUR)"),
    "absence": _("absence"),
    "unconfirmed": _("unconfirmed"),
    "checker": _("validated by"),
    "cancelled_share": _("share of cancelled trades"),
    "unlike_above": _("unlike him above"),
    "days_compared": _("days compared"),
    "of_today": _("of the day"),
    "days_ahead": _("days to settlement, the most"),
    "percent_away": _("% off the last close, the most"),
    "times_put_off": _("times put off, the most"),
    "parties": _("parties"),
    "oldest_days": _("business days, the oldest"),
    "share_percent": _("share in percent"),
    "decisions": _("decisions"),
    "people_of_desk": _("people who validate on the desk"),
    "traders": _("traders"),
    "cancelled_trades": _("cancelled trades"),
    "dealt_trades": _("trades dealt"),
    "nature": _("who it is"),
    "changed_by": _("proposed and approved by"),
    "same_account": _("the same account"),
    "trader_day": _("day of a trader"),
}
