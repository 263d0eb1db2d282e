"""Filters of the reference data lists."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django_filters import ModelChoiceFilter

from core.pages.filters import ChipsFilter, DayFilter, ListFilterSet, SearchFilter, YesNoFilter
from refdata import models
from refdata.models.labels import labelled
from refdata.states import (
    AbsenceKind,
    AccountKind,
    AgreementKind,
    AssetClass,
    DayStep,
    FeeKind,
    InstructionState,
    ListedKind,
    OwnerKind,
    PartyNature,
    RecordState,
    RestrictedKind,
    SanctionsList,
)

STATUS = {"choices": labelled(RecordState), "label": _("Status")}


class InstrumentFilter(ListFilterSet):
    q = SearchFilter(fields=("code__istartswith", "isin__istartswith", "name__called"))
    asset_class = ChipsFilter(choices=labelled(AssetClass), label=_("Asset class"))
    status = ChipsFilter(**STATUS)

    class Meta:
        model = models.Instrument
        fields: list[str] = []


class PartyFilter(ListFilterSet):
    q = SearchFilter(
        fields=("code__istartswith", "lei__istartswith", "bic__istartswith", "name__called")
    )
    is_counterparty = YesNoFilter(label=_("Counterparty"))
    is_custodian = YesNoFilter(label=_("Custodian"))
    nature = ChipsFilter(choices=labelled(PartyNature), label=_("Who it is"))
    status = ChipsFilter(**STATUS)

    class Meta:
        model = models.Party
        fields: list[str] = []


class CutOffFilter(ListFilterSet):
    q = SearchFilter(fields=("reason", "proposed_by__istartswith", "decided_by__istartswith"))
    step = ChipsFilter(choices=labelled(DayStep), label=_("Step"))
    state = ChipsFilter(choices=labelled(InstructionState), label=_("Status"))

    class Meta:
        model = models.CutOff
        fields: list[str] = []


class FeeFilter(ListFilterSet):
    q = SearchFilter(fields=("name__istartswith", "party__code__istartswith", "reason"))
    kind = ChipsFilter(choices=labelled(FeeKind), label=_("Kind"))
    state = ChipsFilter(choices=labelled(InstructionState), label=_("Status"))

    class Meta:
        model = models.FeeSchedule
        fields: list[str] = []


class PlaceFilter(ListFilterSet):
    q = SearchFilter(
        fields=("place__istartswith", "venue__istartswith", "issuer_country__iexact", "reason")
    )
    asset_class = ChipsFilter(choices=labelled(AssetClass), label=_("Asset class"))
    state = ChipsFilter(choices=labelled(InstructionState), label=_("Status"))

    class Meta:
        model = models.SettlementPlace
        fields: list[str] = []


class InstructionFilter(ListFilterSet):
    q = SearchFilter(
        fields=(
            "party__code__istartswith",
            "party__name",
            "agent_bic__istartswith",
            "place_of_settlement__istartswith",
            "account_number__istartswith",
        )
    )
    state = ChipsFilter(choices=labelled(InstructionState), label=_("Status"))
    asset_class = ChipsFilter(choices=labelled(AssetClass), label=_("Asset class"))

    class Meta:
        model = models.SettlementInstruction
        fields: list[str] = []


class AccountFilter(ListFilterSet):
    q = SearchFilter(fields=("code__istartswith", "name__called", "iban__istartswith", "number"))
    kind = ChipsFilter(choices=labelled(AccountKind), label=_("Kind"))
    status = ChipsFilter(**STATUS)

    class Meta:
        model = models.Account
        fields: list[str] = []


class BookFilter(ListFilterSet):
    q = SearchFilter(fields=("code__istartswith", "name__called", "desk__code__istartswith"))
    desk = ModelChoiceFilter(queryset=models.Desk.objects.order_by("code"), label=_("Desk"))
    status = ChipsFilter(**STATUS)

    class Meta:
        model = models.Book
        fields: list[str] = []


class DeskFilter(ListFilterSet):
    q = SearchFilter(fields=("code__istartswith", "name__called"))

    class Meta:
        model = models.Desk
        fields: list[str] = []


class TraderFilter(ListFilterSet):
    q = SearchFilter(fields=("code__istartswith", "name__called"))
    desk = ModelChoiceFilter(queryset=models.Desk.objects.order_by("code"), label=_("Desk"))
    status = ChipsFilter(**STATUS)

    class Meta:
        model = models.Trader
        fields: list[str] = []


class AbsenceFilter(ListFilterSet):
    q = SearchFilter(
        fields=("trader__code__istartswith", "trader__name__called", "user__username__istartswith")
    )
    kind = ChipsFilter(choices=labelled(AbsenceKind), label=_("Kind"))
    desk = ModelChoiceFilter(
        field_name="trader__desk", queryset=models.Desk.objects.order_by("code"), label=_("Desk")
    )
    since = DayFilter(field_name="last_day", lookup_expr="gte", label=_("From"))
    until = DayFilter(field_name="first_day", lookup_expr="lte", label=_("To"))

    class Meta:
        model = models.Absence
        fields: list[str] = []


class VenueFilter(ListFilterSet):
    q = SearchFilter(
        fields=(
            "mic__istartswith",
            "operating_mic__istartswith",
            "name__called",
            "city__istartswith",
        )
    )
    status = ChipsFilter(**STATUS)

    class Meta:
        model = models.Venue
        fields: list[str] = []


class CalendarFilter(ListFilterSet):
    q = SearchFilter(fields=("code__istartswith", "name__called"))

    class Meta:
        model = models.Calendar
        fields: list[str] = []


class CurrencyFilter(ListFilterSet):
    q = SearchFilter(fields=("code__istartswith", "name__called"))

    class Meta:
        model = models.Currency
        fields: list[str] = []


class CycleFilter(ListFilterSet):
    q = SearchFilter(fields=("market__istartswith", "asset_class__istartswith", "note"))

    class Meta:
        model = models.SettlementCycle
        fields: list[str] = []


class PriceFilter(ListFilterSet):
    q = SearchFilter(fields=("instrument__code__istartswith", "instrument__isin__istartswith"))
    since = DayFilter(field_name="day", lookup_expr="gte", label=_("From"))
    until = DayFilter(field_name="day", lookup_expr="lte", label=_("To"))

    class Meta:
        model = models.Price
        fields: list[str] = []


class RateFilter(ListFilterSet):
    q = SearchFilter(fields=("currency__istartswith",))
    since = DayFilter(field_name="day", lookup_expr="gte", label=_("From"))
    until = DayFilter(field_name="day", lookup_expr="lte", label=_("To"))

    class Meta:
        model = models.FxRate
        fields: list[str] = []


class ListingFilter(ListFilterSet):
    q = SearchFilter(fields=("isin__istartswith", "mic__istartswith", "name__called"))
    status = ChipsFilter(**STATUS)

    class Meta:
        model = models.InstrumentListing
        fields: list[str] = []


class ImportFilter(ListFilterSet):
    q = SearchFilter(fields=("name__called", "kind__istartswith", "imported_by__istartswith"))

    class Meta:
        model = models.FileImport
        fields: list[str] = []


class SanctionsVersionFilter(ListFilterSet):
    q = SearchFilter(fields=("name__called", "loaded_by__istartswith"))
    list_code = ChipsFilter(choices=labelled(SanctionsList), label=_("List"))

    class Meta:
        model = models.ListVersion
        fields: list[str] = []


class SanctionsEntryFilter(ListFilterSet):
    q = SearchFilter(fields=("spellings__called", "reference__istartswith"))
    list_code = ChipsFilter(choices=labelled(SanctionsList), label=_("List"))
    kind = ChipsFilter(choices=labelled(ListedKind), label=_("Kind"))
    in_force = YesNoFilter(field_name="until", lookup_expr="isnull", label=_("In force"))

    class Meta:
        model = models.ListedEntry
        fields: list[str] = []


class HitFilter(ListFilterSet):
    q = SearchFilter(
        fields=("ours__called", "theirs__called", "party__code__istartswith", "owner__name__called")
    )
    list_code = ChipsFilter(
        field_name="entry__list_code", choices=labelled(SanctionsList), label=_("List")
    )
    of_owner = YesNoFilter(
        field_name="owner", lookup_expr="isnull", exclude=True, label=_("Of an owner")
    )
    is_live = YesNoFilter(field_name="ended_at", lookup_expr="isnull", label=_("Live"))
    is_cleared = YesNoFilter(label=_("Cleared"))

    class Meta:
        model = models.ScreeningHit
        fields: list[str] = []


class RestrictionFilter(ListFilterSet):
    q = SearchFilter(fields=("value__istartswith", "reason"))
    kind = ChipsFilter(choices=labelled(RestrictedKind), label=_("Kind"))
    state = ChipsFilter(choices=labelled(InstructionState), label=_("Status"))

    class Meta:
        model = models.Restriction
        fields: list[str] = []


class AgreementFilter(ListFilterSet):
    q = SearchFilter(
        fields=("party__code__istartswith", "party__name__called", "reference__istartswith")
    )
    kind = ChipsFilter(choices=labelled(AgreementKind), label=_("Kind"))
    state = ChipsFilter(choices=labelled(InstructionState), label=_("Status"))
    covers_repo = YesNoFilter(label=_("Repos"))
    covers_lending = YesNoFilter(label=_("Securities lending"))
    covers_forward = YesNoFilter(label=_("Currencies dealt forward"))
    covers_otc = YesNoFilter(label=_("Derivatives off venue"))

    class Meta:
        model = models.Agreement
        fields: list[str] = []


class HoldingFilter(ListFilterSet):
    q = SearchFilter(
        fields=(
            "account__code__istartswith",
            "instrument__code__istartswith",
            "instrument__isin__istartswith",
            "currency__istartswith",
        )
    )
    is_cash = YesNoFilter(field_name="instrument", lookup_expr="isnull", label=_("Cash"))
    since = DayFilter(field_name="day", lookup_expr="gte", label=_("From"))
    until = DayFilter(field_name="day", lookup_expr="lte", label=_("To"))

    class Meta:
        model = models.Holding
        fields: list[str] = []


class OwnerFilter(ListFilterSet):
    q = SearchFilter(fields=("name__called", "party__code__istartswith", "party__name__called"))
    kind = ChipsFilter(choices=labelled(OwnerKind), label=_("Kind"))
    state = ChipsFilter(choices=labelled(InstructionState), label=_("Status"))

    class Meta:
        model = models.BeneficialOwner
        fields: list[str] = []
