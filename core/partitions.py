"""Tables that grow for ever, cut by the day that their numbers carry.

A model says `partitioned_by = "id"`, or another column with numbers of `kernel/numbering.py`. Its
table is `PARTITION BY RANGE` of that column: one partition per month, one for numbers without a
day, and one for what fits nowhere, which stays empty as long as somebody looks. The owner makes
the partitions to come, through `extend_partitions()`, which the application may call.

Where rows change soon after they came, the model says how far pages are filled (`fillfactor`, in
percent): a row that finds room on its page is written once, not once more into each index.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db import connection

MONTHS_AHEAD: Final = 3
#: Made beside the table and attached, so that nobody who reads or writes it has to wait.
EXTEND: Final = """
CREATE OR REPLACE FUNCTION guard.make_partition(parent text, month date, filled int)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  name text := parent || to_char(month, '"_y"YYYY"m"MM');
  lower bigint := to_char(month, 'YYMMDD')::bigint * 1000000000;
  upper bigint := to_char(month + interval '1 month', 'YYMMDD')::bigint * 1000000000;
BEGIN
  IF to_regclass('public.' || quote_ident(name)) IS NOT NULL THEN RETURN false; END IF;
  EXECUTE format('CREATE TABLE public.%I (LIKE public.%I INCLUDING DEFAULTS INCLUDING GENERATED'
                 ' INCLUDING CONSTRAINTS) WITH (fillfactor = %s)', name, parent, filled);
  EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES FROM (%s) TO (%s)',
                 parent, name, lower, upper);
  RETURN true;
END $$;
DROP FUNCTION IF EXISTS guard.make_partition(text, date);
REVOKE ALL ON FUNCTION guard.make_partition(text, date, int) FROM PUBLIC;
CREATE OR REPLACE FUNCTION public.extend_partitions() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' AS $$
  SELECT count(*) FILTER (WHERE guard.make_partition(parent, month::date, filled))
    FROM (VALUES {tables}) cut (parent, filled),
         generate_series(date_trunc('month', now() AT TIME ZONE 'UTC'),
                         date_trunc('month', now() AT TIME ZONE 'UTC') + interval '{months} month',
                         interval '1 month') month
$$;
REVOKE ALL ON FUNCTION public.extend_partitions() FROM PUBLIC;
-- Those of before a table said how far its pages are filled: what comes from now on is kept so.
DO $$
DECLARE
  found record;
BEGIN
  FOR found IN
    SELECT inhrelid::regclass AS name, filled
      FROM (VALUES {tables}) cut (parent, filled)
      JOIN pg_inherits ON inhparent = to_regclass('public.' || quote_ident(parent))
      JOIN pg_class ON pg_class.oid = inhrelid
     WHERE 'fillfactor=' || filled <> ALL (coalesce(reloptions, ARRAY['fillfactor=100']))
  LOOP
    EXECUTE format('ALTER TABLE %s SET (fillfactor = %s)', found.name, found.filled);
  END LOOP;
END $$;
"""


def upkeep(tables: Mapping[str, int]) -> str:
    """Return the functions that make the partitions of the months to come, for tables by name with
    the percentage to which their pages are filled.
    """
    cut = ", ".join(
        "('{}', {})".format(name.replace("'", "''"), filled) for name, filled in tables.items()
    )
    return EXTEND.format(tables=cut, months=MONTHS_AHEAD)


def extend() -> int:
    """Have the partitions of the months to come made; return how many were missing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT extend_partitions()")
        return int(cursor.fetchone()[0])
