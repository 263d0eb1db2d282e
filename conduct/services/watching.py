"""Watch a day: measure it, judge every trader and party, and keep the exceptions in step.

What somebody did on a day is found once, and stands until a person decides; what stands open is
that of the latest day watched, and ends with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import connection

from conduct import selectors
from conduct.facts import Deal, PartyConduct, TraderConduct
from conduct.models import Watch
from conduct.rules import (
    OF_A_DAY,
    OF_A_PARTY,
    OF_A_TRADER,
    RULE_BY_CODE,
    Settings,
    active,
    judge_party,
    judge_trader,
)
from conduct.services import measuring
from conduct.services.gathering import Gathered, gather, named, terms_of
from conduct.services.measuring import Terms
from core.acts import acting
from core.jobs import enqueue
from core.models import Job
from desk import selectors as desk_selectors
from desk import services as desk
from desk.facts import Cause, Raised, Subject
from desk.states import CauseKind, ExceptionKind
from kernel.actors import Actor
from kernel.findings import Finding

WATCH_JOB: Final = "conduct.watch"
DAY_KIND: Final = "trader_day"
TRADER_KIND: Final = "trader"
PARTY_KIND: Final = "party"
COUNTS: Final = ("traders_watched", "parties_watched", "trades_measured", "findings")
STEPS: Final = 6
Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Watched:
    """What watching a day came to."""

    traders: int
    parties: int
    trades: int
    hits: Mapping[str, int]

    @property
    def counts(self) -> dict[str, int]:
        """Return the counts that a job shows."""
        numbers = (self.traders, self.parties, self.trades, sum(self.hits.values()))
        return dict(zip(COUNTS, numbers, strict=True))


def queue_watch(*, day: date, actor: Actor, at: datetime, again: bool = False) -> Job:
    """Queue the watch of a day: once for ever, or `again` because somebody asks for it."""
    with acting(actor=actor):
        return enqueue(
            kind=WATCH_JOB,
            parameters={"day": day.isoformat()},
            title=day.isoformat(),
            actor=actor,
            at=at,
            dedupe_key=f"{WATCH_JOB}:{day}" if again else "",
            due_key="" if again else f"{WATCH_JOB}:{day}",
        )


def watch_day(
    *, day: date, actor: Actor, at: datetime, job_id: int | None = None, told: Told | None = None
) -> Watched:
    """Measure and judge a day; repeated, it makes the same of what is there then.

    Each step commits by itself: what was measured stays when the judging has to begin again.
    """
    report = told or _silent
    settings = desk_selectors.settings_in_force(day=day)
    calendar = selectors.house_calendar(day)
    terms = terms_of(day, settings, calendar)
    for step, name in enumerate(measuring.STATEMENTS, start=1):
        report(step - 1, STEPS)
        with acting(actor=actor):
            _alone()
            measuring.measure(name, terms)
    report(STEPS - 3, STEPS)
    with acting(actor=actor):
        _alone()
        found = gather(terms, settings, calendar)
        report(STEPS - 2, STEPS)
        hits = _settle_days(found, settings, terms, actor, at)
        if selectors.is_latest(day=day):
            hits += _settle_standing(found, settings, actor, at)
        report(STEPS - 1, STEPS)
        return _record(found, hits, day, at, job_id)


def _alone() -> None:
    """Let one watch follow the other until the transaction ends: both settle the same findings."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('conduct:watch', 0))")


def _silent(_done: int, _total: int) -> None:
    """Tell nobody."""


def _settle_days(
    found: Gathered, settings: Settings, terms: Terms, actor: Actor, at: datetime
) -> Counter[str]:
    """Keep the exceptions of what was done on the day in step; name trades only where it speaks."""
    book = active(OF_A_DAY, settings)
    of_day = [one for one in found.traders if one.trader_id in found.day_ids]
    spoken = named(terms, [one for one in of_day if judge_trader(one, book)])
    raised = [
        _raised(_of_day(one, found.day_ids, finding), finding, Cause(CauseKind.TRADER, one.code))
        for one in spoken
        for finding in judge_trader(one, book)
    ]
    desk.settle_findings(
        subject_kind=DAY_KIND,
        subject_ids=list(found.day_ids.values()),
        raised=raised,
        kind=ExceptionKind.CONDUCT,
        actor=actor,
        at=at,
    )
    return Counter(one.finding.code for one in raised)


