"""What each supervisor may validate, and from what amount on a trade takes several of them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from core.access import Action, allows
from core.models import User
from core.pages import ListPage, PageView
from desk import selectors
from desk.filters import LimitFilter
from desk.forms import LimitForm, SeveralForm
from desk.models import SeveralValidations, SupervisorLimit
from desk.services import asking, limits
from desk.tables import LimitTable


class Limits(ListPage):
    """The limits of all supervisors over time, and how many of them a large trade takes."""

    title = _("Validation limits")
    subtitle = _("up to what amount one validates, and from what on it takes several")
    action = Action.VIEW_AUDIT
    template_name = "desk/limits.html"
    filterset_class, table_class = LimitFilter, LimitTable
    export_name = "validation-limits"
    empty_text = _("No limit is set yet: ask for one on the page of a supervisor.")

    def get_queryset(self) -> QuerySet[SupervisorLimit]:
        return SupervisorLimit.objects.select_related("user")

    def extra_context(self) -> dict[str, Any]:
        return {
            "in_force": selectors.several_in_force(day=timezone.now().date()),
            "changes": SeveralValidations.objects.order_by("-valid_from", "-pk"),
            "form": SeveralForm() if allows(self.request.actor, Action.CONFIGURE) else None,
        }


class AskSeveral(PageView):
    """Ask that trades from an amount on take several supervisors."""

    http_method_names = ["post"]
    action = Action.CONFIGURE
    title = _("Validation limits")

    def post(self, request: HttpRequest) -> HttpResponse:
        form = SeveralForm(request.POST)
        if not form.is_valid():
            raise asking.UnableToAsk(form.errors.as_text())
        row = limits.ask_several(
            people=form.cleaned_data["people"],
            from_eur=form.cleaned_data["from_eur"],
            valid_from=form.cleaned_data["valid_from"],
            reason=form.cleaned_data["reason"],
            actor=self.request.actor,
            at=timezone.now(),
        )
        messages.success(request, _t("Asked for: another administrator must grant it."))
        return redirect("desk:request", row.pk)


class AskLimit(PageView):
    """Ask that a person may validate up to an amount."""

    http_method_names = ["post"]
    action = Action.CONFIGURE
    title = _("Validation limits")

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = LimitForm(request.POST)
        if not form.is_valid():
            raise asking.UnableToAsk(form.errors.as_text())
        row = limits.ask_limit(
            user=get_object_or_404(User, pk=pk),
            amount_eur=form.cleaned_data["amount_eur"],
            valid_from=form.cleaned_data["valid_from"],
            reason=form.cleaned_data["reason"],
            actor=self.request.actor,
            at=timezone.now(),
        )
        messages.success(request, _t("Asked for: another administrator must grant it."))
        return redirect("desk:request", row.pk)
