"""The fee schedules in force."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from refdata.facts import FeeFacts
from refdata.models import FeeSchedule
from refdata.rules.fees import FeeBook
from refdata.states import InstructionState


def fee_book() -> FeeBook:
    """Return every approved line, for the trades of any day."""
    approved = FeeSchedule.objects.filter(state=InstructionState.APPROVED).order_by("pk")
    return FeeBook(
        [
            FeeFacts(
                schedule_id=line.pk,
                name=line.name,
                kind=line.kind,
                party_id=line.party_id,
                venue=line.venue,
                issuer_country=line.issuer_country,
                asset_class=line.asset_class,
                side=line.side,
                currency=line.currency,
                rate=line.rate,
                per_unit=line.per_unit,
                fixed=line.fixed,
                minimum=line.minimum,
                maximum=line.maximum,
                valid_from=line.valid_from,
                valid_to=line.valid_to,
            )
            for line in approved
        ]
    )


def fee_schedules(ids: Collection[int]) -> Mapping[int, FeeSchedule]:
    """Return lines by primary key, whatever became of them."""
    return FeeSchedule.objects.select_related("party").in_bulk(ids)
