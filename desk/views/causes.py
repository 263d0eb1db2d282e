"""Exceptions by what they have in common: same rule, same cause, one repair."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from core.pages import ListPage, Selection, Whole, formats
from core.pages.again import page_again
from core.pages.base import ActedRequest
from core.pages.selection import ROWS_MAX, SelectionChanged, UnableToSelect
from desk import selectors
from desk.filters import ExceptionFilter
from desk.models import ALIKE, Alike, ExceptionQuerySet
from desk.tables import CauseTable
from desk.views.exceptions import ExceptionList, TakeMany, WaiveMany

Places = Mapping[Alike, Sequence[tuple[str, str]]]


class CauseList(ListPage):
    """One row for each rule and cause; its acts are on every exception that has it."""

    title = _("Exceptions by cause")
    action = ExceptionList.action
    template_name = "desk/causes.html"
    filterset_class = ExceptionFilter
    table_class = CauseTable
    tabs = ExceptionList.tabs[:2]
    bulk_actions = tuple(
        dataclasses.replace(act, url_name=url_name)
        for act, url_name in zip(
            (ExceptionList.bulk_actions[0], ExceptionList.bulk_actions[2]),
            ("desk:causes_take", "desk:causes_waive"),
            strict=True,
        )
    )
    export_name = "causes"
    empty_text = _("No open exception has its cause outside what it is about.")

    def get_queryset(self) -> ExceptionQuerySet:
        return selectors.list_exceptions(actor=self.request.actor).exclude(cause="")

    def listed(self) -> QuerySet[Any]:
        return self._matching().by_cause(at=timezone.now())

    def in_one_order(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.order_by(*rows.query.order_by, "first")

    def measure(self, queryset: QuerySet[Any]) -> Whole:
        """Count the causes, not the exceptions."""
        causes = queryset.order_by().values(*ALIKE).distinct()
        return Whole(causes[: self.cap + 1].count(), ())

    def told(self, rows: Sequence[Any]) -> list[dict[str, Any]]:
        """Add to each row who has some of it, where it is, and where it is put right."""
        told = [dict(row) for row in rows]
        shown = [_alike(row) for row in told]
        places, owners = self._places(shown), self._matching().owners_by_cause(shown)
        for row in told:
            row["owners"] = owners.get(_alike(row), ())
            row["address"] = self.row_url(row)
            row["places"] = places.get(_alike(row), ())
        return told

    def row_url(self, record: Any) -> str:
        """Lead to the exceptions of a cause, under the filter of the page."""
        query = self.request.GET.copy()
        for name in [*query]:
            if name not in self.filterset.filters or not query[name]:
                del query[name]
        query["rule_code"], query["cause"] = record["rule_code"], record["cause"]
        return f"{reverse('desk:exceptions')}?{query.urlencode()}"

    def row_name(self, record: Any) -> str:
        return f"{record['rule_code']} {record['cause']}"

    def row_class(self, record: Any) -> str:
        due = record["first_due"]
        return "overdue" if due is not None and due < timezone.now() else ""

    def members(self, seen: Mapping[int, str]) -> Selection:
        """Return every exception of the causes that were picked, by the first of each.

        Raises SelectionChanged where one of them has others than its author saw.
        """
        ids: list[int] = []
        heads = self._matching().filter(pk__in=seen).values("pk", *ALIKE)
        told = {head.pop("pk"): head for head in heads}
        for first, revision in seen.items():
            found = self._matching().filter(**told.get(first, {"pk": None}))
            keys = sorted(found.values_list("pk", flat=True)[: ROWS_MAX + 1])
            if _seen(len(keys), sum(keys)) != revision:
                raise SelectionChanged(
                    _t("The list has changed since you selected it. Nothing was done: look again.")
                )
            ids += keys
        if len(ids) > ROWS_MAX:
            raise UnableToSelect(
                _t("More than %(most)s rows match: narrow the filter first.")
                % {"most": formats.integer(ROWS_MAX)}
            )
        return Selection(ids=tuple(sorted(ids)))

    def _matching(self) -> ExceptionQuerySet:
        matching: ExceptionQuerySet = self.filterset.qs
        return matching

    def _picked(self, record: Any) -> str:
        return f"{record['first']}:{_seen(record['count'], record['key_sum'])}"

    def _places(self, causes: Sequence[Alike]) -> Places:
        source = getattr(settings, "CAUSE_PLACES", "")
        found: Places = import_string(source)(causes, actor=self.request.actor) if source else {}
        return found


class TakeCauses(TakeMany):
    list_url_name = "desk:causes"

    def chosen(self, path: str) -> Selection:
        return _members(super().chosen(path), self.request, path)


class WaiveCauses(WaiveMany):
    list_url_name = "desk:causes"

    def chosen(self, path: str) -> Selection:
        return _members(super().chosen(path), self.request, path)


def _members(picked: Selection, request: ActedRequest, path: str) -> Selection:
    """Return the exceptions behind ticked causes; all that match are exceptions already."""
    if not picked.revisions:
        return picked
    query = request.POST.get("list_query", "")
    page = page_again(path=path, query=query, user=request.user)
    assert isinstance(page, CauseList)  # noqa: S101 - the list that the acts are offered on
    return page.members(picked.revisions)


def _alike(row: Mapping[str, Any]) -> Alike:
    return row["rule_code"], row["cause_kind"], row["cause"]


def _seen(count: int, key_sum: int) -> str:
    return f"{count}.{key_sum}"
