"""Tolerances on screen: what is in force, what was, and a form to propose others."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from core import access
from core.access import Action
from core.pages import PageView, formats
from core.pages.fields import DayField
from desk import selectors as desk_selectors
from desk.models import ControlRule
from desk.services import settings
from reconciliation import services
from reconciliation.frames.items import ONE
from reconciliation.models import LABELS
from reconciliation.services.tolerances import AMOUNT, CODES
from reconciliation.states import Kind


class TolerancesPage(PageView):
    title = _("Tolerances")
    action = Action.VIEW_RECONCILIATION
    template_name = "reconciliation/tolerances.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        actor = self.request.actor
        return self.render(
            {
                "kinds": [_shown(kind) for kind in CODES],
                "may_propose": access.allows(actor, Action.MATCH),
                "may_decide": access.allows(actor, Action.WAIVE_EXCEPTION),
                "today": timezone.localdate(),
            }
        )


class ProposeTolerances(PageView):
    """Ask for a change; it is in force only after somebody else approved it."""

    http_method_names = ["post"]
    action = Action.MATCH

    def post(self, request: HttpRequest, kind: str) -> HttpResponse:
        if kind not in set(Kind):
            raise Http404
        services.propose_tolerances(
            kind=Kind(kind),
            parameters={name: request.POST.get(name, "") for name in ("amount", "days")},
            valid_from=_day(request.POST.get("valid_from", "")),
            reason=request.POST.get("reason", ""),
            actor=self.request.actor,
            at=timezone.now(),
        )
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


def _shown(kind: Kind) -> dict[str, Any]:
    rules = services.rules_in_force(kind=kind, day=timezone.now().date())
    amount = Decimal(rules.amount_tolerance) / ONE
    return {
        "kind": kind.value,
        "label": LABELS[kind.value],
        "amount": amount,
        "amount_text": formats.typed(amount),
        "days": rules.day_lag,
        "version": rules.version,
        "changes": [
            (setting, Decimal(setting.parameters[AMOUNT]))
            for setting in desk_selectors.list_settings().filter(code=CODES[kind])
        ],
    }


def _day(text: str) -> date:
    try:
        day = DayField(required=True).clean(text)
    except ValidationError as error:
        raise settings.UnableToPropose(" ".join(error.messages)) from error
    return day  # type: ignore[no-any-return]  # forms are untyped
