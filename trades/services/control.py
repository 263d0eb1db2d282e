"""Control: judge trades with the rule book and put them where the findings say they belong."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final

from django.db import connection, transaction

from core.acts import acting
from core.outbox import announce
from core.sequences import array_of
from desk import services as desk
from desk.facts import Raised, Subject
from desk.states import ExceptionKind, WorkKind
from kernel.actors import Actor
from kernel.findings import Finding
from kernel.states import require_transition
from trades.facts import TradeFacts
from trades.rules import active_rules, judge_all
from trades.rules.causes import cause_of
from trades.rules.context import HOUSE_ZONE
from trades.rules.rule import Rule
from trades.rules.scopes import Settings
from trades.services import blocks, news, rule_evidence
from trades.services.book import Book, books_of, in_force
from trades.services.consumption import (
    CONSUMING,
    LimitCrossed,
    LimitTerms,
    lock_limits,
    require_room,
    room_of,
)
from trades.services.control_data import Library, Windows
from trades.services.control_facts import lock_facts
from trades.services.counted import DEAD
from trades.states import TRANSITIONS, TradeState

CHUNK: Final = 5_000
SUBJECT_KIND: Final = "trade"
OF_LIMITS: Final = frozenset({"TRD-602", "TRD-603", "TRD-117", "TRD-118"})
"""Rules of limits, and of what accounts have, that one trade after the other uses up."""
JUDGED: Final = frozenset(
    {
        TradeState.RECEIVED,
        TradeState.ENRICHED,
        TradeState.ON_HOLD,
        TradeState.PENDING_VALIDATION,
    }
)
LAST_HOUR: Final = 23
Books = Sequence[tuple[Sequence[TradeFacts], Book]]
MOVE: Final = """
UPDATE trades_trade SET state = CASE WHEN id = ANY(%(held)s) THEN %(hold)s ELSE %(clean)s END
 WHERE id = ANY(%(moved)s)
"""
"""All at once: what limits and accounts have used is changed row by row in one order."""
RECORD: Final = """
INSERT INTO desk_controlrun (job_id, rule_set, judged, subject_ids, version_nos, clean, hits,
                             ended_at)
VALUES (%(job_id)s, %(rule_set)s, %(judged)s, %(ids)s, %(versions)s, %(clean)s, %(hits)s, %(at)s)
"""
"""The row of a ControlRun: its thousands of numbers are handed over as one value each."""
OPEN_VALIDATIONS: Final = """
INSERT INTO desk_workitem (kind, subject_kind, subject_id, title, url, desk_code, due_at, severity,
                           amount_at_risk, currency, state, opened_at, done_by)
SELECT 'VALIDATION', 'trade', t.id, t.reference, '/trades/' || t.id || '/', t.desk_code,
       (t.trade_date + %(cut_off)s::time) AT TIME ZONE %(zone)s, 'WARNING', t.risk_amount_eur,
       CASE WHEN t.risk_amount_eur IS NULL THEN '' ELSE 'EUR' END, 'OPEN', %(at)s, ''
  FROM trades_trade t WHERE t.id = ANY(%(ids)s)
ON CONFLICT (kind, subject_kind, subject_id) WHERE state = 'OPEN'
DO UPDATE SET amount_at_risk = excluded.amount_at_risk, desk_code = excluded.desk_code,
              due_at = excluded.due_at
