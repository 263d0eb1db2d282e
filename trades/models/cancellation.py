"""Cancellations that somebody asked for by hand and a second person decides."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.columns import NAME_LENGTH, known
from core.policies import AuditPolicy
from trades.models.trade import Trade
from trades.states import RequestState


class CancellationRequest(models.Model):
    """A wish to cancel the version that stood then; one at a time per trade.

    The decision is a `desk.Approval` of subject kind `cancellation`. A request lapses when the
    trade gets another version before it is decided.
    """

    trade = models.ForeignKey(Trade, models.PROTECT, related_name="cancellation_requests")
    version_no = models.PositiveIntegerField(_("version"))
    fingerprint = models.CharField(max_length=64)
    reason = models.CharField(_("reason"), max_length=500)
    asked_by = models.CharField(_("asked by"), max_length=NAME_LENGTH)
    asked_at = models.DateTimeField(_("asked at"))
    state = models.CharField(_("state"), max_length=10, default=RequestState.ASKED.value)

    audit: ClassVar = AuditPolicy(entity="trade", key="trade_id")

    class Meta:
        verbose_name = _("cancellation request")
        verbose_name_plural = _("cancellation requests")
        constraints = [
            known("state", RequestState, name="cancellation_known_state"),
            models.CheckConstraint(condition=~Q(reason=""), name="cancellation_has_a_reason"),
            models.UniqueConstraint(
                fields=["trade"],
                condition=Q(state=RequestState.ASKED.value),
                name="cancellation_asked_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trade_id} v{self.version_no}"
