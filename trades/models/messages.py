"""What came in: batches and messages.

Foreign keys of captured rows carry `db_constraint=False`: triggers of the owner check them once per
statement instead of once per row (`core/reference_triggers.py`).
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.columns import EvidenceField, known
from core.policies import AuditPolicy
from trades.models.columns import labelled
from trades.states import Action, Channel, Outcome


class CaptureBatch(models.Model):
    """What came in together: one call, one file, or the single calls of one minute."""

    channel = models.CharField(_("channel"), max_length=10, choices=labelled(Channel))
    source_system = models.CharField(_("source system"), max_length=64)
    window_key = models.CharField(max_length=100, null=True, unique=True, editable=False)  # noqa: DJ001 - unique where it is set
    file = models.ForeignKey(
        "core.StoredFile",
        verbose_name=_("file"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    actor_name = models.CharField(_("by"), max_length=150)
    counts = models.JSONField(_("counts"), default=dict)
    findings = models.JSONField(_("findings"), default=list)
    received_at = models.DateTimeField(_("received at"))

    permanent: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="capture_batch")

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints = [known("channel", Channel, name="capture_batch_known_channel")]
        indexes = [models.Index(fields=["-received_at", "-id"], name="capture_batch_latest")]

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("trades:import", args=[self.pk])


class Execution(models.Model):
    """One message of the front office, as it came, with what became of it."""

    source_system = models.CharField(_("source system"), max_length=64)
    source_reference = models.CharField(_("source reference"), max_length=64)
    source_version = models.BigIntegerField(_("source version"))
    action = models.CharField(_("action"), max_length=6, choices=labelled(Action))
    message_id = models.CharField(_("message"), max_length=64, blank=True, default="")
    content = EvidenceField(_("content"))
    content_hash = models.CharField(max_length=64)
    channel = models.CharField(_("channel"), max_length=10, choices=labelled(Channel))
    batch = models.ForeignKey(
        CaptureBatch, models.PROTECT, related_name="executions", db_index=False, db_constraint=False
    )
    maker = models.CharField(_("sent by"), max_length=150)
    outcome = models.CharField(_("outcome"), max_length=10, choices=labelled(Outcome))
    reason_code = models.CharField(_("reason"), max_length=10, blank=True, default="")
    trade = models.ForeignKey(
        "trades.Trade",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="executions",
        db_index=False,
        db_constraint=False,
    )
    received_at = models.DateTimeField(_("received at"), db_default=Now())

    permanent: ClassVar = True
    references_in_sets: ClassVar = True
    partitioned_by: ClassVar = "id"
    audit: ClassVar = AuditPolicy(
        entity="execution",
        inserts=False,
        reference=("source_reference",),
        found_by="trades.selectors.message_ids_called",
    )

    class Meta:
        verbose_name = _("execution")
        verbose_name_plural = _("executions")
        constraints = [
            known("action", Action, name="execution_known_action"),
            known("channel", Channel, name="execution_known_channel"),
            known("outcome", Outcome, name="execution_known_outcome"),
            models.CheckConstraint(
                condition=~Q(outcome="BOOKED") | Q(trade__isnull=False),
                name="execution_booked_has_trade",
            ),
        ]
        indexes = [
            models.Index(
                fields=["source_system", "source_reference"],
                condition=Q(outcome__in=["PARKED", "EXCEPTION"]),
                name="execution_waiting",
            ),
            models.Index(
                fields=["source_system", "message_id"],
                condition=~Q(message_id=""),
                name="execution_message",
            ),
            models.Index(fields=["batch", "id"], name="execution_batch"),
            models.Index(
                fields=["-id"], condition=~Q(outcome="BOOKED"), name="execution_not_booked"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_system} {self.source_reference} v{self.source_version} {self.action}"

    def get_absolute_url(self) -> str:
        return reverse("trades:execution", args=[self.pk])


class MessageKey(models.Model):
    """What makes a message the only one of its kind, over all partitions; written by a trigger.

    `slot` is the version of an AMEND or CANCEL, and 0 of a NEW: an identity has one NEW, and no two
    messages that follow it share a version.
    """

    pk = models.CompositePrimaryKey("source_reference", "source_system", "slot")
    source_reference = models.CharField(_("source reference"), max_length=64)
    source_system = models.CharField(_("source system"), max_length=64)
    slot = models.BigIntegerField(_("slot"))
    execution_id = models.BigIntegerField(_("message"))

    read_only: ClassVar = True
    audit: ClassVar = AuditPolicy(excused="made of the message that it is the key of")

    class Meta:
        verbose_name = _("key of a message")
        verbose_name_plural = _("keys of messages")

    def __str__(self) -> str:
        return f"{self.source_system} {self.source_reference} #{self.slot}"
