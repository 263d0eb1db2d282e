"""Confirmations with their decisions, the files that carried them, and the chasers."""

from __future__ import annotations

from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.access import Action, desks_of
from core.columns import NAME_LENGTH, coded, known
from core.policies import AuditPolicy
from kernel.actors import Actor
from refdata.states import Language
from settlement.models.columns import DealSide, Terms, deal_numbers, numbers
from settlement.models.labels import labelled
from settlement.models.received import ReceivedConfirmation
from settlement.states import OPEN, PAIRED, Basis, ConfirmationState, Deed, EndReason, FileFormat
from trades.facts import Product


class ConfirmationFile(models.Model):
    """A file for one counterparty: numbered without a gap, hashed, never rewritten.

    `delivered_at` is when it was seen whole in the outbox.
    """

    party = models.ForeignKey(
        "refdata.Party", models.PROTECT, related_name="+", verbose_name=_("counterparty")
    )
    seq = models.PositiveIntegerField(_("number"))
    format = models.CharField(
        _("format"),
        max_length=5,
        choices=labelled(FileFormat),
        default=FileFormat.JSON,
        db_default=FileFormat.JSON.value,
    )
    name = models.CharField(_("file"), max_length=120, unique=True)
    file = models.ForeignKey(
        "core.StoredFile", models.PROTECT, related_name="+", verbose_name=_("content")
    )
    new_count = models.PositiveIntegerField(_("confirmations"))
    cancel_count = models.PositiveIntegerField(_("cancellations"))
    created_by = models.CharField(_("made by"), max_length=NAME_LENGTH)
    created_at = models.DateTimeField(_("made at"))
    delivered_at = models.DateTimeField(_("in the outbox since"), null=True, blank=True)

    audit: ClassVar = AuditPolicy(entity="confirmation_file", reference=("name",))

    class Meta:
        verbose_name = _("file of confirmations")
        verbose_name_plural = _("files of confirmations")
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(fields=["party", "seq"], name="confirmation_file_number"),
            models.CheckConstraint(condition=Q(seq__gte=1), name="confirmation_file_from_one"),
            known("format", FileFormat, name="confirmation_file_format"),
        ]

    def __str__(self) -> str:
        return self.name


class ConfirmationQuerySet(models.QuerySet["Confirmation"]):
    """Confirmations, narrowed to those that a person may see."""

    def visible_to(self, actor: Actor, action: Action) -> Self:
        """Keep those of the person's desks, and what is alleged and of no desk yet."""
        desks = desks_of(actor, action)
        return self if desks is None else self.filter(Q(desk_code__in=desks) | Q(desk_code=""))


