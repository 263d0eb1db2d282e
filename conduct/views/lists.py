"""Lists of conduct: traders and parties over a window, the watches; and a day watched again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from conduct import filters, selectors, tables
from conduct.models import Watch
from conduct.services import watching
from core import access, asked
from core.access import Action
from core.pages import ListPage, PageView, Tab
from kernel.findings import Refusal
from refdata.models import Party, Trader


class NoSuchDay(Refusal):
    """What was sent is no day that is over: a day is watched whole."""

    code = "NO_SUCH_DAY"


class ConductList(ListPage):
    """What the lists share: who may read the audit trail sees the conduct of the whole house."""

    action = Action.VIEW_AUDIT
    template_name = "conduct/list.html"

    def extra_context(self) -> dict[str, Any]:
        window = getattr(self.filterset, "window", None)
        latest = selectors.latest_watch()
        return {
            "span": window if latest else None,
            "latest": latest,
            "may_watch": access.allows(self.request.actor, Action.RUN_JOB),
        }


class TraderConductList(ConductList):
    title = _("Conduct")
    filterset_class, table_class = filters.TraderConductFilter, tables.TraderConductTable
    tabs = (Tab(_("All")), Tab(_("With open findings"), "found=true"))
    hidden_columns = ("near", "round_trips", "washes")
    export_name = "conduct-traders"
    empty_text = _("No day has been watched in which somebody dealt.")

    def get_queryset(self) -> QuerySet[Trader]:
        return Trader.objects.select_related("desk")

    def row_url(self, record: Trader) -> str:
        return f"/conduct/traders/{record.pk}/"

    def row_class(self, record: Any) -> str:
        return "overdue" if record.findings else ""


class PartyConductList(ConductList):
    title = _("Conduct of counterparties")
    filterset_class, table_class = filters.PartyConductFilter, tables.PartyConductTable
    tabs = (
        Tab(_("All")),
        Tab(_("Codes that nobody answers for"), "nature=TECHNICAL&nature=UNNAMED&nature=INTERNAL"),
    )
    export_name = "conduct-parties"
    empty_text = _("No day has been watched in which somebody dealt.")

    def get_queryset(self) -> QuerySet[Party]:
        return Party.objects.all()

    def row_url(self, record: Party) -> str:
        return f"/conduct/parties/{record.pk}/"


class WatchList(ConductList):
    title = _("Watches of conduct")
    model = Watch
    filterset_class, table_class = filters.WatchFilter, tables.WatchTable
    export_name = "conduct-watches"
    empty_text = _("No day has been watched yet.")

    def row_url(self, record: Watch) -> str:
        return f"/conduct/?until={record.day}"


class WatchAgain(PageView):
    """POST of a day that is to be measured and judged again."""

    http_method_names = ["post"]
    action = Action.VIEW_AUDIT

    def post(self, request: HttpRequest) -> HttpResponse:
        access.require_everywhere(self.request.actor, Action.RUN_JOB)
        day = asked.day(request.POST.get("day", ""))
        if day is None or day >= timezone.localdate():
            raise NoSuchDay(_t("Give a day that is over."))
        job = watching.queue_watch(day=day, actor=self.request.actor, at=timezone.now(), again=True)
        messages.success(request, _t("The day is being watched again."))
        return redirect("core:job", job.pk)
