"""Tables of executions: mapped, counted, taken once, put in quarantine, repaired, never doubled."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import jobs, tabular
from core.access import Forbidden
from core.files import SameFileTwice
from core.models import AuditEntry, Job
from core.roles import Role
from core.table_reading import Reading
from desk.models import ControlException, WorkItem
from kernel.findings import Refusal
from tests.factories import refdata as refdata_factories
from tests.factories import workbooks
from tests.factories.trades import AT, message, person, small_world
from trades.models import CancellationRequest, CaptureFile, Execution, QuarantinedRow, Trade
from trades.services import quarantine, repair, tables
from trades.services.totals import Declared

pytestmark = pytest.mark.django_db
RECON = "recon-breaks/jennasilvera__trade-reconciliation-sql-project/data/raw"
HEADER = "Référence source;Sens;Quantité;Prix;Devise;Négocié le;ISIN;Portefeuille;Contrepartie\n"
ROW = "{0};Achat;1 000;101,5;EUR;20/11/2026 10:01;FR0000120271;EQ-PAR-1;BNPP\n"
FRENCH = Reading(decimal_mark=",", date_format="%d/%m/%Y")


@pytest.fixture(autouse=True)
def _world() -> None:
    small_world()


def sent(content: str | bytes, reading: Reading | None = None, **more: Any) -> tables.Sent:
    raw = content.encode() if isinstance(content, str) else content
    written = FRENCH if raw.startswith(HEADER[:9].encode()) else Reading()
    reading = reading or tables.learned("x.csv", raw, written)[0]
    return tables.Sent(
        **{"name": "x.csv", "content": raw, "reading": reading, "source_system": "FILE"} | more
    )


def taken_in(file: tables.Sent) -> CaptureFile:
    job = tables.queue_table(sent=file, actor=person(), at=AT)
    jobs.run_pending()
    assert Job.objects.get(pk=job.pk).state == "DONE", Job.objects.get(pk=job.pk).error
    return CaptureFile.objects.latest("pk")


def lines(*rows: dict[str, Any]) -> str:
    """Return a CSV of messages, headed as the API."""
    every = [message(**row) for row in rows]
    return "\n".join(
        [",".join(every[0]), *(",".join(str(cell) for cell in one.values()) for one in every)]
    )


def test_a_french_table_goes_in_with_its_declared_decimal_sign() -> None:
    file = taken_in(sent(HEADER + ROW.format("F-1")))

    trade = Trade.objects.get()
    assert (trade.quantity, trade.price, trade.side) == (1000, 101.5, "BUY")
    assert trade.traded_at.isoformat() == "2026-11-20T09:01:00+00:00"
    assert (file.state, file.batch_id) == ("IMPORTED", trade.batch_id)
    assert file.totals["gross"] == {"EUR": "101500.00"}


def test_a_bad_cell_names_its_line_and_column() -> None:
    read = tables.read_table(sent(lines({}, {"quantity": "-1"})))

    assert [(f.code, f.line, f.column) for f in read.findings] == [("CAP-010", 3, "quantity")]


@pytest.mark.parametrize("content", [b"colour,shape\nred,round\n", b"isin\n"])
def test_a_table_of_something_else_is_refused(content: bytes) -> None:
    with pytest.raises(Refusal):
        tables.read_table(sent(content))


def test_the_same_file_twice_leads_to_the_first_import() -> None:
    first = taken_in(sent(HEADER + ROW.format("F-1")))

    with pytest.raises(SameFileTwice) as refused:
        tables.queue_table(sent=sent(HEADER + ROW.format("F-1")), actor=person(), at=AT)

    assert refused.value.url == f"/trades/files/{first.pk}/"
    assert Execution.objects.count() == 1


# ------------------------------------------------------------------ a real file
def test_a_real_file_of_a_front_office_is_learned_mapped_and_captured(shared_data: Path) -> None:
    """Its header says most by itself; its moments are Chicago's, its books and symbols its own."""
    content = (shared_data / RECON / "internal_trades.csv").read_bytes()
    reading, likely = tables.learned("internal_trades.csv", content, Reading())
    assert not likely
    assert reading.columns == {
        "source_reference": "execution_id", "symbol": "symbol", "side": "side",
        "quantity": "quantity", "price": "price", "currency": "currency",
        "trade_date": "trade_date", "settlement_date": "settle_date", "counterparty": "broker",
        "book": "portfolio", "account": "account_id", "gross_amount": "gross_amount",
        "fees": "fees",
    }  # fmt: skip
    with pytest.raises(Refusal):  # it says no moment: nothing is made up
        tables.read_table(sent(content, reading))

    full = dataclasses.replace(
        reading,
        columns={**reading.columns, "traded_at": "created_at"},
        zone="America/Chicago",
        constants={"venue": "XNYS", "capacity": "DEAL"},
    )
    refdata_factories.CurrencyFactory.create(code="USD")
    for symbol in ("MSFT", "QQQ", "SPY", "TSLA"):
        refdata_factories.InstrumentFactory.create(code=symbol, currency="USD")
    declared = Declared(rows=501, quantity=Decimal(471600))
    read = tables.read_table(sent(content, full, declared=declared))
    assert (read.totals.rows, read.totals.unread) == (501, 0)
    assert sum(read.totals.quantity.values()) == sum(
        Decimal(line.split(b",")[7].decode()) for line in content.splitlines()[1:]
    )

    file = taken_in(sent(content, full))

    assert file.batch is not None
    counts = file.batch.counts
    assert counts["rows"] == 501
    assert counts["booked"] + counts["exception"] + counts.get("repeated", 0) + counts.get(
        "conflict", 0) == 501  # fmt: skip
    double = Execution.objects.filter(source_reference="EXEC-000090")
    assert double.count() == 1  # the file has it twice
    known = Trade.objects.filter(symbol="MSFT").first()
    assert known is not None
    assert known.traded_at.isoformat() == "2026-06-12T21:05:00+00:00"
    jobs.run_pending()


