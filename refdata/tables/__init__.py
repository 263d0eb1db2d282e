"""List tables of the reference data."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.pages import formats
from core.pages.columns import (
    AmountColumn,
    CutColumn,
    DayColumn,
    LinkColumn,
    MomentColumn,
    PriceColumn,
    QuantityColumn,
    StatusColumn,
    TextColumn,
)
from refdata.models import Currency
from refdata.tables.screening import (
    HitTable,
    OwnerTable,
    RestrictionTable,
    SanctionsEntryTable,
    SanctionsVersionTable,
)

__all__ = [
    "AbsenceTable",
    "AccountTable",
    "AgreementTable",
    "BookTable",
    "CalendarTable",
    "CurrencyTable",
    "CutOffTable",
    "CycleTable",
    "DeskTable",
    "FeeTable",
    "HitTable",
    "HoldingTable",
    "ImportTable",
    "InstructionTable",
    "InstrumentTable",
    "ListingTable",
    "OwnerTable",
    "PartyTable",
    "PlaceTable",
    "PriceTable",
    "RateTable",
    "RestrictionTable",
    "SanctionsEntryTable",
    "SanctionsVersionTable",
    "TraderTable",
    "VenueTable",
]


class InstrumentTable(tables.Table):
    code = LinkColumn("refdata:instrument", verbose_name=_("Code"))
    isin = TextColumn(verbose_name="ISIN")
    name = TextColumn(verbose_name=_("Name"), width=45)
    asset_class = StatusColumn(verbose_name=_("Asset class"))
    currency = TextColumn(verbose_name=_("Currency"))
    venue = TextColumn(accessor="venue__mic", verbose_name=_("Main venue"))
    cfi = TextColumn(verbose_name="CFI")
    maturity_date = DayColumn(verbose_name=_("Maturity date"))
    coupon_rate = PriceColumn(verbose_name=_("Coupon rate (%)"))
    issuer_lei = TextColumn(verbose_name=_("Issuer LEI"))
    status = StatusColumn(verbose_name=_("Status"))

    class Meta:
        order_by = ("code",)


class PartyTable(tables.Table):
    code = LinkColumn("refdata:party", verbose_name=_("Code"))
    name = CutColumn(verbose_name=_("Name"))
    lei = TextColumn(verbose_name="LEI")
    bic = TextColumn(verbose_name="BIC")
    country = TextColumn(verbose_name=_("Country"))
    is_counterparty = tables.BooleanColumn(verbose_name=_("Counterparty"), null=False)
    is_custodian = tables.BooleanColumn(verbose_name=_("Custodian"), null=False)
    nature = StatusColumn(verbose_name=_("Who it is"))
    lei_status = StatusColumn(verbose_name=_("LEI registration"))
    lei_next_renewal = DayColumn(verbose_name=_("LEI renewal due"))
    status = StatusColumn(verbose_name=_("Status"))

    class Meta:
        order_by = ("code",)


class InstructionTable(tables.Table):
    id = LinkColumn("refdata:instruction", verbose_name=_("Number"))
    party = TextColumn(accessor="party__code", verbose_name=_("Party"))
    party_name = CutColumn(accessor="party__name", verbose_name=_("Name"))
    currency = TextColumn(verbose_name=_("Currency"))
    asset_class = StatusColumn(verbose_name=_("Asset class"))
    place_of_settlement = TextColumn(verbose_name=_("Place of settlement"))
    agent_bic = TextColumn(verbose_name=_("Agent"))
    account_number = TextColumn(verbose_name=_("Safekeeping account"))
    valid_from = DayColumn(verbose_name=_("Valid from"))
    valid_to = DayColumn(verbose_name=_("Valid to"))
    proposed_by = TextColumn(verbose_name=_("Proposed by"))
    decided_by = TextColumn(verbose_name=_("Decided by"))
    state = StatusColumn(verbose_name=_("Status"))

    class Meta:
        order_by = ("party", "currency", "-valid_from")


class CutOffTable(tables.Table):
    id = LinkColumn("refdata:cut_off", verbose_name=_("Number"))
    step = TextColumn(accessor="get_step_display", order_by="step", verbose_name=_("Step"))
    days_after = TextColumn(
        verbose_name=_("Open days after"), attrs={"td": {"class": "num"}, "th": {"class": "num"}}
    )
    at_time = tables.TimeColumn(format="H:i", verbose_name=_("Local time"))
    valid_from = DayColumn(verbose_name=_("Valid from"))
    only_day = tables.BooleanColumn(verbose_name=_("For that day alone"))
    reason = TextColumn(verbose_name=_("Reason"), width=40)
    proposed_by = TextColumn(verbose_name=_("Proposed by"))
    decided_by = TextColumn(verbose_name=_("Decided by"))
    state = StatusColumn(verbose_name=_("Status"))


class FeeTable(tables.Table):
    name = LinkColumn("refdata:fee", verbose_name=_("Name"))
    kind = StatusColumn(verbose_name=_("Kind"))
    party = TextColumn(accessor="party__code", verbose_name=_("Counterparty"))
    venue = TextColumn(verbose_name=_("Venue"))
    issuer_country = TextColumn(verbose_name=_("Country of the ISIN"))
    asset_class = StatusColumn(verbose_name=_("Asset class"))
    side = StatusColumn(verbose_name=_("Side"))
    currency = TextColumn(verbose_name=_("Currency"))
    rate = PriceColumn(verbose_name=_("Percent"))
    per_unit = PriceColumn(verbose_name=_("Per unit"))
    fixed = AmountColumn(verbose_name=_("Per trade"))
    minimum = AmountColumn(verbose_name=_("At least"))
    maximum = AmountColumn(verbose_name=_("At most"))
    valid_from = DayColumn(verbose_name=_("Valid from"))
    valid_to = DayColumn(verbose_name=_("Valid to"))
    state = StatusColumn(verbose_name=_("Status"))

    class Meta:
        order_by = ("name", "-valid_from", "-pk")


class PlaceTable(tables.Table):
    place = LinkColumn("refdata:place", verbose_name=_("Place of settlement"))
    venue = TextColumn(verbose_name=_("Venue"))
    issuer_country = TextColumn(verbose_name=_("Country of the ISIN"))
    asset_class = StatusColumn(verbose_name=_("Asset class"))
    valid_from = DayColumn(verbose_name=_("Valid from"))
    valid_to = DayColumn(verbose_name=_("Valid to"))
    reason = TextColumn(verbose_name=_("Reason"), width=40)
    state = StatusColumn(verbose_name=_("Status"))

    class Meta:
        order_by = ("venue", "issuer_country", "asset_class", "-valid_from", "-pk")


class AccountTable(tables.Table):
    code = LinkColumn("refdata:account", verbose_name=_("Code"))
    name = TextColumn(verbose_name=_("Name"))
    kind = StatusColumn(verbose_name=_("Kind"))
    currency = TextColumn(verbose_name=_("Currency"))
    iban = TextColumn(verbose_name="IBAN")
    number = TextColumn(verbose_name=_("Account number"))
    custodian = TextColumn(accessor="custodian__name", verbose_name=_("Custodian or bank"))
    status = StatusColumn(verbose_name=_("Status"))

    class Meta:
        order_by = ("code",)


class BookTable(tables.Table):
    code = LinkColumn("refdata:book", verbose_name=_("Code"))
    name = TextColumn(verbose_name=_("Name"))
    desk = TextColumn(accessor="desk__code", verbose_name=_("Desk"))
    desk_name = TextColumn(accessor="desk__name", verbose_name=_("Name of the desk"))
    status = StatusColumn(verbose_name=_("Status"))

    class Meta:
        order_by = ("code",)


class DeskTable(tables.Table):
    code = LinkColumn("refdata:desk", verbose_name=_("Code"))
    name = TextColumn(verbose_name=_("Name"))
    entity = TextColumn(accessor="entity__code", verbose_name=_("Legal entity"))

    class Meta:
        order_by = ("code",)


class TraderTable(tables.Table):
    code = LinkColumn("refdata:trader", verbose_name=_("Code"))
    name = TextColumn(verbose_name=_("Name"))
    desk = TextColumn(accessor="desk__code", verbose_name=_("Desk"))
    country = TextColumn(verbose_name=_("Nationality"))
    branch_country = TextColumn(verbose_name=_("Branch country"))
    status = StatusColumn(verbose_name=_("Status"))

    class Meta:
        order_by = ("code",)


class AbsenceTable(tables.Table):
    who = LinkColumn("refdata:absence", verbose_name=_("Who"), order_by=("trader", "user"))
    name = TextColumn(accessor="trader__name", verbose_name=_("Name"))
    desk = TextColumn(accessor="trader__desk__code", verbose_name=_("Desk"))
    kind = StatusColumn(verbose_name=_("Kind"))
    first_day = DayColumn(verbose_name=_("First day"))
    last_day = DayColumn(verbose_name=_("Last day"))
    note = TextColumn(verbose_name=_("Note"), width=40)

    class Meta:
        order_by = ("-first_day", "who")


class VenueTable(tables.Table):
    mic = LinkColumn("refdata:venue", verbose_name="MIC")
    operating_mic = TextColumn(verbose_name=_("Operating MIC"))
    name = TextColumn(verbose_name=_("Name"), width=60)
    country = TextColumn(verbose_name=_("Country"))
    city = TextColumn(verbose_name=_("City"))
    category = TextColumn(verbose_name=_("Category"))
    valid_from = DayColumn(verbose_name=_("Valid from"))
    valid_to = DayColumn(verbose_name=_("Valid to"))
    status = StatusColumn(verbose_name=_("Status"))

    class Meta:
        order_by = ("mic",)


class CalendarTable(tables.Table):
    code = LinkColumn("refdata:calendar", verbose_name=_("Code"))
    name = TextColumn(verbose_name=_("Name"))
    kind = StatusColumn(verbose_name=_("Kind"))
    first_day = DayColumn(verbose_name=_("Known from"))
    last_day = DayColumn(verbose_name=_("Known to"))
    session = TextColumn(verbose_name=_("Session"), order_by=("opens_at",))
    source = TextColumn(verbose_name=_("Source"))

    class Meta:
        order_by = ("code",)


class CurrencyNameColumn(TextColumn):
    """What the reader's language calls the currency; its stored name when it has no word."""

    def render(self, value: str, record: Currency) -> str:  # type: ignore[override]  # the library asks for the arguments it finds
        return formats.currency_name(record.code, value)


