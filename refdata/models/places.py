"""Where a trade settles when nobody says so: dated, and set by two people."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.columns import known, shaped
from core.policies import AuditPolicy
from refdata.models.labels import labelled
from refdata.models.proposals import Proposed, by_two_people
from refdata.models.validators import validate_bic, validate_mic
from refdata.states import AssetClass


class SettlementPlace(Proposed):
    """The depository of a home market; an empty criterion means any, the most specific one counts.

    It holds for settlement dates from `valid_from` to `valid_to`.
    """

    venue = models.CharField(_("venue"), max_length=4, blank=True, validators=[validate_mic])
    issuer_country = models.CharField(_("country of the ISIN"), max_length=2, blank=True)
    asset_class = models.CharField(
        _("asset class"), max_length=10, choices=labelled(AssetClass), blank=True
    )
    place = models.CharField(
        _("place of settlement (BIC)"), max_length=11, validators=[validate_bic]
    )
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    audit: ClassVar = AuditPolicy(entity="settlement_place")

    class Meta:
        verbose_name = _("place of settlement")
        verbose_name_plural = _("places of settlement")
        ordering = ("venue", "issuer_country", "asset_class", "-valid_from", "-id")
        constraints = [
            known("asset_class", AssetClass, name="place_asset_class_known", blank=True),
            shaped("issuer_country", "^([A-Z]{2})?$", name="place_country_shape"),
            models.CheckConstraint(condition=~Q(place=""), name="place_is_somewhere"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=models.F("valid_from")),
                name="place_span",
                violation_error_message=_("It ends before it begins."),
            ),
            *by_two_people("place"),
        ]

    def __str__(self) -> str:
        said = (self.venue, self.issuer_country, self.asset_class)
        return f"{' '.join(one for one in said if one) or '*'} {self.place}"

    def get_absolute_url(self) -> str:
        return reverse("refdata:place", args=[self.pk])