def test_a_workbook_is_read_like_its_csv(shared_data: Path) -> None:
    content = (shared_data / RECON / "internal_trades.csv").read_bytes()
    table = tabular.read_table("x", content)
    book = workbooks.workbook(table.columns, table.rows)
    reading = tables.learned("x", content, Reading())[0]
    reading = dataclasses.replace(reading, columns={**reading.columns, "traded_at": "created_at"})

    csv, xlsx = (tables.read_table(sent(raw, reading)) for raw in (content, book))

    assert [row.read for row in csv.rows] == [row.read for row in xlsx.rows]
    assert csv.totals == xlsx.totals


# ------------------------------------------------------------------ control totals
TRAILER = Reading(
    trailer_mark="TOTAL",
    trailer={"rows": 2, "quantity": 3, "gross": 4},
    decimal_mark=",",
    date_format="%d/%m/%Y",
)


@pytest.mark.parametrize(
    ("case", "trailer", "codes"),
    [
        ("as_counted", "TOTAL;2;2000;203000,00", []),
        ("a_row_missing", "TOTAL;3;2000;203000,00", ["TOT-001"]),
        ("other_quantity", "TOTAL;2;2001;203000,00", ["TOT-002"]),
        ("other_gross", "TOTAL;2;2000;203000,01", ["TOT-003"]),
        ("all_wrong", "TOTAL;9;9;9", ["TOT-001", "TOT-002", "TOT-003"]),
        ("no_number", "TOTAL;two;2000;203000,00", ["TOT-005"]),
        ("cut_off", "TOTAL;2", ["TOT-005", "TOT-005"]),
    ],
)
def test_a_trailer_is_compared_before_anything_is_booked(
    case: str, trailer: str, codes: list[str]
) -> None:
    content = HEADER + ROW.format("F-1") + ROW.format("F-2") + trailer
    reading = tables.learned("x", content.encode(), TRAILER)[0]

    file = taken_in(sent(content, reading))

    found = [finding["code"] for finding in file.findings if finding["code"] != "CAP-302"]
    assert found == codes, case
    assert (file.state, Trade.objects.count()) == (("REFUSED", 0) if codes else ("IMPORTED", 2))
    assert ControlException.objects.filter(state="OPEN", kind="CAPTURE").count() == bool(codes)


