"""The promises of the product, asked of the database from outside: SQL over the auditors' views.

Each query returns what breaks a promise and must return nothing. After a crash, a restore or a
migration nothing reopens before they all hold (DORA 2022/2554 art. 12(7)). Read with the role
`backup`, which may read everything and change nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.db.utils import ConnectionHandler
from django.utils.translation import gettext_noop as N_  # noqa: N812 - the mark of texts

from backoffice.launcher import places
from backoffice.settings import databases

SHOWN_MAX: Final = 5


@dataclass(frozen=True, slots=True)
class Promise:
    """What holds at every commit; `settled` ones once the work that waits is done."""

    code: str
    text: str
    broken_by: str
    settled: bool = False


PROMISES: Final = (
    Promise(
        "I01a",
        N_("a message is accepted once"),
        """SELECT source, source_ref, source_version, action FROM qa.execution
            GROUP BY 1, 2, 3, 4 HAVING count(*) > 1""",
    ),
    Promise(
        "I01b",
        N_("an accepted message left a version of its trade or is named by an exception"),
        """SELECT e.source, e.source_ref, e.source_version, e.action FROM qa.execution e
            WHERE NOT EXISTS (SELECT FROM qa.trade t JOIN qa.trade_version v ON v.trade_id = t.id
                   WHERE (t.source, t.source_ref) = (e.source, e.source_ref)
                     AND v.source_version >= e.source_version)
              AND NOT EXISTS (SELECT FROM qa.exception_item x
                   WHERE split_part(x.subject, ' ', 1) = 'execution:' || e.id)""",
    ),
    Promise(
        "I01c",
        N_("one trade per reference of a source"),
        "SELECT source, source_ref FROM qa.trade GROUP BY 1, 2 HAVING count(*) > 1",
    ),
    Promise(
        "I02a",
        N_("the versions of a trade are numbered 1 to n"),
        """SELECT trade_id FROM qa.trade_version
            GROUP BY 1 HAVING count(*) <> max(version_no) OR min(version_no) <> 1""",
    ),
    Promise(
        "I02b",
        N_(
            "exactly one version is current, the highest; one that was approved and replaced is not"
        ),
        """SELECT trade_id FROM qa.trade_version GROUP BY 1
            HAVING count(*) FILTER (WHERE status <> 'SUPERSEDED') <> 1
                OR max(version_no) <> max(version_no) FILTER (WHERE status <> 'SUPERSEDED')""",
    ),
    Promise(
        "I03a",
        N_("nobody validates what they contributed to, nor for somebody who did"),
        """SELECT trade_id, version_no FROM qa.trade_version
            WHERE checker = ANY(contributors || maker)
               OR (status = 'VALIDATED' AND checker IS NULL)
            UNION ALL
           SELECT v.trade_id, v.version_no FROM qa.trade_version v
             JOIN qa.approval a USING (trade_id, version_no)
            WHERE a.decision = 'APPROVED'
              AND ARRAY[a.checker, a.on_behalf_of] && (v.contributors || v.maker)""",
    ),
    Promise(
        "I03b",
        N_("nobody holds two roles"),
        "SELECT username FROM qa.user_role GROUP BY 1 HAVING count(DISTINCT role) > 1",
    ),
    Promise(
        "I04",
        N_("the versions of the source never go back"),
        """SELECT trade_id, version_no FROM (
               SELECT trade_id, version_no, source_version,
                      lag(source_version) OVER (PARTITION BY trade_id ORDER BY version_no) AS before
                 FROM qa.trade_version) v WHERE source_version < before""",
    ),
    Promise(
        "I05",
        N_("a match conserves value in each currency"),
        """SELECT match_id, currency FROM qa.match_allocation GROUP BY 1, 2
            HAVING sum(CASE side WHEN 'INTERNAL' THEN amount ELSE -amount END) <> 0""",
    ),
    Promise(
        "I07",
        N_("every amount is a finite number"),
        """SELECT id FROM qa.trade_version WHERE 'NaN' IN (quantity, price)
            UNION ALL SELECT id FROM qa.statement_line WHERE amount = 'NaN'""",
    ),
    Promise(
        "I08",
        N_("the numbers of a report stream have no gap and no double"),
        """SELECT stream FROM qa.report_item GROUP BY 1
            HAVING count(*) <> max(seq) OR count(DISTINCT seq) <> max(seq) OR min(seq) <> 1""",
    ),
    Promise(
        "I09",
        N_("a version is reported once, and only when it was validated"),
        """SELECT i.trade_version_id FROM qa.report_item i
             LEFT JOIN qa.trade_version v ON v.id = i.trade_version_id
            GROUP BY 1 HAVING count(*) > 1 OR bool_or(v.checker IS NULL)""",
    ),
    Promise(
        "I10",
        N_("every trade has its audit chain"),
        """SELECT t.id FROM qa.trade t
            WHERE NOT EXISTS (SELECT FROM qa.audit a WHERE a.chain = 'trade:' || t.id)""",
    ),
    Promise(
        "T01",
        N_("tallies say how many trades there are, and what they come to"),
        """SELECT day, desk, status, currency FROM (
               SELECT * FROM qa.tally
               UNION ALL
               SELECT day, desk, status, currency, -trades, -net_amount, -risk_eur
                 FROM qa.tally_of_trades) difference
            GROUP BY 1, 2, 3, 4
           HAVING sum(trades) <> 0 OR sum(net_amount) <> 0 OR sum(risk_eur) <> 0""",
    ),
    Promise(
        "L01",
        N_("what is used of limits is what the trades that passed come to"),
        """SELECT kind, code, day FROM (
               SELECT * FROM qa.limit_use
               UNION ALL
               SELECT kind, code, day, -used, -unvalued FROM qa.limit_use_of_trades) difference
            GROUP BY 1, 2, 3 HAVING sum(used) <> 0 OR sum(unvalued) <> 0""",
    ),
    Promise(
        "L02",
        N_("what is used of accounts is what the trades that passed deliver and receive"),
        """SELECT account_code, what, day FROM (
               SELECT * FROM qa.account_use
               UNION ALL
               SELECT account_code, what, day, -outgoing, -incoming
                 FROM qa.account_use_of_trades) difference
            GROUP BY 1, 2, 3 HAVING sum(outgoing) <> 0 OR sum(incoming) <> 0""",
    ),
    Promise(
        "I11",
        N_("a statement is stored whole and once"),
        """SELECT s.id FROM qa.statement s WHERE s.declared_rows <>
              (SELECT count(*) FROM qa.statement_line l WHERE l.statement_id = s.id)
            UNION ALL SELECT max(id) FROM qa.statement GROUP BY sha256 HAVING count(*) > 1""",
    ),
    Promise(
        "I12",
        N_("an idempotency key has its stored outcome"),
        "SELECT client, key FROM qa.idempotency WHERE code IS NULL",
    ),
    Promise(
        "C01",
        N_("a trade has one live confirmation, and a message is held by one"),
        """SELECT 'trade', trade_id FROM qa.confirmation
            WHERE status <> 'CANCELLED' AND trade_id IS NOT NULL GROUP BY 2 HAVING count(*) > 1
           UNION ALL
           SELECT 'message', received_id FROM qa.confirmation
            WHERE status <> 'CANCELLED' AND received_id IS NOT NULL
            GROUP BY 2 HAVING count(*) > 1""",
    ),
    Promise(
        "C02",
        N_("what matches differs in nothing and has its decision"),
        """SELECT c.id FROM qa.confirmation c
            WHERE c.status = 'MATCHED'
              AND (c.differs <> '{}' OR c.received_id IS NULL OR NOT EXISTS (
                   SELECT FROM qa.confirmation_decision d
                    WHERE d.confirmation_id = c.id AND d.received_id = c.received_id
                      AND d.deed = 'MATCHED'))""",
    ),
    Promise(
        "C03",
        N_("what is confirmed is the version that stands, and that was validated"),
        """SELECT c.id FROM qa.confirmation c
             JOIN qa.trade_version v ON v.trade_id = c.trade_id AND v.version_no = c.version_no
            WHERE c.status <> 'CANCELLED' AND v.status <> 'VALIDATED'""",
        settled=True,
    ),
    Promise(
        "I14",
        N_("every announced event was heard"),
        "SELECT id FROM qa.outbox WHERE done_at IS NULL",
        settled=True,
    ),
    Promise(
        "I19a",
        N_("a job that runs holds a lease, and no other does"),
        "SELECT id FROM qa.job WHERE (status = 'RUNNING') <> (lease_until IS NOT NULL)",
    ),
    Promise(
        "I19b",
        N_("no worker that is gone holds a job"),
        "SELECT id FROM qa.job WHERE status = 'RUNNING' AND lease_until < clock_timestamp()",
        settled=True,
    ),
    Promise(
        "I19c",
        N_("a role is given by two others, or another one looks at it"),
        """SELECT username, role, desk FROM qa.role_grant
            WHERE (is_lasting AND username IN (granted_by, approved_by))
               OR (approved_by <> '' AND approved_by = granted_by)
               OR (approved_by = '' AND NOT is_filed)""",
    ),
    Promise(
        "I19d",
        N_("what is set was decided by another one than who asked for it"),
        "SELECT kind, id FROM qa.setting WHERE decided_by IN ('', asked_by)",
    ),
)


def broken(*, settled: bool) -> list[tuple[Promise, list[str]]]:
    """Return the promises that do not hold, each with the first rows that break it.

    Without `settled` those are left out that hold only when no work waits. Each reads its tables
    whole; after a crash PostgreSQL does not know how large they are, and would go row by row.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        return _asked(cursor, settled=settled)


