"""Columns of the lists of this room."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.pages import formats, status, words
from core.pages.columns import (
    NUMBER_ATTRS,
    AmountColumn,
    CodedColumn,
    CutColumn,
    DayColumn,
    LinkColumn,
    MomentColumn,
    PriceColumn,
    QuantityColumn,
    StatusColumn,
    TextColumn,
)
from desk.tables import ExpectedColumn
from trades.formats.fix.live import name_of


class SideColumn(CodedColumn):
    """Buy or sell, in words and colour."""

    def render(self, record: Any) -> SafeString:
        css = "buy" if record.side == "BUY" else "sell"
        return format_html('<span class="{}">{}</span>', css, record.get_side_display())

    def value(self, record: Any) -> str:
        return str(record.get_side_display())


class ProductColumn(CodedColumn):
    """What is dealt: the product, or the asset class of the instrument of any other trade."""

    def code(self, record: Any, bound_column: Any) -> str:
        return str(record.product_class)

    def render(self, record: Any, bound_column: Any) -> str:
        found = self.code(record, bound_column)
        return str(status.look(found).label) if found else ""

    def value(self, record: Any, bound_column: Any) -> str:
        return self.render(record, bound_column)


class DealtColumn(CutColumn):
    """The instrument by its name; a pair of currencies has none but its own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"empty_values": (), "accessor": "instrument__name", **kwargs})

    def render(self, value: Any, record: Any) -> SafeString:  # type: ignore[override]  # the row tells more
        return super().render(value or (record.symbol if record.product else ""))

    def value(self, value: Any, record: Any) -> Any:  # type: ignore[override]  # the row tells more
        return value or (record.symbol if record.product else value)


class TradeTable(tables.Table):
    reference = LinkColumn("trades:detail", order_by="pk", verbose_name=_("Reference"))
    state = StatusColumn(verbose_name=_("State"))
    trade_date = DayColumn(verbose_name=_("Trade date"))
    side = SideColumn(verbose_name=_("Side"))
    product = ProductColumn(empty_values=(), verbose_name=_("Product"))
    instrument = DealtColumn(verbose_name=_("Instrument"))
    isin = TextColumn(verbose_name="ISIN")
    quantity = QuantityColumn(verbose_name=_("Quantity"))
    price = PriceColumn(verbose_name=_("Price"))
    net_amount = AmountColumn(verbose_name=_("Net amount"))
    currency = TextColumn(verbose_name=_("Currency"))
    settlement_date = DayColumn(verbose_name=_("Settlement date"))
    counterparty_code = TextColumn(verbose_name=_("Counterparty"), width=20)
    book_code = TextColumn(verbose_name=_("Book"))
    trader_code = TextColumn(verbose_name=_("Trader"))
    desk_code = TextColumn(verbose_name=_("Desk"))
    venue = TextColumn(verbose_name=_("Venue"))
    gross_amount = AmountColumn(verbose_name=_("Gross amount"))
    fees = AmountColumn(verbose_name=_("Fees"))
    risk_amount_eur = AmountColumn(verbose_name=_("Risk in EUR"))
    version_no = QuantityColumn(verbose_name=_("Version"))
    allocation = StatusColumn(
        accessor="block__state", orderable=False, verbose_name=_("Allocation")
    )
    source_system = TextColumn(verbose_name=_("Source"))
    source_reference = TextColumn(verbose_name=_("Source reference"))
    maker = TextColumn(verbose_name=_("Captured by"))
    received_at = MomentColumn(verbose_name=_("Received at"))


class AllocationRuleTable(tables.Table):
    book_code = LinkColumn("trades:allocation_rule", verbose_name=_("Book"))
    counterparty_code = TextColumn(verbose_name=_("Counterparty"))
    percents = tables.Column(orderable=False, verbose_name=pgettext_lazy("allocation", "Shares"))
    residual_account = TextColumn(verbose_name=_("Residual account"))
    active = tables.BooleanColumn(verbose_name=pgettext_lazy("rule", "Active"))
    valid_from = DayColumn(verbose_name=_("Valid from"))
    state = StatusColumn(verbose_name=_("Status"))
    reason = TextColumn(verbose_name=_("Reason"), width=40)
    proposed_by = TextColumn(verbose_name=_("Proposed by"))
    decided_by = TextColumn(verbose_name=_("Decided by"))

    def render_percents(self, value: Any) -> str:
        return " · ".join(
            f"{account} {formats.quantity(Decimal(percent))} %"
            for account, percent in value.items()
        )

    def render_active(self, value: Any) -> str:
        return str(_("yes") if value else _("no"))


