"""What the figures of control evidence are called."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

EVIDENCE_NAMES: Final[dict[str, str | Promise]] = {
    "versions": _("versions of trades"),
    "versions_judged": _("of these judged"),
    "control_runs": _("control runs"),
    "without_finding": _("without finding"),
    "waived": _("let pass"),
    "validators": _("people who validated"),
    "trail_entries": _("entries of the audit trail"),
    "verdicts": _("answers"),
    "COVERED": _("coverage"),
    "FOUR_EYES": _("four eyes"),
    "PROMISES": _("promises"),
    "TRAIL": _("audit trail"),
    "evidence_report": _("control evidence"),
    "first_day": _("first day"),
    "last_day": _("last day"),
    "language": _("language"),
}
