"""The activity of a day: on screen with charts and their tables, as XLSX and as PDF."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from core.pages import PageView, formats
from core.roles import Action
from reporting import selectors
from reporting.facts import ActivityReport, CellKind, Sheet, WrittenReport
from reporting.formats.tables_pdf import document
from reporting.formats.tables_xlsx import workbook
from reporting.forms import DayForm
from trades import selectors as trades

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Activity(PageView):
    title = gettext_lazy("Activity")
    action = Action.VIEW_REPORTS
    template_name = "reporting/activity.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        form, day = asked_day(request)
        if day is None:
            return self.render({"day": None, "form": form})
        report = selectors.activity_of(day=day, actor=self.request.actor)
        return self.render(
            {
                "form": form,
                "day": day,
                "report": report,
                "desk_chart": _desk_chart(report),
                "rule_chart": _rule_chart(report),
                "trend_chart": _trend_chart(report),
            }
        )


class ActivityFile(PageView):
    """The same figures as a file of the asked kind."""

    action = Action.VIEW_REPORTS

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        _form, day = asked_day(request)
        if day is None:
            raise Http404
        report = selectors.activity_of(day=day, actor=self.request.actor)
        written = _written(report, self.request.actor.name)
        if kind == "xlsx":
            response = HttpResponse(workbook(written), content_type=XLSX)
        else:
            content = document(written, language=(get_language() or "en")[:2])
            response = HttpResponse(content, content_type="application/pdf")
        response["Content-Disposition"] = f'attachment; filename="activity-{day}.{kind}"'
        return response


def asked_day(request: HttpRequest) -> tuple[DayForm, date | None]:
    """Return the day that a page was asked for, else that of the house, and the form that says it.

    What is no day is none, and the form says so: it never becomes today.
    """
    if request.GET.get("day"):
        form = DayForm(request.GET)
        if not form.is_valid():
            return form, None
        day: date | None = form.cleaned_data["day"]
    else:
        day = trades.current_day(today=timezone.localdate())
    return DayForm({"day": formats.day(day)} if day else None), day


def _written(report: ActivityReport, by: str) -> WrittenReport:
    moment = formats.moment(timezone.now(), seconds=False)
    return WrittenReport(
        title=_("Daily activity"),
        subtitle=_("Trade date %(day)s") % {"day": formats.day(report.day)},
        footer=_("Dénouement, %(by)s, %(moment)s") % {"by": by, "moment": moment},
        sheets=(_desk_sheet(report), _people_sheet(report), _rule_sheet(report), _days(report)),
    )


def _desk_sheet(report: ActivityReport) -> Sheet:
    lines = [(_desk_name(line.name), line) for line in report.desks]
    lines.append((_("Total"), report.total))
    count = CellKind.COUNT
    return Sheet(
        title=_("By desk"),
        columns=(
            (_("Desk"), CellKind.TEXT),
            (_("Trades"), count),
            (_("Amount (EUR)"), CellKind.AMOUNT),
            (pgettext("trades", "Validated"), count),
            (_("Waiting"), count),
            (pgettext("trades", "Refused"), count),
            (_("Amended"), count),
            (pgettext("trades", "Cancelled"), count),
            (_("STP rate"), CellKind.RATIO),
            (_("Exceptions"), count),
            (_("Still open"), count),
            (_("Open breaks"), count),
        ),
        rows=tuple(
            (
                name,
                line.trades,
                line.amount_eur,
                line.validated,
                line.waiting,
                line.refused,
                line.amended,
                line.cancelled,
                line.stp_rate,
                line.exceptions,
                line.exceptions_open,
                line.breaks_open,
            )
            for name, line in lines
        ),
        bars=tuple((name, line.trades) for name, line in lines[:-1] if line.trades),
    )


def _people_sheet(report: ActivityReport) -> Sheet:
    count = CellKind.COUNT
    return Sheet(
        title=_("By person"),
        columns=(
            (_("Person"), CellKind.TEXT),
            (_("Captured"), count),
            (pgettext("trades", "Validated"), count),
            (pgettext("trades", "Refused"), count),
            (_("Exceptions ended"), count),
            (_("Breaks resolved"), count),
        ),
        rows=tuple(
            (
                line.name,
                line.captured,
                line.approved,
                line.refused,
                line.exceptions_ended,
                line.breaks_resolved,
            )
            for line in report.people
        ),
    )


def _rule_sheet(report: ActivityReport) -> Sheet:
    return Sheet(
        title=_("By rule"),
        columns=(
            (_("Rule"), CellKind.TEXT),
            (_("Exceptions"), CellKind.COUNT),
            (_("Still open"), CellKind.COUNT),
        ),
        rows=tuple((line.code, line.exceptions, line.still_open) for line in report.rules),
        bars=tuple((line.code, line.exceptions) for line in report.rules),
    )


def _days(report: ActivityReport) -> Sheet:
    return Sheet(
        title=_("Latest days"),
        columns=(
            (_("Trade date"), CellKind.DAY),
            (_("Trades"), CellKind.COUNT),
            (_("STP rate"), CellKind.RATIO),
        ),
        rows=report.days,
    )


def _desk_name(name: str) -> str:
    return name or _("No desk")


def _desk_chart(report: ActivityReport) -> dict[str, Any]:
    lines = [
        line
        for line in report.desks
        if line.validated or line.waiting or line.refused or line.cancelled
    ]
    columns = (
        (pgettext("trades", "Validated"), "green", [line.validated for line in lines]),
        (_("Waiting"), "amber", [line.waiting for line in lines]),
        (pgettext("trades", "Refused"), "red", [line.refused for line in lines]),
        (pgettext("trades", "Cancelled"), "grey", [line.cancelled for line in lines]),
    )
    return {
        "xAxis": {"type": "category", "data": [_desk_name(line.name) for line in lines]},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            {
                "name": name,
                "type": "bar",
                "stack": "trades",
                "barMaxWidth": 48,
                "tone": tone,
                "data": values,
            }
            for name, tone, values in columns
        ],
    }


def _rule_chart(report: ActivityReport) -> dict[str, Any]:
    return {
        "xAxis": {"type": "category", "data": [line.code for line in report.rules]},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            {
                "name": _("Exceptions"),
                "type": "bar",
                "barMaxWidth": 28,
                "data": [line.exceptions for line in report.rules],
            },
            {
                "name": _("Still open"),
                "type": "bar",
                "barMaxWidth": 28,
                "data": [line.still_open for line in report.rules],
            },
        ],
    }


def _trend_chart(report: ActivityReport) -> dict[str, Any]:
    rates = [None if rate is None else str(round(rate * 100, 1)) for _at, _n, rate in report.days]
    return {
        "xAxis": {"type": "category", "data": [formats.day(at) for at, _n, _rate in report.days]},
        "yAxis": {"type": "value", "min": 0, "max": 100},
        "series": [{"name": _("STP rate (%)"), "type": "line", "data": rates}],
    }
