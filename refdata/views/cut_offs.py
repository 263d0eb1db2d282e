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


class ProposePage(PageView):
    """A new time for a step, from a day on or for that day alone."""

    title = _("Propose a cut-off")
    action = Action.EDIT_REFDATA
    template_name = "refdata/form.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        form = CutOffForm(initial={"valid_from": timezone.localdate()})
        return self.render({"form": form, "save_label": _("Propose")})

    def post(self, request: HttpRequest) -> HttpResponse:
        form = CutOffForm(request.POST)
        context: dict[str, Any] = {"form": form, "save_label": _("Propose")}
        if not form.is_valid():
            return self.render(context, status=422)
        try:
            saved = services.propose_cut_off(
                cut_off=form.save(commit=False),
                actor=self.request.actor,
                at=timezone.localtime(),
                reason=form.cleaned_data["why"],
            )
        except services.UnableToSetCutOff as refusal:
            return self.render(context | {"refusal": refusal}, status=422)
        messages.success(request, gettext("Proposed. Somebody else must approve it."))
        return redirect(saved.get_absolute_url())


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
