"""Agreements with parties: proposed, and put in force by somebody else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError
from django.utils.translation import gettext as _

from core import outbox
from core.acts import acting
from core.constraints import refused_by
from kernel.actors import Actor
from refdata.models import Agreement
from refdata.models.proposals import Proposed
from refdata.services import proposals
from refdata.services.news import AGREED
from refdata.states import InstructionState


def decide_agreement(*, row_id: int, approve: bool, actor: Actor, at: datetime) -> Proposed:
    """Put an agreement in force or refuse it.

    The one of its kind that it follows ends the day before it begins. Raises Forbidden,
    UnableToSet where another covers the same days, IllegalTransition.
    """
    try:
        with acting(actor=actor):
            if approve:
                row = Agreement.objects.select_for_update().get(pk=row_id)
                proposals.end_before(row, Agreement.objects.filter(kind=row.kind))
            return proposals.decide(
                model=Agreement, row_id=row_id, approve=approve, actor=actor, at=at
            )
    except IntegrityError as failure:
        if refused_by(failure) != "agreement_one_in_force":
            raise
        raise proposals.UnableToSet(
            _("Another agreement of this kind is in force on these days.")
        ) from failure


def tell_agreed(rows: Sequence[Proposed]) -> None:
    """Have the trades that wait judged again with the parties of agreements just put in force."""
    agreed = (row for row in rows if isinstance(row, Agreement))
    parties = {row.party_id for row in agreed if row.state == InstructionState.APPROVED}
    if parties:
        outbox.announce(AGREED, subject="agreements", payload={"party_ids": sorted(parties)})
