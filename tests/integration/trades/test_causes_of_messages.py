"""Messages and files that wait have a cause, too: who sent them, or a security that is missing."""

from __future__ import annotations

from typing import Any

import pytest

from desk.models import ControlException, WorkItem
from tests.factories import refdata as refdata_factories
from tests.factories.trades import cancel, facts, person, send, small_world
from tests.integration.trades.test_tables import AT, lines, sent, taken_in
from trades.models import QuarantinedRow
from trades.services import quarantine, tables

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _world() -> None:
    small_world()


def causes() -> list[tuple[str, str, str]]:
    rows = ControlException.objects.filter(state="OPEN")
    return sorted(rows.values_list("rule_code", "cause_kind", "cause"))


def test_what_came_before_its_trade_is_of_who_sent_it() -> None:
    sender = send(cancel(version=3)).items[0]
    send(facts(version=2, action="AMEND", quantity="7"))

    assert sender.execution_id
    ((_rule, kind, source),) = set(causes())
    assert (kind, source) == ("SOURCE", "OMS")


def test_a_security_that_nobody_knows_is_one_repair_for_all_its_messages() -> None:
    for n in range(3):
        send(facts(source_reference=f"X-{n}", isin=None, symbol="DELL"))

    assert causes() == [("CAP-101", "INSTRUMENT", "DELL")] * 3


def test_a_file_that_is_refused_is_of_its_sender_and_of_the_desk_of_its_mapping() -> None:
    taken_in(sent("Nothing;Of;This\n1;2;3\n", source_system="BROKER"))

    row = ControlException.objects.get(kind="CAPTURE")
    assert (row.cause_kind, row.cause, row.desk_code) == ("SOURCE", "BROKER", "")


def test_a_mapping_that_names_the_book_names_the_desk() -> None:
    file = taken_in(sent(lines({}, {"source_reference": "X-2", "quantity": "-1"}), is_whole=True))
    row = ControlException.objects.get(kind="CAPTURE")
    assert row.desk_code == ""

    file.reading = {**file.reading, "constants": {"book": facts().book}}

    assert tables.subject_of(file).desk_code == "EQUITY"


def test_rows_in_quarantine_are_work_of_their_desk_while_they_have_one() -> None:
    other = refdata_factories.DeskFactory.create(code="FI")
    refdata_factories.BookFactory.create(code="FI-1", desk=other)
    wrong: list[dict[str, Any]] = [
        {"source_reference": "X-2", "quantity": "-1"},
        {"source_reference": "X-3", "quantity": "-1", "book": "FI-1"},
    ]
    file = taken_in(sent(lines({}, *wrong)))

    def desk() -> str:
        return WorkItem.objects.get(kind="QUARANTINE", state="OPEN").desk_code

    assert desk() == ""  # of both
    first, second = QuarantinedRow.objects.order_by("line")
    quarantine.discard_rows(row_ids=[first.pk], reason="twice", actor=person(), at=AT)
    assert desk() == "FI"
    place = file.columns.index("book")
    book = str(facts().book)
    quarantine.repair_row(row_id=second.pk, seen=0, cells={place: book}, actor=person(), at=AT)
    assert desk() == "EQUITY"
