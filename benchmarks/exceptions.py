"""The pages of exceptions while 200,000 are open, beside as many that ended.

Run through `manage.py bench exceptions`. A supervisor sees all of them, an agent those of a desk;
each page is asked through the real views. Due times lie from two days ago to eight days ahead,
amounts up to a million, one exception in fifty is of no known amount, and causes are shared by a
few or by hundreds.
"""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.db import connection
from django.test import Client, override_settings

from benchmarks import history
from benchmarks.pages import _milliseconds
from core.models import RoleGrant, User
from refdata.models import Desk

OPEN: Final = 200_000
ENDED: Final = 200_000
DESKS: Final = 6
GOAL_MS: Final = 150
SEED: Final = """
INSERT INTO desk_controlexception (kind, rule_code, subject_kind, subject_id, subject_reference,
    version_no, field, expected, found, message, fix, evidence, contributors, severity,
    amount_at_risk, currency, desk_code, url, due_at, raised_at, state, ended_at, ended_by, reason,
    day, cause_kind, cause)
SELECT 'CONTROL', 'TRD-' || (ARRAY['401', '302', '502', '104', '602'])[1 + n %% 5], 'trade', n,
       'T' || lpad(n::text, 12, '0'), 1, 'price', '10', '16',
       'The price is {found}; the last close was {expected}.', '', '{}', '{oms}',
       (ARRAY['WARNING', 'BLOCKING'])[1 + n %% 2],
       CASE WHEN n %% 50 > 0 THEN n * 7919 %% 1000003 END,
       CASE WHEN n %% 50 > 0 THEN 'EUR' ELSE '' END,
       'DESK-' || n %% %(desks)s, '/trades/' || n || '/',
       now() + (n * 4177 %% 864000 - 172800) * interval '1 second',
       now() - (n %% 50) * interval '1 hour', %(state)s, %(ended)s, '', '', current_date,
       (ARRAY['INSTRUMENT', '', '', 'COUNTERPARTY', 'TRADER'])[1 + n %% 5],
       (ARRAY['FR' || lpad((n / 5 %% 2000)::text, 10, '0'), '', '',
              'CP-' || n / 5 %% 300, 'T-' || n / 5 %% 400])[1 + n %% 5]
  FROM generate_series(%(first)s::bigint, %(last)s::bigint) n
"""
WORK: Final = """
INSERT INTO desk_workitem (kind, subject_kind, subject_id, title, url, desk_code, due_at, severity,
                           amount_at_risk, currency, state, opened_at, done_by)
SELECT 'EXCEPTION', 'exception', id, rule_code || ' ' || subject_reference,
       '/work/exceptions/' || id || '/', desk_code, due_at, severity, amount_at_risk, currency,
       'OPEN', raised_at, ''
  FROM desk_controlexception WHERE state = 'OPEN'
"""
LIST: Final = "/work/exceptions/"
CAUSES: Final = "/work/exceptions/causes/"
PAGES: Final = {
    "first": LIST,
    "page_3": f"{LIST}?page=3",
    "page_20": f"{LIST}?page=20",
    "page_200": f"{LIST}?page=200",
    "assigned": f"{LIST}?state=ASSIGNED",
    "waived": f"{LIST}?state=WAIVED",
    "resolved": f"{LIST}?state=RESOLVED",
    "of_every_state": f"{LIST}?state=OPEN&state=ASSIGNED&state=RESOLVED&state=WAIVED&state=CLOSED",
    "of_a_kind": f"{LIST}?kind=CONTROL",
    "of_no_such_kind": f"{LIST}?kind=PARKED",
    "blocking": f"{LIST}?severity=BLOCKING",
    "of_a_desk": f"{LIST}?desk_code=desk-1",
    "of_a_rule": f"{LIST}?rule_code=TRD-401",
    "of_a_cause": f"{LIST}?rule_code=TRD-401&cause=FR0000000007",
    "search_rule": f"{LIST}?q=trd-401",
    "search_reference": f"{LIST}?q=T00000000123",
    "search_found": f"{LIST}?q=16",
    "search_nothing": f"{LIST}?q=zzzz",
    "by_amount": f"{LIST}?sort=-amount_at_risk",
    "by_amount_the_least": f"{LIST}?sort=amount_at_risk",
    "by_due_time": f"{LIST}?sort=due_at",
    "by_due_time_the_last": f"{LIST}?sort=-due_at",
    "the_least_urgent": f"{LIST}?sort=priority",
    "of_a_desk_and_a_rule": f"{LIST}?desk_code=desk-1&rule_code=TRD-401&severity=BLOCKING",
    "by_cause": CAUSES,
    "by_cause_blocking": f"{CAUSES}?severity=BLOCKING",
    "by_cause_by_count": f"{CAUSES}?sort=-count",
    "by_cause_page_3": f"{CAUSES}?page=3",
}


def run() -> dict[str, object]:
    """Return the milliseconds of each page for a supervisor and for an agent of one desk."""
    people = _people()
    _seed()
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES=settings.STORAGES | {"staticfiles": plain}):
        found = {user.username: _ask(user) for user in people}
    slowest = [times[-1] for pages in found.values() for times in pages.values()]
    return {
        "open": OPEN,
        "ended": ENDED,
        "exceptions_goal_ms": GOAL_MS,
        "exceptions_page_ms": max(
            times[len(times) // 2] for p in found.values() for times in p.values()
        ),
        "exceptions_slowest_ms": max(slowest),
        "pages_ms": {
            who: {name: times[len(times) // 2] for name, times in pages.items()}
            for who, pages in found.items()
        },
    }


def _people() -> list[User]:
    for number in range(DESKS):
        Desk.objects.create(code=f"DESK-{number}", name=f"Desk {number}")
    people = []
    for name, role, desk in (("supervisor", "SUPERVISOR", ""), ("agent", "AGENT", "DESK-1")):
        user = User.objects.create(username=name)
        RoleGrant.objects.create(user=user, role=role, desk_code=desk, granted_by="console")
        people.append(user)
    return people


def _seed() -> None:
    with connection.cursor() as cursor:
        for state, first, last in (("RESOLVED", 1, ENDED), ("OPEN", ENDED + 1, ENDED + OPEN)):
            given = {"desks": DESKS, "state": state, "first": first, "last": last}
            ended = None if state == "OPEN" else "2026-11-20 12:00+00"
            cursor.execute(SEED, given | {"ended": ended})
        cursor.execute(WORK)
    with history.as_owner(), connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) desk_controlexception, desk_workitem")


def _ask(user: User) -> dict[str, list[float]]:
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    return {name: _milliseconds(client, address) for name, address in PAGES.items()}
