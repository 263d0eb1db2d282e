"""Breaks: the list by age and category, one break with both sides, and what people do with it."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_tables2 as tables
from django.contrib import messages
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core import access, asked
from core.access import Action
from core.models import User
from core.pages import (
    BulkAction,
    BulkPage,
    DetailPage,
    Done,
    ListPage,
    PageView,
    Selection,
    Tab,
    formats,
)
from core.pages.columns import (
    AmountColumn,
    DayColumn,
    LinkColumn,
    MomentColumn,
    QuantityColumn,
    StatusColumn,
    TextColumn,
)
from core.pages.filters import ChipsFilter, DayFilter, KeyFilter, ListFilterSet, SearchFilter
from desk import selectors as desk_selectors
from desk.views.mentions import tell_who_was_not_reached
from desk.views.owners import owners_of, tell_taken_over
from reconciliation import selectors, services
from reconciliation.models import Break, labelled
from reconciliation.services import many
from reconciliation.services.breaks import BY_PERSON
from reconciliation.states import BreakCategory, BreakState, Kind, Resolution

BAND_LABELS = {
    "WATCH": _("0 to 2 days: watch"),
    "OWNER": _("3 to 5 days: needs an owner"),
    "ESCALATE": _("6 to 30 days: escalate"),
    "MANAGEMENT": _("31 to 60 days: management"),
    "PROVISION": _("over 60 days: provision"),
}


class BreakFilter(ListFilterSet):
    q = SearchFilter(
        fields=(
            "reference__istartswith",
            "isin__istartswith",
            "scope__icontains",
            "owner__username",
        )
    )
    state = ChipsFilter(choices=labelled(BreakState), label=_("Status"))
    category = ChipsFilter(choices=labelled(BreakCategory), label=_("Category"))
    kind = ChipsFilter(choices=labelled(Kind), label=_("Kind"))
    age = ChipsFilter(method="filter_age", choices=list(BAND_LABELS.items()), label=_("Ageing"))
    owned = ChipsFilter(
        method="filter_owned",
        choices=[("me", _("Mine")), ("nobody", _("Nobody's"))],
        label=_("Owner"),
    )
    since = DayFilter(field_name="day", lookup_expr="gte", label=_("Value date from"))
    until = DayFilter(field_name="day", lookup_expr="lte", label=_("To"))

    day = DayFilter(method="filter_day", label=_("Business day"))
    statement = KeyFilter(field_name="line__source_id", label=_("Statement"))

    class Meta:
        model = Break
        fields: list[str] = []

    def filter_day(self, queryset: QuerySet[Break], name: str, value: date) -> QuerySet[Break]:
        """Keep what belongs to one business day."""
        return selectors.breaks_of_day(queryset, value)

    def filter_queryset(self, queryset: QuerySet[Break]) -> QuerySet[Break]:
        """Show what is live unless somebody asks for other states."""
        found: QuerySet[Break] = super().filter_queryset(queryset)
        if self.form.cleaned_data.get("state"):
            return found
        return found.exclude(state=BreakState.RESOLVED.value)

    def filter_age(self, queryset: QuerySet[Break], name: str, value: list[str]) -> QuerySet[Break]:
        """Keep the chosen age bands."""
        ages = selectors.ageing(timezone.localdate())
        chosen = Q()
        for band in value:
            oldest, latest = ages.bounds(band)
            chosen |= Q(day__lte=latest) & (Q(day__gte=oldest) if oldest else Q())
        return queryset.filter(chosen)

    def filter_owned(
        self, queryset: QuerySet[Break], name: str, value: list[str]
    ) -> QuerySet[Break]:
        """Keep what is mine, or nobody's."""
        if len(value) != 1:
            return queryset
        owner = self.request.user.pk if value == ["me"] else None
        return queryset.filter(owner_id=owner)


class BreakTable(tables.Table):
    id = LinkColumn("reconciliation:break", verbose_name=_("Number"))
    category = StatusColumn(verbose_name=_("Category"))
    reference = TextColumn(verbose_name=_("Reference"), width=30)
    isin = tables.Column(verbose_name="ISIN")
    kind = StatusColumn(verbose_name=_("Kind"))
    scope = TextColumn(verbose_name=_("Scope"), width=28)
    difference = AmountColumn(verbose_name=_("Difference"))
    currency = tables.Column(verbose_name=_("Currency"))
    day = DayColumn(verbose_name=_("Value date"))
    age = QuantityColumn(accessor="day", verbose_name=_("Ageing"), order_by="-day")
    owner = tables.Column(accessor="owner__username", verbose_name=_("Owner"))
    state = StatusColumn(verbose_name=_("Status"))
    desk_code = tables.Column(verbose_name=_("Desk"))
    opened_at = MomentColumn(verbose_name=_("Opened at"))

    class Meta:
        order_by = ("day", "id")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ages = selectors.ageing(timezone.localdate())

    def render_age(self, value: Any) -> str:
        return formats.integer(self.ages.age(value))

    def value_age(self, value: Any) -> int:
        return self.ages.age(value)


