"""Confirmations to the counterparties: numbered files in the outbox, or the list of the API.

A file and what it says of its confirmations are one commit; the outbox gets it afterwards, whole,
under its own name. What a crash left out is written by the next look, to the same bytes.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _

from core import files
from core.access import Action, desk_or_any, require
from core.acts import acting
from core.plain_letters import plain
from kernel.actors import Actor
from kernel.findings import Refusal
from refdata import selectors as refdata
from refdata.facts import PartyFacts
from refdata.models import Party
from refdata.states import ConfirmationChannel
from settlement import selectors
from settlement.formats import letters, mt515_sending
from settlement.formats.confirmation_json import Outgoing, write_file
from settlement.models import Confirmation, ConfirmationFile
from settlement.services import writing
from settlement.services.holding import hold
from settlement.states import ConfirmationState, Deed, FileFormat, Function

PER_FILE_MAX: Final = 5_000
FORMATS: Final = {
    ConfirmationChannel.FILE.value: FileFormat.JSON,
    ConfirmationChannel.FIN.value: FileFormat.MT515,
}
SENDS_BY_ITSELF: Final = (*FORMATS, ConfirmationChannel.API.value)
ENDINGS: Final = {FileFormat.JSON: "json", FileFormat.MT515: "fin"}
MEDIA_TYPES: Final = {FileFormat.JSON: "application/json", FileFormat.MT515: "text/plain"}
TO_SEND: Final = Q(state=ConfirmationState.TO_SEND.value, trade__isnull=False)
TO_CANCEL: Final = Q(
    state=ConfirmationState.CANCELLED.value, sent_file__isnull=False, cancel_file__isnull=True
)
"""What went out in a file is taken back by one; a list of the API says itself what is over."""


class UnableToSend(Refusal):
    """It is sent already, or over, or out of reach."""

    code = "UNABLE_TO_SEND"
    status_code = 409


def send_all(*, actor: Actor, at: datetime) -> dict[str, int]:
    """Send what waits for each counterparty whose channel needs nobody; return the counts."""
    counts = {"sent": 0, "cancelled": 0, "files": 0}
    waiting = Confirmation.objects.filter(TO_SEND | TO_CANCEL)
    parties = waiting.filter(party__confirmation_channel__in=SENDS_BY_ITSELF)
    for party_id in sorted(set(parties.order_by().values_list("party", flat=True))):
        while _send_some(party_id, counts, actor, at):
            pass
    deliver(at=at)
    return counts


def send_by_hand(*, confirmation_ids: Collection[int], actor: Actor, at: datetime) -> int:
    """Note that a person sent these another way; return how many. Raises Forbidden, UnableToSend.

    The channel of the party may be a letter or a call: what counts is who says so, and when.
    """
    with acting(actor=actor):
        hold()
        rows = selectors.list_confirmations(actor=actor).select_for_update(of=("self",))
        found = list(rows.filter(TO_SEND, pk__in=confirmation_ids).order_by("pk"))
        if len(found) != len(set(confirmation_ids)):
            raise UnableToSend(_("Part of these is sent already, or over."))
        for row in found:
            require(actor, Action.CONFIRM, desk=desk_or_any(row.desk_code))
        _sent(found, None, actor, at)
    return len(found)


def letter_of(row: Confirmation) -> letters.Letter:
    """Return what a person sends of one of ours, in the language of its counterparty."""
    firm = refdata.own_firm()
    deal = letters.ChasedDeal(
        reference=f"{row.reference} v{row.version_no}", deal=selectors.deal_of_confirmation(row)
    )
    return letters.confirmation(
        language=row.party.language,
        firm=firm.name if firm else "Back office",
        party=row.party.name,
        deal=deal,
    )


def deliver(*, at: datetime) -> int:
    """Put the files that the outbox has not into it; return how many there were."""
    waiting = ConfirmationFile.objects.filter(delivered_at__isnull=True)
    number = 0
    for found in waiting.select_related("party", "file").order_by("pk"):
        place = Path(settings.CONFIRMATION_DIR) / found.party.code
        _write_once(place / found.name, files.open_stored(found.file))
        ConfirmationFile.objects.filter(pk=found.pk).update(delivered_at=at)
        number += 1
    return number


def _send_some(party_id: int, counts: dict[str, int], actor: Actor, at: datetime) -> bool:
    """Send up to a file's worth to one counterparty; say whether there was any.

    A cancellation travels in the format of what it takes back, and before what replaces it.
    """
    with acting(actor=actor):
        hold()
        party = Party.objects.get(pk=party_id)
        current = FORMATS.get(party.confirmation_channel)
        done = 0
        for written_as in sorted(FileFormat, key=lambda one: one is current):
            over = _to_cancel(party, written_as)
            left = PER_FILE_MAX - len(over)
            rows = _to_send(party, current)[:left] if written_as is current else []
            if rows or over:
                made = _file(party, written_as, rows, over, actor, at)
                ids = [row.pk for row in over]
                Confirmation.objects.filter(pk__in=ids).update(cancel_file=made)
                _sent(rows, made, actor, at)
                _add(counts, sent=len(rows), cancelled=len(over), files=1)
            done += len(rows) + len(over)
        if current is None:
            rows = _to_send(party, None)
            _sent(rows, None, actor, at)
            _add(counts, sent=len(rows))
            done += len(rows)
    return done > 0


def _add(counts: dict[str, int], **more: int) -> None:
    for name, number in more.items():
        counts[name] += number


def _to_cancel(party: Party, written_as: FileFormat) -> list[Confirmation]:
    told = Confirmation.objects.filter(TO_CANCEL, party=party)
    return _first(told.filter(sent_file__format=written_as.value), PER_FILE_MAX)


def _to_send(party: Party, written_as: FileFormat | None) -> list[Confirmation]:
    """Return what waits and can be written so: what SWIFT cannot say waits for a person."""
    waiting = Confirmation.objects.filter(TO_SEND, party=party)
    if written_as is not FileFormat.MT515:
        return _first(waiting, PER_FILE_MAX)
    rows = _first(waiting.filter(product="", settlement_date__isnull=False), PER_FILE_MAX)
    return [row for row in rows if mt515_sending.is_sayable(_outgoing(row, Function.NEWM))]


def _first(rows: QuerySet[Confirmation], most: int) -> list[Confirmation]:
    return list(rows.select_for_update(of=("self",)).order_by("pk")[:most])


def _sent(
    rows: Sequence[Confirmation], made: ConfirmationFile | None, actor: Actor, at: datetime
) -> None:
    for row in rows:
        writing.move(row, ConfirmationState.SENT)
        row.sent_at, row.sent_file = at, made
    writing.save(rows)
    writing.record(writing.decision(row.pk, Deed.SENT, actor=actor, at=at) for row in rows)


def _file(
    party: Party,
    written_as: FileFormat,
    rows: Sequence[Confirmation],
    over: Sequence[Confirmation],
    actor: Actor,
    at: datetime,
) -> ConfirmationFile:
    """Make and keep the next file of a counterparty: cancellations first, then the new ones."""
    last = ConfirmationFile.objects.filter(party=party).aggregate(last=Max("seq"))["last"]
    seq = (last or 0) + 1
    items = [
        *(_outgoing(row, Function.CANC) for row in over),
        *(_outgoing(row, Function.NEWM) for row in rows),
    ]
    name = f"CONFIRMATIONS-{party.code}-{seq:06}.{ENDINGS[written_as]}"
    content = _content(party, written_as, seq, items)
    stored = files.store(
        name=name, content=content, media_type=MEDIA_TYPES[written_as], actor=actor, at=at
    )
    return ConfirmationFile.objects.create(
        party=party, seq=seq, name=name, file=stored, new_count=len(rows), format=written_as.value,
        cancel_count=len(over), created_by=actor.name, created_at=at,
    )  # fmt: skip


def _content(party: Party, written_as: FileFormat, seq: int, items: Sequence[Outgoing]) -> bytes:
    firm = refdata.own_firm()
    if written_as is FileFormat.MT515:
        sender = _named(firm) if firm else mt515_sending.Named(name="")
        return mt515_sending.write_messages(sender=sender, recipient=_named(party), items=items)
    us = firm.lei or firm.code if firm else ""
    return write_file(sender=us, recipient=party.lei or party.code, seq=seq, items=items)


def _named(firm: Party | PartyFacts) -> mt515_sending.Named:
    return mt515_sending.Named(name=plain(firm.name), bic=firm.bic, lei=firm.lei)


def _outgoing(row: Confirmation, function: Function) -> Outgoing:
    return Outgoing(
        function=function.value,
        reference=row.reference,
        version=row.version_no,
        deal=selectors.deal_of_confirmation(row),
    )


def _write_once(path: Path, content: bytes) -> None:
    """Let a file appear whole under its name; one that is there is left as it is."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    with draft.open("wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    draft.replace(path)
