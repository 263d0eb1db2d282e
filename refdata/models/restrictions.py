"""What the house does not deal in by its own decision: dated, and set by two people."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.columns import known
from core.policies import AuditPolicy
from refdata.models.labels import labelled
from refdata.models.proposals import Proposed, by_two_people
from refdata.states import RestrictedKind


class Restriction(Proposed):
    """An instrument by its ISIN, or a country by its code, for trade dates of a span."""

    kind = models.CharField(_("kind"), max_length=10, choices=labelled(RestrictedKind))
    value = models.CharField(_("ISIN or country"), max_length=12)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    permanent: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="restriction", reference=("value",))

    class Meta:
        verbose_name = _("restriction")
        verbose_name_plural = _("restrictions")
        ordering = ("kind", "value", "-valid_from", "-id")
        constraints = [
            known("kind", RestrictedKind, name="restriction_kind_known"),
            models.CheckConstraint(
                condition=Q(
                    kind=RestrictedKind.INSTRUMENT, value__regex="^[A-Z]{2}[A-Z0-9]{9}[0-9]$"
                )
                | Q(kind=RestrictedKind.COUNTRY, value__regex="^[A-Z]{2}$"),
                name="restriction_value_shape",
                violation_error_message=_(
                    "Give an ISIN for an instrument, two letters for a country."
                ),
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="restriction_span",
                violation_error_message=_("It ends before it begins."),
            ),
            *by_two_people("restriction"),
        ]

    def __str__(self) -> str:
        return self.value

    def get_absolute_url(self) -> str:
        return reverse("refdata:restriction", args=[self.pk])
