"""Chasers: one click writes to a counterparty, in its language, what it has not confirmed.

The house sends no mail: the text is shown to be copied, and to be opened by a mail program; that it
was made, by whom, to whom and of what, is kept.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from core.access import Action, desk_or_any, require
from core.acts import acting
from kernel.actors import Actor
from refdata import selectors as refdata
from refdata.models import Party
from settlement import selectors
from settlement.formats import letters
from settlement.models import Chaser, Confirmation
from settlement.models.confirmation import ConfirmationQuerySet
from settlement.services import news
from settlement.services.by_hand import NoSuchConfirmation, UnableToConfirm
from settlement.states import CHASED

DEALS_MAX: Final = 500


def chase_party(*, confirmation_id: int, actor: Actor, at: datetime) -> Chaser:
    """Write to the counterparty of a confirmation about all that it has not confirmed.

    Of the desks of the actor. Raises Forbidden, NoSuchConfirmation, UnableToConfirm when nothing is
    left to ask for.
    """
    seen = selectors.list_confirmations(actor=actor).filter(pk=confirmation_id).first()
    if seen is None:
        raise NoSuchConfirmation(_("There is no such confirmation."))
    rows = _chased(actor).filter(party=seen.party_id)
    found = list(rows.order_by("trade_date", "pk")[:DEALS_MAX])
    if not found:
        raise UnableToConfirm(_("The counterparty has confirmed everything."))
    return _write(seen.party, found, actor, at)


def chase_selected(
    *, confirmation_ids: Collection[int], actor: Actor, at: datetime
) -> list[Chaser]:
    """Write one chaser to each counterparty of these confirmations, about them alone.

    What is confirmed, or over, since it was selected is left out. Raises Forbidden.
    """
    by_party: dict[int, list[Confirmation]] = {}
    rows = _chased(actor).filter(pk__in=confirmation_ids)
    for row in rows.order_by("party__code", "trade_date", "pk"):
        by_party.setdefault(row.party_id, []).append(row)
    return [
        _write(found[0].party, found[start : start + DEALS_MAX], actor, at)
        for found in by_party.values()
        for start in range(0, len(found), DEALS_MAX)
    ]


def as_email(chaser: Chaser) -> bytes:
    """Return a chaser as a message that a mail program opens."""
    return letters.as_email(
        letter=letters.Letter(chaser.subject, chaser.body),
        sender="denouement.invalid",
        recipient=chaser.recipient,
        at=chaser.created_at,
        message_id=f"chaser-{chaser.pk}",
    )


def _chased(actor: Actor) -> ConfirmationQuerySet:
    rows = selectors.list_confirmations(actor=actor).filter(state__in=CHASED)
    return rows.filter(trade__isnull=False).select_related("party", "received")


def _write(party: Party, rows: Sequence[Confirmation], actor: Actor, at: datetime) -> Chaser:
    for desk in sorted({row.desk_code for row in rows}):
        require(actor, Action.CONFIRM, desk=desk_or_any(desk))
    firm = refdata.own_firm()
    letter = letters.chaser(
        language=party.language,
        firm=firm.name if firm else "Back office",
        party=party.name,
        deals=[_deal(row) for row in rows],
    )
    with acting(actor=actor):
        made = Chaser.objects.create(
            party=party,
            language=party.language,
            recipient=party.confirmation_email,
            subject=letter.subject[:200],
            body=letter.body,
            confirmation_ids=[row.pk for row in rows],
            created_by=actor.name,
            created_at=at,
        )
        news.of_chaser(made.pk, at=at)
    return made


def _deal(row: Confirmation) -> letters.ChasedDeal:
    return letters.ChasedDeal(
        reference=f"{row.reference} v{row.version_no}",
        deal=selectors.deal_of_confirmation(row),
        theirs=row.received.reference if row.received else "",
        differs=tuple(row.differs),
    )
