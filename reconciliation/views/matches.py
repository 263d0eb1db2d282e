"""Runs and matches: what the engine did, what it proposes, and what people decide on it."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_tables2 as tables
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core import access
from core.access import Action
from core.pages import BulkAction, BulkPage, DetailPage, Done, ListPage, PageView, Selection, Tab
from core.pages.columns import (
    AmountColumn,
    CutColumn,
    LinkColumn,
    MomentColumn,
    QuantityColumn,
    StatusColumn,
    TextColumn,
)
from core.pages.filters import ChipsFilter, DayFilter, ListFilterSet, MomentDayFilter, SearchFilter
from reconciliation import selectors, services
from reconciliation.models import MatchGroup, ReconciliationRun, StatementLine, labelled
from reconciliation.states import GroupState, Kind, PassName, RunState
from trades.models import Trade


class RunFilter(ListFilterSet):
    q = SearchFilter(fields=("scope__icontains", "started_by__istartswith"))
    kind = ChipsFilter(choices=labelled(Kind), label=_("Kind"))
    state = ChipsFilter(choices=labelled(RunState), label=_("Status"))
    since = MomentDayFilter(field_name="started_at", lookup_expr="gte", label=_("From"))

    class Meta:
        model = ReconciliationRun
        fields: list[str] = []


class RunTable(tables.Table):
    id = LinkColumn("reconciliation:run", verbose_name=_("Number"))
    kind = StatusColumn(verbose_name=_("Kind"))
    scope = CutColumn(verbose_name=_("Scope"))
    state = StatusColumn(verbose_name=_("Status"))
    ours = QuantityColumn(accessor="counts__ours", verbose_name=_("Ours"), orderable=False)
    theirs = QuantityColumn(accessor="counts__theirs", verbose_name=_("Theirs"), orderable=False)
    confirmed = QuantityColumn(
        accessor="counts__confirmed", verbose_name=_("Confirmed"), orderable=False
    )
    proposed = QuantityColumn(
        accessor="counts__proposed", verbose_name=_("Proposed"), orderable=False
    )
    breaks = QuantityColumn(accessor="counts__breaks", verbose_name=_("Breaks"), orderable=False)
    started_by = tables.Column(verbose_name=_("Started by"))
    started_at = MomentColumn(verbose_name=_("Started at"))
    ended_at = MomentColumn(verbose_name=_("Ended at"))

    class Meta:
        order_by = ("-id",)


class RunList(ListPage):
    title = _("Reconciliation runs")
    action = Action.VIEW_RECONCILIATION
    model = ReconciliationRun
    template_name = "reconciliation/runs.html"
    filterset_class = RunFilter
    table_class = RunTable
    tabs = (
        Tab(_("All")),
        Tab(_("Cash"), "kind=CASH"),
        Tab(_("Trades"), "kind=TRADES"),
        Tab(_("Failed"), "state=FAILED"),
    )
    export_name = "runs"
    empty_text = _("No run yet: each statement that comes in starts one.")


class RunDetail(DetailPage):
    title = _("Reconciliation run")
    action = Action.VIEW_RECONCILIATION
    template_name = "reconciliation/run.html"

    def get_queryset(self) -> QuerySet[ReconciliationRun]:
        return ReconciliationRun.objects.select_related("source")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        template = "reconciliation/_run.html" if self.is_fragment else ""
        return self.render({"object": self.object, **self.extra_context()}, template=template)

    def extra_context(self) -> dict[str, Any]:
        counts: dict[str, int] = self.object.counts
        return {
            "passes": _named(counts, "pass_"),
            "categories": _named(counts, "break_"),
            "live": self.object.state == RunState.RUNNING,
            "figures": [
                (label, counts.get(name, 0))
                for name, label in (
                    ("ours", _("Ours")),
                    ("theirs", _("Theirs")),
                    ("confirmed", _("Confirmed")),
                    ("proposed", _("Proposed")),
                    ("breaks", _("Breaks")),
                )
            ],
        }


def _named(counts: dict[str, int], prefix: str) -> list[tuple[str, int]]:
    found = [(key.removeprefix(prefix), n) for key, n in counts.items() if key.startswith(prefix)]
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))


class MatchSearch(SearchFilter):
    """A word names a scope, who decided, or a trade by its whole reference."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        named = selectors.matches_named(value.strip()) if value else None
        groups = [] if named is None else list(named.values_list("pk", flat=True))
        return qs.filter(pk__in=groups) if groups else super().filter(qs, value)