def test_a_refused_file_may_come_again_as_it_should_have() -> None:
    content = HEADER + ROW.format("F-1")
    refused = taken_in(sent(content, declared=Declared(rows=2)))
    assert refused.state == "REFUSED"

    again = taken_in(sent(content, declared=Declared(rows=1)))

    assert (again.pk, again.state, Trade.objects.count()) == (refused.pk, "IMPORTED", 1)
    assert not ControlException.objects.filter(state="OPEN", kind="CAPTURE").exists()


def test_declared_sums_wait_for_the_rows_that_cannot_be_read() -> None:
    declared = Declared(rows=2, gross={"EUR": Decimal(20300)})
    file = taken_in(sent(lines({}, {"source_reference": "X-2", "quantity": "x"}),
                         declared=declared))  # fmt: skip

    assert [f["code"] for f in file.findings] == ["TOT-004"]
    row = QuarantinedRow.objects.get()
    place = file.columns.index("quantity")
    quarantine.repair_row(row_id=row.pk, seen=0, cells={place: "100"}, actor=person(), at=AT)
    quarantine.reimport_rows(row_ids=[row.pk], actor=person(), at=AT)
    file.refresh_from_db()
    assert (file.totals["unread"], file.totals["gross"]) == (0, {"EUR": "20300.00"})


# ------------------------------------------------------------------ quarantine
def test_good_rows_are_booked_while_bad_ones_wait_as_they_came() -> None:
    file = taken_in(sent(lines({}, {"source_reference": "X-2", "quantity": "-1"},
                               {"price": "99"})))  # fmt: skip

    assert [t.source_reference for t in Trade.objects.all()] == ["X-1"]
    rows = list(QuarantinedRow.objects.order_by("line"))
    assert [(r.line, r.state, r.findings[0]["code"]) for r in rows] == [
        (3, "OPEN", "CAP-010"), (4, "OPEN", "CAP-201"),
    ]  # fmt: skip
    assert rows[0].cells[file.columns.index("quantity")] == "-1"
    assert rows[0].desk_code == "EQUITY"
    item = WorkItem.objects.get(kind="QUARANTINE", state="OPEN")
    assert item.url == f"/trades/files/{file.pk}/"


def test_all_or_nothing_is_a_choice_of_the_mapping() -> None:
    file = taken_in(sent(lines({}, {"source_reference": "X-2", "quantity": "-1"}), is_whole=True))

    assert (file.state, Trade.objects.count(), QuarantinedRow.objects.count()) == ("REFUSED", 0, 0)
    conflict = taken_in(sent(lines({}, {"price": "99"}), is_whole=True))
    assert (conflict.state, Execution.objects.count()) == ("REFUSED", 0)


def test_a_row_is_repaired_cell_by_cell_and_goes_in_alone() -> None:
    file = taken_in(sent(lines({}, {"source_reference": "X-2", "quantity": "-1", "price": "x"})))
    row = QuarantinedRow.objects.get()
    quantity, price = (file.columns.index(name) for name in ("quantity", "price"))
    ana = person("ana")

    half = quarantine.repair_row(row_id=row.pk, seen=0, cells={quantity: "7"}, actor=ana, at=AT)
    assert [f["code"] for f in half.findings] == ["CAP-008"]
    assert quarantine.reimport_rows(row_ids=[row.pk], actor=ana, at=AT).booked == 0
    with pytest.raises(quarantine.RowChanged):
        quarantine.repair_row(row_id=row.pk, seen=0, cells={price: "1"}, actor=ana, at=AT)
    quarantine.repair_row(row_id=row.pk, seen=1, cells={price: "101.5"}, actor=ana, at=AT)

    done = quarantine.reimport_rows(row_ids=[row.pk], actor=ana, at=AT)

    trade = Trade.objects.get(source_reference="X-2")
    assert (done.booked, done.waiting, trade.quantity) == (1, 0, 7)
    assert (trade.maker, trade.contributors) == ("agent", ["ana"])
    assert trade.touched_by_hand_at is not None
    row.refresh_from_db()
    assert (row.state, row.cells[quantity], row.repaired[str(quantity)]) == ("REPAIRED", "-1", "7")
    assert Execution.objects.filter(source_reference="X-1").count() == 1
    assert not WorkItem.objects.filter(kind="QUARANTINE", state="OPEN").exists()
    trail = AuditEntry.objects.filter(entity="quarantined_row", key=row.pk)
    assert [entry.actor for entry in trail.order_by("seq")] == ["agent", "ana", "ana", "ana"]


