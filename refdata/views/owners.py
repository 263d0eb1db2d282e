"""Beneficial owners of parties: list, propose, look, approve or refuse."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.pages import Tab
from refdata import filters, models, tables
from refdata.forms import OwnerForm
from refdata.views.lists import ReferenceList
from refdata.views.proposals import (
    DecideManyPage,
    DecideOnePage,
    LikePage,
    ProposedPage,
    decisions,
)


class OwnerList(ReferenceList):
    title = _("Beneficial owners")
    model = models.BeneficialOwner
    filterset_class, table_class = filters.OwnerFilter, tables.OwnerTable
    related = ("party",)
    tabs = (
        Tab(_("All")),
        Tab(_("To approve"), "state=PENDING"),
        Tab(_("In force"), "state=APPROVED"),
    )
    bulk_actions = decisions("refdata:owners_approve", "refdata:owners_refuse")
    hidden_columns = ("proposed_by", "decided_by")
    create_url, create_label = "/refdata/owners/new/", _("Propose an owner")
    export_name, empty_text = (
        "owners",
        _("No owner yet: parties are screened by their names alone."),
    )


class OwnerPage(ProposedPage):
    title = _("Beneficial owner")
    model = models.BeneficialOwner
    decide_url = "refdata:owner_decide"
    replaceable = True
    like_url = "refdata:owner_new"

    def get_queryset(self) -> QuerySet[models.BeneficialOwner]:
        return models.BeneficialOwner.objects.select_related("party")


class ProposeOwner(LikePage):
    """A new owner, or with `?like=` another share of one; `?party=` names the party."""

    title = _("Propose an owner")
    form_class = OwnerForm
    model = models.BeneficialOwner


class DecideOwner(DecideOnePage):
    model, table = models.BeneficialOwner, "owner"


class ApproveOwners(DecideManyPage):
    list_url_name, table, approve = "refdata:owners", "owner", True


class RefuseOwners(DecideManyPage):
    list_url_name, table, approve = "refdata:owners", "owner", False
