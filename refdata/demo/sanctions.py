"""A sanctions list of the demo: every entry is invented, and two clients of the house resemble one.

One likeness waits for its decision; of the other two people have said that it means somebody else.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

from core.acts import acting
from kernel.actors import SYSTEM, Actor
from refdata import services
from refdata.models import BeneficialOwner, ListVersion, Party, ScreeningHit
from refdata.states import InstructionState, Language, OwnerKind, SanctionsList

FILE: Final = Path(__file__).with_name("sanctions.csv")
CLEARED_DAYS: Final = 180
WAITS: Final = "BOREAL"
CLEARED: Final = "OURSE"
CLIENTS: Final = {WAITS: "Boréal Négoce Maritime SARL", CLEARED: "Grande Ourse Conseil SAS"}


def seed(*, proposer: Actor, approver: Actor, at: datetime) -> int:
    """Load the list, compare the clients with it and clear one; return how many likenesses there
    are. Where a list is loaded already nothing is done.
    """
    if ListVersion.objects.exists():
        return 0
    with acting(actor=SYSTEM, reason="demo day"):
        for code, name in CLIENTS.items():
            Party.objects.create(
                code=code, name=name, country="FR", is_client=True, language=Language.FR
            )
        _owners(proposer, approver, at)
        services.load_list(
            code=SanctionsList.EU_JOURNAL,
            name=FILE.name,
            content=FILE.read_bytes(),
            is_meant=False,
            actor=SYSTEM,
            at=at,
        )
    keys = Party.objects.filter(code__in=CLIENTS).values_list("pk", flat=True)
    services.screen_parties(
        party_ids=list(keys), actor=SYSTEM, at=at, told=lambda _done, _total: None
    )
    for hit in ScreeningHit.objects.filter(party__code=CLEARED):
        row = services.propose_false_hit(
            hit_id=hit.pk,
            until=at.date() + timedelta(days=CLEARED_DAYS),
            reason="autre société : siège à Lyon, autre dirigeant, extrait Kbis au dossier",
            actor=proposer,
            at=at,
        )
        services.decide_false_hit(row_id=row.pk, approve=True, actor=approver, at=at)
    return ScreeningHit.objects.filter(party__code__in=CLIENTS).count()


def _owners(proposer: Actor, approver: Actor, at: datetime) -> None:
    """One owner who is on no list, in force; one who is, waiting for approval."""
    by = {"proposed_by": proposer.name, "proposed_at": at, "valid_from": at.date()}
    for code, name, share, decided in (
        (CLEARED, "Claire Grandour", 70, True),
        (WAITS, "Philémon Tournebroche", 35, False),
    ):
        owner = BeneficialOwner.objects.create(
            party=Party.objects.get(code=code),
            name=name,
            kind=OwnerKind.PERSON,
            country="FR",
            share=Decimal(share),
            reason="déclaration des bénéficiaires effectifs",
            **by,
        )
        if decided:
            BeneficialOwner.objects.filter(pk=owner.pk).update(
                state=InstructionState.APPROVED, decided_by=approver.name, decided_at=at
            )
