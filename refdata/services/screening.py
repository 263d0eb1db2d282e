"""Screening parties against the lists in force, and clearing a hit that means somebody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core import outbox
from core.acts import acting
from desk.facts import Cause, Raised, Subject
from desk.services import raise_exceptions, settle_findings
from desk.states import CauseKind, ExceptionKind
from kernel.actors import Actor
from kernel.findings import Finding
from refdata import selectors
from refdata.facts import Likely, Watched
from refdata.models import FalseHit, Party, Restriction, Screening, ScreeningHit
from refdata.models.labels import LABELS
from refdata.rules.screening import NameIndex
from refdata.selectors.screening import SUBJECT_KIND
from refdata.services import proposals
from refdata.services.news import PARTIES_SCREENED, RESTRICTED
from refdata.services.proposals import UnableToSet
from refdata.states import RestrictedKind, ScreeningOutcome

SCREENED: Final = ("parties_screened", "parties_nameless", "hits_found", "hits_ended")
CHUNK: Final = 500
MAY_BE_LISTED: Final = Finding(
    code="SCR-001",
    field="name",
    message="{found} may be {expected}, who is on a sanctions list",
)
FIX: Final = gettext_noop("Compare the two; if they are not the same, propose a false hit there.")


def screen_parties(
    *,
    party_ids: Sequence[int] | None,
    actor: Actor,
    at: datetime,
    told: Callable[[int, int], None],
) -> dict[str, int]:
    """Compare parties (all without ids) with every list in force, and keep what was found.

    A new likeness becomes a hit and an exception; one that no longer holds ends, with its
    exception. Screenings follow each other: the last one has seen every list and every name that
    was there before it began. `told` hears how many parties are done, of how many.
    """
    counts = dict.fromkeys(SCREENED, 0)
    with _alone():
        if not selectors.has_lists():
            return counts
        index = NameIndex(selectors.suspects())
        wanted = (
            Party.objects.all() if party_ids is None else Party.objects.filter(pk__in=party_ids)
        )
        keys = list(wanted.order_by("pk").values_list("pk", flat=True))
        for start in range(0, len(keys), CHUNK):
            part = keys[start : start + CHUNK]
            for name, number in _screen_part(index, part, actor, at).items():
                counts[name] += number
            told(start + len(part), len(keys))
    return counts


def propose_false_hit(
    *, hit_id: int, until: date, reason: str, actor: Actor, at: datetime
) -> FalseHit:
    """Propose that a live hit means somebody else, until a day, at most a year on.

    Raises Forbidden, UnableToSet.
    """
    hit = ScreeningHit.objects.get(pk=hit_id)
    if hit.ended_at is not None:
        raise UnableToSet(_("This hit has ended: there is nothing to clear."))
    row = FalseHit(hit=hit, valid_from=at.date(), valid_to=until)
    try:
        row.validate_constraints(exclude={"state", "reason", "decided_by", "proposed_by"})
    except ValidationError as failure:
        raise UnableToSet(" ".join(failure.messages)) from failure
    return proposals.propose(row=row, actor=actor, at=at, reason=reason)


def decide_false_hit(*, row_id: int, approve: bool, actor: Actor, at: datetime) -> FalseHit:
    """Clear the hit, or refuse to; never one's own proposal. The exception ends with the hit.

    Raises Forbidden, UnableToSet, IllegalTransition.
    """
    with acting(actor=actor):
        row = FalseHit.objects.select_related("hit").get(pk=row_id)
        if approve and row.hit.ended_at is not None:
            raise UnableToSet(_("This hit has ended: there is nothing to clear."))
        proposals.decide(model=FalseHit, row_id=row_id, approve=approve, actor=actor, at=at)
        if approve:
            _end_exceptions([row.hit_id], actor, at)
            _announce({row.hit.party_id})
    row.refresh_from_db()
    return row


def reopen_hits(*, actor: Actor, at: datetime) -> int:
    """Raise the exceptions of hits whose clearance has run out; return how many there were."""
    with acting(actor=actor, reason="screening"):
        hits = selectors.run_out_hits(at.date())
        raised = [_raised(hit) for hit in hits]
        raise_exceptions(raised=raised, kind=ExceptionKind.SCREENING, actor=actor, at=at)
        _announce({hit.party_id for hit in hits})
    return len(raised)


def decide_restriction(*, row_id: int, approve: bool, actor: Actor, at: datetime) -> Restriction:
    """Put a restriction in force or refuse it; trades that wait are judged again.

    Raises Forbidden, UnableToSet, IllegalTransition.
    """
    with acting(actor=actor):
        row = proposals.decide(
            model=Restriction, row_id=row_id, approve=approve, actor=actor, at=at
        )
        assert isinstance(row, Restriction)  # noqa: S101 - the model asked for
        if approve:
            parties = Party.objects.filter(country=row.value).order_by("pk")
            outbox.announce(
                RESTRICTED,
                subject=f"restriction:{row.pk}",
                payload={
                    "isins": [row.value] if row.kind == RestrictedKind.INSTRUMENT else [],
                    "party_ids": list(parties.values_list("pk", flat=True)),
                },
            )
    return row


@contextmanager
def _alone() -> Iterator[None]:
    """Let one screening follow the other; the lock is the session's: parts commit on their own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended('refdata:screening', 0))")
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended('refdata:screening', 0))")


