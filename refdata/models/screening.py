"""What screening found: who was compared when, which entries they may be, who cleared that."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar, Final

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.columns import known
from core.policies import AuditPolicy
from refdata.models.labels import labelled
from refdata.models.owners import BeneficialOwner
from refdata.models.parties import Party
from refdata.models.proposals import Proposed, by_two_people
from refdata.models.sanctions import ListedEntry
from refdata.states import ScreeningOutcome

CLEARED_DAYS_MAX: Final = 366
"""So long may a false hit be passed over: then somebody looks again."""


class Screening(models.Model):
    """The last screening of a party, against all lists then in force."""

    party = models.OneToOneField(
        Party, models.PROTECT, related_name="screening", verbose_name=_("party")
    )
    outcome = models.CharField(_("outcome"), max_length=8, choices=labelled(ScreeningOutcome))
    screened_at = models.DateTimeField(_("screened at"))

    audit: ClassVar = AuditPolicy(
        excused="when a party was last compared; hits and who cleared them have their own entries"
    )

    class Meta:
        verbose_name = _("screening")
        verbose_name_plural = _("screenings")
        ordering = ("party",)
        constraints = [known("outcome", ScreeningOutcome, name="screening_outcome_known")]

    def __str__(self) -> str:
        return f"{self.party_id} {self.outcome}"


class ScreeningHit(models.Model):
    """A party, or an `owner` of it, that may be an entry of a list, with the evidence; it ends when
    either changes.

    What was decided about a hit holds for these words of both: other words are another hit.
    """

    party = models.ForeignKey(Party, models.PROTECT, related_name="hits", verbose_name=_("party"))
    owner = models.ForeignKey(
        BeneficialOwner,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="hits",
        verbose_name=_("beneficial owner"),
    )
    entry = models.ForeignKey(
        ListedEntry, models.PROTECT, related_name="hits", verbose_name=_("entry")
    )
    score = models.PositiveSmallIntegerField(_("score"), validators=[MaxValueValidator(100)])
    ours = models.CharField(_("our name"), max_length=500, blank=True)
    theirs = models.CharField(_("name on the list"), max_length=500)
    agrees = models.JSONField(_("what agrees"), default=list)
    differs = models.JSONField(_("what does not"), default=list)
    party_digest = models.CharField(max_length=64)
    found_at = models.DateTimeField(_("found at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    permanent: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="screening_hit")

    class Meta:
        verbose_name = _("hit of a sanctions list")
        verbose_name_plural = _("hits of sanctions lists")
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(condition=Q(score__lte=100), name="hit_score_is_percent"),
            models.UniqueConstraint(
                fields=["party", "entry"],
                condition=Q(ended_at=None, owner=None),
                name="hit_of_party_once_live",
            ),
            models.UniqueConstraint(
                fields=["owner", "entry"],
                condition=Q(ended_at=None, owner__isnull=False),
                name="hit_of_owner_once_live",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ours or self.party_id} ~ {self.theirs}"

    def get_absolute_url(self) -> str:
        return reverse("refdata:hit", args=[self.pk])


class FalseHit(Proposed):
    """A hit that means somebody else, until a day: proposed by one person, approved by another."""

    hit = models.ForeignKey(
        ScreeningHit, models.PROTECT, related_name="clearances", verbose_name=_("hit")
    )
    valid_to = models.DateField(_("valid to"))

    permanent: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="screening_hit", key="hit_id")

    class Meta:
        verbose_name = _("false hit")
        verbose_name_plural = _("false hits")
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from"))
                & Q(valid_to__lte=F("valid_from") + timedelta(days=CLEARED_DAYS_MAX)),
                name="falsehit_at_most_a_year",
                violation_error_message=_("A false hit holds for a year at most."),
            ),
            *by_two_people("falsehit"),
        ]

    def __str__(self) -> str:
        return f"{self.hit_id} – {self.valid_to}"

    def get_absolute_url(self) -> str:
        return reverse("refdata:hit", args=[self.hit_id])
