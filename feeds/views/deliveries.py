"""Deliveries: the list, one with its request and attempts, and sending again."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from core.access import Action
from core.pages import BulkAction, BulkPage, DetailPage, Done, ListPage, PageView, Selection, Tab
from feeds import selectors
from feeds.filters import DeliveryFilter
from feeds.models import WebhookDelivery
from feeds.services import delivering
from feeds.services.secrets import SecretLost
from feeds.tables import DeliveryTable


class DeliveryList(ListPage):
    title = _("Deliveries")
    action = Action.CONFIGURE
    filterset_class = DeliveryFilter
    table_class = DeliveryTable
    tabs = (
        Tab(_("All")),
        Tab(_("Waiting"), "state=WAITING"),
        Tab(_("Given up"), "state=FAILED"),
    )
    bulk_actions = (
        BulkAction(
            "replay",
            _("Send again"),
            "feeds:replay_many",
            key="v",
            primary=True,
            action=Action.CONFIGURE,
        ),
    )
    hidden_columns = ("message_id", "created_at")
    indexed_columns = ("id",)
    export_name = "deliveries"
    empty_text = _("Nothing was sent yet.")

    def get_queryset(self) -> QuerySet[WebhookDelivery]:
        return selectors.list_deliveries()


class DeliveryDetail(DetailPage):
    """One delivery: what is sent, and every attempt with its answer."""

    title = _("Delivery")
    action = Action.CONFIGURE
    template_name = "feeds/delivery.html"

    def get_queryset(self) -> QuerySet[WebhookDelivery]:
        return WebhookDelivery.objects.select_related("endpoint", "event")

    def extra_context(self) -> dict[str, Any]:
        delivery: WebhookDelivery = self.object
        tries = list(delivery.tries.all())
        return {
            "title": str(delivery),
            "subtitle": delivery.endpoint.name,
            "request_shown": _request(delivery, tries[-1].at if tries else delivery.created_at),
            "tries": tries,
            "may_replay": delivery.endpoint.state == "ACTIVE",
        }


class Replay(PageView):
    """Send one delivery again, then back to its page."""

    http_method_names = ["post"]
    action = Action.CONFIGURE
    title = _("Delivery")

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        get_object_or_404(WebhookDelivery, pk=pk)
        delivering.replay(delivery_ids=[pk], actor=self.request.actor, at=timezone.now())
        messages.success(request, gettext("It is sent again, under the same webhook-id."))
        return redirect("feeds:delivery", pk)


class ReplayMany(BulkPage):
    action = Action.CONFIGURE
    list_url_name = "feeds:deliveries"

    def perform(self, chosen: Selection, reason: str) -> Done:
        count = delivering.replay(
            delivery_ids=list(chosen.ids), actor=self.request.actor, at=timezone.now()
        )
        said = ngettext("%(n)s delivery is sent again", "%(n)s deliveries are sent again", count)
        return Done(count, said % {"n": count})


def _request(delivery: WebhookDelivery, at: Any) -> str:
    """Write the request as it went out last, or will; the signature of that moment is in it."""
    try:
        message = delivering.message_of(delivery, at=at)
    except SecretLost as lost:
        return lost.message
    lines = [f"POST {delivery.endpoint.url}"]
    lines += [f"{name}: {value}" for name, value in message.headers.items()]
    body = json.dumps(json.loads(message.body), indent=2, ensure_ascii=False)
    return "\n".join([*lines, "", body])
