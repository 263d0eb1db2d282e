"""The workbench: open items of both sides next to each other, matched by hand with the keyboard."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from core import access, asked
from core.access import Action
from core.pages import PageView
from reconciliation import selectors, services
from reconciliation.models import labelled
from reconciliation.services.matches import signed_amount
from reconciliation.states import Kind
from trades.models import Trade

ROWS_SHOWN: Final = 100
UNITS: Final = 10_000
TEXT_MAX: Final = 60


class Workbench(PageView):
    title = _("Match by hand")
    action = Action.VIEW_RECONCILIATION
    template_name = "reconciliation/workbench.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        kind = _kind(request.GET.get("kind", ""))
        text = request.GET.get("q", "").strip()[:TEXT_MAX]
        currency = request.GET.get("currency", "").strip()[:3].upper()
        trades = selectors.open_trades(kind, actor=self.request.actor)
        trades = _found(trades, text, currency, also="source_reference__istartswith")
        lines = selectors.open_lines(kind, actor=self.request.actor)
        lines = _found(lines, text, currency, also="description__icontains")
        context: dict[str, Any] = {
            "kind": kind.value,
            "kinds": labelled(Kind),
            "q": text,
            "currency": currency,
            "ours": [
                (trade, int(signed_amount(kind, trade) * UNITS), signed_amount(kind, trade))
                for trade in trades.order_by("settlement_date", "pk")[:ROWS_SHOWN]
            ],
            "theirs": [
                (line, int(line.amount * UNITS))
                for line in lines.select_related("source").order_by("value_date", "pk")[:ROWS_SHOWN]
            ],
            "rows_shown": ROWS_SHOWN,
            "may_match": access.allows(self.request.actor, Action.MATCH),
        }
        return self.render(context)

    def post(self, request: HttpRequest) -> HttpResponse:
        kind = _kind(request.POST.get("kind", ""))
        visible = selectors.open_trades(kind, actor=self.request.actor)
        trade_ids = asked.numbers(request.POST.getlist("ours"))
        group = services.match_by_hand(
            kind=kind,
            trade_ids=list(visible.filter(pk__in=trade_ids).values_list("pk", flat=True)),
            line_ids=asked.numbers(request.POST.getlist("theirs")),
            reason=request.POST.get("reason", ""),
            actor=self.request.actor,
            at=timezone.now(),
        )
        messages.success(request, _t("Match %(number)s is confirmed.") % {"number": group.pk})
        return redirect(f"{reverse('reconciliation:workbench')}?{request.POST.get('query', '')}")


def _kind(text: str) -> Kind:
    return Kind(text) if text in set(Kind) else Kind.CASH


def _found(rows: QuerySet[Any], text: str, currency: str, *, also: str) -> QuerySet[Any]:
    if currency:
        rows = rows.filter(currency=currency)
    if text:
        named = Q(reference__icontains=text) | Q(isin__istartswith=text)
        rows = rows.filter(named | Q(**{also: text}))
    return rows


class OfTrade(PageView):
    """Matches and breaks of one trade, as a fragment of the trade's own page."""

    action = Action.VIEW_RECONCILIATION
    template_name = "reconciliation/_of_trade.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        trade = get_object_or_404(
            Trade.objects.visible_to(self.request.actor, Action.VIEW_TRADES), pk=pk
        )
        groups = selectors.matches_of_trade(trade.pk)
        lines = (
            selectors.list_lines(actor=self.request.actor)
            .filter(
                pk__in=[
                    found.line_id
                    for group in groups.prefetch_related("allocations")
                    for found in group.allocations.all()
                ]
            )
            .select_related("source")
        )
        return self.render(
            {"groups": groups, "lines": lines, "breaks": selectors.breaks_of_trade(trade.pk)}
        )
