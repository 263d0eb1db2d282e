"""Tolerances on screen: what is in force, what was, and a form to propose others."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from core import access
from core.access import Action
from core.pages import PageView
from core.unreadable import message_of
from desk import selectors as desk_selectors
from desk.models import ControlRule
from desk.services import settings
from reconciliation import services
from reconciliation.forms import ToleranceForm
from reconciliation.frames.items import ONE
from reconciliation.models import LABELS
from reconciliation.services.tolerances import AMOUNT, CODES
from reconciliation.states import Kind

NONE_REFUSED: Final[Mapping[Kind, ToleranceForm]] = MappingProxyType({})


class TolerancesPage(PageView):
    title = _("Tolerances")
    action = Action.VIEW_RECONCILIATION
    template_name = "reconciliation/tolerances.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show()

    def show(self, refused: Mapping[Kind, ToleranceForm] = NONE_REFUSED) -> HttpResponse:
        """Show what is in force; with forms that were refused, as they were typed."""
        actor = self.request.actor
        return self.render(
            {
                "kinds": [_shown(kind, refused.get(kind)) for kind in CODES],
                "may_propose": access.allows(actor, Action.MATCH),
                "may_decide": access.allows(actor, Action.WAIVE_EXCEPTION),
            },
            status=422 if refused else 200,
        )


class ProposeTolerances(TolerancesPage):
    """Ask for a change; it is in force only after somebody else approved it."""

    http_method_names = ["post"]
    action = Action.MATCH

    def post(self, request: HttpRequest, kind: str) -> HttpResponse:
        if kind not in set(Kind):
            raise Http404
        form = ToleranceForm(request.POST, kind=Kind(kind))
        if not form.is_valid():
            return self.show({form.kind: form})
        try:
            services.propose_tolerances(
                kind=form.kind,
                parameters=form.parameters(),
                valid_from=form.cleaned_data["valid_from"],
                reason=form.cleaned_data["reason"],
                actor=self.request.actor,
                at=timezone.now(),
            )
        except settings.UnableToPropose as refusal:
            form.add_error(None, message_of(refusal))
            return self.show({form.kind: form})
        messages.success(request, _t("The change is proposed: somebody else must approve it."))
        return redirect("reconciliation:tolerances")


class DecideTolerances(PageView):
    http_method_names = ["post"]
    action = Action.WAIVE_EXCEPTION

    def post(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        get_object_or_404(ControlRule, pk=pk, code__in=CODES.values())
        settings.decide_setting(
            setting_id=pk, approve=verb == "approve", actor=self.request.actor, at=timezone.now()
        )
        return redirect("reconciliation:tolerances")


def _shown(kind: Kind, refused: ToleranceForm | None) -> dict[str, Any]:
    rules = services.rules_in_force(kind=kind, day=timezone.now().date())
    amount = Decimal(rules.amount_tolerance) / ONE
    return {
        "kind": kind.value,
        "label": LABELS[kind.value],
        "amount": amount,
        "days": rules.day_lag,
        "form": refused or ToleranceForm(kind=kind, amount=amount, days=rules.day_lag),
        "version": rules.version,
        "changes": [
            (setting, Decimal(setting.parameters[AMOUNT]))
            for setting in desk_selectors.list_settings().filter(code=CODES[kind])
        ],
    }