class CurrencyTable(tables.Table):
    code = LinkColumn("refdata:currency", verbose_name=_("Code"))
    name = CurrencyNameColumn(verbose_name=_("Name"))
    minor_units = QuantityColumn(verbose_name=_("Decimals"))
    calendar = TextColumn(accessor="calendar__code", verbose_name=_("Payment calendar"))

    class Meta:
        order_by = ("code",)


class CycleTable(tables.Table):
    market = TextColumn(verbose_name=_("Market"), empty_values=(None,))
    asset_class = StatusColumn(verbose_name=_("Asset class"), empty_values=(None,))
    valid_from = DayColumn(verbose_name=_("For trade dates from"))
    days = QuantityColumn(verbose_name=_("Business days"))
    note = TextColumn(verbose_name=_("Note"))

    class Meta:
        order_by = ("market", "asset_class", "valid_from")


class PriceTable(tables.Table):
    day = DayColumn(verbose_name=_("Day"))
    instrument = TextColumn(accessor="instrument__code", verbose_name=_("Instrument"))
    isin = TextColumn(accessor="instrument__isin", verbose_name="ISIN")
    close = PriceColumn(verbose_name=_("Closing price"))
    high = PriceColumn(verbose_name=_("Highest of the day"))
    low = PriceColumn(verbose_name=_("Lowest of the day"))
    currency = TextColumn(accessor="instrument__currency", verbose_name=_("Currency"))
    source = TextColumn(verbose_name=_("Source"))

    class Meta:
        order_by = ("-day", "instrument")