def _settle_standing(
    found: Gathered, settings: Settings, actor: Actor, at: datetime
) -> Counter[str]:
    """Keep the exceptions of what stands open in step, those of traders and of parties."""
    of_traders, of_parties = active(OF_A_TRADER, settings), active(OF_A_PARTY, settings)
    traders = [
        _raised(_of_trader(one, finding), finding, Cause(CauseKind.TRADER, one.code))
        for one in found.traders
        for finding in judge_trader(one, of_traders)
    ]
    parties = [
        _raised(_of_party(one), finding, Cause(CauseKind.COUNTERPARTY, one.code))
        for one in found.parties
        for finding in judge_party(one, of_parties)
    ]
    subjects = (
        (TRADER_KIND, [one.trader_id for one in found.traders], traders),
        (PARTY_KIND, [one.party_id for one in found.parties], parties),
    )
    for kind, ids, raised in subjects:
        desk.settle_findings(
            subject_kind=kind,
            subject_ids=ids,
            raised=raised,
            kind=ExceptionKind.CONDUCT,
            actor=actor,
            at=at,
        )
    return Counter(one.finding.code for one in (*traders, *parties))


def _raised(subject: Subject, finding: Finding, cause: Cause) -> Raised:
    return Raised(subject=subject, finding=finding, fix=RULE_BY_CODE[finding.code].fix, cause=cause)


def _of_day(facts: TraderConduct, day_ids: Mapping[int, int], finding: Finding) -> Subject:
    return Subject(
        kind=DAY_KIND,
        id=day_ids[facts.trader_id],
        reference=facts.code,
        desk_code=facts.desk,
        url=f"/conduct/traders/{facts.trader_id}/?until={facts.day}",
        contributors=_hands(facts, finding),
        day=facts.day,
    )


def _of_trader(facts: TraderConduct, finding: Finding) -> Subject:
    return Subject(
        kind=TRADER_KIND,
        id=facts.trader_id,
        reference=facts.code,
        desk_code=facts.desk,
        url=f"/conduct/traders/{facts.trader_id}/",
        contributors=_hands(facts, finding),
        day=facts.day,
    )


def _of_party(facts: PartyConduct) -> Subject:
    return Subject(
        kind=PARTY_KIND,
        id=facts.party_id,
        reference=facts.code,
        url=f"/conduct/parties/{facts.party_id}/",
        contributors=_people(facts.standing),
        day=facts.day,
    )


def _hands(facts: TraderConduct, finding: Finding) -> tuple[str, ...]:
    """Return who must not decide: the trader, the hands in what is named, who validates all."""
    deals = [
        *facts.cancelled,
        *facts.standing,
        *facts.unconfirmed,
        *(pair.first for pair in facts.offsets),
        *(pair.second for pair in facts.offsets),
        *(one.deal for one in facts.put_off),
    ]
    checker = finding.found if finding.field == "checker" else ""
    return tuple(sorted({facts.user, checker, *_people(deals)} - {""}))


def _people(deals: Iterable[Deal]) -> tuple[str, ...]:
    return tuple(sorted({hand for deal in deals for hand in deal.hands}))


def _record(
    found: Gathered, hits: Counter[str], day: date, at: datetime, job_id: int | None
) -> Watched:
    watched = Watched(
        traders=len(found.day_ids),
        parties=len(found.parties),
        trades=sum(one.today.trades for one in found.traders),
        hits=dict(sorted(hits.items())),
    )
    Watch.objects.create(
        day=day,
        job_id=job_id,
        traders=watched.traders,
        parties=watched.parties,
        trades=watched.trades,
        hits=watched.hits,
        ended_at=at,
    )
    return watched
