"""A run over buckets: what came in is paired and matched, what stays alone is alleged.

All that is open in a bucket is looked at, so that what came in first has no say: a pair that the
rules made and that differs is made again beside what came since. What matches stays matched; what a
person did stays done.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from django.db.models import Exists, OuterRef
from django.utils import timezone

from core.acts import acting
from kernel.actors import Actor
from settlement import selectors
from settlement.facts import Matching, Pair
from settlement.models import Confirmation, ReceivedConfirmation
from settlement.rules.matching import match_confirmations
from settlement.rules.products import OPPOSITE
from settlement.selectors import Bucket
from settlement.selectors.matching import BESIDES, in_buckets
from settlement.services import queue, writing
from settlement.services.holding import hold
from settlement.states import UNCONFIRMED, Basis, ConfirmationState, Deed, EndReason, Function

COUNTS: Final = ("matched", "mismatched", "alleged", "released")
MATCHED, MISMATCHED = ConfirmationState.MATCHED, ConfirmationState.MISMATCHED


def match(*, buckets: Collection[Bucket], actor: Actor, at: datetime) -> dict[str, int]:
    """Match what is open in these buckets; return the counts. Repeated, it changes nothing."""
    if not buckets:
        return dict.fromkeys(COUNTS, 0)
    with acting(actor=actor):
        hold()
        released = _let_go(buckets, actor, at)
        ours = list(_free_ours(buckets))
        alleged = {row.received_id: row for row in _alleged(buckets)}
        theirs = list(_free_theirs(buckets))
        found = match_confirmations(
            [selectors.deal_of_confirmation(row) for row in ours],
            [selectors.deal_of_message(row) for row in theirs],
            selectors.terms_for(timezone.localtime(at).date(), [row.pk for row in ours]),
        )
        _explain(found.pairs, alleged, actor, at)
        changed = _pair(ours, found.pairs, actor, at)
        new = _allege(theirs, alleged, found, actor, at)
    counts = {"matched": 0, "mismatched": 0, "alleged": len(new), "released": released}
    for row in changed:
        if row.state in (MATCHED, MISMATCHED):
            counts[row.state.lower()] += 1
    return counts


def _free_ours(buckets: Collection[Bucket]) -> Iterable[Confirmation]:
    """Yield, locked, what waits for the other side, and pairs of the rules that differ."""
    rows = Confirmation.objects.select_for_update(of=("self",)).filter(in_buckets(buckets))
    waiting = rows.filter(state__in=UNCONFIRMED)
    differing = rows.filter(state=MISMATCHED.value).exclude(basis=Basis.BY_HAND.value)
    yield from waiting.order_by("pk")
    yield from differing.order_by("pk")


def _alleged(buckets: Collection[Bucket]) -> Iterable[Confirmation]:
    rows = Confirmation.objects.select_for_update(of=("self",)).filter(in_buckets(buckets))
    return rows.filter(state=ConfirmationState.ALLEGED.value).order_by("pk")


def _free_theirs(buckets: Collection[Bucket]) -> Iterable[ReceivedConfirmation]:
    """Return the messages that count and that no other confirmation holds."""
    held = Confirmation.objects.filter(received=OuterRef("pk")).exclude(
        state__in=(ConfirmationState.CANCELLED.value, ConfirmationState.ALLEGED.value)
    )
    differing = held.exclude(state=MISMATCHED.value) | held.filter(basis=Basis.BY_HAND.value)
    return selectors.live_messages(buckets).filter(~Exists(differing))


def _let_go(buckets: Collection[Bucket], actor: Actor, at: datetime) -> int:
    """Release what is paired with, or alleged by, a message that was replaced or withdrawn."""
    later = ReceivedConfirmation.objects.filter(
        party=OuterRef("party"), reference=OuterRef("reference"), version__gt=OuterRef("version")
    )
    replaced = ReceivedConfirmation.objects.filter(in_buckets(buckets), Exists(later))
    rows = list(
        Confirmation.objects.select_for_update(of=("self",))
        .filter(received__in=replaced.values("pk"))
        .exclude(state=ConfirmationState.CANCELLED.value)
        .order_by("pk")
    )
    decisions = []
    for row in rows:
        before = row.received_id
        if row.trade_id is None:
            writing.move(row, ConfirmationState.CANCELLED)
            row.end_reason = _why(before or 0).value
            deed = Deed.CANCELLED
        else:
            writing.release(row)
            deed = Deed.UNPAIRED
        decisions.append(writing.decision(row.pk, deed, actor=actor, at=at, received_id=before))
    writing.save(rows)
    writing.record(decisions)
    queue.done([row.pk for row in rows], actor=actor, at=at)
    return len(rows)


def _why(received_id: int) -> EndReason:
    """Say whether the latest version of a message replaces it or takes it back."""
    old = ReceivedConfirmation.objects.get(pk=received_id)
    versions = ReceivedConfirmation.objects.filter(party=old.party_id, reference=old.reference)
    latest = versions.order_by("-version").values_list("function", flat=True)[0]
    return EndReason.WITHDRAWN if latest == Function.CANC else EndReason.REPLACED


def _explain(
    pairs: Iterable[Pair],
    alleged: Mapping[int | None, Confirmation],
    actor: Actor,
    at: datetime,
) -> None:
    """End what was alleged and is now explained by a trade of ours."""
    rows = [alleged[pair.theirs] for pair in pairs if pair.theirs in alleged]
    for row in rows:
        writing.move(row, ConfirmationState.CANCELLED)
        row.end_reason = EndReason.EXPLAINED.value
    writing.save(rows)
    writing.record(
        writing.decision(row.pk, Deed.CANCELLED, actor=actor, at=at, received_id=row.received_id)
        for row in rows
    )
    queue.done([row.pk for row in rows], actor=actor, at=at)


def _pair(
    ours: Sequence[Confirmation], pairs: Sequence[Pair], actor: Actor, at: datetime
) -> list[Confirmation]:
    """Write the pairs that are new, and release those that are no longer."""
    by_id = {row.pk: row for row in ours}
    wanted = {pair.ours: pair for pair in pairs}
    old = [row for row in ours if row.received_id and not _stands(row, wanted.get(row.pk))]
    decisions = []
    for row in old:
        decisions.append(
            writing.decision(row.pk, Deed.UNPAIRED, actor=actor, at=at, received_id=row.received_id)
        )
        writing.release(row)
    # a message goes from one confirmation to another only through being nobody's
    writing.save(old)
    changed = [by_id[pair.ours] for pair in pairs if not _stands(by_id[pair.ours], pair)]
    for row in changed:
        pair = wanted[row.pk]
        join(row, pair, at)
        decisions.append(
            writing.decision(
                row.pk,
                Deed(row.state),
                actor=actor,
                at=at,
                received_id=pair.theirs,
                basis=pair.basis,
                found=writing.evidence(pair),
            )
        )
    writing.save(changed)
    writing.record(decisions)
    settled = [row.pk for row in (*old, *changed) if row.state != MISMATCHED]
    queue.done(settled, actor=actor, at=at)
    queue.ask([row for row in changed if row.state == MISMATCHED], actor=actor, at=at)
    return changed


def join(row: Confirmation, pair: Pair, at: datetime) -> None:
    """Give a locked confirmation its message, and the state that their terms make."""
    target = MISMATCHED if pair.differs else MATCHED
    writing.move(row, target)
    row.received_id, row.basis, row.differs = pair.theirs, pair.basis, list(pair.differs)
    row.matched_at = None if pair.differs else at


def _stands(row: Confirmation, pair: Pair | None) -> bool:
    """Say whether a confirmation is this pair already, with the same outcome."""
    return (
        pair is not None
        and row.received_id == pair.theirs
        and row.differs == list(pair.differs)
        and row.basis == pair.basis
    )


def _allege(
    theirs: Sequence[ReceivedConfirmation],
    alleged: Mapping[int | None, Confirmation],
    found: Matching,
    actor: Actor,
    at: datetime,
) -> list[Confirmation]:
    """Make a confirmation of each message that is of no trade of ours, and work for an agent."""
    paired = {pair.theirs for pair in found.pairs}
    made = Confirmation.objects.bulk_create(
        (alleged_by(row, at) for row in theirs if row.pk not in paired and row.pk not in alleged),
        batch_size=1_000,
    )
    writing.record(
        writing.decision(
            row.pk,
            Deed.ALLEGED,
            actor=actor,
            at=at,
            received_id=row.received_id,
            found={"rivals_ours": list(found.alone.get(row.received_id or 0, ()))},
        )
        for row in made
    )
    queue.ask(made, actor=actor, at=at)
    return made


def alleged_by(message: ReceivedConfirmation, at: datetime) -> Confirmation:
    """Return the confirmation of a trade that we do not have, as we would have it."""
    return Confirmation(
        received=message,
        party_id=message.party_id,
        state=ConfirmationState.ALLEGED.value,
        created_at=at,
        isin=message.isin,
        side=OPPOSITE[message.side],
        quantity=message.quantity,
        price=message.price,
        amount=message.amount,
        currency=message.currency,
        trade_date=message.trade_date,
        settlement_date=message.settlement_date,
        **{name: getattr(message, name) for name in BESIDES},
    )
