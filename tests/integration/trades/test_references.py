"""What captured rows name is there and stays, checked by the database whoever asks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import ForeignKey

from core import sync
from core.reference_triggers import Reference
from refdata.models import Instrument
from tests.factories.trades import booked, facts, send
from trades.models import CaptureBatch, Trade

pytestmark = pytest.mark.django_db
NOBODY = 999_999_999
REFERENCES = sync.references()
COPIED = """
INSERT INTO {table} ({columns}) SELECT {values} FROM {table} CROSS JOIN generate_series(1, 3) n
"""
OTHER = {"id": "id + 1000 + n", "version_no": "version_no + n"} | {
    name: f"{name} || n" for name in ("source_reference", "reference")
}


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def copied(table: str, **changed: str) -> str:
    """Return a statement that inserts three copies of the row of a table, with other values."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} LIMIT 0")
        columns = [column.name for column in cursor.description]
    values = {name: f'"{name}"' for name in columns}
    values |= {name: value for name, value in OTHER.items() if name in columns} | changed
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
    assert len(named) == 8


@pytest.mark.parametrize("found", REFERENCES, ids=lambda r: f"{r.table}.{r.column}")
def test_an_insert_that_names_nothing_is_refused(found: Reference) -> None:
    booked()
    one_of_three = f"CASE n WHEN 2 THEN {NOBODY} ELSE {found.column} END"

    with pytest.raises(IntegrityError, match=f"names row {NOBODY}"):
        run(copied(found.table, **{found.column: one_of_three}))
    run(copied(found.table))


@pytest.mark.parametrize(
    "found",
    [r for r in REFERENCES if r.table != "trades_tradeversion"],
    ids=lambda r: f"{r.table}.{r.column}",
)
def test_an_update_that_names_nothing_is_refused(found: Reference) -> None:
    booked()

    with pytest.raises(IntegrityError, match=f"names row {NOBODY}"):
        run(f"UPDATE {found.table} SET {found.column} = {NOBODY}")


def test_what_a_trade_names_may_not_go() -> None:
    trade = booked()

    for table, row in (
        ("refdata_instrument", trade.instrument_id),
        ("refdata_party", trade.counterparty_id),
    ):
        with pytest.raises(IntegrityError):
            run(f"DELETE FROM {table} WHERE id = {row}")


@pytest.mark.parametrize("table", ["trades_trade", "trades_execution", "trades_capturebatch"])
def test_captured_rows_are_never_deleted_nor_renumbered(table: str) -> None:
    booked()

    with pytest.raises(DatabaseError, match="permission denied"):
        run(f"DELETE FROM {table}")
    with pytest.raises(IntegrityError, match="never deleted or renumbered"):
        run(f"UPDATE {table} SET id = id + 1000")


def test_a_number_of_reference_data_stays() -> None:
    booked()

    with pytest.raises(IntegrityError, match="never deleted or renumbered"):
        run("UPDATE refdata_instrument SET id = id + 1000")


@pytest.mark.django_db(transaction=True)
def test_an_instrument_that_is_being_traded_cannot_be_deleted_meanwhile() -> None:
    booked()
    instrument = Instrument.objects.get()

    def delete() -> str:
        try:
            run(f"SET LOCAL lock_timeout = '300ms'; DELETE FROM refdata_instrument WHERE id = "
                f"{instrument.pk}")  # fmt: skip
        except DatabaseError as refused:
            return type(refused).__name__
        finally:
            connection.close()
        return "deleted"

    with transaction.atomic(), ThreadPoolExecutor(1) as pool:
        send(facts(source_reference="X-2"))
        assert pool.submit(delete).result() == "OperationalError"

    assert Trade.objects.count() == 2
    assert CaptureBatch.objects.count() == 2
