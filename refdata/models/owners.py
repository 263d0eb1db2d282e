"""Who stands behind a party: its beneficial owners, dated, and set by two people."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.columns import known, shaped
from core.policies import AuditPolicy
from refdata.models.labels import labelled
from refdata.models.parties import Party
from refdata.models.proposals import Proposed, by_two_people
from refdata.models.validators import validate_lei
from refdata.states import OwnerKind

PERCENT_MAX = 100


class BeneficialOwner(Proposed):
    """A person or an entity that owns a share of a party, directly or through others.

    Of one name and party one row is in force on a day (exclusion constraint `owner_one_in_force`);
    a share of zero ends what was owned before it. Shares through others may add up to more than a
    hundred.
    """

    party = models.ForeignKey(Party, models.PROTECT, related_name="owners", verbose_name=_("party"))
    name = models.CharField(_("name"), max_length=500)
    kind = models.CharField(_("kind"), max_length=6, choices=labelled(OwnerKind))
    country = models.CharField(_("country"), max_length=2, blank=True)
    birth_date = models.DateField(_("birth date"), null=True, blank=True)
    lei = models.CharField("LEI", max_length=20, blank=True, validators=[validate_lei])
    share = models.DecimalField(_("share (percent)"), max_digits=6, decimal_places=3)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    permanent: ClassVar = True
    audit: ClassVar = AuditPolicy(
        entity="beneficial_owner", hidden=("birth_date",), reference=("name",)
    )

    class Meta:
        verbose_name = _("beneficial owner")
        verbose_name_plural = _("beneficial owners")
        ordering = ("party", "name", "-valid_from", "-id")
        constraints = [
            known("kind", OwnerKind, name="owner_kind_known"),
            shaped("country", "^([A-Z]{2})?$", name="owner_country_shape"),
            shaped("lei", "^([A-Z0-9]{18}[0-9]{2})?$", name="owner_lei_shape"),
            models.CheckConstraint(condition=~Q(name=""), name="owner_has_a_name"),
            models.CheckConstraint(
                condition=Q(share__gte=0, share__lte=PERCENT_MAX),
                name="owner_share_is_percent",
                violation_error_message=_("A share lies between 0 and 100."),
            ),
            models.CheckConstraint(
                condition=Q(kind=OwnerKind.PERSON.value, lei="")
                | Q(kind=OwnerKind.ENTITY.value, birth_date__isnull=True),
                name="owner_is_one_of_two",
                violation_error_message=_("A person has no LEI, an entity no date of birth."),
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="owner_span",
                violation_error_message=_("It ends before it begins."),
            ),
            *by_two_people("owner"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("refdata:owner", args=[self.pk])