def test_a_row_is_discarded_for_a_reason_and_does_not_come_back() -> None:
    taken_in(sent(lines({}, {"source_reference": "X-2", "quantity": "-1"})))
    row = QuarantinedRow.objects.get()

    with pytest.raises(quarantine.UnableToRepairRow):
        quarantine.discard_rows(row_ids=[row.pk], reason=" \u200b", actor=person(), at=AT)
    assert quarantine.discard_rows(row_ids=[row.pk], reason="a test", actor=person(), at=AT) == 1

    assert quarantine.reimport_rows(row_ids=[row.pk], actor=person(), at=AT).booked == 0
    assert Trade.objects.count() == 1


def test_rows_of_another_desk_are_out_of_reach() -> None:
    taken_in(sent(lines({}, {"source_reference": "X-2", "quantity": "-1"})))
    row = QuarantinedRow.objects.get()
    stranger = person("fi", Role.AGENT, desk="FI")

    with pytest.raises(Refusal):
        quarantine.reimport_rows(row_ids=[row.pk], actor=stranger, at=AT)


def test_a_row_of_another_desk_waits_for_somebody_of_that_desk() -> None:
    """Decision 43: its sender may not bring it in, and it is not lost either."""
    other = refdata_factories.DeskFactory.create(code="FI")
    refdata_factories.BookFactory.create(code="FI-1", desk=other)
    eve, fay = (person(name, Role.AGENT, desk=desk) for name, desk in (("eve", "EQUITY"),
                                                                    ("fay", "FI")))  # fmt: skip
    content = lines({}, {"source_reference": "X-2", "book": "FI-1"})
    job = tables.queue_table(sent=sent(content, declared=Declared(rows=2)), actor=eve, at=AT)
    jobs.run_pending()
    assert Job.objects.get(pk=job.pk).counts["refused"] == 1

    row = QuarantinedRow.objects.get()
    assert (row.desk_code, row.findings[0]["code"]) == ("FI", "CAP-106")
    assert row.source.totals["unread"] == 1
    with pytest.raises(Refusal):
        quarantine.reimport_rows(row_ids=[row.pk], actor=eve, at=AT)
    assert quarantine.reimport_rows(row_ids=[row.pk], actor=fay, at=AT).booked == 1
    trade = Trade.objects.get(source_reference="X-2")
    assert (trade.desk_code, trade.maker, trade.contributors) == ("FI", "eve", ["fay"])
    row.source.refresh_from_db()
    assert row.source.totals["gross"] == {"EUR": "20300.00"}


def test_who_repaired_a_row_contributed_whoever_imports_it() -> None:
    file = taken_in(sent(lines({}, {"source_reference": "X-2", "quantity": "-1"})))
    row = QuarantinedRow.objects.get()
    cells = {file.columns.index("quantity"): "7"}
    quarantine.repair_row(row_id=row.pk, seen=0, cells=cells, actor=person("ana"), at=AT)

    quarantine.reimport_rows(row_ids=[row.pk], actor=person("bob"), at=AT)

    trade = Trade.objects.get(source_reference="X-2")
    assert (trade.maker, trade.contributors) == ("agent", ["ana", "bob"])
    assert trade.versions.get().contributors == ["ana", "bob"]


