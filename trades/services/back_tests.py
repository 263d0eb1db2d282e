"""Back-tests: a changed rule is tried on the trades of a period before anybody approves it.

The trades are cut into parts, each of one day. A part is replayed and written down in one
transaction, by whichever job comes first: a job that dies loses the part that it was at, and no
part counts twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.db import connection, transaction
from django.utils.translation import gettext as _

from core import access, jobs
from core.acts import acting
from core.roles import Action
from desk import selectors as desk_selectors
from desk.models import ControlRule
from desk.services import settings
from kernel.actors import Actor
from kernel.findings import Refusal
from kernel.states import require_transition
from trades.models import BackTest, BackTestPart, BackTestTrade
from trades.rules import active_rules
from trades.rules.house import VERSION, is_house_code
from trades.rules.rule import Limits
from trades.rules.scopes import EVERYWHERE
from trades.selectors import BACK_TEST_JOB
from trades.services import house_rules
from trades.services.book import find_rule, in_force, limits_in_force
from trades.services.control_data import Windows
from trades.services.replaying import Question, Replay, Setting
from trades.states import BACK_TEST_TRANSITIONS, BackTestState

JOB: Final = BACK_TEST_JOB
LANES: Final = 2
"""So many jobs share the parts of a back-test: as many as one start has workers."""
PART: Final = 20_000
DAYS_MAX: Final = 366
PARTS: Final = """
SELECT trade_date, min(id), max(id), count(*)
  FROM (SELECT trade_date, id,
               (row_number() OVER (PARTITION BY trade_date ORDER BY id) - 1) / %(size)s AS piece
          FROM trades_trade WHERE trade_date BETWEEN %(first)s AND %(last)s) numbered
 GROUP BY trade_date, piece ORDER BY trade_date, piece
