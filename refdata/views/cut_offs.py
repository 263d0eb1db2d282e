"""Cut-offs: propose, look, approve or refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from refdata.forms import CutOffForm
from refdata.models import CutOff
from refdata.views.proposals import DecisionPage, ProposalPage, ProposedPage


class CutOffPage(ProposedPage):
    title = _("Cut-off")
    model = CutOff
    decide_url = "refdata:cut_off_decide"


class ProposeCutOff(ProposalPage):
    """A new time for a step, from a day on or for that day alone."""

    title = _("Propose a cut-off")
    form_class = CutOffForm


class DecideCutOff(DecisionPage):
    model = CutOff
