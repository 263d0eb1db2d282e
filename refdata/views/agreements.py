"""Agreements with parties: list, propose, look, approve or refuse."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.pages import Tab
from refdata import filters, models, tables
from refdata.forms import AgreementForm
from refdata.views.lists import ReferenceList
from refdata.views.proposals import (
    DecideManyPage,
    DecideOnePage,
    LikePage,
    ProposedPage,
    decisions,
)


class AgreementList(ReferenceList):
    title = _("Agreements")
    model = models.Agreement
    filterset_class, table_class = filters.AgreementFilter, tables.AgreementTable
    related = ("party",)
    tabs = (
        Tab(_("All")),
        Tab(_("To approve"), "state=PENDING"),
        Tab(_("In force"), "state=APPROVED"),
    )
    bulk_actions = decisions("refdata:agreements_approve", "refdata:agreements_refuse")
    hidden_columns = ("covers_securities", "proposed_by", "decided_by")
    create_url, create_label = "/refdata/agreements/new/", _("Propose an agreement")
    export_name = "agreements"
    empty_text = _("No agreement yet: none is asked for until the first is in force.")


class AgreementPage(ProposedPage):
    title = _("Agreement with a party")
    model = models.Agreement
    decide_url = "refdata:agreement_decide"
    replaceable = True
    like_url = "refdata:agreement_new"

    def get_queryset(self) -> QuerySet[models.Agreement]:
        return models.Agreement.objects.select_related("party")


class ProposeAgreement(LikePage):
    """A new agreement, or with `?like=` one that follows another; `?party=` names the party."""

    title = _("Propose an agreement")
    form_class = AgreementForm
    model = models.Agreement


class DecideAgreement(DecideOnePage):
    model, table = models.Agreement, "agreement"


class ApproveAgreements(DecideManyPage):
    list_url_name, table, approve = "refdata:agreements", "agreement", True


class RefuseAgreements(DecideManyPage):
    list_url_name, table, approve = "refdata:agreements", "agreement", False
