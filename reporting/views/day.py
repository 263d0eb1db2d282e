"""The reporting day: booked equals answered, what blocks, the files of the day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import access
from core.jobs import enqueue
from core.pages import PageView
from core.roles import Action
from reporting import selectors
from reporting.formats import schemas
from reporting.forms import DayForm
from reporting.states import ReportState
from reporting.views.activity import asked_day
from trades import selectors as trades

JOB_KIND = "reporting.generate_rts22"
SHOWN = 20
DAYS = 10


class ReportingDay(PageView):
    title = gettext_lazy("Reporting")
    action = Action.VIEW_REPORTS
    template_name = "reporting/day.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        form, day = asked_day(request)
        return self.render({"form": form, **self._context(day)})

    def _context(self, day: date | None) -> dict[str, Any]:
        if day is None:
            return {"day": None}
        actor = self.request.actor
        complete = selectors.completeness(day=day)
        today = timezone.localdate()
        current = trades.current_day(today=today) or today
        blocked = selectors.list_reports(actor=actor).filter(
            trade_date=day, state__in=[ReportState.BLOCKED, ReportState.REJECTED]
        )
        return {
            "day": day,
            "complete": complete,
            "states": [(state, n) for state, n in complete.counts.items() if n],
            "blocked": blocked.order_by("id")[:SHOWN],
            "files": selectors.list_files().filter(day=day),
            "days": [
                selectors.completeness(day=one)
                for one in trades.list_recent_days(within=DAYS, until=current)
            ],
            "missing_schemas": schemas.missing_schemas(selectors.schema_dir()),
            "has_profile": selectors.has_profile(),
            "deadline": selectors.deadline(day=day),
            "may_generate": access.allows(actor, Action.GENERATE_REPORT),
        }


class GenerateDay(PageView):
    """Start the job that generates a day."""

    action = Action.GENERATE_REPORT
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        form = DayForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("Which day?"))
            return redirect("reporting:home")
        day = form.cleaned_data["day"]
        with transaction.atomic():
            job = enqueue(
                kind=JOB_KIND,
                parameters={"day": day.isoformat()},
                title=day.isoformat(),
                actor=self.request.actor,
                at=timezone.now(),
                dedupe_key=f"rts22:{day}",
            )
        return redirect(reverse("core:job", args=[job.pk]))