"""


@dataclass(slots=True)
class Controlled:
    """What one run of the rule book came to."""

    judged: int = 0
    clean: int = 0
    held: int = 0
    hits: Counter[str] = dataclasses.field(default_factory=Counter)

    def add(self, other: Controlled) -> None:
        self.judged += other.judged
        self.clean += other.clean
        self.held += other.held
        self.hits += other.hits


def control_trades(
    *,
    trade_ids: Collection[int],
    actor: Actor,
    at: datetime,
    library: Library | None = None,
    job_id: int | None = None,
    only: frozenset[TradeState] = JUDGED,
) -> Controlled:
    """Judge these trades in one transaction, under their row locks; safe to repeat.

    Findings become exceptions, those that no longer hold are resolved. A trade that nothing holds
    goes to PENDING_VALIDATION, any other to ON_HOLD; a trade that is over loses what waited for
    it. Trades outside `only` are left alone. Pass one `library` for all chunks of a job.
    """
    if not trade_ids:
        return Controlled()
    run = _Run(actor, at, library or Library(at=at), job_id, only)
    try:
        with acting(actor=actor), transaction.atomic():
            return _controlled(trade_ids, run)
    except LimitCrossed:
        with acting(actor=actor), transaction.atomic():
            return _controlled(trade_ids, run, alone=True)


@dataclass(frozen=True, slots=True)
class _Run:
    """Who controls when, with what was read for the job."""

    actor: Actor
    at: datetime
    library: Library
    job_id: int | None
    only: frozenset[TradeState]


def _controlled(trade_ids: Collection[int], run: _Run, *, alone: bool = False) -> Controlled:
    """Judge and move one chunk; `alone` it holds the locks of its limits from the beginning."""
    everything = lock_facts(trade_ids, states=DEAD | run.only)
    actor, at = run.actor, run.at
    _forget([facts.trade_id for facts in everything if facts.state in DEAD], actor, at)
    chunk = [facts for facts in everything if facts.state in run.only]
    if not chunk:
        return Controlled()
    settings = in_force(day=at.date())
    books = books_of(chunk, settings, run.library.places_of(chunk))
    terms = _terms_of(books)
    if alone:
        lock_limits(chunk, run.library.stated(chunk))
    found, cut_off = _judge(chunk, books, terms, run.library), _cut_off(settings.everywhere)
    held = desk.settle_findings(
        subject_kind=SUBJECT_KIND,
        subject_ids=[facts.trade_id for facts in chunk],
        raised=_raised(books, found, cut_off),
        kind=ExceptionKind.CONTROL,
        actor=actor,
        at=at,
    )
    hold = [facts for facts in chunk if facts.trade_id in held]
    clean = [facts for facts in chunk if facts.trade_id not in held]
    _ask_nobody(hold, actor, at)
    _ask_validation(clean, cut_off, at)
    blocks.expect(chunk, actor=actor, at=at)
    rule_set = rule_evidence.keep_book(settings, at=at)
    outcome = _record(chunk, found, held, at, run.job_id, rule_set)
    # last: from here until the end of the transaction nobody else uses these limits
    if not alone:
        using = [*clean, *(facts for facts in hold if facts.state in CONSUMING)]
        lock_limits(using, run.library.stated(using))
        _require_room(clean, found, terms, run.library)
    _move(hold, clean, at)
    return outcome


def _require_room(
    clean: Sequence[TradeFacts],
    found: Mapping[int, list[Finding]],
    terms: Mapping[int, LimitTerms],
    library: Library,
) -> None:
    """Look again whether what goes on fits under its limits; what was waived need not."""
    accepted = [
        trade_id for trade_id, said in found.items() if any(f.code in OF_LIMITS for f in said)
    ]
    require_room(
        clean,
        accepted=accepted,
        terms=terms,
        accounts=library.stated(clean),
        provide=library.provisions,
    )


def _terms_of(books: Books) -> Mapping[int, LimitTerms]:
    """Return the limits that hold for each trade, by its id."""
    found: dict[int, LimitTerms] = {}
    for trades, book in books:
        terms = LimitTerms.of({rule.code: values for rule, values in book})
        found |= dict.fromkeys((facts.trade_id for facts in trades), terms)
    return found


def _judge(
    chunk: Sequence[TradeFacts],
    books: Books,
    terms: Mapping[int, LimitTerms],
    library: Library,
) -> Mapping[int, list[Finding]]:
    found: dict[int, list[Finding]] = {}
    room = room_of(chunk, terms, library.uses, library.provisions)
    for trades, book in books:
        windows = Windows.of({rule.code: values for rule, values in book})
        found |= judge_all(trades, library.context(trades, windows=windows, room=room), book)
    return found


def judge_draft(*, facts: TradeFacts, library: Library, at: datetime) -> list[Finding]:
    """Return what the rule book as it is set today says of a trade that is not stored."""
    books = books_of([facts], in_force(day=at.date()), library.places_of([facts]))
    return _judge([facts], books, _terms_of(books), library).get(facts.trade_id, [])


def _cut_off(settings: Settings) -> time:
    """Return the hour by which trades should be through, from the setting of TRD-704 for all."""
    for rule, limits in active_rules(settings):
        if rule.code == "TRD-704":
            return time(min(int(limits["cut_off"]), LAST_HOUR))
    return time(LAST_HOUR)


def _raised(books: Books, found: Mapping[int, list[Finding]], cut_off: time) -> list[Raised]:
    raised: list[Raised] = []
    rules = {rule.code: rule for _trades, book in books for rule, _limits in book}
    for facts in sorted((f for trades, _book in books for f in trades), key=lambda f: f.trade_id):
        findings = found.get(facts.trade_id)
        if not findings:
            continue
        subject = subject_of(facts, cut_off)
        raised += [
            _finding_of(rules.get(finding.code), facts, subject, finding) for finding in findings
        ]
    return raised


def _finding_of(rule: Rule | None, facts: TradeFacts, subject: Subject, finding: Finding) -> Raised:
    """Return a finding with the repair and the cause that its rule knows."""
    if rule is None:
        return Raised(subject=subject, finding=finding)
    cause = cause_of(facts, rule.cause, finding)
    return Raised(subject=subject, finding=finding, fix=rule.fix, cause=cause)


def subject_of(facts: TradeFacts, cut_off: time) -> Subject:
    """Return the trade as the desk sees it: due at the cut-off of its trade date."""
    known = facts.risk_amount_eur is not None
    return Subject(
        kind=SUBJECT_KIND,
        id=facts.trade_id,
        reference=facts.reference,
        version_no=facts.version_no,
        desk_code=facts.desk_code,
        amount_at_risk=facts.risk_amount_eur,
        currency="EUR" if known else "",
        url=f"/trades/{facts.trade_id}/",
        contributors=tuple(sorted({facts.maker, *facts.contributors})),
        due_at=datetime.combine(facts.trade_date, cut_off, tzinfo=HOUSE_ZONE),
        day=facts.trade_date,
    )


def _ask_nobody(hold: Sequence[TradeFacts], actor: Actor, at: datetime) -> None:
    """Take what is held now out of the supervisors' queue."""
    desk.close_work(
        kind=WorkKind.VALIDATION,
        subject_kind=SUBJECT_KIND,
        subject_ids=[f.trade_id for f in hold if f.state == TradeState.PENDING_VALIDATION],
        actor=actor,
        at=at,
    )


