"""Cut-offs: propose, look, approve or refuse."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import access
from core.access import Action
from core.pages import PageView
from refdata import services
from refdata.forms import CutOffForm
from refdata.models import CutOff
from refdata.states import InstructionState
from refdata.views.proposals import ProposalPage
from refdata.views.records import RecordPage


class CutOffPage(RecordPage):
    title = _("Cut-off")
    model = CutOff
    template_name = "refdata/cut_off.html"

    def sections(self) -> dict[str, Any]:
        row, actor = self.object, self.request.actor
        pending = row.state == InstructionState.PENDING
        return {
            "may_decide": pending
            and access.allows(actor, Action.APPROVE_REFDATA)
            and row.proposed_by != actor.name,
            "is_own": pending and row.proposed_by == actor.name,
        }


class ProposePage(ProposalPage):
    """A new time for a step, from a day on or for that day alone."""

    title = _("Propose a cut-off")
    form_class = CutOffForm
    refused = services.UnableToSetCutOff

    def propose(self, form: CutOffForm) -> CutOff:
        return services.propose_cut_off(
            cut_off=form.save(commit=False),
            actor=self.request.actor,
            at=timezone.localtime(),
            reason=form.cleaned_data["why"],
        )


class DecisionPage(PageView):
    """POST of a decision on a proposed cut-off."""

    action = Action.APPROVE_REFDATA
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int, decision: str) -> HttpResponse:
        get_object_or_404(CutOff, pk=pk)
        saved = services.decide_cut_off(
            cut_off_id=pk,
            approve=decision == "approve",
            actor=self.request.actor,
            at=timezone.now(),
        )
        messages.success(request, gettext("Your decision is recorded."))
        return redirect(saved.get_absolute_url())
