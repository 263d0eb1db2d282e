"""Webhooks: where events are sent, each sending, each attempt."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.columns import NAME_LENGTH, known
from core.policies import AuditPolicy
from feeds.models.changes import ChangeEvent
from feeds.states import DeliveryState, EndpointState


class WebhookEndpoint(models.Model):
    """An address of somebody else's that is told of events, and which of them.

    The secret is not kept: it follows from the key of the installation and the salt
    (`services/secrets.py`); its print tells whether it still does.
    """

    name = models.CharField(_("name"), max_length=60, unique=True)
    url = models.CharField(_("address"), max_length=500)
    event_types = ArrayField(
        models.CharField(max_length=40), verbose_name=_("events"), default=list, blank=True
    )
    source_system = models.CharField(_("source system"), max_length=64, blank=True, default="")
    desk_code = models.CharField(_("desk"), max_length=20, blank=True, default="")
    state = models.CharField(_("status"), max_length=10, default=EndpointState.ACTIVE.value)
    salt = models.CharField(max_length=64, editable=False)
    secret_print = models.CharField(max_length=64, editable=False)
    previous_salt = models.CharField(max_length=64, blank=True, default="", editable=False)
    previous_until = models.DateTimeField(null=True, editable=False)
    created_by = models.CharField(_("created by"), max_length=NAME_LENGTH)
    created_at = models.DateTimeField(_("created at"))

    permanent: ClassVar = True
    audit: ClassVar = AuditPolicy(
        entity="webhook", hidden=("salt", "secret_print", "previous_salt")
    )

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ("name",)
        constraints = [known("state", EndpointState, name="webhook_known_state")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("feeds:endpoint", args=[self.pk])


class WebhookProgress(models.Model):
    """How far a webhook has come, and whether it answers."""

    endpoint = models.OneToOneField(
        WebhookEndpoint, models.CASCADE, primary_key=True, related_name="progress"
    )
    position = models.BigIntegerField(_("last event"), default=0)
    failures = models.IntegerField(_("failures in a row"), default=0)
    failing_since = models.DateTimeField(_("failing since"), null=True)
    resting_until = models.DateTimeField(_("resting until"), null=True)
    busy_until = models.DateTimeField(null=True)

    audit: ClassVar = AuditPolicy(excused="progress; attempts are the evidence")

    class Meta:
        verbose_name = _("progress of a webhook")
        verbose_name_plural = _("progress of webhooks")

    def __str__(self) -> str:
        return f"{self.pk} {self.position}"


class WebhookDelivery(models.Model):
    """One event on its way to one webhook; a test has no event."""

    endpoint = models.ForeignKey(
        WebhookEndpoint, models.PROTECT, related_name="deliveries", verbose_name=_("webhook")
    )
    event = models.ForeignKey(ChangeEvent, models.PROTECT, null=True, related_name="+")
    message_id = models.CharField(_("message"), max_length=64)
    type = models.CharField(_("event"), max_length=40)
    source_reference = models.CharField(_("source reference"), max_length=64, blank=True)
    state = models.CharField(_("status"), max_length=10, default=DeliveryState.WAITING.value)
    attempts = models.IntegerField(_("attempts"), default=0)
    last_code = models.IntegerField(_("last answer"), null=True)
    due_at = models.DateTimeField(_("next attempt"), null=True)
    created_at = models.DateTimeField(_("created at"))
    delivered_at = models.DateTimeField(_("delivered at"), null=True)

    audit: ClassVar = AuditPolicy(excused="progress; attempts are the evidence")

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ("-id",)
        constraints = [
            known("state", DeliveryState, name="delivery_known_state"),
            models.UniqueConstraint(
                fields=["endpoint", "message_id"], name="delivery_once_per_webhook"
            ),
            models.CheckConstraint(
                condition=~Q(state=DeliveryState.WAITING.value) | Q(due_at__isnull=False),
                name="delivery_that_waits_is_due",
            ),
        ]
        indexes = [
            models.Index(
                fields=["endpoint", "id"],
                condition=Q(state=DeliveryState.WAITING.value),
                name="delivery_waiting",
            ),
            models.Index(fields=["state", "-id"], name="delivery_by_state"),
            models.Index(fields=["endpoint", "-id"], name="delivery_of_webhook"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.source_reference}".strip()

    def get_absolute_url(self) -> str:
        return reverse("feeds:delivery", args=[self.pk])


class WebhookAttempt(models.Model):
    """One attempt: where it went, and what came back."""

    delivery = models.ForeignKey(WebhookDelivery, models.PROTECT, related_name="tries")
    at = models.DateTimeField(_("at"))
    address = models.CharField(_("IP address"), max_length=45, blank=True)
    code = models.IntegerField(_("answer"), null=True)
    error = models.CharField(_("error"), max_length=300, blank=True)
    response = models.TextField(_("response"), blank=True)
    took_ms = models.IntegerField(_("milliseconds"))

    append_only: ClassVar = True
    audit: ClassVar = AuditPolicy(excused="it is evidence itself, append-only")

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.code or self.error}"
