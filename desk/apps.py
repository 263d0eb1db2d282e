from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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
                "SCREENING": Look(_("Sanctions"), "red"),
                "CONDUCT": Look(_("Conduct"), "red"),
                "VALIDATION": Look(_("Validation"), "purple"),
                "CANCELLATION": Look(_("Cancellation"), "red"),
                "EXCEPTION": Look(_("Exception"), "red"),
                "BREAK": Look(_("Break"), "amber"),
                "request:ASKED": Look(_("To decide"), "amber"),
                "request:GRANTED": Look(_("Granted"), "green"),
                "request:REFUSED": Look(pgettext_lazy("request", "Refused"), "red"),
                "request:WITHDRAWN": Look(_("Taken back"), "grey"),
                "request:LAPSED": Look(_("Lapsed"), "grey"),
                "WAIVER": Look(_("Waiver"), "purple"),
                "CONDUCT_WAIVER": Look(_("Waiver about conduct"), "purple"),
                "VALIDATION_LIMIT": Look(_("Validation limit"), "blue"),
                "SEVERAL_VALIDATIONS": Look(_("Several supervisors"), "blue"),
                "ROLE_ASKED": Look(_("Role to approve:"), is_plain=True),
                "ROLE_ALONE": Look(_("Role given by one person, to review:"), is_plain=True),
                "REVIEW_DECIDE": Look(_("Rights to review:"), is_plain=True),
                "REVIEW_SIGN": Look(_("Access review to sign:"), is_plain=True),
                "accessreview:OPEN": Look(pgettext_lazy("review", "Open"), "amber"),
                "accessreview:SIGNED": Look(pgettext_lazy("review", "Signed"), "green"),
                "accessreviewrow:OPEN": Look(_("To review"), "amber"),
                "accessreviewrow:KEPT": Look(_("Kept"), "green"),
                "accessreviewrow:WITHDRAWN": Look(_("Withdrawn"), "red"),
                "lonegrant:OPEN": Look(_("To review"), "amber"),
                "lonegrant:KEPT": Look(_("Kept"), "green"),
                "lonegrant:WITHDRAWN": Look(_("Withdrawn"), "grey"),
                "apitoken:REVOKED": Look(pgettext_lazy("token", "Revoked"), "grey"),
                "apitoken:EXPIRED": Look(pgettext_lazy("token", "Expired"), "grey"),
            }
        )
