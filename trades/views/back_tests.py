"""Back-tests on screen: ask for one, watch it, read what it says, and propose what was tried."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from core import access
from core.access import Action
from core.pages import DetailPage, ListPage, PageView, Tab, exports, formats
from core.unreadable import message_of
from desk.services import settings
from kernel.findings import Severity
from trades import selectors
from trades.filters import BackTestFilter, BackTestTradeFilter
from trades.forms import ActivationForm, RuleForm
from trades.models import COUNTED, BackTest, BackTestTrade
from trades.services import back_tests
from trades.tables import BackTestDayTable, BackTestTable, BackTestTradeTable
from trades.views.rule_pages import (
    RulePage,
    can_be_tried,
    found_called,
    parameters_of,
    rule_called,
    scope_label,
)

DAYS_DRAWN_MAX: Final = 62
HOUR_S: Final = 3600


class BackTestList(ListPage):
    title = _("Back-tests")
    action = Action.VIEW_TRADES
    filterset_class = BackTestFilter
    table_class = BackTestTable
    tabs = (
        Tab(_("All")),
        Tab(_("Running"), "state=RUNNING"),
        Tab(_("Done"), "state=DONE"),
    )
    export_name = "back-tests"
    empty_text = _("No back-test yet: open a rule, change a number and try it.")

    def get_queryset(self) -> QuerySet[BackTest]:
        return selectors.list_back_tests()


class TryRule(RulePage):
    """Have a rule replayed with the numbers of the form, which are proposed to nobody."""

    http_method_names = ["post"]
    action = Action.RESOLVE_EXCEPTION

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        if not can_be_tried(code):
            raise Http404
        found = found_called(code)
        rule, _book = found
        form = RuleForm(request.POST, parameters=parameters_of(rule, {}), tried=True)
        if not form.is_valid():
            return self.show(found, form)
        try:
            asked = back_tests.ask_back_test(
                code=rule.code,
                active=form.cleaned_data["active"],
                parameters=form.parameters(),
                scope=form.scope,
                first_day=form.cleaned_data["first_day"],
                last_day=form.cleaned_data["last_day"],
                actor=self.request.actor,
                at=timezone.now(),
            )
        except (back_tests.UnableToBackTest, settings.UnableToPropose) as refusal:
            form.add_error(None, message_of(refusal))
            return self.show(found, form)
        return redirect(asked)


class BackTestPage(DetailPage):
    """What a rule as proposed would have said, missed and cost; live while it is replayed."""

    title = _("Back-test")
    action = Action.VIEW_TRADES
    template_name = "trades/back_test.html"

    def get_queryset(self) -> QuerySet[BackTest]:
        return BackTest.objects.all()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        template = "trades/_back_test.html" if self.is_fragment else ""
        return self.render({"object": self.object, **self.extra_context()}, template=template)

    def extra_context(self, form: ActivationForm | None = None) -> dict[str, Any]:
        row: BackTest = self.object
        rule = rule_called(row.code)
        days = selectors.days_of_back_test(back_test_id=row.pk)
        total = {name: sum(day[name] for day in days) for name in COUNTED}
        may_ask = not row.is_running and access.allows(self.request.actor, Action.RESOLVE_EXCEPTION)
        return {
            "subtitle": row.code,
            "rule_title": _t(rule.title),
            "severity": rule.severity,
            "scope": scope_label(row.scope),
            "as_set": parameters_of(rule, row.parameters_in_force),
            "as_proposed": parameters_of(rule, row.parameters),
            "total": total,
            "effects": _effects(total),
            "missed": total["faults"] - total["faults_proposed"],
            "work": _work(row, total, len(days), held=rule.severity is not Severity.INFO),
            "days": days,
            "chart": _chart(days) if days else None,
            "parts_done": row.parts.exclude(done_at=None).count(),
            "failed": selectors.failed_jobs_of(row) if row.is_running else [],
            "form": form or (ActivationForm() if may_ask else None),
            "seconds": _seconds(row),
        }


class AskActivation(BackTestPage):
    """Propose exactly what was tried; the proposal names the back-test."""

    http_method_names = ["post"]
    action = Action.RESOLVE_EXCEPTION

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.object = row = self.get_object()
        form = ActivationForm(request.POST)
        if form.is_valid():
            try:
                back_tests.ask_activation(
                    back_test_id=row.pk,
                    valid_from=form.cleaned_data["valid_from"],
                    reason=form.cleaned_data["reason"],
                    actor=self.request.actor,
                    at=timezone.now(),
                )
            except (back_tests.UnableToBackTest, settings.UnableToPropose) as refusal:
                form.add_error(None, message_of(refusal))
            else:
                said = _t("The change is proposed: somebody else must approve it.")
                messages.success(request, said)
                return redirect("rules:rule", row.code)
        return self.render({"object": row, **self.extra_context(form)}, status=422)


class BackTestDays(PageView):
    """The days of a back-test as a file."""

    action = Action.VIEW_TRADES

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        row = get_object_or_404(BackTest, pk=pk)
        columns = BackTestDayTable.base_columns
        source = exports.Source(
            table_class=BackTestDayTable,
            rows=selectors.days_of_back_test(back_test_id=row.pk),
            columns=[(name, str(column.verbose_name)) for name, column in columns.items()],
            name=f"back-test-{row.code}-{row.pk}",
        )
        return exports.respond(request.GET.get("as", "csv"), source)


class BackTestTrades(ListPage):
    """The trades on which a change tells: so many of each part as are kept to be looked at."""

    back_test: BackTest

    title = _("Trades of a back-test")
    action = Action.VIEW_TRADES
    template_name = "trades/back_test_trades.html"
    filterset_class = BackTestTradeFilter
    table_class = BackTestTradeTable
    tabs = (
        Tab(_("All")),
        Tab(pgettext_lazy("back-test", "Newly raised"), "replayed=NEWLY"),
        Tab(pgettext_lazy("back-test", "No longer raised"), "replayed=NO_LONGER"),
        Tab(pgettext_lazy("back-test", "Missed"), "replayed=MISSED"),
    )
    hidden_columns = ("desk_code", "trader", "state")
    export_name = "back-test-trades"
    empty_text = _("The change tells on no trade of the period.")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.back_test = get_object_or_404(BackTest, pk=self.kwargs["pk"])
        return super().get(request, *args, **kwargs)

    def extra_context(self) -> dict[str, Any]:
        return {"back_test": self.back_test, "subtitle": self.back_test.code}

    def get_queryset(self) -> QuerySet[BackTestTrade]:
        return selectors.list_back_test_trades(
            back_test_id=self.kwargs["pk"], actor=self.request.actor
        )

    def row_url(self, record: BackTestTrade) -> str:
        return f"/trades/{record.trade_id}/"


def _seconds(row: BackTest) -> Decimal | None:
    """Return how long it took from the asking to the end, waiting included."""
    if row.ended_at is None:
        return None
    return Decimal((row.ended_at - row.asked_at) // timedelta(milliseconds=100)) / 10


def _effects(total: dict[str, int]) -> list[tuple[str, int, int, int | None]]:
    """Return each effect: how many trades, how many of them were wrong, and were let pass."""
    both, faults_both, waived_both = total["both"], total["faults_both"], total["waived_both"]
    return [
        ("BOTH", both, faults_both, waived_both),
        ("NEWLY", total["proposed"] - both, total["faults_proposed"] - faults_both, None),
        (
            *("NO_LONGER", total["in_force"] - both),
            *(total["faults_in_force"] - faults_both, total["waived"] - waived_both),
        ),
    ]


def _work(row: BackTest, total: dict[str, int], days: int, *, held: bool) -> dict[str, Any]:
    """Return what the change costs: findings a day more or less, and the hours that these take."""
    more = total["findings_proposed"] - total["findings_in_force"]
    a_day = Decimal(more) / days if days else Decimal(0)
    hours = None
    if held and row.handling_seconds is not None:
        hours = (a_day * row.handling_seconds / HOUR_S).quantize(Decimal("0.1"))
    return {
        "more": more,
        "a_day": a_day.quantize(Decimal("0.1")),
        "held": held,
        "hours": hours,
        "minutes": None if row.handling_seconds is None else row.handling_seconds // 60,
        "handled": row.handled,
    }


def _chart(days: list[dict[str, Any]]) -> dict[str, Any]:
    """Return how many trades the rule speaks of day by day, either way; of the latest days."""
    shown = days[-DAYS_DRAWN_MAX:]
    lines = (
        (pgettext("rule", "As set"), "grey", "in_force"),
        (pgettext("rule", "As proposed"), "blue", "proposed"),
    )
    return {
        "xAxis": {"type": "category", "data": [formats.day(day["day"]) for day in shown]},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            {
                "name": name,
                "type": "bar",
                "barMaxWidth": 28,
                "tone": tone,
                "data": [day[column] for day in shown],
            }
            for name, tone, column in lines
        ],
    }
