"""The conduct of one trader, and of one counterparty: days, what is usual, findings, who checks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import Count, F, Q, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy
from django_tables2 import Table

from conduct import selectors
from conduct.forms import WindowForm
from conduct.models import PairDay, PartyDay, TraderDay
from conduct.rules.robust import usual
from conduct.selectors import Window
from conduct.tables import CheckerTable, DealerTable, PartyDayTable, TraderDayTable
from core.access import Action
from core.pages import DetailPage, exports, formats
from desk.models import ControlException
from desk.states import ExceptionKind
from desk.tables import filled
from refdata.models import Absence, Party, Trader
from trades.models import Trade

FINDINGS_SHOWN = 30
MEASURED = (
    ("trades", _("Trades")),
    ("gross_eur", _("Turnover (EUR)")),
    ("cancelled", pgettext_lazy("trades", "Cancelled")),
    ("amended", pgettext_lazy("trades", "Amended")),
    ("early", _("Before settlement")),
    ("outside", _("Outside hours")),
    ("near", _("Under the limit")),
    ("round_trips", _("Round trips")),
    ("washes", _("Sold back")),
)
MONEY = "gross_eur"


class Sheet(DetailPage):
    """What both sheets share: the window of the address, and the findings about somebody."""

    action = Action.VIEW_AUDIT
    exported: ClassVar[dict[str, tuple[Any, type[Table]]]] = {}
    """What of the sheet is exported: its name in the address, its heading and its columns."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]  # a file is streamed
        self.object = self.get_object()
        if not request.GET.get("export"):
            return self.render({"object": self.object, **self.extra_context()})
        shown = self.extra_context()
        part = request.GET.get("part", "days")
        if part not in self.exported or part not in shown:
            raise Http404
        name = f"conduct-{self.object.code}-{part}"
        rows = exports.whole(self.exported[part][1], list(shown[part]), name=name)
        return exports.respond(request.GET["export"], rows)

    def extra_context(self) -> dict[str, Any]:
        form = WindowForm(self.request.GET)
        window = form.window()
        shown: dict[str, Any] = {"form": form, "findings": self.findings()}
        shown["parts"] = [(part, label) for part, (label, _table) in self.exported.items()]
        shown["query"] = self.request.GET.urlencode()
        if window is None:
            return shown
        if selectors.latest_watch() is not None:
            days = {"since": formats.day(window.first), "until": formats.day(window.last)}
            shown["form"] = WindowForm(days)
        return shown | {"window": window} | self.within(window)

    def within(self, window: Window) -> dict[str, Any]:
        """Return what the sheet says of these days."""
        raise NotImplementedError

    def findings(self) -> list[dict[str, Any]]:
        """Return the latest findings about this subject, in the reader's words."""
        rows = ControlException.objects.filter(
            kind=ExceptionKind.CONDUCT.value, subject_reference=self.object.code
        ).order_by("ended_at", "-day", "rule_code")
        return [
            {"row": row, "said": filled(row.message, row)}
            for row in rows.select_related("owner")[:FINDINGS_SHOWN]
        ]


class TraderSheet(Sheet):
    title = _("Conduct of a trader")
    template_name = "conduct/trader.html"
    exported: ClassVar = {
        "days": (_("Days"), TraderDayTable), "checkers": (_("Who validates"), CheckerTable)
    }  # fmt: skip

    def get_queryset(self) -> QuerySet[Trader]:
        return Trader.objects.select_related("desk", "user")

    def within(self, window: Window) -> dict[str, Any]:
        trader = self.object
        within = {"day__gte": window.first, "day__lte": window.last}
        days = list(TraderDay.objects.filter(trader=trader, **within).order_by("-day"))
        return {
            "subtitle": f"{trader.code} · {trader.desk.code}",
            "title": trader.name,
            "days": days,
            "measures": [_measure(days, name, label) for name, label in MEASURED],
            "chart": _chart(days),
            "checkers": _shares(
                PairDay.objects.filter(trader=trader, **within)
                .values(name=F("checker"))
                .annotate(n=Sum("decisions"), amount=Sum("amount_eur"))
                .order_by("-n", "name")
            ),
            "absences": Absence.objects.filter(
                Q(trader=trader) | Q(user__trader=trader),
                first_day__lte=window.last,
                last_day__gte=window.first,
            ),
        }


class PartySheet(Sheet):
    title = _("Conduct with a counterparty")
    template_name = "conduct/party.html"
    exported: ClassVar = {
        "days": (_("Days"), PartyDayTable), "traders": (_("Who deals with it"), DealerTable)
    }  # fmt: skip

    def get_queryset(self) -> QuerySet[Party]:
        return Party.objects.all()

    def within(self, window: Window) -> dict[str, Any]:
        party = self.object
        within = {"day__gte": window.first, "day__lte": window.last}
        return {
            "subtitle": party.code,
            "title": party.name,
            "days": PartyDay.objects.filter(party=party, **within).order_by("-day"),
            "traders": _shares(
                Trade.objects.filter(
                    counterparty_code=party.code,
                    trade_date__gte=window.first,
                    trade_date__lte=window.last,
                )
                .values(name=F("trader_code"))
                .annotate(
                    n=Count("pk"),
                    cancelled=Count("pk", filter=Q(close_reason="CANCELLED")),
                    amount=Sum("risk_amount_eur"),
                )
                .order_by("-n", "name")
            ),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How much of all is somebody's."""

    name: str
    n: int
    share: Decimal
    amount: Decimal | None
    cancelled: int = 0


def _shares(rows: Iterable[Any]) -> list[Share]:
    """Return grouped rows with the share that each has of all."""
    found = list(rows)
    total = sum(row["n"] for row in found)
    return [Share(**row, share=Decimal(row["n"]) / total) for row in found]


def _measure(days: Sequence[TraderDay], name: str, label: Any) -> dict[str, Any]:
    """Return what a measure comes to in the window: in all, on a usual day, and on its last day."""
    values = [Decimal(getattr(day, name)) for day in days]
    written = formats.quantity if name != MONEY else _euros
    known = usual(values)
    return {
        "label": label,
        "total": written(sum(values, Decimal(0))),
        "usual": written(known.middle),
        "most": written(max(values, default=Decimal(0))),
    }


def _euros(value: Decimal) -> str:
    return formats.integer(int(value))


def _chart(days: Sequence[TraderDay]) -> dict[str, Any]:
    ordered = list(reversed(days))
    kinds = (
        (_t("Trades"), "blue", [day.trades for day in ordered]),
        (pgettext("trades", "Cancelled"), "red", [day.cancelled for day in ordered]),
        (pgettext("trades", "Amended"), "amber", [day.amended for day in ordered]),
    )
    return {
        "xAxis": {"type": "category", "data": [formats.day(day.day) for day in ordered]},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            {"name": name, "type": "bar", "barMaxWidth": 14, "tone": tone, "data": values}
            for name, tone, values in kinds
        ],
    }
