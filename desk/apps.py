from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from core.pages.status import Look


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
            }
        )
        register(looks_of_rights(Look))


def looks_of_rights(look: type[Look]) -> dict[str, Look]:
    """Return the looks of what takes two people, and of roles."""
    return {
        "request:ASKED": look(_("To decide"), "amber"),
        "request:GRANTED": look(_("Granted"), "green"),
        "request:REFUSED": look(pgettext_lazy("request", "Refused"), "red"),
        "request:WITHDRAWN": look(_("Taken back"), "grey"),
        "request:LAPSED": look(_("Lapsed"), "grey"),
        "WAIVER": look(_("Waiver"), "purple"),
        "CONDUCT_WAIVER": look(_("Waiver about conduct"), "purple"),
        "VALIDATION_LIMIT": look(_("Validation limit"), "blue"),
        "SEVERAL_VALIDATIONS": look(_("Several supervisors"), "blue"),
        "DELEGATION": look(_("Delegation"), "blue"),
        "STATIC_DATA": look(_("Reference data"), "blue"),
        "delegation:TO_COME": look(pgettext_lazy("delegation", "To come"), "blue"),
        "delegation:IN_FORCE": look(pgettext_lazy("delegation", "In force"), "green"),
        "delegation:OVER": look(pgettext_lazy("delegation", "Over"), "grey"),
        "delegation:GRANTED": look(pgettext_lazy("delegation", "Granted"), "green"),
        "delegation:WITHDRAWN": look(pgettext_lazy("delegation", "Withdrawn"), "grey"),
        "ROLE_ASKED": look(_("Role to approve:"), is_plain=True),
        "ROLE_ALONE": look(_("Role given by one person, to review:"), is_plain=True),
        "GLASS_BROKEN": look(_("Broken glass to review:"), is_plain=True),
        "emergency:OPEN": look(_("To review"), "amber"),
        "emergency:KEPT": look(pgettext_lazy("emergency", "In order"), "green"),
        "emergency:WITHDRAWN": look(pgettext_lazy("emergency", "Not in order"), "red"),
        "REVIEW_DECIDE": look(_("Rights to review:"), is_plain=True),
        "REVIEW_SIGN": look(_("Access review to sign:"), is_plain=True),
        "accessreview:OPEN": look(pgettext_lazy("review", "Open"), "amber"),
        "accessreview:SIGNED": look(pgettext_lazy("review", "Signed"), "green"),
        "accessreviewrow:OPEN": look(_("To review"), "amber"),
        "accessreviewrow:KEPT": look(_("Kept"), "green"),
        "accessreviewrow:WITHDRAWN": look(_("Withdrawn"), "red"),
        "lonegrant:OPEN": look(_("To review"), "amber"),
        "lonegrant:KEPT": look(_("Kept"), "green"),
        "lonegrant:WITHDRAWN": look(_("Withdrawn"), "grey"),
        "apitoken:REVOKED": look(pgettext_lazy("token", "Revoked"), "grey"),
        "apitoken:EXPIRED": look(pgettext_lazy("token", "Expired"), "grey"),
    }
