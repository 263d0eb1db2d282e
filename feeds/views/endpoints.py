"""Webhooks: the list, a new one, one of them, and what an administrator does with it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.access import Action
from core.pages import DetailPage, ListPage, PageView, Tab
from feeds import selectors
from feeds.filters import EndpointFilter
from feeds.forms import EndpointForm
from feeds.models import WebhookEndpoint
from feeds.services import webhooks
from feeds.services.sending import RefusedTarget
from feeds.states import ENDPOINT_TRANSITIONS, EndpointState
from feeds.tables import EndpointTable

LATEST: int = 10


class EndpointList(ListPage):
    title = _("Webhooks")
    action = Action.CONFIGURE
    template_name = "feeds/endpoints.html"
    filterset_class = EndpointFilter
    table_class = EndpointTable
    tabs = (
        Tab(_("All")),
        Tab(_("In use"), "state=ACTIVE&state=PAUSED&state=DISABLED"),
        Tab(_("Disabled"), "state=DISABLED"),
    )
    hidden_columns = ("created_by", "created_at")
    create_url = "/webhooks/new/"
    create_label = _("New webhook")
    create_action = Action.CONFIGURE
    export_name = "webhooks"
    empty_text = _("No webhook yet: a new one is told of every event from then on.")

    def get_queryset(self) -> QuerySet[WebhookEndpoint]:
        return selectors.list_endpoints()


class NewEndpoint(PageView):
    """The form; its answer shows the secret, and nothing ever does again."""

    title = _("New webhook")
    action = Action.CONFIGURE
    template_name = "feeds/new.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.render({"form": EndpointForm()})

    def post(self, request: HttpRequest) -> HttpResponse:
        form = EndpointForm(request.POST)
        if not form.is_valid():
            return self.render({"form": form}, status=422)
        try:
            endpoint, secret = webhooks.create_endpoint(
                **form.cleaned_data, actor=self.request.actor, at=timezone.now()
            )
        except (RefusedTarget, webhooks.UnableToSave) as refusal:
            return self.render({"form": form, "refusal": refusal}, status=422)
        return shown_secret(self, endpoint, secret)


class EndpointDetail(DetailPage):
    """One webhook: where it leads, how it goes, what was sent last."""

    title = _("Webhook")
    action = Action.CONFIGURE
    template_name = "feeds/endpoint.html"

    def get_queryset(self) -> QuerySet[WebhookEndpoint]:
        return selectors.list_endpoints()

    def extra_context(self) -> dict[str, Any]:
        endpoint: WebhookEndpoint = self.object
        onward = ENDPOINT_TRANSITIONS[EndpointState(endpoint.state)]
        return {
            "title": endpoint.name,
            "subtitle": self.title,
            "latest": selectors.list_deliveries().filter(endpoint=endpoint)[:LATEST],
            "may_pause": EndpointState.PAUSED in onward,
            "may_resume": EndpointState.ACTIVE in onward,
            "may_end": EndpointState.ENDED in onward,
            "may_test": endpoint.state == EndpointState.ACTIVE,
        }


class EndpointAct(PageView):
    """One act on one webhook, POSTed from its page."""

    http_method_names = ["post"]
    action = Action.CONFIGURE
    title = _("Webhook")

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        get_object_or_404(WebhookEndpoint, pk=pk)
        messages.success(request, self.act(pk))
        return redirect("feeds:endpoint", pk)

    def act(self, pk: int) -> str:
        """Do it and return what to say."""
        raise NotImplementedError


class Pause(EndpointAct):
    def act(self, pk: int) -> str:
        webhooks.pause_endpoint(endpoint_id=pk, actor=self.request.actor, at=timezone.now())
        return gettext("Paused. What happens meanwhile waits.")


class Resume(EndpointAct):
    def act(self, pk: int) -> str:
        webhooks.resume_endpoint(endpoint_id=pk, actor=self.request.actor, at=timezone.now())
        return gettext("Resumed. What waited is sent first.")


class End(EndpointAct):
    def act(self, pk: int) -> str:
        webhooks.end_endpoint(endpoint_id=pk, actor=self.request.actor, at=timezone.now())
        return gettext("Ended. What it sent stays on record.")


class SendTest(EndpointAct):
    def act(self, pk: int) -> str:
        webhooks.send_test(endpoint_id=pk, actor=self.request.actor, at=timezone.now())
        return gettext("A test message is on its way: see the deliveries.")


class RenewSecret(PageView):
    """A new secret, shown once."""

    http_method_names = ["post"]
    action = Action.CONFIGURE
    title = _("New secret")

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        get_object_or_404(WebhookEndpoint, pk=pk)
        endpoint, secret = webhooks.renew_secret(
            endpoint_id=pk, actor=self.request.actor, at=timezone.now()
        )
        return shown_secret(self, endpoint, secret)


def shown_secret(page: PageView, endpoint: WebhookEndpoint, secret: str) -> HttpResponse:
    """Show a secret; no cache keeps the answer."""
    context = {"title": endpoint.name, "endpoint": endpoint, "secret": secret}
    answer = page.render(context, template="feeds/secret.html")
    answer.headers["Cache-Control"] = "no-store"
    return answer