class RateTable(tables.Table):
    day = DayColumn(verbose_name=_("Day"))
    currency = TextColumn(verbose_name=_("Currency"))
    rate = PriceColumn(verbose_name=_("Units for 1 EUR"))
    source = TextColumn(verbose_name=_("Source"))

    class Meta:
        order_by = ("-day", "currency")


class ListingTable(tables.Table):
    isin = TextColumn(verbose_name="ISIN")
    mic = TextColumn(verbose_name="MIC")
    name = TextColumn(verbose_name=_("Name"), width=50)
    cfi = TextColumn(verbose_name="CFI")
    currency = TextColumn(verbose_name=_("Currency"))
    issuer_lei = TextColumn(verbose_name=_("Issuer LEI"))
    admitted_on = DayColumn(verbose_name=_("Admitted on"))
    terminated_on = DayColumn(verbose_name=_("Terminated on"))
    status = StatusColumn(verbose_name=_("Status"))

    class Meta:
        order_by = ("isin", "mic")


class ImportTable(tables.Table):
    id = LinkColumn("refdata:import", verbose_name=_("Number"))
    kind = StatusColumn(verbose_name=_("Kind"))
    name = TextColumn(verbose_name=_("File"), width=60)
    good_rows = QuantityColumn(verbose_name=_("Rows read"))
    bad_rows = QuantityColumn(verbose_name=_("Rows refused"))
    imported_by = TextColumn(verbose_name=_("Imported by"))
    imported_at = MomentColumn(verbose_name=_("Imported at"))

    class Meta:
        order_by = ("-id",)


