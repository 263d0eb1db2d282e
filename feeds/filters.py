"""Filters of the lists of webhooks and deliveries."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _

from core.pages.filters import ChipsFilter, ListFilterSet, MomentDayFilter, SearchFilter
from feeds.facts import EventType
from feeds.models import WebhookDelivery, WebhookEndpoint
from feeds.states import DeliveryState, EndpointState


class EndpointFilter(ListFilterSet):
    q = SearchFilter(fields=("name", "url", "source_system__istartswith"))
    state = ChipsFilter(
        choices=[(state.value, state.value) for state in EndpointState], label=_("Status")
    )

    class Meta:
        model = WebhookEndpoint
        fields: list[str] = []


class DeliveryFilter(ListFilterSet):
    q = SearchFilter(fields=("source_reference__startswith", "message_id__startswith"))
    endpoint = django_filters.ModelChoiceFilter(
        queryset=WebhookEndpoint.objects.order_by("name"), label=_("Webhook")
    )
    state = ChipsFilter(
        choices=[(state.value, state.value) for state in DeliveryState], label=_("Status")
    )
    type = ChipsFilter(choices=[(kind.value, kind.value) for kind in EventType], label=_("Event"))
    since = MomentDayFilter(field_name="created_at", lookup_expr="gte", label=_("From"))
    until = MomentDayFilter(field_name="created_at", lookup_expr="lte", label=_("To"))

    class Meta:
        model = WebhookDelivery
        fields: list[str] = []
