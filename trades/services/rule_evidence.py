"""What a control run leaves of the book: the numbers in force, once each, and sums by day."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.db.models import Min

from desk.models import ControlRun
from trades.models import RuleDay
from trades.rules.rule import Limits
from trades.rules.scopes import EVERYWHERE, Effective
from trades.selectors.statistics import counted, first_unsummed, start_of, summed
from trades.services.book import book_as_set

KEEP: Final = """
INSERT INTO trades_ruleset (fingerprint, rules, first_at) VALUES (%s, %s, %s)
ON CONFLICT (fingerprint) DO NOTHING
"""
KNOWN: Final = "SELECT FROM trades_ruleset WHERE fingerprint = %s"
ALONE: Final = "SELECT pg_try_advisory_xact_lock(hashtextextended('trades_ruleday', 0))"
Numbers = dict[str, str]
LEFT: Final = timedelta(days=2)
"""A day is summed up when it is over for a day: no run that began in it is still under way."""


def keep_book(settings: Effective, *, at: datetime) -> str:
    """Write down the rules with their numbers, if no run had exactly these; return their print.

    By scope: everywhere the whole book, elsewhere what is set there alone, null for "off".
    """
    told: dict[str, dict[str, Numbers | None]] = {
        EVERYWHERE: {rule.code: _texts(limits) for rule, limits in book_as_set(settings.everywhere)}
    }
    for scope, own in settings.scoped.items():
        told[scope] = {code: None if n is None else _texts(n) for code, n in own.items()}
    written = json.dumps(told, sort_keys=True, separators=(",", ":"))
    fingerprint = hashlib.sha256(written.encode()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, [fingerprint])
        if cursor.fetchone() is None:
            cursor.execute(KEEP, [fingerprint, written, at])
    return fingerprint


def _texts(limits: Limits) -> Numbers:
    return {name: str(limits[name]) for name in sorted(limits)}


@transaction.atomic
def sum_up_days(*, at: datetime) -> int:
    """Sum up every day that is over and is not yet; return how many. A second one finds none."""
    with connection.cursor() as cursor:
        cursor.execute(ALONE)
        if cursor.fetchone() != (True,):
            return 0
    earliest = ControlRun.objects.aggregate(at=Min("ended_at"))["at"]
    if earliest is None:
        return 0
    day, until = max(first_unsummed().date(), earliest.date()), (at - LEFT).date()
    days = 0
    while day <= until:
        found = counted(since=start_of(day), until=start_of(day + timedelta(days=1)))
        total = summed(found)
        RuleDay.objects.bulk_create(
            RuleDay(day=day, code=code, hits=n.hits, decided=n.decided, waived=n.waived)
            for code, n in total.items()
        )
        day += timedelta(days=1)
        days += 1
    return days
