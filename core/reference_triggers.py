"""References that are checked once per statement, by triggers of the owner, instead of per row.

A model says `references_in_sets = True` and declares its foreign keys without a constraint of the
database (`db_constraint=False`): what a statement inserts must exist, what an update names must
exist. Only permanent tables may be named so: their rows are never deleted or renumbered, so that
what was found once is there for ever and nothing need be locked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from core.audit_triggers import quoted

KEEP: Final = """
CREATE OR REPLACE FUNCTION guard.keep() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never deleted or renumbered', TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation';
END $$;
"""
FUNCTION: Final = """
CREATE OR REPLACE FUNCTION guard.{name}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
{settings}
AS $guard$
DECLARE
  missing bigint;
  named record;
BEGIN
{body}
  RETURN NULL;
END $guard$;
REVOKE ALL ON FUNCTION guard.{name}() FROM PUBLIC;
"""
#: However small a table was when this was planned, it is asked through its primary key; and planned
#: once, so that of a table cut by day only the days are opened that lie between the ends.
BY_KEY: Final = "SET enable_seqscan = off SET plan_cache_mode = force_generic_plan"
#: One pass over what was inserted; only when something is missing is it asked what.
ALL_THERE: Final = """
  SELECT {named} INTO named FROM after_rows;
  IF NOT ({missing}) THEN
    RETURN NULL;
  END IF;"""
NAMED: Final = """
         array_agg(DISTINCT {column}) FILTER (WHERE {column} IS NOT NULL) AS {column},
         min({column}) AS {first}, max({column}) AS {last}"""
MISSING: Final = """coalesce(cardinality(named.{column}), 0) <>
      (SELECT count(*) FROM public.{target} r WHERE r.{pk} = ANY (named.{column})
          AND r.{pk} >= named.{first} AND r.{pk} <= named.{last})"""
EACH: Final = """
  SELECT f.{column} INTO missing FROM after_rows f
   WHERE f.{column} IS NOT NULL
     AND NOT EXISTS (SELECT FROM public.{target} r WHERE r.{pk} = f.{column}) LIMIT 1;
  IF FOUND THEN {refusal} END IF;"""
ONE: Final = """
  IF NEW.{column} IS NOT NULL THEN
    PERFORM FROM public.{target} r WHERE r.{pk} = NEW.{column};
    IF NOT FOUND THEN missing := NEW.{column}; {refusal} END IF;
  END IF;"""
REFUSAL: Final = """RAISE EXCEPTION '%.% names row % of %, which is not there',
      '{table}', '{column}', missing, '{target}'
      USING ERRCODE = 'foreign_key_violation', CONSTRAINT = '{table}_{column}_is_there';"""
ON_INSERT: Final = """
CREATE TRIGGER guard_references AFTER INSERT ON public.{table} REFERENCING NEW TABLE AS after_rows
  FOR EACH STATEMENT EXECUTE FUNCTION guard.{name}();"""
ON_UPDATE: Final = """
CREATE TRIGGER guard_references_row AFTER UPDATE OF {columns} ON public.{table} FOR EACH ROW
  WHEN ({changed}) EXECUTE FUNCTION guard.{name}();"""
STAYS: Final = """
CREATE TRIGGER guard_keep_number BEFORE UPDATE OF {pk} ON public.{target} FOR EACH ROW
  WHEN (OLD.{pk} IS DISTINCT FROM NEW.{pk}) EXECUTE FUNCTION guard.keep();
CREATE TRIGGER guard_keep BEFORE DELETE ON public.{target}
  FOR EACH STATEMENT EXECUTE FUNCTION guard.keep();"""
KINDS: Final = ("references", "references_row", "referenced", "keep_number", "keep")


@dataclass(frozen=True, slots=True)
class Reference:
    """A column of one table that names rows of a permanent one."""

    table: str
    column: str
    target: str
    pk: str

    def said(self, shape: str) -> str:
        """Return a piece of SQL with our names in it, quoted."""
        names = {"table": self.table, "column": self.column, "target": self.target, "pk": self.pk}
        names |= {"first": f"first_{self.column}", "last": f"last_{self.column}"}
        refusal = REFUSAL.format(**names)
        return shape.format(**{k: quoted(v) for k, v in names.items()}, refusal=refusal)


def none_of(table: str) -> str:
    """Return the statements that take these triggers off a table."""
    return "\n".join(
        f"DROP TRIGGER IF EXISTS guard_{kind} ON public.{quoted(table)};" for kind in KINDS
    )


def triggers_of(references: Iterable[Reference]) -> str:
    """Return the functions and triggers that make these references hold."""
    known = list(references)
    parts = [KEEP]
    for table in dict.fromkeys(found.table for found in known):
        parts += _of_table(table, [found for found in known if found.table == table])
    parts += {found.target: found.said(STAYS) for found in known}.values()
    return "\n".join(parts)


def _of_table(table: str, references: list[Reference]) -> list[str]:
    inserted, updated = f"references_of_{table}", f"references_of_row_of_{table}"
    columns = ", ".join(quoted(found.column) for found in references)
    all_there = ALL_THERE.format(
        named=", ".join(found.said(NAMED) for found in references),
        missing="\n       OR ".join(found.said(MISSING) for found in references),
    )
    each = "".join(found.said(EACH) for found in references)
    row = "".join(found.said(ONE) for found in references)
    changed = " OR ".join(
        f"OLD.{quoted(found.column)} IS DISTINCT FROM NEW.{quoted(found.column)}"
        for found in references
    )
    name = quoted(table)
    return [
        FUNCTION.format(name=inserted, settings=BY_KEY, body=all_there + each),
        ON_INSERT.format(table=name, name=inserted),
        FUNCTION.format(name=updated, settings=BY_KEY, body=row),
        ON_UPDATE.format(table=name, name=updated, columns=columns, changed=changed),
    ]
