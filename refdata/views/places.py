"""Places of settlement by home market: propose, look, approve or refuse."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from core import asked
from refdata.forms import PlaceForm
from refdata.models import SettlementPlace
from refdata.views.proposals import DecisionPage, ProposalPage, ProposedPage


class PlacePage(ProposedPage):
    title = _("Place of settlement")
    model = SettlementPlace
    decide_url = "refdata:place_decide"
    replaceable = True
    like_url = "refdata:place_new"


class ProposePlace(ProposalPage):
    """A new line, or with `?like=` one that starts from another."""

    title = _("Propose a place of settlement")
    form_class = PlaceForm

    def initial(self) -> dict[str, Any]:
        like = asked.number(self.request.GET.get("like", ""))
        if like is None:
            return super().initial()
        line = get_object_or_404(SettlementPlace, pk=like)
        same = ("venue", "issuer_country", "asset_class", "place")
        return super().initial() | {name: getattr(line, name) for name in same}


class DecidePlace(DecisionPage):
    model = SettlementPlace