"""


class UnableToBackTest(Refusal):
    """The rule is not in the book, or the period cannot be replayed."""

    code = "UNABLE_TO_BACK_TEST"


@dataclass(frozen=True, slots=True)
class Progress:
    """How many parts of a back-test are replayed, of how many."""

    done: int
    total: int


def ask_back_test(
    *,
    code: str,
    active: bool,
    parameters: Mapping[str, str],
    first_day: date,
    last_day: date,
    actor: Actor,
    at: datetime,
    scope: str = EVERYWHERE,
) -> BackTest:
    """Have a rule replayed with these parameters on the trades of a period, or of a scope in it.

    What a text of `parameters` leaves out is as it is set today. Raises UnableToBackTest,
    UnableToPropose, Forbidden.
    """
    access.require(actor, Action.RESOLVE_EXCEPTION)
    rule = find_rule(code)
    if rule is None:
        raise UnableToBackTest(_("There is no rule %(code)s.") % {"code": code})
    if not 0 <= (last_day - first_day).days < DAYS_MAX:
        raise UnableToBackTest(
            _("A period begins before it ends, and has %(days)s days at most.") % {"days": DAYS_MAX}
        )
    house_rules.require_version(code=code, parameters=parameters)
    set_to = limits_in_force(code, in_force(day=at.date()).within([scope]))
    if not active and set_to is None:
        raise UnableToBackTest(_("The rule is off either way: there is nothing to compare."))
    as_set = {**rule.defaults(), **(set_to or {})}
    asked = {**as_set, **settings.read_numbers(parameters)}
    row = BackTest(
        code=code,
        scope=scope,
        active=active,
        parameters={name: str(asked[name]) for name in rule.defaults()},
        active_in_force=set_to is not None,
        parameters_in_force={name: str(as_set[name]) for name in rule.defaults()},
        first_day=first_day,
        last_day=last_day,
        asked_by=actor.name,
        asked_at=at,
    )
    return _queue(row, actor)


def begin(*, back_test_id: int, actor: Actor, at: datetime) -> Replay:
    """Cut the period into parts, if that is not done yet, and return the replay of one of them."""
    with acting(actor=actor):
        row = BackTest.objects.select_for_update().get(pk=back_test_id)
        if row.parts_total is None:
            parts = _cut(row)
            BackTestPart.objects.bulk_create(parts)
            row.parts_total = len(parts)
            row.save(update_fields=["parts_total"])
    _close(back_test_id, actor, at)
    return Replay(question=_question(row), at=row.asked_at)


def replay_next(
    replay: Replay, *, back_test_id: int, actor: Actor, at: datetime
) -> Progress | None:
    """Replay one part that nobody is at; None when there is none left to take."""
    with transaction.atomic():
        waiting = BackTestPart.objects.filter(back_test=back_test_id, done_at=None).order_by("n")
        part = waiting.select_for_update(skip_locked=True).first()
        if part is None:
            return None
        answer = replay.answer(part)
        BackTestPart.objects.filter(pk=part.pk).update(done_at=at, **answer.counts())
        BackTestTrade.objects.bulk_create(answer.told(back_test_id))
    _close(back_test_id, actor, at)
    parts = BackTestPart.objects.filter(back_test=back_test_id)
    return Progress(done=parts.exclude(done_at=None).count(), total=parts.count())


def ask_activation(
    *, back_test_id: int, valid_from: date, reason: str, actor: Actor, at: datetime
) -> ControlRule:
    """Propose exactly what was tried, from a day on; the proposal names the back-test.

    Raises UnableToBackTest while it is replayed, UnableToPropose, Forbidden.
    """
    row = BackTest.objects.get(pk=back_test_id)
    if row.is_running:
        raise UnableToBackTest(_("The back-test is not over yet."))
    return settings.propose_setting(
        code=row.code,
        scope=row.scope,
        active=row.active,
        parameters=row.parameters,
        valid_from=valid_from,
        reason=reason,
        actor=actor,
        at=at,
        back_test_id=row.pk,
    )


def _queue(row: BackTest, actor: Actor) -> BackTest:
    title = " ".join(filter(None, (row.code, row.scope, f"{row.first_day} – {row.last_day}")))
    with acting(actor=actor):
        row.save(force_insert=True)
        for lane in range(1, LANES + 1):
            jobs.enqueue(
                kind=JOB,
                parameters={"back_test_id": row.pk, "lane": lane},
                title=title,
                actor=actor,
                at=row.asked_at,
            )
    return row


def _cut(row: BackTest) -> list[BackTestPart]:
    with connection.cursor() as cursor:
        cursor.execute(PARTS, {"size": PART, "first": row.first_day, "last": row.last_day})
        return [
            BackTestPart(back_test=row, n=n, day=day, first_id=first, last_id=last, trades=trades)
            for n, (day, first, last, trades) in enumerate(cursor.fetchall(), start=1)
        ]


def _close(back_test_id: int, actor: Actor, at: datetime) -> None:
    """Say what it comes to when the last part is replayed; whoever replayed it comes here."""
    with acting(actor=actor):
        row = BackTest.objects.select_for_update().get(pk=back_test_id)
        left = BackTestPart.objects.filter(back_test=row, done_at=None)
        if not row.is_running or left.exists():
            return
        require_transition(
            BACK_TEST_TRANSITIONS, source=BackTestState(row.state), target=BackTestState.DONE
        )
        row.state, row.ended_at = BackTestState.DONE.value, at
        row.handling_seconds, row.handled = desk_selectors.median_handling(code=row.code)
        row.save(update_fields=["state", "ended_at", "handling_seconds", "handled"])


def _question(row: BackTest) -> Question:
    then = in_force(day=row.asked_at.date())
    book = active_rules(then.within([row.scope]))
    others = {rule.code: limits for rule, limits in book if rule.code != row.code}
    return Question(
        code=row.code,
        scope=row.scope,
        others=then.scopes_of(row.code),
        in_force=_setting(row.code, row.parameters_in_force, others, on=row.active_in_force),
        proposed=_setting(row.code, row.parameters, others, on=row.active),
    )


def _setting(
    code: str, texts: Mapping[str, str], others: Mapping[str, Limits], *, on: bool
) -> Setting:
    if not on:
        return Setting(active=None, windows=Windows.of(others))
    limits = {name: Decimal(text) for name, text in texts.items()}
    version = int(limits[VERSION]) if is_house_code(code) else None
    rule = find_rule(code, version=version)
    if rule is None:
        raise UnableToBackTest(_("There is no rule %(code)s.") % {"code": code})
    return Setting(active=(rule, limits), windows=Windows.of({**others, code: limits}))
