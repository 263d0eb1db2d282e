"""What came through the drop folder, what became of it, and another try for what was refused."""

from __future__ import annotations

from typing import Any

import django_tables2
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from core import access
from core.access import Action
from core.pages import DetailPage, ListPage, PageView, Tab
from core.pages.columns import LinkColumn, MomentColumn, QuantityColumn, StatusColumn, TextColumn
from core.pages.filters import ChipsFilter, ListFilterSet, MomentDayFilter, SearchFilter
from core.remarks import recalled
from trades.models import DropArrival, labelled
from trades.services import drop
from trades.states import ArrivalState
from trades.views.quarantine import FirstFindingColumn


class ArrivalFilter(ListFilterSet):
    q = SearchFilter(fields=("name", "folder__istartswith", "sha256__startswith"))
    state = ChipsFilter(choices=labelled(ArrivalState), label=_("Status"))
    since = MomentDayFilter(field_name="seen_at", lookup_expr="gte", label=_("From"))
    until = MomentDayFilter(field_name="seen_at", lookup_expr="lte", label=_("To"))

    class Meta:
        model = DropArrival
        fields: list[str] = []


class ArrivalTable(django_tables2.Table):
    name = LinkColumn("trades:arrival", verbose_name=_("File"))
    folder = TextColumn(verbose_name=_("Folder"))
    state = StatusColumn(verbose_name=_("Status"))
    findings = FirstFindingColumn(
        orderable=False, verbose_name=_("Finding"), attrs={"td": {"class": "wrap"}}
    )
    size = QuantityColumn(verbose_name=_("Bytes"))
    seen_at = MomentColumn(verbose_name=_("Seen at"))
    ended_at = MomentColumn(verbose_name=_("Ended at"))
    sha256 = TextColumn(verbose_name="SHA-256", width=16)

    class Meta:
        order_by = ("-seen_at",)


class ArrivalList(ListPage):
    title = _("Drop folder")
    action = Action.VIEW_TRADES
    template_name = "trades/arrivals.html"
    filterset_class = ArrivalFilter
    table_class = ArrivalTable
    tabs = (
        Tab(_("All")),
        Tab(_("Refused"), "state=REFUSED"),
        Tab(_("Under way"), "state=SEEN&state=TAKEN"),
    )
    hidden_columns = ("sha256",)
    export_name = "arrivals"
    empty_text = _("No file has been dropped yet.")

    def get_queryset(self) -> QuerySet[DropArrival]:
        return DropArrival.objects.all()

    def extra_context(self) -> dict[str, Any]:
        return {"drop_dir": settings.DROP_DIR}


class ArrivalDetail(DetailPage):
    """One dropped file: when it was seen, taken and filed, and why it was refused."""

    title = _("Dropped file")
    action = Action.VIEW_TRADES
    template_name = "trades/arrival.html"

    def get_queryset(self) -> QuerySet[DropArrival]:
        return DropArrival.objects.select_related("source")

    def extra_context(self) -> dict[str, Any]:
        may = access.allows(self.request.actor, Action.IMPORT_FILE)
        return {
            "subtitle": self.object.name,
            "findings": [recalled(found) for found in self.object.findings],
            "may_retry": may and self.object.state == ArrivalState.REFUSED,
        }


class RetryArrival(PageView):
    """Have a refused file taken in once more at the next look."""

    http_method_names = ["post"]
    action = Action.IMPORT_FILE
    title = _("Dropped file")

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        get_object_or_404(DropArrival, pk=pk)
        arrival = drop.retry_arrival(arrival_id=pk, actor=self.request.actor, at=timezone.now())
        messages.success(request, _t("The file is taken in again in a few seconds."))
        return redirect(arrival)
