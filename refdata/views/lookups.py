"""Answers for comboboxes: `[{"value", "text"}]` for what was typed, at most twenty."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, JsonResponse

from core.access import Action
from core.pages import PageView
from refdata import models
from refdata.states import RecordState

ANSWERS_MAX = 20
QUERY_LENGTH_MAX = 60


class Lookup(PageView):
    """`?q=` finds by the start of a code or by a part of the name; `by_key` answers with keys."""

    action = Action.VIEW_REFDATA
    model: ClassVar[type[Model]]
    value_field: ClassVar[str] = "code"
    starts: ClassVar[tuple[str, ...]] = ("code",)
    contains: ClassVar[tuple[str, ...]] = ("name",)
    by_key = False

    def get(self, request: HttpRequest) -> JsonResponse:
        rows = self.found(request.GET.get("q", "")[:QUERY_LENGTH_MAX])[:ANSWERS_MAX]
        answers = [
            {
                "value": str(row.pk if self.by_key else getattr(row, self.value_field) or ""),
                "text": self.text(row),
            }
            for row in rows
        ]
        return JsonResponse(answers, safe=False)

    def found(self, query: str) -> QuerySet[Any]:
        """Return the rows for what was typed, every word found somewhere."""
        rows = self.rows()
        for word in query.split():
            match = Q()
            for name in self.starts:
                match |= Q(**{f"{name}__istartswith": word})
            for name in self.contains:
                match |= Q(**{f"{name}__called": word})
            rows = rows.filter(match)
        return rows.order_by(self.starts[0], "pk")

    def rows(self) -> QuerySet[Any]:
        return self.model._default_manager.filter(status=RecordState.ACTIVE)  # noqa: SLF001 - Django's public name for it

    def text(self, row: Any) -> str:
        return f"{getattr(row, self.value_field)} · {row.name}"


class InstrumentLookup(Lookup):
    model = models.Instrument
    value_field = "isin"
    starts = ("code", "isin")

    def text(self, row: models.Instrument) -> str:
        return f"{row.isin or row.code} · {row.code} · {row.name}"


class CounterpartyLookup(Lookup):
    model = models.Party
    starts = ("code", "lei", "bic")

    def rows(self) -> QuerySet[models.Party]:
        return models.Party.objects.filter(is_counterparty=True, status=RecordState.ACTIVE)


class PartyLookup(CounterpartyLookup):
    """Any active party: custodians and banks too."""

    def rows(self) -> QuerySet[models.Party]:
        return models.Party.objects.filter(status=RecordState.ACTIVE)


class BookLookup(Lookup):
    model = models.Book


class TraderLookup(Lookup):
    model = models.Trader


class AccountLookup(Lookup):
    model = models.Account
    starts = ("code", "iban", "number")


class VenueLookup(Lookup):
    model = models.Venue
    value_field = "mic"
    starts = ("mic",)


class CurrencyLookup(Lookup):
    model = models.Currency

    def rows(self) -> QuerySet[models.Currency]:
        return models.Currency.objects.all()