def test_who_repaired_a_row_contributed_also_when_it_waits_once_more() -> None:
    isin = "US0378331005"
    file = taken_in(sent(lines({}, {"source_reference": "X-2", "quantity": "-1", "isin": isin})))
    row, cells = QuarantinedRow.objects.get(), {file.columns.index("quantity"): "7"}
    quarantine.repair_row(row_id=row.pk, seen=0, cells=cells, actor=person("ana"), at=AT)
    quarantine.reimport_rows(row_ids=[row.pk], actor=person("bob"), at=AT)
    refdata_factories.InstrumentFactory(isin=isin)
    repair.replay_waiting(names=[isin], actor=person("cyd"), at=AT, by_hand=True)

    trade = Trade.objects.get(source_reference="X-2")
    assert (trade.maker, trade.contributors) == ("agent", ["ana", "bob", "cyd"])


def test_a_cancellation_that_was_repaired_is_asked_for_too() -> None:
    taken_in(sent(lines({})))
    header = ",".join(message())
    cells = {"source_reference": "X-1", "version": "two", "action": "CANCEL"}
    file = taken_in(sent(f"{header}\n" + ",".join(cells.get(name, "") for name in message())))
    assert file.state == "REFUSED"  # nothing of it can be read
    good = {"source_reference": "X-9", "version": "1"}
    both = lines(good, {}).splitlines()
    both[2] = ",".join(cells.get(name, "") for name in message())
    file = taken_in(sent("\n".join(both)))
    row = QuarantinedRow.objects.get()

    quarantine.repair_row(
        row_id=row.pk, seen=0, cells={file.columns.index("version"): "2"}, actor=person(), at=AT
    )
    done = quarantine.reimport_rows(row_ids=[row.pk], actor=person(), at=AT)

    assert (done.booked, done.waiting) == (1, 0)
    assert Trade.objects.get(source_reference="X-1").state != "CLOSED"
    assert CancellationRequest.objects.get().state == "ASKED"


def test_who_imports_for_one_desk_saves_no_mapping_that_reads_for_all() -> None:
    reading = Reading(columns={"isin": "isin"})
    said: dict[str, Any] = {"name": "NY", "reading": reading, "is_whole": False}
    with pytest.raises(Forbidden):
        tables.save_mapping(
            **said, source_system="NY", actor=person("eve", Role.AGENT, desk="EQUITY")
        )
    with pytest.raises(Refusal, match="sends its trades itself"):
        tables.save_mapping(**said, source_system="MANUAL", actor=person())


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(st.sampled_from(["repair", "again", "both", "file"]), min_size=1, max_size=6))
def test_whatever_is_done_how_often_no_row_goes_in_twice(steps: list[str]) -> None:
    QuarantinedRow.objects.filter(state="OPEN").update(
        state="DISCARDED", reason="of another example", ended_by="x"
    )
    n = CaptureFile.objects.count()
    first, second = f"H-{n}-1", f"H-{n}-2"
    content = lines({"source_reference": first}, {"source_reference": second, "quantity": "0"})
    file = taken_in(sent(content, name=f"{n}.csv"))
    place = file.columns.index("quantity")
    for step in steps:
        row = QuarantinedRow.objects.get(source=file)
        if step == "repair" and row.state == "OPEN":
            quarantine.repair_row(
                row_id=row.pk, seen=row.revision, cells={place: "5"}, actor=person(), at=AT
            )
        elif step in ("again", "both"):
            for _time in range(1 + (step == "both")):
                quarantine.reimport_rows(row_ids=[row.pk], actor=person(), at=AT)
        elif step == "file":
            with pytest.raises(SameFileTwice):
                tables.queue_table(sent=sent(content), actor=person(), at=AT)
            tables.import_table(file_id=file.pk, actor=person(), at=AT)

    row = QuarantinedRow.objects.get(source=file)
    assert Execution.objects.filter(source_reference=first).count() == 1
    assert Execution.objects.filter(source_reference=second).count() == (row.state == "REPAIRED")
