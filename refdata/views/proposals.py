"""Pages of data that one person proposes and another decides."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.access import Action
from core.pages import PageView
from kernel.findings import Refusal
from refdata.models import CutOff, SettlementInstruction


class ProposalPage(PageView):
    """A form whose content waits for a second person; what the service refuses stands above it."""

    action = Action.EDIT_REFDATA
    template_name = "refdata/form.html"
    form_class: ClassVar[type[forms.BaseForm]]
    refused: ClassVar[type[Refusal]]

    def initial(self) -> dict[str, Any]:
        """Return what the empty form starts from."""
        return {"valid_from": timezone.localdate()}

    def propose(self, form: Any) -> CutOff | SettlementInstruction:
        """Save the proposal; raises `refused`."""
        raise NotImplementedError

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._shown(self.form_class(initial=self.initial()))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form_class(request.POST)
        if not form.is_valid():
            return self._shown(form, status=422)
        try:
            saved = self.propose(form)
        except self.refused as refusal:
            return self._shown(form, refusal=refusal, status=422)
        messages.success(request, gettext("Proposed. Somebody else must approve it."))
        return redirect(saved.get_absolute_url())

    def _shown(
        self, form: forms.BaseForm, *, refusal: Refusal | None = None, status: int = 200
    ) -> HttpResponse:
        context: dict[str, Any] = {"form": form, "save_label": _("Propose")}
        if refusal is not None:
            context["refusal"] = refusal
        return self.render(context, status=status)
