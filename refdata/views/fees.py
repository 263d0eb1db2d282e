"""Fee schedules: propose, look, approve or refuse."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from core import access, asked
from core.access import Action
from refdata.forms import FeeForm
from refdata.models import FeeSchedule
from refdata.states import InstructionState
from refdata.views.proposals import DecisionPage, ProposalPage, ProposedPage


class FeePage(ProposedPage):
    title = _("Fee schedule")
    model = FeeSchedule
    decide_url = "refdata:fee_decide"

    def get_queryset(self) -> QuerySet[FeeSchedule]:
        return FeeSchedule.objects.select_related("party")

    def sections(self) -> dict[str, Any]:
        may_propose = access.allows(self.request.actor, Action.EDIT_REFDATA)
        is_approved = self.object.state == InstructionState.APPROVED
        return super().sections() | {"may_replace": may_propose and is_approved}


class ProposeFee(ProposalPage):
    """A new line, or with `?like=` one that starts from another."""

    title = _("Propose a fee schedule")
    form_class = FeeForm

    def initial(self) -> dict[str, Any]:
        like = asked.number(self.request.GET.get("like", ""))
        if like is None:
            return super().initial()
        line = get_object_or_404(FeeSchedule, pk=like)
        same = [name for name in FeeForm.Meta.fields if name not in ("valid_from", "valid_to")]
        return super().initial() | {name: getattr(line, name) for name in same}


class DecideFee(DecisionPage):
    model = FeeSchedule
