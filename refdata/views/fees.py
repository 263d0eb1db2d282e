"""Fee schedules: propose, look, approve or refuse."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from core import asked
from refdata.forms import FeeForm
from refdata.models import FeeSchedule
from refdata.views.proposals import DecisionPage, ProposalPage, ProposedPage


class FeePage(ProposedPage):
    title = _("Fee schedule")
    model = FeeSchedule
    decide_url = "refdata:fee_decide"
    replaceable = True
    like_url = "refdata:fee_new"

    def get_queryset(self) -> QuerySet[FeeSchedule]:
        return FeeSchedule.objects.select_related("party")


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
