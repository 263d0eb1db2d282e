"""What a database held when its migrations had run, and how each test finds it again."""

from __future__ import annotations

from typing import Any

from psycopg2 import sql

#: No test expects to be the first whose keys follow those of the migrations.
AFTER_THE_MIGRATIONS = 100_000
SEQUENCES = """
SELECT seqrelid::regclass::text, seqstart, refobjid::regclass::text FROM pg_sequence
JOIN pg_depend ON classid = 'pg_class'::regclass AND objid = seqrelid AND deptype IN ('a', 'i')
ORDER BY 1
"""


def keep(cursor: Any, tables: list[str]) -> str:
    """Copy what the migrations filled in (rights, content types); return what brings it back.

    Run by a superuser who is a replica, it goes past the append-only triggers. Most tables are
    empty: their rows are deleted ten times faster than their files are replaced. The locks wait for
    whoever still writes.
    """
    names = sql.SQL(", ").join(map(sql.Identifier, tables))
    again = [sql.SQL("LOCK {} IN ACCESS EXCLUSIVE MODE").format(names)]
    again += [sql.SQL("DELETE FROM {}").format(sql.Identifier(table)) for table in tables]
    cursor.execute("CREATE SCHEMA pristine")
    filled = [table for table in tables if _holds_rows(cursor, table)]
    for table in filled:
        keeping = sql.SQL("CREATE TABLE pristine.{0} AS TABLE public.{0}")
        cursor.execute(keeping.format(sql.Identifier(table)))
        copy = sql.SQL("INSERT INTO public.{0} OVERRIDING SYSTEM VALUE TABLE pristine.{0}")
        again.append(copy.format(sql.Identifier(table)))
    cursor.execute(SEQUENCES)
    for sequence, start, table in cursor.fetchall():
        last = (AFTER_THE_MIGRATIONS, True) if table in filled else (start, False)
        again.append(
            sql.SQL("SELECT setval({}, {}, {})").format(*map(sql.Literal, (sequence, *last)))
        )
    return sql.SQL("; ").join(again).as_string(cursor)


def _holds_rows(cursor: Any, table: str) -> bool:
    cursor.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(sql.Identifier(table)))
    return cursor.fetchone() is not None
