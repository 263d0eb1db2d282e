"""Tickets by hand: new, amend, cancel, with the amounts while one types."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from core import asked
from core.access import Action
from core.pages import PageView
from core.pages.base import ActedRequest
from core.text import visible
from refdata.models import Instrument, Party
from trades import selectors
from trades.forms import TicketForm
from trades.models import Trade
from trades.services import cancellation, manual
from trades.services.enrichment import Terms

SHOWN_MAX = 30


class NewTrade(PageView):
    title = _("New trade")
    action = Action.CAPTURE_TRADE
    template_name = "trades/ticket.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        form = TicketForm(initial={"traded_at": timezone.localtime(), "currency": "EUR"})
        return self.render({"form": form, "nonce": f"M-{uuid4().hex[:16].upper()}"})

    def post(self, request: HttpRequest) -> HttpResponse:
        form = TicketForm(request.POST)
        nonce = request.POST.get("nonce", "")[:40]
        context: dict[str, Any] = {"form": form, "nonce": nonce}
        if not form.is_valid():
            return self.render(context, status=422)
        try:
            item = manual.enter_trade(
                reference=nonce, fields=form.message(), actor=self.request.actor, at=timezone.now()
            )
        except manual.UnableToCapture as refusal:
            return self.render(context | {"refusal": refusal}, status=422)
        messages.success(request, _t("The trade is booked."))
        return _to_trade(item)


class AmendTrade(PageView):
    title = _("Amend trade")
    action = Action.AMEND_TRADE
    template_name = "trades/ticket.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        trade = _trade(self.request, pk)
        form = TicketForm(initial=TicketForm.initial_of(trade, _terms(trade)))
        return self.render(self._context(trade, form, seen=trade.fingerprint))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        trade = _trade(self.request, pk)
        form = TicketForm(request.POST)
        context = self._context(trade, form, seen=request.POST.get("seen", ""))
        if not form.is_valid():
            return self.render(context, status=422)
        try:
            manual.amend_trade(
                trade_id=trade.pk,
                seen=request.POST.get("seen", ""),
                fields=form.amended(_terms(trade)),
                reason=visible(request.POST.get("reason", ""))[:500],
                actor=self.request.actor,
                at=timezone.now(),
            )
        except manual.UnableToCapture as refusal:
            return self.render(context | {"refusal": refusal}, status=422)
        messages.success(request, _t("The amendment is booked: it is controlled again."))
        return redirect("trades:detail", trade.pk)

    def _context(self, trade: Trade, form: TicketForm, *, seen: str) -> dict[str, Any]:
        return {"form": form, "trade": trade, "seen": seen, "subtitle": trade.reference}


class AskCancellation(PageView):
    """Ask for a trade to be cancelled; a second person decides."""

    http_method_names = ["post"]
    action = Action.AMEND_TRADE

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        trade = _trade(self.request, pk)
        cancellation.ask_cancellation(
            trade_id=trade.pk,
            seen=request.POST.get("seen", ""),
            reason=visible(request.POST.get("reason", ""))[:500],
            actor=self.request.actor,
            at=timezone.now(),
        )
        messages.success(request, _t("The cancellation is asked for: somebody else decides."))
        return redirect("trades:detail", trade.pk)


class DecideCancellation(PageView):
    """Grant or refuse what somebody else asked for."""

    http_method_names = ["post"]
    action = Action.VALIDATE_TRADE

    def post(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        trade = _trade(self.request, pk)
        request_id = asked.number(request.POST.get("request", ""))
        found = get_object_or_404(trade.cancellation_requests, pk=request_id)
        reason = visible(request.POST.get("reason", ""))[:500]
        decide, said = (
            (cancellation.grant_cancellation, _t("The trade is cancelled."))
            if verb == "grant"
            else (
                cancellation.refuse_cancellation,
                _t("The cancellation is refused: the trade stands."),
            )
        )
        decide(request_id=found.pk, reason=reason, actor=self.request.actor, at=timezone.now())
        messages.success(request, said)
        return redirect("trades:detail", trade.pk)


class Amounts(PageView):
    """What the ticket comes to, while it is being typed."""

    http_method_names = ["post"]
    action = Action.CAPTURE_TRADE
    template_name = "trades/_amounts.html"

    def post(self, request: HttpRequest) -> HttpResponse:
        form = TicketForm(request.POST)
        if not form.is_valid():
            return self.render({"terms": None, "unreadable": list(_unreadable(form))})
        terms = manual.preview_terms(fields=form.message())
        if not isinstance(terms, Terms):
            return self.render({"terms": None, "findings": terms})
        instrument = Instrument.objects.filter(pk=terms.instrument_id).first()
        charges = terms.charges or ()
        return self.render({"terms": terms, "instrument": instrument, "charges": charges})


class Lookup(PageView):
    """Options of a datalist: instruments or counterparties whose name or code begins so."""

    action = Action.VIEW_TRADES
    template_name = "trades/_options.html"

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        typed = next((str(v) for k, v in request.GET.items() if k in LOOKED_UP), "")
        typed = typed.strip()[:40]
        options = _instruments(typed) if kind == "instruments" else _parties(typed)
        return self.render({"options": options})


LOOKED_UP = ("isin", "instrument", "counterparty", "q")


def _unreadable(form: TicketForm) -> Iterator[BoundField]:
    """Return the fields that hold what cannot be read; the empty ones are still to come."""
    return (field for field in form if field.errors and field.data)


def _instruments(typed: str) -> list[tuple[str, str]]:
    rows = Instrument.objects.filter(status="ACTIVE", isin__isnull=False)
    found = rows.filter(isin__startswith=typed.upper()) | rows.filter(name__icontains=typed)
    return [(str(i.isin), i.name) for i in found.order_by("name")[:SHOWN_MAX]]


def _parties(typed: str) -> list[tuple[str, str]]:
    rows = Party.objects.filter(status="ACTIVE", is_counterparty=True)
    found = rows.filter(code__istartswith=typed) | rows.filter(name__icontains=typed)
    return [(p.code, p.name) for p in found.order_by("code")[:SHOWN_MAX]]


def _trade(request: ActedRequest, pk: int) -> Trade:
    return get_object_or_404(selectors.list_trades(actor=request.actor), pk=pk)


def _terms(trade: Trade) -> dict[str, Any]:
    """Return the terms of the version that stands."""
    version = trade.versions.get(version_no=trade.version_no)
    return dict(version.terms)


def _to_trade(item: Any) -> HttpResponse:
    return redirect("trades:detail", item.trade.id)
