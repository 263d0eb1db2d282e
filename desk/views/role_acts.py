"""What administrators do to the roles of others: ask, decide, withdraw, review."""

from __future__ import annotations

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from core import grants
from core.access import Action
from core.models import LoneGrant, RoleGrant, RoleProposal, User
from core.pages import PageView
from core.roles import Role
from desk.forms import RoleForm
from desk.services import roles
from desk.views.emergencies import BROKEN_NOW


class RoleAct(PageView):
    """One act on the roles of one person, POSTed from that person's page."""

    http_method_names = ["post"]
    action = Action.GRANT_ROLE

    def back(self, user_id: int, said: str) -> HttpResponse:
        messages.success(self.request, said)
        return redirect("rights:person", user_id)


class ProposeRole(RoleAct):
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        user = get_object_or_404(User, pk=pk)
        form = RoleForm(request.POST, for_program=user.api_tokens.exists())
        if not form.is_valid():
            raise grants.UnableToGrant(form.errors.as_text())
        roles.propose_role(
            user=user,
            role=Role(form.cleaned_data["role"]),
            desk_code=form.cleaned_data["desk_code"],
            reason=form.cleaned_data["reason"],
            actor=self.request.actor,
            at=timezone.now(),
        )
        return self.back(pk, _("Proposed: another administrator must approve it."))


class DecideRole(RoleAct):
    approve = True

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = get_object_or_404(RoleProposal, pk=pk)
        roles.decide_role(
            proposal_id=row.pk,
            approve=self.approve,
            note=request.POST.get("reason", ""),
            actor=self.request.actor,
            at=timezone.now(),
        )
        said = _("The role is given.") if self.approve else _("The role is refused.")
        return self.back(row.user_id, said)


class WithdrawRole(RoleAct):
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        held = get_object_or_404(RoleGrant.objects.select_related("user"), pk=pk)
        grants.revoke_role(
            user=held.user,
            role=Role(held.role),
            desk_code=held.desk_code,
            reason=request.POST.get("reason", ""),
            actor=self.request.actor,
        )
        return self.back(held.user_id, _("The role is withdrawn, from the next request on."))


class ReviewLoneGrant(RoleAct):
    keep = True

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = get_object_or_404(LoneGrant, pk=pk)
        roles.review_lone_grant(
            lone_id=row.pk,
            keep=self.keep,
            note=request.POST.get("reason", ""),
            actor=self.request.actor,
            at=timezone.now(),
        )
        if row.until is not None:
            cache.delete(BROKEN_NOW)
            messages.success(self.request, _("Reviewed."))
            return redirect("rights:emergency", row.pk)
        said = _("Reviewed: the role is kept.") if self.keep else _("The role is withdrawn.")
        return self.back(row.user_id, said)
