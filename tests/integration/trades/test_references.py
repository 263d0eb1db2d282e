"""What captured rows name is there and stays, checked by the database whoever asks."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import ForeignKey

from core import sync
from core.reference_triggers import Reference
from tests.factories.trades import booked
from tests.fix.kept import four_fills
from trades.models import BackTest, BackTestTrade, Trade

pytestmark = pytest.mark.django_db
NOBODY = 999_999_999
REFERENCES = sync.references()
COPIED = """
INSERT INTO {table} ({columns}) SELECT {values} FROM {table} CROSS JOIN generate_series(1, 3) n
"""
DERIVED = {"is_open", "reference"}
OTHER = {
    "id": "id + 1000 * n",
    "version_no": "version_no + n",
    "number": "number + 10 * n",
    "source_reference": "source_reference || n",
}
OTHER_OF = {
    "trades_fixresult": {"message_id": "message_id + n"},
    "trades_tradeversion": {"version_no": "version_no + n + 10 * (trade_id % 100)::int"},
}
APPEND_ONLY = {"trades_tradeversion", "trades_fixmessage", "trades_backtesttrade"}


def world() -> None:
    """A trade, a back-test that tells of it, and a FIX session of which a message was acted on."""
    told_of(booked())
    four_fills()


def told_of(trade: Trade) -> None:
    row = BackTest.objects.create(
        code="TRD-401", active=True, active_in_force=True, first_day=trade.trade_date,
        last_day=trade.trade_date, asked_by="agent", asked_at=trade.traded_at,
    )  # fmt: skip
    BackTestTrade.objects.create(back_test=row, trade=trade, replayed="BOTH")


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def copied(table: str, **changed: str) -> str:
    """Return a statement that inserts three copies of the row of a table, with other values."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} LIMIT 0")
        columns = [column.name for column in cursor.description]
    columns = [name for name in columns if name not in DERIVED]
    values = {name: f'"{name}"' for name in columns}
    values |= {name: value for name, value in OTHER.items() if name in columns}
    values |= OTHER_OF.get(table, {}) | changed
    names = ", ".join(f'"{name}"' for name in columns)
    return COPIED.format(table=table, columns=names, values=", ".join(values.values()))


#: Checked by the room itself, in `reconciliation/database/guards.sql`.
OWN_GUARDS = {
    ("reconciliation_matchgroup", "run_id"),
    ("reconciliation_matchallocation", "group_id"),
}


def test_no_foreign_key_without_a_constraint_is_forgotten() -> None:
    named = {(found.table, found.column) for found in REFERENCES}
    unconstrained = {
        (model._meta.db_table, field.column)
        for model in sync.our_models()
        for field in model._meta.concrete_fields
        if isinstance(field, ForeignKey) and not field.db_constraint
    }

    assert unconstrained - OWN_GUARDS == named
    assert len(named) == 12


@pytest.mark.parametrize("found", REFERENCES, ids=lambda r: f"{r.table}.{r.column}")
def test_an_insert_that_names_nothing_is_refused(found: Reference) -> None:
    world()
    other = OTHER_OF.get(found.table, {}).get(found.column, found.column)
    one_of_three = f"CASE n WHEN 2 THEN {NOBODY} ELSE {other} END"

    with pytest.raises(IntegrityError, match=f"names row {NOBODY}"):
        run(copied(found.table, **{found.column: one_of_three}))
    run(copied(found.table))


@pytest.mark.parametrize(
    "found",
    [r for r in REFERENCES if r.table not in APPEND_ONLY],
    ids=lambda r: f"{r.table}.{r.column}",
)
def test_an_update_that_names_nothing_is_refused(found: Reference) -> None:
    world()

    with pytest.raises(IntegrityError, match=f"names row {NOBODY}"):
        run(f"UPDATE {found.table} SET {found.column} = {NOBODY}")


def test_only_rows_that_stay_are_named() -> None:
    permanent = {m._meta.db_table for m in sync.our_models() if sync.is_permanent(m)}

    assert {found.target for found in REFERENCES} <= permanent


@pytest.mark.parametrize("table", sorted({found.target for found in REFERENCES}))
def test_named_rows_are_never_deleted_nor_renumbered(table: str) -> None:
    world()

    with pytest.raises(DatabaseError, match="permission denied"):
        run(f"DELETE FROM {table}")
    if table in APPEND_ONLY:
        with pytest.raises(DatabaseError, match="permission denied"):
            run(f"UPDATE {table} SET id = id + 1000")
    elif table != "refdata_settlementinstruction":  # the trade of this test has none
        with pytest.raises(IntegrityError, match="never deleted or renumbered"):
            run(f"UPDATE {table} SET id = id + 1000")
