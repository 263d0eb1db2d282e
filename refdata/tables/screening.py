"""List tables of sanctions lists, restrictions, and who stands behind a party."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from core.pages.columns import (
    CutColumn,
    DayColumn,
    LinkColumn,
    MomentColumn,
    QuantityColumn,
    StatusColumn,
    TextColumn,
)


class SanctionsVersionTable(tables.Table):
    id = LinkColumn("refdata:sanctions_version", verbose_name=_("Number"))
    list_code = StatusColumn(verbose_name=_("List"))
    name = TextColumn(verbose_name=_("File"), width=40)
    as_of = DayColumn(verbose_name=_("As of"))
    entries = QuantityColumn(verbose_name=_("Entries"))
    added = QuantityColumn(verbose_name=_("Added"))
    changed = QuantityColumn(verbose_name=_("Changed"))
    removed = QuantityColumn(verbose_name=_("Removed"))
    bad_rows = QuantityColumn(verbose_name=_("Rows refused"))
    loaded_by = TextColumn(verbose_name=_("Loaded by"))
    loaded_at = MomentColumn(verbose_name=_("Loaded at"))

    class Meta:
        order_by = ("-id",)


class JoinedColumn(TextColumn):
    """Several values in one cell."""

    def render(self, value: list[str]) -> str:
        return ", ".join(value)

    def value(self, value: list[str]) -> str:
        return self.render(value)


class SanctionsEntryTable(tables.Table):
    name = LinkColumn("refdata:sanctions_entry", verbose_name=_("Name"))
    list_code = StatusColumn(verbose_name=_("List"))
    reference = TextColumn(verbose_name=_("Reference"))
    kind = StatusColumn(verbose_name=_("Kind"))
    countries = JoinedColumn(verbose_name=_("Countries"), orderable=False)
    programmes = JoinedColumn(verbose_name=_("Programmes"), orderable=False, width=40)
    listed_on = DayColumn(verbose_name=_("Listed on"))
    spellings = TextColumn(verbose_name=_("Spellings"), width=60, orderable=False)
    since = QuantityColumn(accessor="since_id", verbose_name=_("Since version"))
    until = QuantityColumn(accessor="until_id", verbose_name=_("Until version"))

    class Meta:
        order_by = ("name",)


class HitTable(tables.Table):
    id = LinkColumn("refdata:hit", verbose_name=_("Number"))
    party = TextColumn(accessor="party__code", verbose_name=_("Party"))
    owner = TextColumn(accessor="owner__name", verbose_name=_("Beneficial owner"), width=30)
    ours = TextColumn(verbose_name=_("Our name"), width=40)
    theirs = TextColumn(verbose_name=_("Name on the list"), width=40)
    score = QuantityColumn(verbose_name=_("Score"))
    list_code = StatusColumn(accessor="entry__list_code", verbose_name=_("List"))
    kind = StatusColumn(accessor="entry__kind", verbose_name=_("Kind"))
    is_cleared = tables.BooleanColumn(verbose_name=_("Cleared"), null=False)
    found_at = MomentColumn(verbose_name=_("Found at"))
    ended_at = MomentColumn(verbose_name=_("Ended at"))

    class Meta:
        order_by = ("-score", "-id")


class RestrictionTable(tables.Table):
    value = LinkColumn("refdata:restriction", verbose_name=_("ISIN or country"))
    kind = StatusColumn(verbose_name=_("Kind"))
    valid_from = DayColumn(verbose_name=_("Valid from"))
    valid_to = DayColumn(verbose_name=_("Valid to"))
    reason = TextColumn(verbose_name=_("Reason"), width=40)
    proposed_by = TextColumn(verbose_name=_("Proposed by"))
    decided_by = TextColumn(verbose_name=_("Decided by"))
    state = StatusColumn(verbose_name=_("Status"))

    class Meta:
        order_by = ("kind", "value", "-valid_from")


class OwnerTable(tables.Table):
    name = LinkColumn("refdata:owner", verbose_name=_("Name"))
    party = TextColumn(accessor="party__code", verbose_name=_("Party"))
    party_name = CutColumn(accessor="party__name", verbose_name=_("Name of the party"))
    kind = StatusColumn(verbose_name=_("Kind"))
    country = TextColumn(verbose_name=_("Country"))
    share = QuantityColumn(verbose_name=_("Share (percent)"))
    valid_from = DayColumn(verbose_name=_("Valid from"))
    valid_to = DayColumn(verbose_name=_("Valid to"))
    proposed_by = TextColumn(verbose_name=_("Proposed by"))
    decided_by = TextColumn(verbose_name=_("Decided by"))
    state = StatusColumn(verbose_name=_("Status"))

    class Meta:
        order_by = ("party", "name", "-valid_from")
