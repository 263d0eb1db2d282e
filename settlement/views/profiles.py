"""Tolerance profiles: what is in force, propose, look, approve or refuse."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.access import Action
from core.pages import ListPage, Tab
from refdata.views.proposals import DecisionPage, ProposalPage, ProposedPage
from settlement.filters import ProfileFilter
from settlement.forms import ProfileForm
from settlement.models import ToleranceProfile
from settlement.rules.tolerances import DELIVERED
from settlement.tables import ProfileTable


class ProfileList(ListPage):
    title = _("Tolerances of confirmations")
    action = Action.VIEW_CONFIRMATIONS
    template_name = "settlement/profiles.html"
    filterset_class, table_class = ProfileFilter, ProfileTable
    tabs = (
        Tab(_("All")),
        Tab(_("In force"), "state=APPROVED"),
        Tab(_("To decide"), "state=PENDING"),
    )
    create_url, create_label = "/confirmations/tolerances/new/", _("Propose")
    create_action = Action.EDIT_REFDATA
    export_name, empty_text = "tolerances", _("The house has set none: the delivered one counts.")

    def get_queryset(self) -> QuerySet[ToleranceProfile]:
        return ToleranceProfile.objects.select_related("party")

    def extra_context(self) -> dict[str, Any]:
        return {"delivered": DELIVERED}


class ProfilePage(ProposedPage):
    title = _("Tolerance profile")
    action = Action.VIEW_CONFIRMATIONS
    model = ToleranceProfile
    decide_url = "settlement:profile_decide"

    def get_queryset(self) -> QuerySet[ToleranceProfile]:
        return ToleranceProfile.objects.select_related("party")


class ProposeProfile(ProposalPage):
    """Tolerances for a counterparty and an asset class, from a day on."""

    title = _("Propose a tolerance profile")
    form_class = ProfileForm

    def initial(self) -> dict[str, Any]:
        names = (
            *("price_percent", "amount_small", "amount_limit", "amount_large"),
            "close_percent",
        )
        return super().initial() | {name: getattr(DELIVERED, name) for name in names}


class DecideProfile(DecisionPage):
    model = ToleranceProfile
