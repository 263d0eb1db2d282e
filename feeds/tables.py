"""Columns of the lists of webhooks and deliveries."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from core.pages.columns import (
    NUMBER_ATTRS,
    CutColumn,
    LinkColumn,
    MomentColumn,
    QuantityColumn,
    StatusColumn,
    TextColumn,
)


class EndpointTable(tables.Table):
    name = LinkColumn("feeds:endpoint", verbose_name=_("Name"))
    state = StatusColumn(verbose_name=_("Status"))
    url = CutColumn(verbose_name=_("Address"))
    source_system = TextColumn(verbose_name=_("Source"))
    desk_code = TextColumn(verbose_name=_("Desk"))
    waiting = QuantityColumn(verbose_name=_("Waiting"))
    given_up = QuantityColumn(verbose_name=_("Given up"))
    failing_since = MomentColumn(
        accessor="progress__failing_since", verbose_name=_("Failing since")
    )
    created_by = TextColumn(verbose_name=_("Created by"))
    created_at = MomentColumn(verbose_name=_("Created at"))


class DeliveryTable(tables.Table):
    id = LinkColumn("feeds:delivery", verbose_name=_("Number"))
    state = StatusColumn(verbose_name=_("Status"))
    type = StatusColumn(verbose_name=_("Event"))
    source_reference = TextColumn(verbose_name=_("Source reference"))
    endpoint = TextColumn(accessor="endpoint__name", verbose_name=_("Webhook"))
    attempts = QuantityColumn(verbose_name=_("Attempts"))
    last_code = TextColumn(verbose_name=_("Last answer"), attrs=NUMBER_ATTRS)
    due_at = MomentColumn(verbose_name=_("Next attempt"))
    created_at = MomentColumn(verbose_name=_("Created at"))
    delivered_at = MomentColumn(verbose_name=_("Delivered at"))
    message_id = TextColumn(verbose_name=_("Message"))
