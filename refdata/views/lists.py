"""One list page per noun."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.access import Action
from core.pages import ListPage, Tab
from refdata import filters, models, selectors, tables


class ReferenceList(ListPage):
    """What the lists of this room share: everyone who may see reference data sees all of it."""

    action = Action.VIEW_REFDATA
    create_action = Action.EDIT_REFDATA
    related: tuple[str, ...] = ()

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().select_related(*self.related)


class InstrumentList(ReferenceList):
    title = _("Instruments")
    model = models.Instrument
    filterset_class, table_class = filters.InstrumentFilter, tables.InstrumentTable
    related = ("venue",)
    tabs = (
        Tab(_("All")),
        Tab(_("Shares"), "asset_class=EQUITY"),
        Tab(_("Bonds"), "asset_class=BOND"),
        Tab("ETF", "asset_class=ETF"),
    )
    hidden_columns = ("issuer_lei", "coupon_rate")
    create_url, create_label = "/refdata/instruments/new/", _("New instrument")
    export_name, empty_text = "instruments", _("No instrument yet: load a FIRDS file.")


class PartyList(ReferenceList):
    title = _("Parties")
    model = models.Party
    filterset_class, table_class = filters.PartyFilter, tables.PartyTable
    tabs = (
        Tab(_("All")),
        Tab(_("Counterparties"), "is_counterparty=true"),
        Tab(_("Custodians"), "is_custodian=true"),
    )
    create_url, create_label = "/refdata/parties/new/", _("New party")
    hidden_columns = ("is_counterparty", "is_custodian")
    export_name, empty_text = "parties", _("No party yet.")


class InstructionList(ReferenceList):
    title = _("Standing settlement instructions")
    model = models.SettlementInstruction
    filterset_class, table_class = filters.InstructionFilter, tables.InstructionTable
    related = ("party",)
    tabs = (
        Tab(_("All")),
        Tab(_("To approve"), "state=PENDING"),
        Tab(pgettext_lazy("instruction", "Approved"), "state=APPROVED"),
    )
    create_url, create_label = "/refdata/instructions/new/", _("Propose an instruction")
    export_name, empty_text = "instructions", _("No settlement instruction yet.")


class CutOffList(ReferenceList):
    title = _("Cut-offs")
    model = models.CutOff
    filterset_class, table_class = filters.CutOffFilter, tables.CutOffTable
    tabs = (
        Tab(_("All")),
        Tab(_("To approve"), "state=PENDING"),
        Tab(pgettext_lazy("instruction", "Approved"), "state=APPROVED"),
    )
    create_url, create_label = "/refdata/cut-offs/new/", _("Propose a cut-off")
    export_name = "cut-offs"
    empty_text = _("The house has set no cut-off of its own yet.")
    template_name = "refdata/cut_offs.html"

    def extra_context(self) -> dict[str, Any]:
        today = timezone.localdate()
        return {"today": today, "in_force": selectors.cut_offs_in_force(today)}


class FeeList(ReferenceList):
    title = _("Fee schedules")
    model = models.FeeSchedule
    filterset_class, table_class = filters.FeeFilter, tables.FeeTable
    related = ("party",)
    tabs = (
        Tab(_("All")),
        Tab(_("To approve"), "state=PENDING"),
        Tab(pgettext_lazy("instruction", "Approved"), "state=APPROVED"),
    )
    create_url, create_label = "/refdata/fees/new/", _("Propose a fee schedule")
    hidden_columns = ("per_unit", "minimum", "maximum", "valid_to", "currency")
    export_name = "fees"
    empty_text = _("No fee schedule yet: fees are those that the message states.")


class PlaceList(ReferenceList):
    title = _("Places of settlement")
    model = models.SettlementPlace
    filterset_class, table_class = filters.PlaceFilter, tables.PlaceTable
    tabs = (
        Tab(_("All")),
        Tab(_("To approve"), "state=PENDING"),
        Tab(_("In force"), "state=APPROVED"),
    )
    create_url, create_label = "/refdata/places/new/", _("Propose a place of settlement")
    export_name = "places"
    empty_text = _("No place of settlement yet: a trade settles where its instruction says.")


class AccountList(ReferenceList):
    title = _("Accounts")
    model = models.Account
    filterset_class, table_class = filters.AccountFilter, tables.AccountTable
    related = ("custodian",)
    create_url, create_label = "/refdata/accounts/new/", _("New account")
    export_name, empty_text = "accounts", _("No account yet.")


class BookList(ReferenceList):
    title = _("Books")
    model = models.Book
    filterset_class, table_class = filters.BookFilter, tables.BookTable
    related = ("desk",)
    create_url, create_label = "/refdata/books/new/", _("New book")
    export_name, empty_text = "books", _("No book yet.")


class DeskList(ReferenceList):
    title = _("Desks")
    model = models.Desk
    filterset_class, table_class = filters.DeskFilter, tables.DeskTable
    related = ("entity",)
    create_url, create_label = "/refdata/desks/new/", _("New desk")
    export_name, empty_text = "desks", _("No desk yet.")


class TraderList(ReferenceList):
    title = _("Traders")
    model = models.Trader
    filterset_class, table_class = filters.TraderFilter, tables.TraderTable
    related = ("desk",)
    create_url, create_label = "/refdata/traders/new/", _("New trader")
    export_name, empty_text = "traders", _("No trader yet.")


class AbsenceList(ReferenceList):
    title = _("Absences")
    model = models.Absence
    filterset_class, table_class = filters.AbsenceFilter, tables.AbsenceTable
    related = ("trader__desk", "user")
    create_url, create_label = "/refdata/absences/new/", _("New absence")
    export_name, empty_text = "absences", _("No absence yet.")


class VenueList(ReferenceList):
    title = _("Venues")
    model = models.Venue
    filterset_class, table_class = filters.VenueFilter, tables.VenueTable
    tabs = (
        Tab(_("All")),
        Tab(_("Active"), "status=ACTIVE"),
        Tab(pgettext_lazy("instruments", "Expired"), "status=INACTIVE"),
    )
    export_name, empty_text = "venues", _("No venue yet: load the MIC list.")


class CalendarList(ReferenceList):
    title = _("Calendars")
    model = models.Calendar
    filterset_class, table_class = filters.CalendarFilter, tables.CalendarTable
    export_name, empty_text = "calendars", _("No calendar yet.")


class CurrencyList(ReferenceList):
    title = _("Currencies")
    model = models.Currency
    filterset_class, table_class = filters.CurrencyFilter, tables.CurrencyTable
    related = ("calendar",)
    export_name, empty_text = "currencies", _("No currency yet.")


class CycleList(ReferenceList):
    title = _("Settlement cycles")
    model = models.SettlementCycle
    filterset_class, table_class = filters.CycleFilter, tables.CycleTable
    export_name, empty_text = "cycles", _("No settlement cycle yet.")

    def row_url(self, record: Any) -> str:
        return ""


class PriceList(ReferenceList):
    title = _("Prices")
    model = models.Price
    filterset_class, table_class = filters.PriceFilter, tables.PriceTable
    related = ("instrument",)
    export_name, empty_text = "prices", _("No price yet.")

    def row_url(self, record: models.Price) -> str:
        return record.instrument.get_absolute_url()


class RateList(ReferenceList):
    title = _("Exchange rates")
    model = models.FxRate
    filterset_class, table_class = filters.RateFilter, tables.RateTable
    export_name, empty_text = "rates", _("No exchange rate yet: load a file of the ECB.")


class ListingList(ReferenceList):
    title = _("Listings (FIRDS)")
    model = models.InstrumentListing
    filterset_class, table_class = filters.ListingFilter, tables.ListingTable
    export_name, empty_text = "listings", _("No listing yet: load a FIRDS file.")


class ImportList(ReferenceList):
    title = _("Reference files")
    model = models.FileImport
    filterset_class, table_class = filters.ImportFilter, tables.ImportTable
    create_url, create_label = "/refdata/imports/new/", _("Load a file")
    create_action = Action.IMPORT_FILE
    export_name, empty_text = "imports", _("No reference file has been loaded yet.")