def broken_as_read_by_backup() -> list[tuple[Promise, list[str]]]:
    """Return the same, without what holds once no work waits, for who may not read everything.

    Raises Error or ImproperlyConfigured where the role `backup` cannot sign in.
    """
    with as_backup() as cursor:
        cursor.execute("SET enable_nestloop = off")
        return _asked(cursor, settled=False)


@contextmanager
def as_backup() -> Iterator[Any]:
    """Yield a cursor of the role that reads everything and changes nothing, on its own session."""
    parts = databases.of_role(places.Place(Path(settings.DATA_DIR)), "backup")
    reader = ConnectionHandler({DEFAULT_DB_ALIAS: parts})[DEFAULT_DB_ALIAS]
    try:
        with reader.cursor() as cursor:
            yield cursor
    finally:
        reader.close()


def _asked(cursor: Any, *, settled: bool) -> list[tuple[Promise, list[str]]]:  # noqa: ANN401 - a cursor
    found = []
    for promise in PROMISES:
        if promise.settled and not settled:
            continue
        cursor.execute(f"SELECT b::text FROM ({promise.broken_by}) b LIMIT {SHOWN_MAX}")  # noqa: S608 - our own text
        rows = [str(row[0]) for row in cursor.fetchall()]
        if rows:
            found.append((promise, rows))
    return found
