from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    name = "desk"
    verbose_name = _("Desk")

    def ready(self) -> None:
        from core.pages.status import Look, register  # noqa: PLC0415 - apps are loaded by now

        register(
            {
                "OPEN": Look(_("Open"), "red"),
                "ASSIGNED": Look(_("Assigned"), "amber"),
                "RESOLVED": Look(_("Resolved"), "green"),
                "WAIVED": Look(_("Waived"), "purple"),
                "CLOSED": Look(_("Closed"), "grey"),
                "PROPOSED": Look(_("Proposed"), "amber"),
                "APPROVED": Look(_("Approved"), "green"),
                "REFUSED": Look(_("Refused"), "red"),
                "CONTROL": Look(_("Control"), "blue"),
                "CAPTURE": Look(_("Capture"), "blue"),
                "PARKED": Look(_("Parked"), "grey"),
                "REPORT": Look(_("Report"), "blue"),
                "VALIDATION": Look(_("Validation"), "purple"),
                "CANCELLATION": Look(_("Cancellation"), "red"),
                "EXCEPTION": Look(_("Exception"), "red"),
                "BREAK": Look(_("Break"), "amber"),
            }
        )
