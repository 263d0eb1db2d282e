"""The business day and the one work queue."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.db.models import Count, F, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from backoffice import business_day, selectors, services
from backoffice.pages.filters import WorkFilter
from backoffice.pages.tables import WorkTable
from backoffice.pages.titles import work_title
from core import access
from core.pages import BulkAction, BulkPage, Done, ListPage, PageView, Selection, Tab, formats
from desk import selectors as desk
from desk.states import WorkKind
from desk.views.owners import owners_of, tell_taken_over
from kernel.calendars import is_plausible

WORK_SHOWN_MAX = 8


class BusinessDay(PageView):
    """The home page; the browser asks again every two seconds while jobs run, else every twenty."""

    title = _("Business day")
    template_name = "backoffice/business_day.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        at = timezone.now()
        day = _day_asked(request) or selectors.business_date(timezone.localdate(at))
        if day is None:
            return self.render({"empty": True})
        template = "backoffice/_business_day.html" if self.is_fragment else ""
        return self.render(self._context(day, at), template=template)

    def _context(self, day: date, at: datetime) -> dict[str, Any]:
        actor = self.request.actor
        told = business_day.business_day(day=day, actor=actor, at=at)
        sees_work = access.allows(actor, access.Action.VIEW_TRADES)
        work = selectors.list_work(actor=actor, at=at).order_by(
            F("priority").desc(), "due_at", "pk"
        )
        return {
            "told": told,
            "day": day,
            "at": at,
            "trades": told.trades,
            "figures": [figure for step in told.steps for figure in step.figures],
            "work": [(item, work_title(item)) for item in work[:WORK_SHOWN_MAX]]
            if sees_work
            else [],
            "jobs": selectors.list_latest_jobs(actor=actor)
            if access.allows(actor, access.Action.VIEW_JOBS)
            else (),
            "days": sorted({day, *selectors.list_days(until=timezone.localdate(at))}, reverse=True),
        }


class WorkQueue(ListPage):
    title = _("Work queue")
    action = access.Action.VIEW_TRADES
    filterset_class, table_class = WorkFilter, WorkTable
    tabs = (
        Tab(_("All")),
        Tab(_("Mine"), "whose=mine"),
        Tab(_("Nobody’s"), "whose=team"),
        Tab(_("Of who is away"), "whose=away"),
        Tab(_("Overdue"), "overdue=on"),
    )
    bulk_actions = (
        BulkAction("take", _("Assign to me"), "work_take", key="v", primary=True),
        BulkAction("give_back", _("Give back"), "work_give_back"),
        BulkAction("hand_over", _("Give to who stands in"), "work_hand_over"),
    )
    hidden_columns = ("opened_at", "priority")
    export_name = "work"
    empty_text = _("Nothing waits for a person.")

    def get_queryset(self) -> QuerySet[Any]:
        return selectors.list_work(actor=self.request.actor, at=timezone.now())

    def allowed_bulk_actions(self) -> list[BulkAction]:
        """Offer nothing to those who do no work of any kind, as an auditor."""
        of_work = (act for kind, act in services.DONE_BY.items() if kind is not WorkKind.MENTION)
        does = any(access.allows(self.request.actor, act) for act in of_work)
        return super().allowed_bulk_actions() if does else []

    def summary(self, queryset: QuerySet[Any]) -> Iterable[tuple[Any, str]]:
        late = Count("pk", filter=Q(due_at__lt=timezone.now()))
        told = queryset.order_by().aggregate(risk=Sum("risk_eur"), late=late)
        yield _("EUR at risk"), formats.amount(told["risk"], "EUR") or "0"
        yield _("overdue"), formats.integer(told["late"])

    def row_url(self, record: Any) -> str:
        return str(record.url)

    def row_name(self, record: Any) -> str:
        return work_title(record)

    def row_class(self, record: Any) -> str:
        return "overdue" if record.due_at and record.due_at < timezone.now() else ""


class TakeWork(BulkPage):
    action = access.Action.VIEW_TRADES
    list_url_name = "work"
    job_kind = services.TAKE_JOB

    def parameters(self, reason: str) -> dict[str, Any]:
        return {"owner_id": self.request.user.pk}

    def perform(self, chosen: Selection, reason: str) -> Done:
        actor = self.request.actor
        items = desk.list_work(actor=actor).filter(pk__in=chosen.ids)
        owners = owners_of(items, request=self.request)
        n = services.take_work(
            item_ids=chosen.ids, owner_id=self.request.user.pk, actor=actor, at=timezone.now()
        )
        tell_taken_over(self.request, owners)
        return Done(n, ngettext("%(n)s item is yours.", "%(n)s items are yours.", n) % {"n": n})


class GiveWorkBack(BulkPage):
    action = access.Action.VIEW_TRADES
    list_url_name = "work"
    job_kind = services.TAKE_JOB

    def parameters(self, reason: str) -> dict[str, Any]:
        return {"owner_id": None}

    def perform(self, chosen: Selection, reason: str) -> Done:
        n = services.take_work(
            item_ids=chosen.ids, owner_id=None, actor=self.request.actor, at=timezone.now()
        )
        said = ngettext("%(n)s item given back.", "%(n)s items given back.", n)
        return Done(n, said % {"n": n})


class HandOver(BulkPage):
    """Give what those have who are away to who stands in for them."""

    action = access.Action.VIEW_TRADES
    list_url_name = "work"

    def perform(self, chosen: Selection, reason: str) -> Done:
        n, left = services.hand_over(
            item_ids=chosen.ids, actor=self.request.actor, at=timezone.now()
        )
        if left:
            said = ngettext(
                "%(n)s item has no owner for whom somebody stands in who may do it.",
                "%(n)s items have no owner for whom somebody stands in who may do it.",
                left,
            )
            messages.warning(self.request, said % {"n": left})
        said = ngettext(
            "%(n)s item given to who stands in.", "%(n)s items given to who stands in.", n
        )
        return Done(n, said % {"n": n}, explained=bool(left))


def _day_asked(request: HttpRequest) -> date | None:
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return None
    return day if is_plausible(day) else None
