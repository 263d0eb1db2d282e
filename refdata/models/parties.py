"""Who we deal with, and where they want to be paid and delivered."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.columns import known, shaped
from core.policies import AuditPolicy
from refdata.models.labels import labelled
from refdata.models.validators import validate_bic, validate_lei
from refdata.states import (
    AssetClass,
    ConfirmationChannel,
    InstructionState,
    Language,
    PartyNature,
    RecordState,
)


class Party(models.Model):
    """A legal entity in any of its roles towards us."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=500)
    lei = models.CharField(
        "LEI", max_length=20, blank=True, db_index=True, validators=[validate_lei]
    )
    bic = models.CharField(
        "BIC", max_length=11, blank=True, db_index=True, validators=[validate_bic]
    )
    country = models.CharField(_("country"), max_length=2, blank=True)
    is_counterparty = models.BooleanField(_("counterparty"), default=False)
    is_custodian = models.BooleanField(_("custodian"), default=False)
    is_broker = models.BooleanField(_("broker"), default=False)
    is_client = models.BooleanField(_("client"), default=False)
    is_own_firm = models.BooleanField(_("own firm"), default=False)
    status = models.CharField(
        _("status"), max_length=8, choices=labelled(RecordState), default=RecordState.ACTIVE
    )
    lei_status = models.CharField(_("LEI registration"), max_length=20, blank=True)
    lei_next_renewal = models.DateField(_("LEI renewal due"), null=True, blank=True)

    nature = models.CharField(
        _("who it is"),
        max_length=10,
        choices=labelled(PartyNature),
        default=PartyNature.OUTSIDE,
        db_default=PartyNature.OUTSIDE.value,
        help_text=_("A technical code or a party still to be named must not stay on a trade"),
    )
    language = models.CharField(
        _("language"),
        max_length=2,
        choices=labelled(Language),
        default=Language.EN,
        db_default=Language.EN.value,
    )
    confirmation_channel = models.CharField(
        _("gets our confirmations by"),
        max_length=4,
        choices=labelled(ConfirmationChannel),
        default=ConfirmationChannel.FILE,
        db_default=ConfirmationChannel.FILE.value,
    )
    confirmation_email = models.EmailField(_("e-mail for confirmations"), blank=True, db_default="")

    permanent: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="party", reference=("code",))

    class Meta:
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        ordering = ("code",)
        constraints = [
            known("status", RecordState, name="party_status_known"),
            known("nature", PartyNature, name="party_nature_known"),
            known("language", Language, name="party_language_known"),
            known("confirmation_channel", ConfirmationChannel, name="party_channel_known"),
            shaped("lei", "^([A-Z0-9]{18}[0-9]{2})?$", name="party_lei_shape"),
            shaped(
                "bic", "^([A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?)?$", name="party_bic_shape"
            ),
            models.UniqueConstraint(
                fields=["lei"], condition=~models.Q(lei=""), name="party_lei_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("refdata:party", args=[self.pk])


class PartyAlias(models.Model):
    """What a source system calls a party."""

    source_system = models.CharField(_("source system"), max_length=20)
    alias = models.CharField(_("alias"), max_length=120)
    party = models.ForeignKey(
        Party, models.CASCADE, related_name="aliases", verbose_name=_("party")
    )

    audit: ClassVar = AuditPolicy(entity="party", key="party_id")

    class Meta:
        verbose_name = _("party alias")
        verbose_name_plural = _("party aliases")
        ordering = ("source_system", "alias")
        constraints = [
            models.UniqueConstraint(fields=["source_system", "alias"], name="partyalias_once")
        ]

    def __str__(self) -> str:
        return f"{self.source_system}:{self.alias}"


class SettlementInstruction(models.Model):
    """Where a party delivers and pays (SSI); an empty currency or asset class means any.

    Without a place of settlement that of the home market counts.

    A row is proposed by one person and approved by another; its content never changes. A change
    is a new row that `replaces` the old one, which ends the day before the new one begins.
    """

    party = models.ForeignKey(
        Party, models.PROTECT, related_name="instructions", verbose_name=_("party")
    )
    account = models.ForeignKey(
        "refdata.Account",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="instructions",
        verbose_name=_("our account"),
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    asset_class = models.CharField(
        _("asset class"), max_length=10, choices=labelled(AssetClass), blank=True
    )
    place_of_settlement = models.CharField(
        _("place of settlement (BIC)"), max_length=11, blank=True, validators=[validate_bic]
    )
    agent_bic = models.CharField(_("agent (BIC)"), max_length=11, validators=[validate_bic])
    account_number = models.CharField(_("safekeeping account"), max_length=35)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    state = models.CharField(
        _("status"),
        max_length=8,
        choices=labelled(InstructionState),
        default=InstructionState.PENDING,
    )
    replaces = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name=_("replaces"),
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    proposed_by = models.CharField(_("proposed by"), max_length=150)
    proposed_at = models.DateTimeField(_("proposed at"))
    decided_by = models.CharField(_("decided by"), max_length=150, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decision_reason = models.CharField(_("decision reason"), max_length=500, blank=True)

    permanent: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="settlement_instruction")

    class Meta:
        verbose_name = _("standing settlement instruction")
        verbose_name_plural = _("standing settlement instructions")
        ordering = ("party", "currency", "asset_class", "-valid_from", "id")
        constraints = [
            known("state", InstructionState, name="ssi_state_known"),
            known("asset_class", AssetClass, name="ssi_asset_class_known", blank=True),
            shaped("currency", "^([A-Z]{3})?$", name="ssi_currency_shape"),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True)
                | models.Q(valid_to__gte=models.F("valid_from")),
                name="ssi_span",
            ),
            models.CheckConstraint(
                condition=~models.Q(decided_by=models.F("proposed_by")), name="ssi_two_people"
            ),
            models.CheckConstraint(
                condition=models.Q(state=InstructionState.PENDING.value, decided_by="")
                | (~models.Q(state=InstructionState.PENDING.value) & ~models.Q(decided_by="")),
                name="ssi_decided_means_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"SSI {self.pk} {self.currency or '*'} {self.place_of_settlement}"

    def get_absolute_url(self) -> str:
        return reverse("refdata:instruction", args=[self.pk])
