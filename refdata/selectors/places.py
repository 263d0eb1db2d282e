"""The places of settlement in force."""

from __future__ import annotations

from refdata.facts import PlaceFacts
from refdata.models import SettlementPlace
from refdata.rules.places import PlaceBook
from refdata.states import InstructionState


def place_book() -> PlaceBook:
    """Return every approved line, for the trades of any day."""
    approved = SettlementPlace.objects.filter(state=InstructionState.APPROVED).order_by("pk")
    return PlaceBook(
        [
            PlaceFacts(
                line_id=line.pk,
                venue=line.venue,
                issuer_country=line.issuer_country,
                asset_class=line.asset_class,
                place=line.place,
                valid_from=line.valid_from,
                valid_to=line.valid_to,
            )
            for line in approved
        ]
    )
