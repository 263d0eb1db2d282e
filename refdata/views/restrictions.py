"""What the house does not deal in: propose, look, approve or refuse."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from core.pages import Tab
from kernel.actors import Actor
from refdata import filters, models, services, tables
from refdata.forms import RestrictionForm
from refdata.models.proposals import Proposed
from refdata.views.lists import ReferenceList
from refdata.views.proposals import DecisionPage, ProposalPage, ProposedPage


class RestrictionList(ReferenceList):
    title = _("Restrictions")
    model = models.Restriction
    filterset_class, table_class = filters.RestrictionFilter, tables.RestrictionTable
    tabs = (
        Tab(_("All")),
        Tab(_("To approve"), "state=PENDING"),
        Tab(_("In force"), "state=APPROVED"),
    )
    create_url, create_label = "/refdata/restrictions/new/", _("Propose a restriction")
    export_name, empty_text = "restrictions", _("The house restricts nothing by itself yet.")


class RestrictionPage(ProposedPage):
    title = _("Restriction")
    model = models.Restriction
    decide_url = "refdata:restriction_decide"


class ProposeRestriction(ProposalPage):
    title = _("Propose a restriction")
    form_class = RestrictionForm


class DecideRestriction(DecisionPage):
    model = models.Restriction

    def decide(self, pk: int, *, approve: bool, actor: Actor, at: datetime) -> Proposed:
        return services.decide_restriction(row_id=pk, approve=approve, actor=actor, at=at)