def _ask_validation(clean: Sequence[TradeFacts], cut_off: time, at: datetime) -> None:
    """Put what nothing holds in the supervisors' queue."""
    with connection.cursor() as cursor:
        cursor.execute(
            OPEN_VALIDATIONS,
            {
                "ids": array_of(facts.trade_id for facts in clean),
                "cut_off": cut_off.isoformat(),
                "zone": HOUSE_ZONE.key,
                "at": at,
            },
        )


def _move(hold: Sequence[TradeFacts], clean: Sequence[TradeFacts], at: datetime) -> None:
    """Put held trades on hold and the others before the supervisors, by the state table."""
    held = _moving(hold, TradeState.ON_HOLD)
    waiting = _moving(clean, TradeState.PENDING_VALIDATION)
    if not held and not waiting:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            MOVE,
            {
                "held": array_of(trade_id for trade_id, _no in held),
                "hold": TradeState.ON_HOLD.value,
                "clean": TradeState.PENDING_VALIDATION.value,
                "moved": array_of(trade_id for trade_id, _no in (*held, *waiting)),
            },
        )
    news.tell_states(TradeState.ON_HOLD, held, at=at)
    news.tell_states(TradeState.PENDING_VALIDATION, waiting, at=at)


def _moving(chunk: Sequence[TradeFacts], target: TradeState) -> list[tuple[int, int]]:
    """Return the trades that are not there yet, with their versions. Raises IllegalTransition."""
    for state in {facts.state for facts in chunk} - {target.value}:
        source = TradeState(state)
        step = source
        if source is TradeState.RECEIVED:
            require_transition(TRANSITIONS, source=source, target=TradeState.ENRICHED)
            step = TradeState.ENRICHED
        require_transition(TRANSITIONS, source=step, target=target)
    return [(facts.trade_id, facts.version_no) for facts in chunk if facts.state != target]


def _forget(trade_ids: Sequence[int], actor: Actor, at: datetime) -> None:
    """Close what waited for trades that are over: cancelled or refused."""
    if not trade_ids:
        return
    desk.close_exceptions(
        subject_kind=SUBJECT_KIND, subject_ids=trade_ids, actor=actor, at=at, reason="trade is over"
    )
    desk.close_work(
        kind=WorkKind.VALIDATION,
        subject_kind=SUBJECT_KIND,
        subject_ids=trade_ids,
        actor=actor,
        at=at,
    )


def _record(
    chunk: Sequence[TradeFacts],
    found: Mapping[int, list[Finding]],
    held: set[int],
    at: datetime,
    job_id: int | None,
    rule_set: str,
) -> Controlled:
    hits = Counter(finding.code for findings in found.values() for finding in findings)
    outcome = Controlled(
        judged=len(chunk), clean=len(chunk) - len(found), held=len(held), hits=hits
    )
    with connection.cursor() as cursor:
        cursor.execute(
            RECORD,
            {
                "job_id": job_id,
                "rule_set": rule_set,
                "judged": outcome.judged,
                "ids": array_of(facts.trade_id for facts in chunk),
                "versions": array_of(facts.version_no for facts in chunk),
                "clean": outcome.clean,
                "hits": json.dumps(hits),
                "at": at,
            },
        )
    announce("trades.controlled", subject=f"{len(chunk)} trades", payload={"held": len(held)})
    return outcome
