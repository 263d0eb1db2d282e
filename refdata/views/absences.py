"""One's own days away, and those of a colleague who cannot tell them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from core.access import Action
from core.pages import PageView
from refdata import selectors
from refdata.forms import AbsenceForm
from refdata.models import Absence
from refdata.services import absences
from refdata.states import AbsenceKind


class TellAbsence(PageView):
    """Say that one is away; who runs a desk, the data or the rights says it for others, too."""

    title = _("Days away")
    subtitle = _("your colleagues see it, and may take over your work")
    action = Action.VIEW_TRADES
    template_name = "refdata/away.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._show(self._form())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self._form(request.POST)
        if not form.is_valid():
            return self._show(form, status=422)
        said = form.cleaned_data
        absences.tell_absence(
            user=said.get("user") or self.request.user,
            kind=AbsenceKind(said["kind"]),
            first_day=said["first_day"],
            last_day=said["last_day"],
            note=said["note"],
            actor=self.request.actor,
            at=timezone.now(),
        )
        messages.success(request, _t("Noted. A colleague may stand in for these days, too."))
        return redirect("refdata:away")

    def _form(self, *data: Any) -> AbsenceForm:
        return AbsenceForm(*data, for_others=absences.may_tell(None, self.request.actor))

    def _show(self, form: AbsenceForm, *, status: int = 200) -> HttpResponse:
        today = timezone.localdate()
        context = {
            "form": form,
            "mine": selectors.absences_of(self.request.user.pk),
            "away": self._away(today),
            "today": today,
        }
        return self.render(context, status=status)

    def _away(self, today: date) -> QuerySet[Absence]:
        """Return who else is away now or soon, for who may tell it."""
        if not absences.may_tell(None, self.request.actor):
            return Absence.objects.none()
        people = Absence.objects.filter(last_day__gte=today, user__isnull=False)
        return people.filter(~Q(user=self.request.user)).select_related("user")


class EndAbsence(PageView):
    """Say that somebody is back before the last day."""

    http_method_names = ["post"]
    title = _("Days away")
    action = Action.VIEW_TRADES

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = get_object_or_404(Absence.objects.filter(user__isnull=False), pk=pk)
        absences.end_absence(absence_id=row.pk, actor=self.request.actor, at=timezone.now())
        messages.success(request, _t("Noted: back."))
        return redirect("refdata:away")