class BreakList(ListPage):
    title = _("Reconciliation")
    subtitle = _("breaks")
    action = Action.VIEW_RECONCILIATION
    template_name = "reconciliation/breaks.html"
    filterset_class = BreakFilter
    table_class = BreakTable
    tabs = (
        Tab(_("Open")),
        Tab(_("Mine"), "state=ASSIGNED&owned=me"),
        Tab(_("Without owner"), "state=OPEN"),
        Tab(_("To escalate"), "age=ESCALATE&age=MANAGEMENT&age=PROVISION"),
        Tab(_("All"), "state=OPEN&state=ASSIGNED&state=RESOLVED"),
    )
    bulk_actions = (
        BulkAction(
            "take", _("Take"), "reconciliation:take", key="v", primary=True, action=Action.MATCH
        ),
    )
    hidden_columns = ("desk_code", "opened_at", "scope")
    export_name = "breaks"
    empty_text = _("No break: everything that should agree agrees.")

    def get_queryset(self) -> QuerySet[Break]:
        return selectors.list_breaks(actor=self.request.actor)

    def summary(self, queryset: QuerySet[Break]) -> list[tuple[str, str]]:
        rows = (
            queryset.order_by()
            .values("currency")
            .annotate(total=Sum("difference"), count=Count("pk"))
            .order_by("currency")
        )
        return [(row["currency"], formats.amount(row["total"], row["currency"])) for row in rows]

    def extra_context(self) -> dict[str, Any]:
        live = self.get_queryset().exclude(state=BreakState.RESOLVED.value)
        rows = live.order_by().values("category").annotate(n=Count("pk")).order_by("-n")
        return {"categories": [(row["category"], row["n"]) for row in rows]}


class TakeBreaks(BulkPage):
    action = Action.MATCH
    list_url_name = "reconciliation:home"
    job_kind = many.TAKE_JOB

    def perform(self, chosen: Selection, reason: str) -> Done:
        actor, at = self.request.actor, timezone.now()
        visible = selectors.list_breaks(actor=actor).filter(pk__in=chosen.ids)
        ids, owners = (
            list(visible.values_list("pk", flat=True)),
            owners_of(visible, request=self.request),
        )
        for break_id in ids:
            services.assign_break(break_id=break_id, owner_id=actor.user_id, actor=actor, at=at)
        tell_taken_over(self.request, owners)
        said = ngettext("%(n)s break is yours now.", "%(n)s breaks are yours now.", len(ids))
        return Done(len(ids), said % {"n": len(ids)})


class BreakDetail(DetailPage):
    title = _("Break")
    action = Action.VIEW_RECONCILIATION
    template_name = "reconciliation/break.html"

    def get_queryset(self) -> QuerySet[Break]:
        return selectors.list_breaks(actor=self.request.actor).select_related(
            "run", "trade", "line__source", "owner", "resolved_group"
        )

    def extra_context(self) -> dict[str, Any]:
        may = access.allows(self.request.actor, Action.MATCH)
        fields = self.object.evidence.get("fields", {})
        people = User.objects.filter(is_active=True, grants__role__in=["AGENT", "SUPERVISOR"])
        return {
            "age": selectors.ageing(timezone.localdate()).age(self.object.day),
            "fields": list(fields.items()),
            "comments": desk_selectors.list_comments(
                subject_kind="break", subject_id=self.object.pk
            ),
            "comment_url": f"/reconciliation/breaks/{self.object.pk}/comment/" if may else "",
            "may_match": may,
            "is_open": self.object.state != BreakState.RESOLVED,
            "people": people.distinct().order_by("username").values_list("pk", "username"),
            "resolutions": [pair for pair in labelled(Resolution) if pair[0] in BY_PERSON],
        }


class BreakAct(PageView):
    """One act on one break that the person may see, then back to its page."""

    http_method_names = ["post"]
    action = Action.MATCH

    def perform(self, found: Break, request: HttpRequest) -> str:
        """Do it and return what to say."""
        raise NotImplementedError

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = get_object_or_404(selectors.list_breaks(actor=self.request.actor), pk=pk)
        messages.success(request, self.perform(found, request))
        return redirect(found)


class AssignBreak(BreakAct):
    def perform(self, found: Break, request: HttpRequest) -> str:
        services.assign_break(
            break_id=found.pk,
            owner_id=asked.person(request.POST.get("owner", "")),
            actor=self.request.actor,
            at=timezone.now(),
        )
        return _t("The owner is set.")


class CommentBreak(BreakAct):
    def perform(self, found: Break, request: HttpRequest) -> str:
        said = services.comment_break(
            break_id=found.pk,
            text=request.POST.get("text", ""),
            actor=self.request.actor,
            at=timezone.now(),
        )
        tell_who_was_not_reached(self.request, said)
        return _t("The comment is added.")


class ResolveBreak(BreakAct):
    def perform(self, found: Break, request: HttpRequest) -> str:
        chosen = request.POST.get("resolution", "")
        services.resolve_break(
            break_id=found.pk,
            resolution=Resolution(chosen) if chosen in set(Resolution) else Resolution.MATCHED,
            reason=request.POST.get("reason", ""),
            actor=self.request.actor,
            at=timezone.now(),
        )
        return _t("The break is resolved.")
