"""Beneficial owners: proposed, put in force by somebody else, and screened as parties are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError
from django.utils.translation import gettext as _

from core import outbox
from core.acts import acting
from core.constraints import refused_by
from kernel.actors import Actor
from refdata.models import BeneficialOwner, Screening
from refdata.models.proposals import Proposed
from refdata.services import proposals
from refdata.services.news import OWNERS_SET
from refdata.states import InstructionState


def decide_owner(*, row_id: int, approve: bool, actor: Actor, at: datetime) -> Proposed:
    """Put an owner in force or refuse it; what the same name owned before ends the day before.

    Its party counts as not screened until that was done again. Raises Forbidden, UnableToSet where
    another row of this name covers the same days, IllegalTransition.
    """
    try:
        with acting(actor=actor):
            row = BeneficialOwner.objects.select_for_update().get(pk=row_id)
            if approve:
                same = BeneficialOwner.objects.filter(name__iexact=row.name)
                proposals.end_before(row, same)
                Screening.objects.filter(party=row.party_id).delete()
            return proposals.decide(
                model=BeneficialOwner, row_id=row_id, approve=approve, actor=actor, at=at
            )
    except IntegrityError as failure:
        if refused_by(failure) != "owner_one_in_force":
            raise
        raise proposals.UnableToSet(
            _("Another share of this owner is in force on these days.")
        ) from failure


def tell_owners(rows: Sequence[Proposed]) -> None:
    """Have the parties screened again whose owners were just put in force."""
    owners = (row for row in rows if isinstance(row, BeneficialOwner))
    parties = {row.party_id for row in owners if row.state == InstructionState.APPROVED}
    if parties:
        outbox.announce(OWNERS_SET, subject="owners", payload={"party_ids": sorted(parties)})