class AgreementTable(tables.Table):
    reference = LinkColumn("refdata:agreement", verbose_name=_("Reference"))
    party = TextColumn(accessor="party__code", verbose_name=_("Party"))
    party_name = CutColumn(accessor="party__name", verbose_name=_("Name"))
    kind = StatusColumn(verbose_name=_("Kind"))
    covers_repo = tables.BooleanColumn(verbose_name=_("Repos"))
    covers_lending = tables.BooleanColumn(verbose_name=_("Securities lending"))
    covers_forward = tables.BooleanColumn(verbose_name=_("Currencies dealt forward"))
    covers_otc = tables.BooleanColumn(verbose_name=_("Derivatives off venue"))
    covers_securities = tables.BooleanColumn(verbose_name=_("Securities"))
    valid_from = DayColumn(verbose_name=_("Valid from"))
    valid_to = DayColumn(verbose_name=_("Valid to"))
    proposed_by = TextColumn(verbose_name=_("Proposed by"))
    decided_by = TextColumn(verbose_name=_("Decided by"))
    state = StatusColumn(verbose_name=_("Status"))

    class Meta:
        order_by = ("party", "kind", "-valid_from")


class HoldingTable(tables.Table):
    account = TextColumn(accessor="account__code", verbose_name=_("Account"))
    day = DayColumn(verbose_name=_("Day"))
    instrument = TextColumn(accessor="instrument__code", verbose_name=_("Instrument"))
    isin = TextColumn(accessor="instrument__isin", verbose_name="ISIN")
    currency = TextColumn(verbose_name=_("Currency"))
    quantity = QuantityColumn(verbose_name=_("Quantity"))
    blocked = QuantityColumn(verbose_name=pgettext_lazy("securities", "Blocked"))
    pledged = QuantityColumn(verbose_name=_("Pledged"))
    free = QuantityColumn(verbose_name=_("Free"))
    source = TextColumn(verbose_name=_("Source"))

    class Meta:
        order_by = ("-day", "account", "instrument", "currency")
