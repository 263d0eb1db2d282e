"""A name that nobody knew: of an instrument, while a message waits; of a counterparty, of a trade.

Two ways, the same for both: it is one that we know, or it is a new one. Either is asked for, and
everything that waits for the name goes on when somebody else grants it.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from core import access, asked
from core.access import Action
from core.pages import DetailPage, PageView
from core.pages.base import ActedRequest
from desk.models import Request
from kernel.identifiers import is_bic, is_lei
from refdata import selectors as refdata
from refdata.models import Instrument, Party
from refdata.rules.names import Likeness
from trades import selectors
from trades.facts import ExecutionFacts
from trades.forms import AliasForm, CounterpartyForm, InstrumentForm, PartyForm
from trades.models import Execution, Trade
from trades.services import repair
from trades.services.enrichment import INSTRUMENT_UNKNOWN, unknown_instrument
from trades.services.loading import facts_of_content
from trades.states import Outcome

LIKENESSES: dict[Likeness, str | Promise] = {
    Likeness.SAME_LEI: _("has this LEI"),
    Likeness.SAME_BIC: _("has this BIC"),
    Likeness.SAME_NAME: _("has this name, but for accents and legal form"),
    Likeness.SAME_INSTITUTION: _("its BIC is of the same bank, another place or branch"),
    Likeness.PART_OF_NAME: _("one name is part of the other"),
    Likeness.NEARLY: _("the names are much alike"),
}
CODE_MAX = 20
Repaired = Request | dict[str, Any] | None


class RepairPage(PageView):
    """Base of the repairs: done it leads to what was asked for, else it shows what is wrong."""

    http_method_names = ["post"]
    action = Action.EDIT_REFDATA

    def subject(self, pk: int) -> Any:
        """Return what waits, if the person may see it, or raise Http404."""
        raise NotImplementedError

    def context(self, subject: Any) -> dict[str, Any]:
        """Return what the page of the subject shows."""
        raise NotImplementedError

    def repair(self, request: HttpRequest, subject: Any) -> Repaired:
        """Return what waits for a second person, None, or the context that shows what is wrong."""
        raise NotImplementedError

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = self.subject(pk)
        asked = self.repair(request, found)
        if isinstance(asked, dict):
            return self.render({"object": found} | self.context(found) | asked, status=422)
        if asked is None:
            messages.success(request, _t("It is called so already: what waits goes on."))
            return redirect(found.get_absolute_url())
        messages.success(request, _t("Asked for: what waits goes on when somebody else grants it."))
        return redirect(asked.get_absolute_url())


def unknown(form: forms.Form, key: str, text: str) -> dict[str, Any]:
    """Return the context of a form that names nothing we know."""
    form.is_valid()
    form.add_error(key, text)
    return {"known_form": form}


def of_instrument(request: ActedRequest, row: Execution) -> dict[str, Any]:
    """Return what the page of a message shows: what it says and, while it waits, the two ways."""
    facts = facts_of_content(row.content)
    waits = row.outcome == Outcome.EXCEPTION and row.reason_code == INSTRUMENT_UNKNOWN
    asked = repair.asked_of_message(row) if waits else None
    may = waits and asked is None and access.allows(request.actor, Action.EDIT_REFDATA)
    symbol = facts.symbol or ""
    initial = {
        "isin": facts.isin,
        "code": symbol.upper().replace(" ", "-")[:40] or facts.isin,
        "name": symbol,
        "currency": facts.currency or "USD",
        "asset_class": "EQUITY",
        "price_type": "MONETARY",
    }
    return {
        "subtitle": f"{row.source_system} {row.source_reference}",
        "facts": _fields(facts),
        "as_written": selectors.text_of_message(execution_id=row.pk),
        "finding": unknown_instrument(facts) if waits else None,
        "may_repair": may,
        "asked": asked,
        "known_form": AliasForm() if may and symbol else None,
        "new_form": InstrumentForm(initial=initial) if may else None,
    }


class InstrumentRepair(RepairPage):
    title = _("Message")
    template_name = "trades/execution.html"

    def subject(self, pk: int) -> Execution:
        row = get_object_or_404(selectors.list_executions(actor=self.request.actor), pk=pk)
        repair.require_waiting(row.pk)
        return row

    def context(self, subject: Execution) -> dict[str, Any]:
        return of_instrument(self.request, subject)


class NameInstrument(InstrumentRepair):
    def repair(self, request: HttpRequest, subject: Execution) -> Repaired:
        typed = request.POST.get("instrument", "").strip()
        known = Instrument.objects.filter(isin=typed) | Instrument.objects.filter(code=typed)
        found = known.first() if typed else None
        if found is None:
            text = _t("No instrument has this ISIN or code.")
            return unknown(AliasForm(request.POST), "instrument", text)
        return repair.name_instrument(
            execution_id=subject.pk,
            instrument_id=found.pk,
            actor=self.request.actor,
            at=timezone.now(),
        )


class AddInstrument(InstrumentRepair):
    def repair(self, request: HttpRequest, subject: Execution) -> Repaired:
        form = InstrumentForm(request.POST)
        if not form.is_valid():
            return {"new_form": form}
        return repair.add_instrument(
            execution_id=subject.pk,
            instrument=form.save(commit=False),
            actor=self.request.actor,
            at=timezone.now(),
        )


def of_counterparty(request: ActedRequest, trade: Trade) -> dict[str, Any]:
    """Return what the page of the repair shows: who it may be, and the two ways."""
    name = trade.counterparty_code
    waiting = selectors.list_nameless([name])
    waits = waiting.filter(pk=trade.pk).exists()
    asked = repair.asked_of_trade(trade) if waits else None
    may = waits and asked is None and access.allows(request.actor, Action.EDIT_REFDATA)
    return {
        "subtitle": trade.reference,
        "name": name,
        "waits": waits,
        "waiting": waiting.count(),
        "alike": [(one.party, LIKENESSES[one.likeness]) for one in refdata.parties_alike(name)]
        if waits
        else [],
        "may_repair": may,
        "asked": asked,
        "known_form": CounterpartyForm() if may else None,
        "new_form": PartyForm(initial=_new_party(name)) if may else None,
    }


def _new_party(name: str) -> dict[str, Any]:
    """Return what the form of a new party starts from: a name, or the identifier that it is."""
    lei = name if is_lei(name) else ""
    bic = name if is_bic(name) else ""
    return {
        "code": name.upper().replace(" ", "-")[:CODE_MAX],
        "name": "" if lei or bic else name,
        "lei": lei,
        "bic": bic,
        "country": bic[4:6],
        "is_counterparty": True,
    }


class CounterpartyPage(DetailPage):
    """Who an unknown counterparty may be, with one click for each; or another, or a new one.

    Of a party that we know and do not trade with, the way to it.
    """

    title = _("Unknown counterparty")
    action = Action.VIEW_TRADES
    template_name = "trades/counterparty.html"

    def get_queryset(self) -> QuerySet[Trade]:
        return selectors.list_trades(actor=self.request.actor).select_related("counterparty")

    def extra_context(self) -> dict[str, Any]:
        return of_counterparty(self.request, self.object)


class CounterpartyRepair(RepairPage):
    title = _("Unknown counterparty")
    template_name = "trades/counterparty.html"

    def subject(self, pk: int) -> Trade:
        return get_object_or_404(selectors.list_trades(actor=self.request.actor), pk=pk)

    def context(self, subject: Trade) -> dict[str, Any]:
        return of_counterparty(self.request, subject)


class NameCounterparty(CounterpartyRepair):
    def repair(self, request: HttpRequest, subject: Trade) -> Repaired:
        chosen = asked.number(request.POST.get("party", ""))
        typed = request.POST.get("counterparty", "").strip()
        parties = Party.objects.filter(is_counterparty=True)
        party = (parties.filter(pk=chosen) if chosen else parties.filter(code=typed)).first()
        if party is None:
            text = _t("No counterparty has this code.")
            return unknown(CounterpartyForm(request.POST), "counterparty", text)
        return repair.name_counterparty(
            trade_id=subject.pk, party_id=party.pk, actor=self.request.actor, at=timezone.now()
        )


class AddCounterparty(CounterpartyRepair):
    def repair(self, request: HttpRequest, subject: Trade) -> Repaired:
        form = PartyForm(request.POST)
        if not form.is_valid():
            return {"new_form": form}
        return repair.add_counterparty(
            trade_id=subject.pk,
            party=form.save(commit=False),
            actor=self.request.actor,
            at=timezone.now(),
        )


class Repair(PageView):
    """Leads from a finding about a trade to where it is repaired; the others are amended."""

    action = Action.VIEW_TRADES
    places: ClassVar[dict[str, str]] = {
        "TRD-104": "trades:counterparty",
        "TRD-113": "trades:detail",
        "TRD-114": "trades:detail",
    }
    parts: ClassVar[dict[str, str]] = dict.fromkeys(("TRD-113", "TRD-114"), "#instructions")

    def get(self, request: HttpRequest, pk: int, code: str) -> HttpResponse:
        trade = get_object_or_404(selectors.list_trades(actor=self.request.actor), pk=pk)
        place = reverse(self.places.get(code, "trades:amend"), args=[trade.pk])
        return redirect(f"{place}{self.parts.get(code, '')}")


def _fields(facts: ExecutionFacts) -> list[tuple[str, str]]:
    return [
        (name, str(value))
        for name in facts.__struct_fields__
        if (value := getattr(facts, name)) is not None
    ]
