"""The SQL of the audit triggers: one function per table and kind of change, set-based.

Each function hashes the rows of the whole statement at once and links them to the heads of their
chains. Two transactions that extend one chain at the same time meet on its unique index: the later
one reads the new head and tries again. `OFFSET 0` keeps the planner from writing a row out once
per use.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

HIDDEN: Final = "***"
NEW: Final = "guard_new"
OLD: Final = "guard_old"
CHUNK: Final = 40
TRIES: Final = 8

FUNCTION: Final = """
CREATE OR REPLACE FUNCTION guard.{name}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET enable_nestloop = off
SET jit = off
AS $guard$
DECLARE
  now_at timestamptz := clock_timestamp();
  told text := to_char(now_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
  named text := coalesce(nullif(current_setting('denouement.actor', true), ''),
                         'database role ' || session_user);
  behalf text := coalesce(current_setting('denouement.acting_for', true), '');
  who text := CASE WHEN starts_with(behalf, named || ' for ') THEN behalf ELSE named END;
  why text := coalesce(current_setting('denouement.reason', true), '');
  request text := coalesce(current_setting('denouement.request_id', true), '');
  xid_now bigint := pg_current_xact_id()::text::bigint;
  people text := guard.framed(who) || guard.framed(why) || guard.framed(request)
              || guard.framed(xid_now::text);
BEGIN
  FOR try IN 1..{tries} LOOP
    BEGIN
      {statement}
      RETURN NULL;
    EXCEPTION WHEN unique_violation THEN
      IF try = {tries} THEN RAISE; END IF;
    END;
  END LOOP;
  RETURN NULL;
END $guard$;
REVOKE ALL ON FUNCTION guard.{name}() FROM PUBLIC;
DROP TRIGGER IF EXISTS guard_{event} ON public.{table};
CREATE TRIGGER guard_{event} AFTER {event_sql} ON public.{table} REFERENCING {referencing}
  FOR EACH STATEMENT EXECUTE FUNCTION guard.{name}();
"""

INTO: Final = """INSERT INTO public.core_auditentry
             (entity, key, seq, "table", action, row, actor, reason, request_id, at, xid, payload,
              prev, hash)"""

FIRST_OF_CHAIN: Final = """
SELECT '{entity}', l.key, l.seq, '{label}', l.action, l.row, who, why, request, now_at, xid_now,
       l.payload, '\\x'::bytea, guard.linked('\\x'::bytea, {content})
  FROM (SELECT c.*, 1 AS seq FROM ({changes}) c) l
"""

ONE_PER_CHAIN: Final = """
SELECT '{entity}', l.key, l.seq, '{label}', l.action, l.row, who, why, request, now_at, xid_now,
       l.payload, l.prev, guard.linked(l.prev, {content})
  FROM (SELECT c.*, coalesce(h.seq, 0) + 1 AS seq, coalesce(h.hash, '\\x'::bytea) AS prev
          FROM ({changes}) c
          LEFT JOIN LATERAL (SELECT e.seq, e.hash FROM public.core_auditentry e
                              WHERE e.entity = '{entity}' AND e.key = c.key
                              ORDER BY e.seq DESC LIMIT 1) h ON true) l
 ORDER BY l.key
"""

MANY_PER_CHAIN: Final = """
SELECT '{entity}', l.key, l.seq, '{label}', l.action, l.row, who, why, request, now_at, xid_now,
       l.payload, coalesce(lag(l.hash) OVER (PARTITION BY l.key ORDER BY l.seq), l.head), l.hash
  FROM (SELECT l.*, guard.running_link(l.head, {content})
                    OVER (PARTITION BY l.key ORDER BY l.seq) AS hash
          FROM (SELECT c.*, coalesce(h.seq, 0) + c.place AS seq,
                       coalesce(h.hash, '\\x'::bytea) AS head
                  FROM (SELECT c.*, row_number() OVER (PARTITION BY c.key ORDER BY c.row) AS place
                          FROM ({changes}) c) c
                  LEFT JOIN LATERAL (SELECT e.seq, e.hash FROM public.core_auditentry e
                                      WHERE e.entity = '{entity}' AND e.key = c.key
                                      ORDER BY e.seq DESC LIMIT 1) h ON true) l) l
 ORDER BY l.key, l.seq
"""

WHOLE: Final = """
SELECT {key} AS key, {row} AS row, '{action}' AS action, {payload} AS payload FROM {rows} {alias}
OFFSET 0
"""

CONTENT_OF_CHANGE: Final = (
    "guard.framed('{entity}:' || l.key) || guard.framed(l.seq::text) || guard.framed(told)"
    " || guard.framed('{label}') || guard.framed(l.row::text) || guard.framed(l.action)"
    " || people || guard.framed(l.payload)"
)


@dataclass(frozen=True, slots=True)
class AuditedTable:
    """A table with its columns, and where its changes are written.

    `row` is the column of the primary key whose number an entry carries.
    """

    table: str
    columns: tuple[str, ...]
    pk: tuple[str, ...]
    row: str
    entity: str
    key: str
    hidden: tuple[str, ...]
    inserts: bool


def triggers_of(table: AuditedTable) -> str:
    """Return the functions and triggers that record every change of the table."""
    parts = [_trigger(table, "update", _updates(table)), _trigger(table, "delete", _deletes(table))]
    if table.inserts:
        parts.append(_trigger(table, "insert", _inserts(table)))
    else:
        parts.append(f"DROP TRIGGER IF EXISTS guard_insert ON public.{quoted(table.table)};")
    parts.append(_no_truncate(table.table))
    return "\n".join(parts)


def refusals_of(table: str) -> str:
    """Return the triggers that keep an append-only table as it is, whoever asks."""
    name = quoted(table)
    return f"""
DROP TRIGGER IF EXISTS guard_refuse ON public.{name};
CREATE TRIGGER guard_refuse BEFORE UPDATE OR DELETE ON public.{name}
  FOR EACH STATEMENT EXECUTE FUNCTION guard.refuse();
{_no_truncate(table)}"""


def none_of(table: str) -> str:
    """Return the statements that take our triggers off a table that is excused now."""
    name = quoted(table)
    return "\n".join(
        f"DROP TRIGGER IF EXISTS guard_{kind} ON public.{name};"
        for kind in ("insert", "update", "delete", "refuse", "refuse_truncate")
    )


def quoted(name: str) -> str:
    """Return a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _no_truncate(table: str) -> str:
    name = quoted(table)
    return f"""
DROP TRIGGER IF EXISTS guard_refuse_truncate ON public.{name};
CREATE TRIGGER guard_refuse_truncate BEFORE TRUNCATE ON public.{name}
  FOR EACH STATEMENT EXECUTE FUNCTION guard.refuse();"""


def _trigger(table: AuditedTable, event: str, changes: str) -> str:
    referencing = {
        "insert": "NEW TABLE AS after_rows",
        "update": "OLD TABLE AS before_rows NEW TABLE AS after_rows",
        "delete": "OLD TABLE AS before_rows",
    }[event]
    own_chain = table.pk == (table.key,)
    statement = _entries(table, ONE_PER_CHAIN if own_chain else MANY_PER_CHAIN, changes)
    if own_chain and event == "insert":
        fresh = _entries(table, FIRST_OF_CHAIN, changes)
        statement = f"IF try = 1 THEN {fresh} ELSE {statement} END IF;"
    return FUNCTION.format(
        name=f"{event}_{table.table}",
        tries=TRIES,
        statement=statement,
        event=event,
        event_sql=event.upper(),
        table=quoted(table.table),
        referencing=referencing,
    )


def _entries(table: AuditedTable, shape: str, changes: str) -> str:
    """Return the insert of the entries; a new row is the first of its chain until proven wrong."""
    content = CONTENT_OF_CHANGE.format(entity=table.entity, label=table.table)
    select = shape.format(entity=table.entity, label=table.table, changes=changes, content=content)
    return f"{INTO}\n{select.strip()};"


def _inserts(table: AuditedTable) -> str:
    return _whole(table, "INSERT", "after_rows", NEW)


def _deletes(table: AuditedTable) -> str:
    return _whole(table, "DELETE", "before_rows", OLD)


def _whole(table: AuditedTable, action: str, rows: str, alias: str) -> str:
    key, row = f"{alias}.{quoted(table.key)}::bigint", f"{alias}.{quoted(table.row)}"
    return WHOLE.format(
        key=key, row=row, action=action, payload=_payload(table, alias), rows=rows, alias=alias
    )


def _payload(table: AuditedTable, alias: str) -> str:
    if not table.hidden:
        return f"row_to_json({alias})::text"
    masks = ", ".join(f"'{column}', '{HIDDEN}'" for column in table.hidden)
    return f"(to_jsonb({alias}) || jsonb_build_object({masks}))::text"


def _updates(table: AuditedTable) -> str:
    """Return the changed columns of each row; a changed primary key is an old and a new row."""
    row, key = quoted(table.row), quoted(table.key)
    same = " AND ".join(f"{NEW}.{quoted(pk)} = {OLD}.{quoted(pk)}" for pk in table.pk)
    changed = _changes(table)
    return f"""
SELECT coalesce({NEW}.{key}, {OLD}.{key})::bigint AS key,
       coalesce({NEW}.{row}, {OLD}.{row}) AS row,
       CASE WHEN {OLD}.{row} IS NULL THEN 'INSERT' WHEN {NEW}.{row} IS NULL THEN 'DELETE'
            ELSE 'UPDATE' END AS action,
       CASE WHEN {OLD}.{row} IS NULL THEN {_payload(table, NEW)}
            WHEN {NEW}.{row} IS NULL THEN {_payload(table, OLD)}
            ELSE '{{' || {changed} || '}}' END AS payload
  FROM before_rows {OLD} FULL JOIN after_rows {NEW} ON {same}
 WHERE {OLD} IS DISTINCT FROM {NEW} OFFSET 0"""  # noqa: S608 - names come from the catalogue, quoted


def _changes(table: AuditedTable) -> str:
    cases = [_change(table, column) for column in table.columns if column not in table.pk]
    groups = [cases[start : start + CHUNK] for start in range(0, len(cases), CHUNK)]
    joined = [f"nullif(concat_ws(',', {', '.join(group)}), '')" for group in groups]
    return f"concat_ws(',', {', '.join(joined)})"


def _change(table: AuditedTable, column: str) -> str:
    name, label = quoted(column), column.replace("'", "''")
    if column in table.hidden:
        pair = f"""'["{HIDDEN}", "{HIDDEN}"]'"""
    else:
        pair = f"json_build_array({OLD}.{name}, {NEW}.{name})::text"
    return (
        f"""CASE WHEN {OLD}.{name} IS DISTINCT FROM {NEW}.{name} THEN '"{label}":' || {pair} END"""
    )
