"""Roles that are lent: the list, one with what was decided on it, asking and withdrawing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from core import delegations
from core.access import Action, allows
from core.models import DAYS_MAX, Delegation, User
from core.pages import DetailPage, ListPage, PageView, Tab
from core.roles import LENT
from desk import selectors
from desk.filters import DelegationFilter
from desk.forms import DelegationForm
from desk.models import Approval, Request
from desk.services.delegations import ask_delegation
from desk.tables import DelegationTable
from kernel.actors import Actor

DECISIONS_SHOWN_MAX = 200


class Delegations(ListPage):
    """What is lent, to whom and until when; who may not read the trail sees the own ones."""

    title = _("Delegations")
    subtitle = _("who acts for a colleague, from which day to which")
    action = Action.VIEW_TRADES
    template_name = "desk/delegations.html"
    filterset_class, table_class = DelegationFilter, DelegationTable
    tabs = (
        Tab(_("All")),
        Tab(_("In force"), "life=IN_FORCE"),
        Tab(_("To come"), "life=TO_COME"),
        Tab(_("Over"), "life=OVER&life=WITHDRAWN"),
    )
    hidden_columns = ("granted_by", "granted_at", "withdrawn_by", "withdrawn_at")
    export_name = "delegations"
    empty_text = _("Nobody lends a role.")

    def get_queryset(self) -> QuerySet[Delegation]:
        return selectors.list_delegations(actor=self.request.actor, at=timezone.now())

    def extra_context(self) -> dict[str, Any]:
        actor = self.request.actor
        return {
            "form": form_for(actor) if may_ask(actor) else None,
            "days_max": DAYS_MAX,
            "for_others": allows(actor, Action.GRANT_ROLE),
            "waiting": Request.objects.filter(
                pk__in=selectors.list_requests(actor=actor), kind="DELEGATION", state="ASKED"
            ),
        }


class DelegationPage(DetailPage):
    """One delegation: for whom, until when, by whom, and the decisions that were taken on it."""

    title = _("Delegation")
    action = Action.VIEW_TRADES
    template_name = "desk/delegation.html"

    def get_queryset(self) -> QuerySet[Delegation]:
        return selectors.list_delegations(actor=self.request.actor, at=timezone.now())

    def extra_context(self) -> dict[str, Any]:
        row: Any = self.object
        decided = Approval.objects.filter(
            checker=row.delegate.username,
            on_behalf_of=row.lender.username,
            decided_at__gte=row.starts_at,
            decided_at__lt=row.ends_at,
        )
        return {
            "may_withdraw": row.life in ("IN_FORCE", "TO_COME")
            and delegations.may_withdraw(row, self.request.actor),
            "decisions": decided.order_by("-decided_at")[:DECISIONS_SHOWN_MAX],
            "granted_requests": Request.objects.filter(
                decided_by=row.delegate.username,
                on_behalf_of=row.lender.username,
                decided_at__gte=row.starts_at,
                decided_at__lt=row.ends_at,
            ),
            "may_see_trail": allows(self.request.actor, Action.VIEW_AUDIT),
        }


class AskDelegation(PageView):
    """Ask that a colleague acts in one's role, or (an administrator) in that of who is ill."""

    http_method_names = ["post"]
    action = Action.VIEW_TRADES
    title = _("Delegations")

    def post(self, request: HttpRequest) -> HttpResponse:
        actor = self.request.actor
        form = form_for(actor, request.POST)
        if not form.is_valid():
            raise delegations.UnableToDelegate(form.errors.as_text())
        row = ask_delegation(
            loan=form.loan(self.request.user),
            reason=form.cleaned_data["reason"],
            actor=actor,
            at=timezone.now(),
        )
        messages.success(request, _t("Asked for: an administrator must grant it."))
        return redirect("desk:request", row.pk)


class WithdrawDelegation(PageView):
    """End a delegation at once, or before it begins."""

    http_method_names = ["post"]
    action = Action.VIEW_TRADES
    title = _("Delegation")

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        at = timezone.now()
        seen = selectors.list_delegations(actor=self.request.actor, at=at)
        row = get_object_or_404(seen, pk=pk)
        delegations.withdraw(
            delegation_id=row.pk,
            reason=request.POST.get("reason", ""),
            actor=self.request.actor,
            at=at,
        )
        messages.success(request, _t("Withdrawn: nobody acts on it any more."))
        return redirect("rights:delegation", pk)


def may_ask(actor: Actor) -> bool:
    """Say whether a person holds a role that is lent, or asks for others."""
    own = User.objects.filter(username=actor.name, grants__role__in=LENT)
    return allows(actor, Action.GRANT_ROLE) or own.exists()


def form_for(actor: Actor, *data: Any) -> DelegationForm:
    """Return the form: an administrator names who is away, everybody else is it."""
    for_others = allows(actor, Action.GRANT_ROLE)
    return DelegationForm(*data, me=actor.name, for_others=for_others)
