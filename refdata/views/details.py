"""The page of each noun."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import access
from core.access import Action
from core.pages import formats
from core.remarks import recalled
from desk.selectors import last_act_of
from refdata import models
from refdata.forms import AliasForm, PartyAliasForm
from refdata.views.records import RecordPage

PRICES_SHOWN = 30


class InstrumentPage(RecordPage):
    title = _("Instrument")
    model = models.Instrument
    template_name = "refdata/instrument.html"
    edit_url = "/refdata/instruments/{pk}/edit/"

    def get_queryset(self) -> QuerySet[models.Instrument]:
        return models.Instrument.objects.select_related("venue")

    def sections(self) -> dict[str, Any]:
        prices = list(self.object.prices.order_by("-day", "source")[:PRICES_SHOWN])
        return {
            "prices": prices,
            "aliases": self.object.aliases.order_by("source_system", "symbol"),
            "listings": models.InstrumentListing.objects.filter(isin=self.object.isin),
            "alias_form": AliasForm(),
            "may_alias": access.allows(self.request.actor, Action.EDIT_REFDATA),
            "chart": _price_chart(prices[::-1]),
        }


class PartyPage(RecordPage):
    title = _("Party")
    model = models.Party
    template_name = "refdata/party.html"
    edit_url = "/refdata/parties/{pk}/edit/"

    def sections(self) -> dict[str, Any]:
        return {
            "aliases": self.object.aliases.order_by("source_system", "alias"),
            "alias_form": PartyAliasForm(),
            "may_alias": access.allows(self.request.actor, Action.EDIT_REFDATA),
            "instructions": self.object.instructions.order_by("currency", "-valid_from"),
            "accounts": self.object.accounts.order_by("code"),
            "owners": self.object.owners.order_by("name", "-valid_from"),
            "agreements": self.object.agreements.order_by("kind", "-valid_from"),
        }


class AccountPage(RecordPage):
    title = _("Account")
    model = models.Account
    edit_url = "/refdata/accounts/{pk}/edit/"

    def get_queryset(self) -> QuerySet[models.Account]:
        return models.Account.objects.select_related("custodian", "book")


class BookPage(RecordPage):
    title = _("Book")
    model = models.Book
    template_name = "refdata/book.html"
    edit_url = "/refdata/books/{pk}/edit/"

    def get_queryset(self) -> QuerySet[models.Book]:
        return models.Book.objects.select_related("desk")

    def sections(self) -> dict[str, Any]:
        return {"traders": self.object.traders.order_by("code"), "books": ()}


class DeskPage(RecordPage):
    title = _("Desk")
    model = models.Desk
    template_name = "refdata/book.html"
    edit_url = "/refdata/desks/{pk}/edit/"

    def get_queryset(self) -> QuerySet[models.Desk]:
        return models.Desk.objects.select_related("entity")

    def sections(self) -> dict[str, Any]:
        return {
            "traders": self.object.traders.order_by("code"),
            "books": self.object.books.order_by("code"),
        }


class TraderPage(RecordPage):
    title = _("Trader")
    model = models.Trader
    template_name = "refdata/book.html"
    edit_url = "/refdata/traders/{pk}/edit/"

    def get_queryset(self) -> QuerySet[models.Trader]:
        return models.Trader.objects.select_related("desk", "user")

    def sections(self) -> dict[str, Any]:
        return {"books": self.object.books.order_by("code"), "traders": ()}


class AbsencePage(RecordPage):
    title = _("Absence")
    model = models.Absence
    template_name = "refdata/absence.html"
    edit_url = "/refdata/absences/{pk}/edit/"

    def get_queryset(self) -> QuerySet[models.Absence]:
        return models.Absence.objects.select_related("trader__user", "user")

    def sections(self) -> dict[str, Any]:
        """Say when who is away acted all the same, to who may read the trail."""
        row: models.Absence = self.object
        person = row.user or (row.trader.user if row.trader else None)
        if person is None or not access.allows(self.request.actor, Action.VIEW_AUDIT):
            return {}
        last = last_act_of(name=person.username)
        is_within = last and row.first_day <= timezone.localdate(last) <= row.last_day
        return {"acted_at": last if is_within else None}


class VenuePage(RecordPage):
    title = _("Venue")
    model = models.Venue


class CurrencyPage(RecordPage):
    title = _("Currency")
    model = models.Currency

    def get_queryset(self) -> QuerySet[models.Currency]:
        return models.Currency.objects.select_related("calendar")


class CalendarPage(RecordPage):
    title = _("Calendar")
    model = models.Calendar
    template_name = "refdata/calendar.html"

    def sections(self) -> dict[str, Any]:
        by_year: dict[int, list[models.CalendarDay]] = {}
        for closed in self.object.days.order_by("day"):
            by_year.setdefault(closed.day.year, []).append(closed)
        return {"years": sorted(by_year.items(), reverse=True)}


class ImportPage(RecordPage):
    title = _("Reference file")
    model = models.FileImport
    template_name = "refdata/import.html"

    def sections(self) -> dict[str, Any]:
        return {"findings": [recalled(shape) for shape in self.object.findings]}


def _price_chart(prices: list[models.Price]) -> dict[str, Any]:
    return {
        "xAxis": {"type": "category", "data": [formats.day(price.day) for price in prices]},
        "yAxis": {"type": "value", "scale": True},
        "series": [{"type": "line", "data": [str(price.close) for price in prices]}],
    }