class MatchFilter(ListFilterSet):
    q = MatchSearch(fields=("run__scope__icontains", "decided_by__istartswith"))
    state = ChipsFilter(choices=labelled(GroupState), label=_("Status"))
    pass_name = ChipsFilter(choices=labelled(PassName), label=_("Pass"))
    kind = ChipsFilter(choices=labelled(Kind), label=_("Kind"))

    day = DayFilter(method="filter_day", label=_("Business day"))

    class Meta:
        model = MatchGroup
        fields: list[str] = []

    def filter_day(
        self, queryset: QuerySet[MatchGroup], name: str, value: date
    ) -> QuerySet[MatchGroup]:
        """Keep what belongs to one business day."""
        return selectors.groups_of_day(queryset, value)


class MatchTable(tables.Table):
    id = LinkColumn("reconciliation:match", verbose_name=_("Number"))
    kind = StatusColumn(verbose_name=_("Kind"))
    pass_name = StatusColumn(verbose_name=_("Pass"))
    state = StatusColumn(verbose_name=_("Status"))
    score = QuantityColumn(verbose_name=_("Score"))
    difference = AmountColumn(verbose_name=_("Difference"))
    currency = tables.Column(verbose_name=_("Currency"))
    scope = TextColumn(accessor="run__scope", width=32, verbose_name=_("Scope"))
    decided_by = tables.Column(verbose_name=_("Decided by"))
    created_at = MomentColumn(verbose_name=_("Created at"))

    class Meta:
        order_by = ("-id",)


class MatchList(ListPage):
    title = _("Matches")
    action = Action.VIEW_RECONCILIATION
    template_name = "reconciliation/matches.html"
    filterset_class = MatchFilter
    table_class = MatchTable
    revision_field = "state"
    tabs = (
        Tab(_("Proposed"), "state=PROPOSED"),
        Tab(_("Confirmed"), "state=CONFIRMED"),
        Tab(_("By hand"), "pass_name=BY_HAND"),
        Tab(_("Undone"), "state=UNDONE"),
        Tab(_("All")),
    )
    bulk_actions = (
        BulkAction(
            "confirm",
            _("Confirm"),
            "reconciliation:confirm",
            key="v",
            primary=True,
            action=Action.MATCH,
        ),
    )
    export_name = "matches"
    empty_text = _("Nothing was matched yet.")

    def get_queryset(self) -> QuerySet[MatchGroup]:
        return selectors.list_groups(actor=self.request.actor)


class ConfirmMatches(BulkPage):
    action = Action.MATCH
    list_url_name = "reconciliation:matches"

    def perform(self, chosen: Selection, reason: str) -> Done:
        actor = self.request.actor
        visible = selectors.list_groups(actor=actor).filter(pk__in=chosen.ids)
        ids = list(visible.values_list("pk", flat=True))
        n = services.confirm_groups(group_ids=ids, actor=actor, at=timezone.now())
        said = ngettext("%(n)s match is confirmed.", "%(n)s matches are confirmed.", n)
        return Done(n, said % {"n": n})


class MatchDetail(DetailPage):
    title = _("Match")
    action = Action.VIEW_RECONCILIATION
    template_name = "reconciliation/match.html"

    def get_queryset(self) -> QuerySet[MatchGroup]:
        return selectors.list_groups(actor=self.request.actor)

    def extra_context(self) -> dict[str, Any]:
        held = self.object.allocations
        lines = StatementLine.objects.filter(pk__in=held.values("line_id"))
        return {
            "trades": Trade.objects.filter(pk__in=held.values("trade_id")).order_by("pk"),
            "lines": lines.select_related("source"),
            "evidence": sorted(self.object.evidence.items()),
            "may_match": access.allows(self.request.actor, Action.MATCH),
            "may_confirm": self.object.state == GroupState.PROPOSED,
            "may_undo": self.object.state != GroupState.UNDONE,
        }


class MatchAct(PageView):
    """Confirm or undo one match, then back to its page."""

    http_method_names = ["post"]
    action = Action.MATCH

    def post(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        actor, at = self.request.actor, timezone.now()
        group = get_object_or_404(selectors.list_groups(actor=actor), pk=pk)
        if verb == "confirm":
            services.confirm_groups(group_ids=[pk], actor=actor, at=at)
            messages.success(request, _t("The match is confirmed."))
        else:
            services.undo_group(
                group_id=pk, reason=request.POST.get("reason", ""), actor=actor, at=at
            )
            messages.success(request, _t("The match is undone; its items are open again."))
        return redirect(group)