class BatchTable(tables.Table):
    pk = LinkColumn("trades:import", verbose_name=_("Import"))
    received_at = MomentColumn(verbose_name=_("Received at"))
    channel = StatusColumn(verbose_name=_("Channel"))
    source_system = TextColumn(verbose_name=_("Source"))
    file = TextColumn(accessor="file__name", verbose_name=_("File"), width=40)
    actor_name = TextColumn(verbose_name=_("By"))
    booked = tables.Column(
        empty_values=(),
        orderable=False,
        verbose_name=pgettext_lazy("trades", "Booked"),
        attrs=NUMBER_ATTRS,
    )
    waiting = tables.Column(
        empty_values=(), orderable=False, verbose_name=_("Waiting"), attrs=NUMBER_ATTRS
    )
    repeated = tables.Column(
        empty_values=(),
        orderable=False,
        verbose_name=pgettext_lazy("trades", "Repeated"),
        attrs=NUMBER_ATTRS,
    )
    refused = tables.Column(
        empty_values=(),
        orderable=False,
        verbose_name=pgettext_lazy("trades", "Refused"),
        attrs=NUMBER_ATTRS,
    )

    def render_booked(self, record: Any) -> str:
        return self._sum(record, "booked")

    def render_waiting(self, record: Any) -> str:
        return self._sum(record, "exception", "parked")

    def render_repeated(self, record: Any) -> str:
        return self._sum(record, "repeated", "ignored")

    def render_refused(self, record: Any) -> str:
        return self._sum(record, "invalid", "conflict", "refused")

    @staticmethod
    def _sum(record: Any, *names: str) -> str:
        return formats.integer(sum(int((record.told or {}).get(name, 0)) for name in names))


class ExecutionTable(tables.Table):
    source_reference = LinkColumn("trades:execution", verbose_name=_("Source reference"))
    outcome = StatusColumn(verbose_name=_("Outcome"))
    reason_code = TextColumn(verbose_name=_("Reason"))
    action = StatusColumn(verbose_name=_("Action"))
    source_version = TextColumn(verbose_name=_("Version"), attrs=NUMBER_ATTRS)
    source_system = TextColumn(verbose_name=_("Source"))
    name = TextColumn(accessor="instrument_name", orderable=False, verbose_name=_("Instrument"))
    channel = StatusColumn(verbose_name=_("Channel"))
    received_at = MomentColumn(verbose_name=_("Received at"))


class NamedColumn(tables.Column):
    """A field by its name."""

    def render(self, value: Any) -> str:
        return str(capfirst(words.named(str(value))))

    def value(self, value: Any) -> str:
        return str(value)


class BackTestTable(tables.Table):
    pk = LinkColumn("rules:back_test", verbose_name=_("Back-test"))
    code = TextColumn(verbose_name=_("Rule"))
    scope = TextColumn(verbose_name=_("Scope"))
    state = StatusColumn(verbose_name=_("Status"))
    first_day = DayColumn(verbose_name=_("Replay from"))
    last_day = DayColumn(verbose_name=_("Replay to"))
    trades = QuantityColumn(orderable=False, verbose_name=_("Trades"))
    in_force = QuantityColumn(orderable=False, verbose_name=pgettext_lazy("rule", "As set"))
    proposed = QuantityColumn(orderable=False, verbose_name=pgettext_lazy("rule", "As proposed"))
    asked_by = TextColumn(verbose_name=_("Asked by"))
    asked_at = MomentColumn(verbose_name=_("Asked for"))


class BackTestDayTable(tables.Table):
    """What a back-test comes to, day by day; exported, and shown on its page."""

    day = DayColumn(verbose_name=_("Trade date"))
    trades = QuantityColumn(verbose_name=_("Trades"))
    in_force = QuantityColumn(verbose_name=_("Raised, as set"))
    proposed = QuantityColumn(verbose_name=_("Raised, as proposed"))
    newly = QuantityColumn(verbose_name=pgettext_lazy("back-test", "Newly raised"))
    no_longer = QuantityColumn(verbose_name=pgettext_lazy("back-test", "No longer raised"))
    findings_in_force = QuantityColumn(verbose_name=_("Findings, as set"))
    findings_proposed = QuantityColumn(verbose_name=_("Findings, as proposed"))
    faults = QuantityColumn(verbose_name=_("Found wrong by people"))
    faults_in_force = QuantityColumn(verbose_name=_("Of these raised, as set"))
    faults_proposed = QuantityColumn(verbose_name=_("Of these raised, as proposed"))