@dataclass(frozen=True, slots=True)
class _Compared:
    """A party, or one of its owners, with what it was found to be like."""

    party_id: int
    owner_id: int | None
    who: Watched
    found: Sequence[Likely]


def _screen_part(
    index: NameIndex, party_ids: Sequence[int], actor: Actor, at: datetime
) -> dict[str, int]:
    """Screen some parties in one transaction."""
    rows = Party.objects.filter(pk__in=party_ids).prefetch_related("aliases").order_by("pk")
    subjects = list(selectors.watched(rows))
    found = {party.key: index.likely(party) for party in subjects}
    owners = selectors.watched_owners(party_ids, at.date())
    compared = [_Compared(party.key, None, party, found[party.key]) for party in subjects]
    compared += [
        _Compared(party_id, pk, owner, index.likely(owner))
        for pk, (party_id, owner) in owners.items()
    ]
    with acting(actor=actor, reason="screening"):
        live = ScreeningHit.objects.filter(party__in=party_ids, ended_at=None)
        known = {(hit.party_id, hit.owner_id, hit.entry_id, hit.party_digest): hit for hit in live}
        new = []
        for one in compared:
            digest = selectors.digest_of(one.who)
            for likely in one.found:
                key = (one.party_id, one.owner_id, likely.suspect, digest)
                if known.pop(key, None) is None:
                    new.append(_hit(one, digest, likely, at))
        ended = [hit.pk for hit in known.values()]
        ScreeningHit.objects.filter(pk__in=ended).update(ended_at=at)
        ScreeningHit.objects.bulk_create(new)
        _end_exceptions(ended, actor, at)
        _raise(party_ids, actor, at)
        changed = {hit.party_id for hit in (*new, *known.values())}
        _announce(changed | _keep(subjects, found, at))
    return {
        "parties_screened": len(subjects),
        "parties_nameless": sum(not party.names for party in subjects),
        "hits_found": len(new),
        "hits_ended": len(ended),
    }


def _hit(one: _Compared, digest: str, likely: Likely, at: datetime) -> ScreeningHit:
    return ScreeningHit(
        party_id=one.party_id,
        owner_id=one.owner_id,
        entry_id=likely.suspect,
        score=likely.score,
        ours=likely.ours,
        theirs=likely.theirs,
        agrees=list(likely.agrees),
        differs=list(likely.differs),
        party_digest=digest,
        found_at=at,
    )


def _keep(subjects: Sequence[Watched], found: dict[int, list[Likely]], at: datetime) -> set[int]:
    """Keep when each party was screened and with what outcome; return those that had none."""
    known = Screening.objects.filter(party__in=found).values_list("party_id", flat=True)
    fresh = set(found) - set(known)
    Screening.objects.bulk_create(
        (
            Screening(party_id=party.key, outcome=_outcome(party, found[party.key]), screened_at=at)
            for party in subjects
        ),
        update_conflicts=True,
        unique_fields=["party"],
        update_fields=["outcome", "screened_at"],
    )
    return fresh


def _outcome(party: Watched, found: Sequence[Likely]) -> ScreeningOutcome:
    if found:
        return ScreeningOutcome.HIT
    return ScreeningOutcome.CLEAR if party.names else ScreeningOutcome.NAMELESS


def _raise(party_ids: Sequence[int], actor: Actor, at: datetime) -> None:
    """Have an open exception for each hit that nobody cleared, or whose clearance has run out."""
    hits = selectors.live_hits(at.date()).filter(party__in=party_ids)
    raised = [_raised(hit) for hit in hits.select_related("party", "owner", "entry").order_by("pk")]
    raise_exceptions(raised=raised, kind=ExceptionKind.SCREENING, actor=actor, at=at)


def _raised(hit: ScreeningHit) -> Raised:
    owner = hit.owner
    evidence = {
        "beneficial_owner": owner.name if owner else "",
        "share": f"{owner.share.normalize():f}" if owner else "",
        "score": str(hit.score),
        "list_code": hit.entry.list_code,
        "entry": hit.entry.reference,
        "programmes": ", ".join(hit.entry.programmes),
        "agrees": ", ".join(hit.agrees),
        "differs": ", ".join(hit.differs),
    }
    finding = Finding(
        code=MAY_BE_LISTED.code,
        field=MAY_BE_LISTED.field,
        message=MAY_BE_LISTED.message,
        expected=f"{hit.theirs} ({LABELS[hit.entry.list_code]})"[:200],
        found=(hit.ours or hit.party.code)[:200],
        evidence={name: value for name, value in evidence.items() if value},
    )
    subject = Subject(
        kind=SUBJECT_KIND, id=hit.pk, reference=hit.party.code, url=hit.get_absolute_url()
    )
    cause = Cause(CauseKind.COUNTERPARTY, hit.party.code)
    return Raised(subject=subject, finding=finding, fix=FIX, cause=cause)


def _end_exceptions(hit_ids: Sequence[int], actor: Actor, at: datetime) -> None:
    settle_findings(
        subject_kind=SUBJECT_KIND,
        subject_ids=hit_ids,
        raised=(),
        kind=ExceptionKind.SCREENING,
        actor=actor,
        at=at,
    )


def _announce(party_ids: set[int]) -> None:
    """Have the trades of parties judged again of which something else is to be said now."""
    if party_ids:
        outbox.announce(
            PARTIES_SCREENED, subject="screening", payload={"party_ids": sorted(party_ids)}
        )