class Confirmation(Terms):
    """One version of a trade of ours, to be agreed with its counterparty; or one that it alleges.

    The terms are those that were validated; of an alleged one those of the message, seen from our
    side. `reference` is our trade's. `received` is the message that it is paired with.
    """

    trade = models.ForeignKey(
        "trades.Trade",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="confirmations",
        verbose_name=_("trade"),
    )
    version_no = models.PositiveIntegerField(_("version"), default=0)
    reference = models.CharField(_("reference"), max_length=20, blank=True, default="")
    party = models.ForeignKey(
        "refdata.Party", models.PROTECT, related_name="+", verbose_name=_("counterparty")
    )
    desk_code = models.CharField(_("desk"), max_length=20, blank=True, default="")
    asset_class = models.CharField(_("asset class"), max_length=10, blank=True, default="")
    state = models.CharField(_("status"), max_length=10, choices=labelled(ConfirmationState))
    end_reason = models.CharField(
        _("why it is over"), max_length=10, choices=labelled(EndReason), blank=True, default=""
    )
    received = models.ForeignKey(
        ReceivedConfirmation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="confirmations",
        verbose_name=_("confirmation received"),
    )
    basis = models.CharField(
        _("paired by"), max_length=9, choices=labelled(Basis), blank=True, default=""
    )
    differs = ArrayField(
        models.CharField(max_length=20), verbose_name=_("what differs"), default=list, blank=True
    )
    created_at = models.DateTimeField(_("made at"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    sent_file = models.ForeignKey(
        ConfirmationFile,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="confirmations",
        verbose_name=_("file"),
    )
    cancel_file = models.ForeignKey(
        ConfirmationFile,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cancellations",
        verbose_name=_("file of the cancellation"),
    )
    matched_at = models.DateTimeField(_("matched at"), null=True, blank=True)

    audit: ClassVar = AuditPolicy(entity="confirmation", reference=("reference",))
    objects = ConfirmationQuerySet.as_manager()

    class Meta:
        verbose_name = _("confirmation")
        verbose_name_plural = _("confirmations")
        ordering = ("-id",)
        constraints = [
            known("state", ConfirmationState, name="confirmation_state_known"),
            known("end_reason", EndReason, name="confirmation_end_known", blank=True),
            known("basis", Basis, name="confirmation_basis_known", blank=True),
            known("side", DealSide, name="confirmation_side_known"),
            known("product", Product, name="confirmation_product_known", blank=True),
            numbers("confirmation_numbers"),
            deal_numbers("confirmation_deal_numbers"),
            models.UniqueConstraint(
                fields=["trade"],
                condition=~Q(state="CANCELLED") & Q(trade__isnull=False),
                name="confirmation_one_per_trade",
            ),
            models.UniqueConstraint(
                fields=["received"],
                condition=~Q(state="CANCELLED") & Q(received__isnull=False),
                name="confirmation_one_per_message",
            ),
            models.CheckConstraint(
                condition=Q(trade__isnull=False, version_no__gte=1)
                | Q(trade__isnull=True, version_no=0, received__isnull=False),
                name="confirmation_is_of_someone",
            ),
            models.CheckConstraint(
                condition=~Q(state="ALLEGED") | Q(trade__isnull=True),
                name="confirmation_alleged_has_no_trade",
            ),
            models.CheckConstraint(
                condition=(~Q(state__in=PAIRED) & Q(matched_at__isnull=True))
                | Q(state="MISMATCHED", matched_at__isnull=True)
                | Q(state="MATCHED", matched_at__isnull=False)
                | Q(state="CANCELLED"),
                name="confirmation_matched_at_some_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=PAIRED)
                | (Q(trade__isnull=False, received__isnull=False) & ~Q(basis="")),
                name="confirmation_paired_with_something",
            ),
            models.CheckConstraint(
                condition=(Q(state="CANCELLED") & ~Q(end_reason=""))
                | (~Q(state="CANCELLED") & Q(end_reason="")),
                name="confirmation_over_for_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state="SENT") | Q(sent_at__isnull=False),
                name="confirmation_sent_at_some_time",
            ),
        ]
        indexes = [
            models.Index(fields=["trade_date", "id"], name="confirmation_latest"),
            models.Index(fields=["party", "trade_date", "isin"], name="confirmation_bucket"),
            models.Index(
                fields=["trade_date"], condition=Q(state__in=OPEN), name="confirmation_open"
            ),
            models.Index(
                F("party"),
                condition=Q(state="CANCELLED", sent_file__isnull=False, cancel_file__isnull=True),
                name="confirmation_to_cancel",
            ),
        ]

    def __str__(self) -> str:
        return self.reference or f"{self.party_id} {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    def get_absolute_url(self) -> str:
        return reverse("settlement:confirmation", args=[self.pk])


class ConfirmationDecision(models.Model):
    """What was decided on a confirmation, by the rules or by a person, and on which evidence.

    `evidence` holds the profile, each field of both sides with what was allowed, and the rivals.
    """

    confirmation = models.ForeignKey(Confirmation, models.PROTECT, related_name="decisions")
    received = models.ForeignKey(
        ReceivedConfirmation, models.PROTECT, null=True, blank=True, related_name="+"
    )
    deed = models.CharField(_("decision"), max_length=10, choices=labelled(Deed))
    basis = models.CharField(
        _("paired by"), max_length=9, choices=labelled(Basis), blank=True, default=""
    )
    evidence = models.JSONField(_("evidence"), default=dict)
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    actor = models.CharField(_("by"), max_length=NAME_LENGTH)
    at = models.DateTimeField(_("at"))

    append_only: ClassVar = True
    audit: ClassVar = AuditPolicy(excused="append-only evidence; its confirmation is audited")

    class Meta:
        verbose_name = _("decision on a confirmation")
        verbose_name_plural = _("decisions on confirmations")
        ordering = ("-id",)
        constraints = [
            known("deed", Deed, name="confirmation_decision_known"),
            known("basis", Basis, name="confirmation_decision_basis", blank=True),
        ]

    def __str__(self) -> str:
        return f"{self.deed} {self.confirmation_id}"


class Chaser(models.Model):
    """A reminder for a counterparty, in its language: what it said, to whom, of which trades."""

    party = models.ForeignKey(
        "refdata.Party", models.PROTECT, related_name="+", verbose_name=_("counterparty")
    )
    language = models.CharField(_("language"), max_length=2, choices=coded(Language))
    recipient = models.CharField(_("recipient"), max_length=254, blank=True)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))
    confirmation_ids = ArrayField(models.BigIntegerField(), verbose_name=_("confirmations"))
    created_by = models.CharField(_("made by"), max_length=NAME_LENGTH)
    created_at = models.DateTimeField(_("made at"))

    append_only: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="chaser")

    class Meta:
        verbose_name = _("chaser")
        verbose_name_plural = _("chasers")
        ordering = ("-id",)
        constraints = [
            known("language", Language, name="chaser_language_known"),
            models.CheckConstraint(condition=~Q(body=""), name="chaser_says_something"),
        ]

    def __str__(self) -> str:
        return self.subject

    def get_absolute_url(self) -> str:
        return reverse("settlement:chaser", args=[self.pk])