class BackTestTradeTable(tables.Table):
    trade = LinkColumn(
        "trades:detail",
        key="trade_id",
        accessor="trade__reference",
        order_by="trade",
        verbose_name=_("Reference"),
    )
    replayed = StatusColumn(verbose_name=_("Effect"))
    known_as = StatusColumn(verbose_name=_("People said"))
    trade_date = DayColumn(accessor="trade__trade_date", verbose_name=_("Trade date"))
    instrument = CutColumn(accessor="trade__instrument__name", verbose_name=_("Instrument"))
    field = NamedColumn(orderable=False, verbose_name=_("Field"))
    expected = ExpectedColumn(orderable=False, verbose_name=_("Expected"))
    found = ExpectedColumn(orderable=False, verbose_name=_("Found"))
    counterparty = TextColumn(accessor="trade__counterparty_code", verbose_name=_("Counterparty"))
    trader = TextColumn(accessor="trade__trader_code", verbose_name=_("Trader"))
    desk_code = TextColumn(verbose_name=_("Desk"))
    state = StatusColumn(accessor="trade__state", verbose_name=_("State"))


class RuleTable(tables.Table):
    """The rule book with what each rule came to; exported, and the headings of its page."""

    code = tables.Column(verbose_name=_("Code"))
    family = tables.Column(verbose_name=_("Family"))
    severity = StatusColumn(verbose_name=_("Severity"))
    title = tables.Column(verbose_name=_("Says"))
    owner = tables.Column(verbose_name=pgettext_lazy("rule", "Owner"))
    findings = QuantityColumn(verbose_name=_("Findings"))
    hit_rate = QuantityColumn(verbose_name=_("Hit rate"))
    false_alarms = QuantityColumn(verbose_name=_("False alarms"))
    last = DayColumn(verbose_name=_("Last finding"))
    status = StatusColumn(verbose_name=_("Status"))
    numbers = tables.Column(verbose_name=_("Parameters"))
    source = tables.Column(verbose_name=_("Source"))
    rationale = tables.Column(verbose_name=_("Rationale"))
    lives_in = tables.Column(verbose_name=_("Written in"))
    tested_in = tables.Column(verbose_name=_("Tested in"))


class FixSessionTable(tables.Table):
    name = LinkColumn("trades:fix_session", verbose_name=_("Session"))
    is_enabled = tables.BooleanColumn(verbose_name=_("Started"), yesno="✓,–")
    state = StatusColumn(accessor="line__state", verbose_name=_("State"))
    begin_string = TextColumn(verbose_name=_("FIX version"))
    sender_comp_id = TextColumn(verbose_name=_("Their CompID"))
    target_comp_id = TextColumn(verbose_name=_("Our CompID"))
    next_in = QuantityColumn(accessor="line__next_in", verbose_name=_("Expected next"))
    next_out = QuantityColumn(accessor="line__next_out", verbose_name=_("Sent next"))
    heard_at = MomentColumn(accessor="line__heard_at", verbose_name=_("Last heard"))
    waiting = QuantityColumn(verbose_name=_("Exceptions"))


class FixMessageTable(tables.Table):
    pk = LinkColumn("trades:fix_message", verbose_name=_("Message"))
    kept_at = MomentColumn(verbose_name=_("Kept at"))
    session = TextColumn(accessor="session__name", verbose_name=_("Session"))
    epoch = QuantityColumn(verbose_name=_("Count"))
    number = QuantityColumn(verbose_name=_("Number"))
    what = tables.Column(empty_values=(), order_by="kind", verbose_name=_("Type"))
    key = CutColumn(verbose_name=_("Their id"))
    disposition = StatusColumn(verbose_name=_("Disposition"))
    outcome = StatusColumn(accessor="result__outcome", verbose_name=_("Outcome"))
    reason = TextColumn(accessor="result__reason_code", verbose_name=_("Reason"))
    note = CutColumn(verbose_name=_("Note"))

    def render_what(self, record: Any) -> str:
        return name_of(record.kind)

    def value_what(self, record: Any) -> str:
        return str(record.kind)
