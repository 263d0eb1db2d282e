"""The agreements that were signed with parties."""

from __future__ import annotations

from collections.abc import Collection

from refdata.facts import AgreementFacts
from refdata.models import Agreement
from refdata.states import InstructionState


def agreements_with(party_ids: Collection[int]) -> dict[int, tuple[AgreementFacts, ...]]:
    """Return the approved agreements with each of these parties, none with some of them.

    While the house keeps no agreement at all nothing is known of any party: the answer is empty.
    """
    approved = Agreement.objects.filter(state=InstructionState.APPROVED)
    rows = approved.filter(party__in=party_ids).order_by("valid_from", "pk")
    found: dict[int, tuple[AgreementFacts, ...]] = dict.fromkeys(party_ids, ())
    for row in rows:
        facts = AgreementFacts(
            kind=row.kind,
            reference=row.reference,
            covers=frozenset(what.value for what in row.covered()),
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )
        found[row.party_id] = (*found[row.party_id], facts)
    return found if any(found.values()) or approved.exists() else {}
