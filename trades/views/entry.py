"""Tickets by hand: new, amend, cancel, with the amounts while one types."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import uuid4

import msgspec
from django.contrib import messages
from django.db.models import Q
from django.forms import BoundField
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from core import asked
from core.access import Action
from core.pages import PageView
from core.pages.base import ActedRequest
from core.reasons import reason_of
from kernel.states import IllegalTransition
from refdata.models import Book, Instrument, Party
from trades import selectors
from trades.forms import TICKETS, TicketForm
from trades.models import Trade
from trades.services import cancellation, defaults, drafts, manual
from trades.views.terms import three_ways

SHOWN_MAX = 30


class NewTrade(PageView):
    title = _("New trade")
    action = Action.CAPTURE_TRADE
    template_name = "trades/ticket.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        copied = self._copied(request.GET.get("copy", ""))
        ticket = _ticket(copied.product if copied else request.GET.get("product", ""))
        initial = {"traded_at": timezone.localtime(), "currency": "EUR"}
        if copied is not None:
            initial = ticket.copy_of(copied, _terms(copied)) | {"traded_at": timezone.localtime()}
        context = {"form": ticket(initial=initial), "copied": copied, "tickets": TABS}
        return self.render(context | {"nonce": f"M-{uuid4().hex[:16].upper()}"})

    def _copied(self, key: str) -> Trade | None:
        """Return the trade to copy from, None without one; one out of reach does not exist."""
        if not (key.isascii() and key.isdigit()):
            return None
        return _trade(self.request, int(key))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = _ticket(request.POST.get("product", ""))(request.POST)
        nonce = request.POST.get("nonce", "")[:40]
        context: dict[str, Any] = {"form": form, "nonce": nonce, "tickets": TABS}
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
        form = _amending(trade)
        return self.render(self._context(trade, form, seen=trade.fingerprint))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        trade = _trade(self.request, pk)
        form = _amending(trade, request.POST)
        seen = request.POST.get("seen", "")
        reason = reason_of(request.POST.get("reason", ""))
        context = self._context(trade, form, seen=seen) | {"reason": reason}
        if not form.is_valid():
            return self.render(context, status=422)
        try:
            manual.amend_trade(
                trade_id=trade.pk,
                seen=seen,
                fields=form.amended(**_stands(trade)),
                reason=reason,
                actor=self.request.actor,
                at=timezone.now(),
            )
        except manual.UnableToCapture as refusal:
            return self.render(context | {"refusal": refusal}, status=422)
        except (manual.TradeChanged, IllegalTransition) as refusal:
            overtaken = self._overtaken(pk, form, seen)
            return self.render(context | {"refusal": refusal} | overtaken, status=409)
        messages.success(request, _t("The amendment is booked: it is controlled again."))
        return redirect("trades:detail", trade.pk)

    def _context(self, trade: Trade, form: TicketForm, *, seen: str) -> dict[str, Any]:
        return {"form": form, "trade": trade, "seen": seen, "subtitle": trade.reference}

    def _overtaken(self, pk: int, form: TicketForm, seen: str) -> dict[str, Any]:
        """Return what stands now beside what was seen and typed: to amend again is to decide."""
        trade = _trade(self.request, pk)
        versions = list(selectors.list_versions(trade_id=pk))
        now = versions[0]
        saw = next((one for one in versions if one.fingerprint == seen), now)
        typed = drafts.draft(
            fields=form.amended(now.terms, now.execution.content),
            source_system=trade.source_system,
            instead_of=trade,
            actor=self.request.actor,
            at=timezone.now(),
        ).terms
        new = msgspec.json.decode(typed.encoded()) if typed else now.terms
        return {
            "trade": trade,
            "seen": trade.fingerprint,
            "saw": saw,
            "since": [one for one in versions if one.version_no > saw.version_no],
            "typed": typed,
            "compared": list(three_ways(saw.terms, now.terms, new)),
        }


class AskCancellation(PageView):
    """Ask for a trade to be cancelled; a second person decides."""

    http_method_names = ["post"]
    action = Action.AMEND_TRADE

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        trade = _trade(self.request, pk)
        cancellation.ask_cancellation(
            trade_id=trade.pk,
            seen=request.POST.get("seen", ""),
            reason=reason_of(request.POST.get("reason", "")),
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
        reason = reason_of(request.POST.get("reason", ""))
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
    """What the ticket comes to, and what the rule book says of it, while it is being typed."""

    http_method_names = ["post"]
    action = Action.CAPTURE_TRADE
    template_name = "trades/_amounts.html"

    def post(self, request: HttpRequest) -> HttpResponse:
        key = asked.number(request.POST.get("amends", ""))
        amends = None if key is None else _trade(self.request, key)
        product = request.POST.get("product", "")
        form = _amending(amends, request.POST) if amends else _ticket(product)(request.POST)
        form.fields["book"].required = False  # amounts do not wait for it
        if not form.is_valid():
            return self.render({"terms": None, "unreadable": list(_unreadable(form))})
        found = drafts.draft(
            fields=form.amended(**_stands(amends)) if amends else form.message(),
            source_system=amends.source_system if amends else manual.SOURCE,
            instead_of=amends,
            actor=self.request.actor,
            at=timezone.now(),
        )
        judged = [(one, BOX_OF.get(one.field, one.field)) for one in found.findings]
        terms = found.terms
        return self.render(
            {
                "terms": terms,
                "deal": (terms.deal if terms else None) or None,
                "charges": (terms.charges if terms else None) or (),
                "instrument": found.instrument_name,
                "judged": judged,
            }
        )


TABS = (
    ("", _("Securities and contracts")),
    ("FX", _("Foreign exchange")),
    ("REPO", _("Repo")),
    ("LENDING", _("Securities lending")),
)
"""The tickets that there are, each with its name."""


def _ticket(product: str) -> type[TicketForm]:
    """Return the ticket of a product; one that does not exist is not found."""
    if product not in TICKETS:
        raise Http404
    return TICKETS[product]


def _amending(trade: Trade, typed: Mapping[str, Any] | None = None) -> TicketForm:
    """Return the ticket of a trade that is amended: what stands, and what was typed over it."""
    ticket = _ticket(trade.product)
    return ticket(typed, initial=ticket.initial_of(trade, _terms(trade)))


BOX_OF = {
    "counterparty_code": "counterparty",
    "book_code": "book",
    "trader_code": "trader",
    "desk_code": "book",
    "symbol": "isin",
    "trade_date": "traded_at",
}
"""Which box of the ticket a finding stands beside, where the term has another name."""


class Defaults(PageView):
    """What static data says of the instrument and the book that were chosen, as JSON."""

    action = Action.CAPTURE_TRADE

    def get(self, request: HttpRequest) -> HttpResponse:
        return JsonResponse(
            defaults.of_ticket(
                instrument=request.GET.get("isin", "")[:40],
                book=request.GET.get("book", "")[:35],
            )
        )


class Lookup(PageView):
    """Options of a datalist: what begins so, or has it in its name."""

    action = Action.VIEW_TRADES
    template_name = "trades/_options.html"

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        typed = next((str(v) for k, v in request.GET.items() if k in LOOKED_UP), "")
        look_up = LOOK_UPS.get(kind)
        if look_up is None:
            raise Http404
        return self.render({"options": look_up(typed.strip()[:40])})


LOOKED_UP = ("isin", "instrument", "counterparty", "book", "q")


def _unreadable(form: TicketForm) -> Iterator[BoundField]:
    """Return the fields that hold what cannot be read; the empty ones are still to come."""
    return (field for field in form if field.errors and field.data)


def _instruments(typed: str) -> list[tuple[str, str]]:
    rows = Instrument.objects.filter(status="ACTIVE")
    begins = Q(isin__startswith=typed.upper()) | Q(code__istartswith=typed)
    found = rows.filter(begins | Q(name__called=typed)).order_by("name")
    return [(i.isin or i.code, f"{i.name} · {i.code}") for i in found[:SHOWN_MAX]]


def _parties(typed: str) -> list[tuple[str, str]]:
    rows = Party.objects.filter(status="ACTIVE", is_counterparty=True)
    found = rows.filter(code__istartswith=typed) | rows.filter(name__called=typed)
    return [(p.code, p.name) for p in found.order_by("code")[:SHOWN_MAX]]


def _books(typed: str) -> list[tuple[str, str]]:
    rows = Book.objects.filter(status="ACTIVE").select_related("desk")
    found = rows.filter(Q(code__istartswith=typed) | Q(name__called=typed))
    return [(b.code, f"{b.name} · {b.desk.code}") for b in found.order_by("code")[:SHOWN_MAX]]


LOOK_UPS: dict[str, Callable[[str], list[tuple[str, str]]]] = {
    "instruments": _instruments,
    "counterparties": _parties,
    "books": _books,
}


def _trade(request: ActedRequest, pk: int) -> Trade:
    return get_object_or_404(selectors.list_trades(actor=request.actor), pk=pk)


def _terms(trade: Trade) -> dict[str, Any]:
    """Return the terms of the version that stands."""
    return dict(_stands(trade)["terms"])


def _stands(trade: Trade) -> dict[str, Any]:
    """Return the terms of the version that stands, and what its message sent."""
    versions = trade.versions.select_related("execution")
    version = versions.get(version_no=trade.version_no)
    return {"terms": version.terms, "sent": version.execution.content}


def _to_trade(item: Any) -> HttpResponse:
    return redirect("trades:detail", item.trade.id)
