"""Tables that grow for ever: every row lies in the partition of its month, reached by one door."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from core import partitions, sync
from kernel.numbering import SERIALS, first_of, written

pytestmark = pytest.mark.django_db
PARTITIONS = """
SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i
  JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = %s::regclass ORDER BY 1
"""


def asked(statement: str, *values: object) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def months() -> list[date]:
    """The months that the database must have partitions for: this one and those to come."""
    ((first,),) = asked("SELECT date_trunc('month', now() AT TIME ZONE 'UTC')::date")
    assert isinstance(first, date)
    later = [first.month - 1 + n for n in range(partitions.MONTHS_AHEAD + 1)]
    return [date(first.year + month // 12, month % 12 + 1, 1) for month in later]


@pytest.mark.parametrize("table", sync.cut_tables())
def test_there_is_a_partition_for_every_month_to_come(table: str) -> None:
    found = dict(asked(PARTITIONS, table))

    wanted = {f"{table}_y{month:%Y}m{month:%m}": f"'{first_of(month)}'" for month in months()}
    assert found.keys() == {*wanted, f"{table}_undated", f"{table}_other"}
    assert all(lower in str(found[name]) for name, lower in wanted.items())


def test_extending_again_makes_nothing_and_the_application_may_ask_for_it() -> None:
    assert partitions.extend() == 0


@pytest.mark.parametrize(("table", "filled"), sync.cut_tables().items())
def test_the_pages_of_a_partition_are_filled_as_its_table_says(table: str, filled: int) -> None:
    storage = "SELECT DISTINCT coalesce(reloptions::text, '{fillfactor=100}') FROM pg_class"
    parts = [name for name, _bounds in asked(PARTITIONS, table)]

    assert asked(f"{storage} WHERE relname = ANY(%s)", parts) == [(f"{{fillfactor={filled}}}",)]


@pytest.mark.parametrize("table", sync.cut_tables())
def test_a_partition_is_no_way_round_its_table(table: str) -> None:
    for statement in ("SELECT FROM {}", "DELETE FROM {}", "INSERT INTO {} DEFAULT VALUES"):
        name = f"{table}_y{months()[0]:%Ym%m}"
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            asked(statement.format(name))


@pytest.mark.parametrize("table", sync.cut_tables())
def test_nothing_lies_where_nothing_fits(table: str) -> None:
    where = "tableoid = %s::regclass"
    assert asked(f"SELECT count(*) FROM {table} WHERE {where}", f"{table}_other") == [(0,)]


class Written(TestCase):
    """The database writes numbers as the house does."""

    @settings(max_examples=50)
    @given(st.integers(1, SERIALS - 1), st.dates(date(2010, 1, 1), date(2098, 12, 31)))
    def test_numbers_are_written_alike(self, serial: int, day: date) -> None:
        dated = first_of(day) + serial

        found = asked("SELECT number_text(%s), number_text(%s)", serial, dated)

        assert found == [(written(serial), written(dated))]
