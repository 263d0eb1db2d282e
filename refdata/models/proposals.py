"""Dated data that one person proposes and another puts in force; its content never changes."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, F, Q
from django.utils.translation import gettext_lazy as _

from core.columns import NAME_LENGTH, known
from refdata.models.labels import labelled
from refdata.states import InstructionState


class Proposed(models.Model):
    """Who proposed it and why, who decided, and from when it holds."""

    valid_from = models.DateField(_("valid from"))
    state = models.CharField(
        _("status"),
        max_length=8,
        choices=labelled(InstructionState),
        default=InstructionState.PENDING,
    )
    reason = models.CharField(_("reason"), max_length=500)
    proposed_by = models.CharField(_("proposed by"), max_length=NAME_LENGTH)
    proposed_at = models.DateTimeField(_("proposed at"))
    decided_by = models.CharField(_("decided by"), max_length=NAME_LENGTH, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        abstract = True

    def get_absolute_url(self) -> str:
        """Return the page of the row."""
        raise NotImplementedError


def by_two_people(name: str) -> list[CheckConstraint]:
    """Return the constraints of a table of proposals, named `name`_…."""
    pending = Q(state=InstructionState.PENDING.value)
    return [
        known("state", InstructionState, name=f"{name}_state_known"),
        CheckConstraint(condition=~Q(reason=""), name=f"{name}_has_a_reason"),
        CheckConstraint(condition=~Q(decided_by=F("proposed_by")), name=f"{name}_two_people"),
        CheckConstraint(
            condition=(pending & Q(decided_by="")) | (~pending & ~Q(decided_by="")),
            name=f"{name}_decided_means_someone",
        ),
    ]
