"""List tables of conduct: traders and parties over a window, and the watches of days."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.pages import formats
from core.pages.columns import (
    NUMBER_ATTRS,
    AmountColumn,
    CutColumn,
    DayColumn,
    LinkColumn,
    MomentColumn,
    StatusColumn,
    TextColumn,
)


class CountColumn(tables.Column):
    """A count; none is shown as nothing, so that what there is stands out."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"attrs": NUMBER_ATTRS, **kwargs})

    def render(self, value: Any) -> str:
        return formats.integer(value) if value else ""

    def value(self, value: Any) -> Any:
        return value


class ShareColumn(tables.Column):
    """How much of `whole` a count is."""

    def __init__(self, whole: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"attrs": NUMBER_ATTRS, "orderable": False, **kwargs})
        self.whole = whole

    def render(self, value: Any, record: Any) -> str:
        ratio = self.value(value, record)
        return formats.percent(ratio) if ratio else ""

    def value(self, value: Any, record: Any) -> Any:
        whole = getattr(record, self.whole)
        return Decimal(value) / whole if whole else None


class TraderConductTable(tables.Table):
    code = LinkColumn("conduct:trader", verbose_name=_("Trader"))
    name = CutColumn(verbose_name=_("Name"))
    desk = TextColumn(accessor="desk__code", verbose_name=_("Desk"))
    findings = CountColumn(verbose_name=_("Open findings"))
    days = CountColumn(verbose_name=_("Days"))
    trades = CountColumn(verbose_name=_("Trades"))
    gross_eur = AmountColumn(verbose_name=_("Turnover (EUR)"), currency="none")
    cancelled = CountColumn(verbose_name=pgettext_lazy("trades", "Cancelled"))
    rate = ShareColumn("trades", accessor="cancelled", verbose_name=_("Cancel rate"))
    amended = CountColumn(verbose_name=pgettext_lazy("trades", "Amended"))
    early = CountColumn(verbose_name=_("Before settlement"))
    outside = CountColumn(verbose_name=_("Outside hours"))
    near = CountColumn(verbose_name=_("Under the limit"))
    round_trips = CountColumn(verbose_name=_("Round trips"))
    washes = CountColumn(verbose_name=_("Sold back"))

    class Meta:
        order_by = ("-findings", "code")


class PartyConductTable(tables.Table):
    code = LinkColumn("conduct:party", verbose_name=_("Party"))
    name = CutColumn(verbose_name=_("Name"))
    nature = StatusColumn(verbose_name=_("Who it is"))
    findings = CountColumn(verbose_name=_("Open findings"))
    days = CountColumn(verbose_name=_("Days"))
    dealt = CountColumn(verbose_name=_("Trades"))
    cancelled = CountColumn(verbose_name=pgettext_lazy("trades", "Cancelled"))
    rate = ShareColumn("dealt", accessor="cancelled", verbose_name=_("Cancel rate"))
    gross_eur = AmountColumn(verbose_name=_("Turnover (EUR)"), currency="none")

    class Meta:
        order_by = ("-findings", "code")


class WatchTable(tables.Table):
    day = DayColumn(verbose_name=_("Day"))
    traders = CountColumn(verbose_name=_("Traders"))
    parties = CountColumn(verbose_name=_("Parties"))
    trades = CountColumn(verbose_name=_("Trades"))
    findings = tables.Column(accessor="hits", verbose_name=_("Findings"), orderable=False)
    ended_at = MomentColumn(verbose_name=_("Watched at"))

    class Meta:
        order_by = ("-day", "-ended_at")

    def render_findings(self, value: dict[str, int]) -> str:
        return ", ".join(f"{code} {count}" for code, count in sorted(value.items())) or "–"

    def value_findings(self, value: dict[str, int]) -> str:
        return ", ".join(f"{code} {count}" for code, count in sorted(value.items()))


class PairTable(tables.Table):
    """Who validated whose trades, one line for each pair; exported."""

    who = tables.Column(verbose_name=_("Whose trades"))
    checker = tables.Column(verbose_name=_("Validated by"))
    decisions = CountColumn(verbose_name=_("Decisions"))
    share = CountColumn(verbose_name=pgettext_lazy("part", "Share"))
    amount_eur = AmountColumn(verbose_name=_("Amount (EUR)"))


class TraderDayTable(tables.Table):
    """The days of one trader; exported."""

    day = DayColumn(verbose_name=_("Day"))
    trades = CountColumn(verbose_name=_("Trades"))
    gross_eur = AmountColumn(verbose_name=_("Turnover (EUR)"))
    cancelled = CountColumn(verbose_name=pgettext_lazy("trades", "Cancelled"))
    amended = CountColumn(verbose_name=pgettext_lazy("trades", "Amended"))
    early = CountColumn(verbose_name=_("Before settlement"))
    outside = CountColumn(verbose_name=_("Outside hours"))
    near = CountColumn(verbose_name=_("Under the limit"))
    round_trips = CountColumn(verbose_name=_("Round trips"))
    washes = CountColumn(verbose_name=_("Sold back"))
    top_isin = tables.Column(verbose_name="ISIN")
    top_eur = AmountColumn(verbose_name=_("Most in one instrument (EUR)"))


class PartyDayTable(tables.Table):
    """The days of one counterparty; exported."""

    day = DayColumn(verbose_name=_("Day"))
    dealt = CountColumn(verbose_name=_("Trades"))
    cancelled = CountColumn(verbose_name=pgettext_lazy("trades", "Cancelled"))
    gross_eur = AmountColumn(verbose_name=_("Turnover (EUR)"))


class CheckerTable(tables.Table):
    """Who validated the trades of one trader; exported."""

    name = tables.Column(verbose_name=_("Validated by"))
    n = CountColumn(verbose_name=_("Decisions"))
    share = CountColumn(verbose_name=pgettext_lazy("part", "Share"))
    amount = AmountColumn(verbose_name=_("Amount (EUR)"))


class DealerTable(tables.Table):
    """Who dealt with one counterparty; exported."""

    name = tables.Column(verbose_name=_("Trader"))
    n = CountColumn(verbose_name=_("Trades"))
    share = CountColumn(verbose_name=pgettext_lazy("part", "Share"))
    cancelled = CountColumn(verbose_name=pgettext_lazy("trades", "Cancelled"))
    amount = AmountColumn(verbose_name=_("Amount (EUR)"))
