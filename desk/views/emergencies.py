"""The broken glass: taking it, ending it, and the review of what was done under it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from core import emergency
from core.access import Action, allows
from core.models import EMERGENCY_MINUTES_MAX, LoneGrant
from core.pages import DetailPage, PageView
from core.pages.trail import shown
from core.roles import LENT, Role
from desk.forms import EmergencyForm
from desk.services import emergencies
from kernel.actors import Actor

ACTS_SHOWN_MAX = 500
OTHERS_SHOWN_MAX = 30
BROKEN_NOW = "glass_broken_now"
"""Where the banner keeps what is open: forgotten at every change, so that it is seen at once."""


class BreakGlass(PageView):
    """Take a role that one holds elsewhere, for an hour at most, when nobody else is there."""

    title = _("Break the glass")
    subtitle = _(
        "when nobody else is there: for an hour at most, seen at once, reviewed afterwards"
    )
    action = Action.VIEW_TRADES
    template_name = "desk/break_glass.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._show(EmergencyForm(roles=roles_of(self.request.actor)))

    def post(self, request: HttpRequest) -> HttpResponse:
        actor = self.request.actor
        form = EmergencyForm(request.POST, roles=roles_of(actor))
        if not form.is_valid():
            return self._show(form, status=422)
        emergencies.break_glass(**form.cleaned_data, actor=actor, at=timezone.now())
        cache.delete(BROKEN_NOW)
        messages.warning(request, _t("The glass is broken: administrators see it now."))
        return redirect("rights:break_glass")

    def _show(self, form: EmergencyForm, *, status: int = 200) -> HttpResponse:
        actor, at = self.request.actor, timezone.now()
        roles = roles_of(actor)
        broken = emergency.open_now(at=at).filter(user=actor.user_id)
        mine = LoneGrant.objects.filter(user=actor.user_id, until__isnull=False)
        context = {
            "form": form if roles and not broken else None,
            "minutes_max": EMERGENCY_MINUTES_MAX,
            "others": [
                person
                for role in roles
                for person in emergency.who_could(role=Role(role), but=actor.name)[
                    :OTHERS_SHOWN_MAX
                ]
            ],
            "open": broken,
            "may_break": bool(roles),
            "mine": mine,
        }
        return self.render(context, status=status)


class EndEmergency(PageView):
    """End a broken glass before its time."""

    http_method_names = ["post"]
    title = _("Break the glass")
    action = Action.VIEW_TRADES

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        emergency.end_emergency(
            grant_id=pk, reason=request.POST.get("reason", ""), actor=self.request.actor
        )
        cache.delete(BROKEN_NOW)
        messages.success(request, _t("Ended."))
        is_admin = allows(self.request.actor, Action.GRANT_ROLE)
        return redirect("rights:alone" if is_admin else "rights:break_glass")


class Emergency(DetailPage):
    """One broken glass: who, where, why and until when, each act done under it, and its review."""

    title = _("Broken glass")
    action = Action.VIEW_AUDIT
    template_name = "desk/emergency.html"

    def get_queryset(self) -> QuerySet[LoneGrant]:
        return LoneGrant.objects.filter(until__isnull=False).select_related("user")

    def extra_context(self) -> dict[str, Any]:
        row: LoneGrant = self.object
        actor, at = self.request.actor, timezone.now()
        acts, mark = emergency.acts_under(row), emergency.mark_of(row)
        marked, others = acts.filter(actor=mark), acts.exclude(actor=mark)
        is_open = emergency.is_open(row, at=at)
        waits = row.state == "OPEN" and allows(actor, Action.GRANT_ROLE)
        return {
            "subtitle": row.user.username,
            "acts": shown(marked[:ACTS_SHOWN_MAX]),
            "count": marked.count(),
            "others": shown(others[:ACTS_SHOWN_MAX]),
            "others_count": others.count(),
            "shown_max": ACTS_SHOWN_MAX,
            "is_open": is_open,
            "is_mine": actor.name == row.user.username,
            "may_review": waits and actor.name != row.user.username,
        }


def roles_of(actor: Actor) -> list[str]:
    """Return the roles that a person holds on some desks only, and may need on others."""
    held = emergency.permanent().filter(user=actor.user_id, role__in=LENT)
    everywhere = {role for role, desk in held.values_list("role", "desk_code") if not desk}
    return sorted(set(held.values_list("role", flat=True)) - everywhere)
