"""Tables of the lists of this room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.pages import words
from core.pages.columns import (
    AmountColumn,
    DayColumn,
    LinkColumn,
    MomentColumn,
    PriceColumn,
    QuantityColumn,
    StatusColumn,
    TextColumn,
)
from settlement.models import Confirmation


class FieldsColumn(tables.Column):
    """The names of fields, as people say them; they give way where the screen has no room."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"attrs": {"td": {"class": "cut"}}, **kwargs})

    def render(self, value: Sequence[str]) -> SafeString:
        said = ", ".join(words.named(name) for name in value)
        return format_html('<span title="{}">{}</span>', said, said)

    def value(self, value: Sequence[str]) -> str:
        return ", ".join(value)


class ConfirmationTable(tables.Table):
    id = LinkColumn("settlement:confirmation", verbose_name=_("Number"))
    state = StatusColumn(verbose_name=_("Status"))
    reference = TextColumn(verbose_name=_("Trade"))
    party = TextColumn(accessor="party__code", verbose_name=_("Counterparty"))
    isin = tables.Column(verbose_name=_("ISIN or pair"), empty_values=())
    side = StatusColumn(verbose_name=_("Side"))
    quantity = QuantityColumn(verbose_name=_("Quantity"))
    price = PriceColumn(verbose_name=_("Price"))
    amount = AmountColumn(verbose_name=_("Net amount"))
    currency = tables.Column(verbose_name=_("Ccy"))
    trade_date = DayColumn(verbose_name=_("Trade date"))
    differs = FieldsColumn(verbose_name=_("What differs"), orderable=False)
    settlement_date = DayColumn(verbose_name=_("Settlement date"))
    theirs = TextColumn(accessor="received__reference", verbose_name=_("Their reference"))
    version_no = QuantityColumn(verbose_name=_("Version"))
    desk_code = tables.Column(verbose_name=_("Desk"))
    sent_at = MomentColumn(verbose_name=_("Sent"))
    matched_at = MomentColumn(verbose_name=_("Matched"))
    end_reason = StatusColumn(verbose_name=_("Why it is over"))
    product = StatusColumn(verbose_name=_("Product"))
    counter_amount = PriceColumn(verbose_name=_("Counter-amount"))
    rate = PriceColumn(verbose_name=_("Rate"))
    end_date = DayColumn(verbose_name=_("End date"))

    class Meta:
        order_by = ("-trade_date", "-id")

    def render_isin(self, record: Confirmation) -> str:
        return record.isin or record.pair

    def value_isin(self, record: Confirmation) -> str:
        return record.isin or record.pair


class ChaserTable(tables.Table):
    id = LinkColumn("settlement:chaser", verbose_name=_("Number"))
    party = TextColumn(accessor="party__code", verbose_name=_("Counterparty"))
    subject = TextColumn(verbose_name=_("Subject"), width=60)
    trades = QuantityColumn(accessor="confirmation_ids", orderable=False, verbose_name=_("Trades"))
    language = StatusColumn(verbose_name=_("Language"))
    recipient = TextColumn(verbose_name=_("Recipient"))
    created_by = TextColumn(verbose_name=_("Made by"))
    created_at = MomentColumn(verbose_name=_("Made at"))

    class Meta:
        order_by = ("-id",)

    def render_trades(self, value: Any) -> str:
        return str(len(value))

    def value_trades(self, value: Any) -> int:
        return len(value)


class FileTable(tables.Table):
    name = TextColumn(verbose_name=_("File"))
    party = TextColumn(accessor="party__code", verbose_name=_("Counterparty"))
    new_count = QuantityColumn(verbose_name=_("Confirmations"))
    cancel_count = QuantityColumn(verbose_name=_("Cancellations"))
    created_by = TextColumn(verbose_name=_("Made by"))
    created_at = MomentColumn(verbose_name=_("Made at"))
    delivered_at = MomentColumn(verbose_name=_("In the outbox since"))

    class Meta:
        order_by = ("-id",)


class ProfileTable(tables.Table):
    id = LinkColumn("settlement:profile", verbose_name=_("Number"))
    party = TextColumn(accessor="party__code", verbose_name=_("Counterparty"))
    product = StatusColumn(verbose_name=_("Product"))
    asset_class = StatusColumn(verbose_name=_("Asset class"))
    price_percent = PriceColumn(verbose_name=_("Price or rate (percent)"))
    amount_small = AmountColumn(verbose_name=_("Amount (EUR)"))
    amount_limit = AmountColumn(verbose_name=_("up to (EUR)"))
    amount_large = AmountColumn(verbose_name=_("above (EUR)"))
    close_percent = PriceColumn(verbose_name=_("Same deal (percent)"))
    valid_from = DayColumn(verbose_name=_("Valid from"))
    reason = TextColumn(verbose_name=_("Reason"), width=30)
    proposed_by = TextColumn(verbose_name=_("Proposed by"))
    decided_by = TextColumn(verbose_name=_("Decided by"))
    state = StatusColumn(verbose_name=_("Status"))

    class Meta:
        order_by = ("-valid_from", "-id")
