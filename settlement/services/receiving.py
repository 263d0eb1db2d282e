"""Their confirmations, as they come in: kept once each, never changed, matched by a job.

The same reference and version is the same message: repeated it changes nothing, with other content
it is refused. A higher version replaces, a CANC withdraws what was said before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec
from django.utils.translation import gettext as _

from core.acts import acting
from core.models import StoredFile
from core.outbox import announce
from kernel.actors import Actor
from kernel.findings import Finding, Refusal
from refdata import selectors as refdata
from refdata.models import Party
from settlement.facts import Told
from settlement.formats import N_
from settlement.models import ReceivedConfirmation
from settlement.services import news
from settlement.services.holding import hold
from settlement.states import Door

BIC_LENGTHS: Final = (8, 11)
RECEIVED: Final = "confirmation.received"
WRITTEN: Final = ("isin", "side", "quantity", "price", "amount", "currency", "trade_date",
                  "settlement_date", "product", "pair", "counter_amount", "rate", "end_date",
                  "end_amount", "reference", "version", "function", "our_reference",
                  "line")  # fmt: skip


class UnableToReceive(Refusal):
    """Part of the confirmations cannot be kept; every finding says which, and why."""

    code = "UNABLE_TO_RECEIVE"


class ConfirmationConflict(UnableToReceive):
    """The same reference and version was received with other content."""

    code = "CONFIRMATION_CONFLICT"
    status = status_code = 409


@dataclass(frozen=True, slots=True)
class Kept:
    """The rows of what was told, in its order, and how many of them are new."""

    rows: tuple[ReceivedConfirmation, ...]
    new: int


@dataclass(frozen=True, slots=True)
class Judged:
    """What is to be kept of some messages, what was kept before, and what is wrong with them."""

    new: tuple[tuple[Told, Party], ...]
    known: Mapping[tuple[int, str, int], ReceivedConfirmation]
    findings: tuple[Finding, ...]


def receive(
    *,
    told: Sequence[Told],
    door: Door,
    actor: Actor,
    at: datetime,
    file: StoredFile | None = None,
    only: Party | None = None,
) -> Kept:
    """Keep these messages, all or nothing, and have them matched.

    With `only` every message is of that party. Raises UnableToReceive with every finding,
    ConfirmationConflict when all that is wrong is a reference that said something else before.
    """
    with acting(actor=actor):
        hold()
        judged = judge(told, only=only)
        if judged.findings:
            conflict = all(one.code == "CNF-112" for one in judged.findings)
            kind = ConfirmationConflict if conflict else UnableToReceive
            raise kind(_("The confirmations cannot be kept."), findings=judged.findings)
        made = ReceivedConfirmation.objects.bulk_create(
            (
                _row(one, party, door=door, file=file, actor=actor, at=at)
                for one, party in judged.new
            ),
            batch_size=1_000,
        )
        if made:
            ids = [row.pk for row in made]
            news.of_received(ids, at=at)
            announce(RECEIVED, subject=f"{len(ids)} confirmations", payload={"message_ids": ids})
    rows = dict(judged.known) | {(row.party_id, row.reference, row.version): row for row in made}
    parties = _parties(told, only)
    found = (rows[(parties[one.party].pk, one.reference, one.version)] for one in told)
    return Kept(tuple(found), len(made))


def judge(told: Sequence[Told], *, only: Party | None = None) -> Judged:
    """Say what of these messages is new; changes nothing."""
    parties = _parties(told, only)
    findings = [
        _finding(
            "CNF-111",
            "party",
            N_("{found} is no party that we know") if one.party else N_("No party is named"),
            one,
            one.party,
        )
        for one in told
        if one.party not in parties
    ]
    readable = [(one, parties[one.party]) for one in told if one.party in parties]
    known = _known(readable)
    new: dict[tuple[int, str, int], tuple[Told, Party]] = {}
    for one, party in readable:
        key = (party.pk, one.reference, one.version)
        before = known[key].content_hash if key in known else _digest_of(new.get(key))
        if before is None:
            new[key] = (one, party)
        elif before != digest(one):
            text = N_("{found} was received in this version with other content")
            findings.append(_finding("CNF-112", "reference", text, one, one.reference))
    return Judged(tuple(new.values()), known, tuple(findings))


def digest(told: Told) -> str:
    """Return the fingerprint of what a message says."""
    return hashlib.sha256(content(told)).hexdigest()


def content(told: Told) -> bytes:
    """Return what a message says, as it is kept."""
    return msgspec.json.encode(told.terms(), order="deterministic")


def _digest_of(seen: tuple[Told, Party] | None) -> str | None:
    return digest(seen[0]) if seen else None


def _parties(told: Sequence[Told], only: Party | None) -> dict[str, Party]:
    """Return the parties by what the messages call them: our code, the LEI, or the BIC.

    A BIC that several parties have means none of them, unless one of these is the sender.
    """
    names = {one.party for one in told}
    if only is not None:
        own = {"", only.code, only.lei}
        return dict.fromkeys((one for one in names if one in own or _same_bank(one, only)), only)
    found: dict[str, Party] = {}
    for party in Party.objects.filter(lei__in=names - {""}):
        found[party.lei] = party
    for party in Party.objects.filter(code__in=names - {""}):
        found[party.code] = party
    banks = refdata.counterparties_by_code(names - found.keys())
    by_id = Party.objects.in_bulk([bank.party_id for bank in banks.values()]) if banks else {}
    return found | {name: by_id[bank.party_id] for name, bank in banks.items()}


def _same_bank(name: str, party: Party) -> bool:
    """Say whether a name is the BIC of a party, or of a branch of it."""
    return len(name) in BIC_LENGTHS and bool(party.bic) and name[:8] == party.bic[:8]


def _known(
    readable: Iterable[tuple[Told, Party]],
) -> dict[tuple[int, str, int], ReceivedConfirmation]:
    by_party: dict[int, set[str]] = {}
    for one, party in readable:
        by_party.setdefault(party.pk, set()).add(one.reference)
    return {
        (row.party_id, row.reference, row.version): row
        for party_id, references in sorted(by_party.items())
        for row in ReceivedConfirmation.objects.filter(party=party_id, reference__in=references)
    }


def _row(
    told: Told, party: Party, *, door: Door, file: StoredFile | None, actor: Actor, at: datetime
) -> ReceivedConfirmation:
    return ReceivedConfirmation(
        party=party,
        door=door.value,
        file=file,
        content=told.terms(),
        content_hash=digest(told),
        received_by=actor.name,
        received_at=at,
        **{name: getattr(told, name) for name in WRITTEN},
    )


def _finding(code: str, field: str, message: str, told: Told, found: str) -> Finding:
    column = field if told.line else ""
    return Finding(code, field, message, found=found[:200], line=told.line, column=column)
