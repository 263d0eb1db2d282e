"""What was signed with a party before dealing with it: dated, and set by two people."""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.columns import known
from core.policies import AuditPolicy
from refdata.models.labels import labelled
from refdata.models.parties import Party
from refdata.models.proposals import Proposed, by_two_people
from refdata.states import AgreementKind, Covered


class Agreement(Proposed):
    """A master agreement of our house with a party, for trade dates of a span.

    Of one kind and party one is in force on a day (exclusion constraint `agreement_one_in_force`);
    one that covers nothing ends what was covered before it.
    """

    party = models.ForeignKey(
        Party, models.PROTECT, related_name="agreements", verbose_name=_("party")
    )
    kind = models.CharField(_("kind"), max_length=5, choices=labelled(AgreementKind))
    reference = models.CharField(_("reference"), max_length=60)
    covers_repo = models.BooleanField(_("covers repos"), default=False)
    covers_lending = models.BooleanField(_("covers securities lending"), default=False)
    covers_forward = models.BooleanField(_("covers currencies dealt forward"), default=False)
    covers_otc = models.BooleanField(_("covers derivatives off venue"), default=False)
    covers_securities = models.BooleanField(_("covers securities"), default=False)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    permanent: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="agreement", reference=("reference",))

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ("party", "kind", "-valid_from", "-id")
        constraints = [
            known("kind", AgreementKind, name="agreement_kind_known"),
            models.CheckConstraint(condition=~Q(reference=""), name="agreement_has_a_reference"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="agreement_span",
                violation_error_message=_("It ends before it begins."),
            ),
            *by_two_people("agreement"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"

    def get_absolute_url(self) -> str:
        return reverse("refdata:agreement", args=[self.pk])

    def covered(self) -> tuple[Covered, ...]:
        """Return what it covers, in the order of its columns."""
        return tuple(what for what, column in COLUMN_OF.items() if getattr(self, column))


COLUMN_OF: Final = {what: f"covers_{what.value.lower()}" for what in Covered}
"""The column that says whether something is covered."""
