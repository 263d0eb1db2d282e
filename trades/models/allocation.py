"""Blocks and their allocations: who takes how much of what was dealt together.

That the shares of an allocation add up to its block, and that its trades are booked as they say, is
kept by deferred triggers of the owner (`trades/database/allocations.sql`).
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.columns import NAME_LENGTH, QUANTITY_LIMIT, amount, known, positive
from core.policies import AuditPolicy
from desk.states import SettingState
from trades.models.columns import labelled
from trades.models.trade import Trade
from trades.states import AllocationState, BlockState


class Block(models.Model):
    """A trade that is to be allocated, and how far that is."""

    trade = models.OneToOneField(Trade, models.PROTECT, primary_key=True, related_name="block")
    state = models.CharField(
        _("allocation"),
        max_length=12,
        choices=labelled(BlockState),
        default=BlockState.UNALLOCATED.value,
    )

    permanent: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="trade", key="trade_id", row="trade_id")

    class Meta:
        verbose_name = _("block")
        verbose_name_plural = _("blocks")
        constraints = [known("state", BlockState, name="block_known_state")]
        indexes = [
            models.Index(
                fields=["state", "trade"],
                condition=Q(state__in=["UNALLOCATED", "PROPOSED"]),
                name="block_to_allocate",
            )
        ]

    def __str__(self) -> str:
        return f"{self.trade_id} {self.state}"


class AllocationRule(models.Model):
    """How the trades of a book are shared out from a day on; an empty counterparty means any.

    `percents` maps accounts to decimal texts, together at most 100. What they leave over goes to
    the residual account, or stays open without one. Content never changes after the proposal.
    """

    book_code = models.CharField(_("book"), max_length=35)
    counterparty_code = models.CharField(_("counterparty"), max_length=35, blank=True, default="")
    percents = models.JSONField(_("shares"))
    residual_account = models.CharField(
        _("residual account"), max_length=35, blank=True, default=""
    )
    active = models.BooleanField(_("active"), default=True)
    valid_from = models.DateField(_("valid from"))
    state = models.CharField(_("status"), max_length=10, default=SettingState.PROPOSED.value)
    reason = models.CharField(_("reason"), max_length=500)
    proposed_by = models.CharField(_("proposed by"), max_length=NAME_LENGTH)
    proposed_at = models.DateTimeField(_("proposed at"))
    decided_by = models.CharField(_("decided by"), max_length=NAME_LENGTH, blank=True, default="")
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    permanent: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="allocation_rule", reference=("book_code",))

    class Meta:
        verbose_name = _("allocation rule")
        verbose_name_plural = _("allocation rules")
        ordering = ("book_code", "counterparty_code", "-valid_from", "-id")
        constraints = [
            known("state", SettingState, name="allocationrule_known_state"),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(book_code=""), name="allocationrule_says_why"
            ),
            models.CheckConstraint(
                condition=~Q(decided_by=F("proposed_by")), name="allocationrule_two_people"
            ),
            models.CheckConstraint(
                condition=Q(state=SettingState.PROPOSED.value, decided_by="")
                | (~Q(state=SettingState.PROPOSED.value) & ~Q(decided_by="")),
                name="allocationrule_decided_means_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.book_code} {self.counterparty_code or '*'} {self.valid_from}"

    def get_absolute_url(self) -> str:
        return reverse("trades:allocation_rule", args=[self.pk])


class Allocation(models.Model):
    """One way to share out a block, bound to what its proposer saw; decided by a second person.

    `replaces` is the allocation in force that it ends; one without shares undoes that, and opens
    its block again.
    """

    state = models.CharField(_("state"), max_length=10, default=AllocationState.PROPOSED.value)
    rule = models.ForeignKey(
        AllocationRule,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="allocations",
        verbose_name=_("rule"),
    )
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="successors"
    )
    fingerprint = models.CharField(max_length=64)
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    proposed_by = models.CharField(_("proposed by"), max_length=NAME_LENGTH)
    proposed_at = models.DateTimeField(_("proposed at"))

    permanent: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="allocation")

    class Meta:
        verbose_name = _("allocation")
        verbose_name_plural = _("allocations")
        constraints = [
            known("state", AllocationState, name="allocation_known_state"),
            models.UniqueConstraint(
                fields=["replaces"],
                condition=Q(state=AllocationState.PROPOSED.value),
                name="allocation_replaced_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"


class AllocationMember(models.Model):
    """One trade of a block, in the version that was seen; `state` is that of its allocation."""

    allocation = models.ForeignKey(Allocation, models.PROTECT, related_name="members")
    trade = models.ForeignKey(Trade, models.PROTECT, related_name="allocations")
    version_no = models.PositiveIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=10, default=AllocationState.PROPOSED.value)

    permanent: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="allocation", key="allocation_id")

    class Meta:
        verbose_name = _("trade of a block")
        verbose_name_plural = _("trades of a block")
        constraints = [
            known("state", AllocationState, name="allocationmember_known_state"),
            models.UniqueConstraint(
                fields=["trade"],
                condition=Q(state=AllocationState.PROPOSED.value),
                name="allocation_proposed_once",
            ),
            models.UniqueConstraint(
                fields=["trade"],
                condition=Q(state=AllocationState.IN_FORCE.value),
                name="allocation_in_force_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.allocation_id} {self.trade_id}"


class AllocationShare(models.Model):
    """What one account takes of a block; without an account, what is still to be allocated.

    `trade` is the trade that it was booked as, once the allocation is in force.
    """

    allocation = models.ForeignKey(Allocation, models.PROTECT, related_name="shares")
    n = models.PositiveIntegerField(_("number"))
    account_code = models.CharField(_("account"), max_length=35, blank=True, default="")
    is_residual = models.BooleanField(_("remainder"), default=False)
    quantity = models.DecimalField(_("quantity"), max_digits=28, decimal_places=10)
    gross_amount = amount(_("gross amount"))
    accrued_interest = amount(_("accrued interest"))
    fees = amount(_("fees"))
    net_amount = amount(_("net amount"))
    trade = models.OneToOneField(
        Trade, models.PROTECT, null=True, blank=True, related_name="share_of"
    )

    permanent: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="allocation", key="allocation_id")

    class Meta:
        verbose_name = _("share of a block")
        verbose_name_plural = _("shares of a block")
        ordering = ("allocation", "n")
        constraints = [
            positive("quantity", name="allocationshare_positive", limit=QUANTITY_LIMIT),
            models.CheckConstraint(
                condition=~Q(account_code="") | Q(is_residual=True),
                name="allocationshare_open_is_remainder",
            ),
            models.UniqueConstraint(fields=["allocation", "n"], name="allocationshare_numbered"),
            models.UniqueConstraint(
                fields=["allocation", "account_code", "is_residual"],
                name="allocationshare_one_per_account",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.allocation_id} {self.account_code} {self.quantity}"
