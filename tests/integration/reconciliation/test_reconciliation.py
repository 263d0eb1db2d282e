"""From a file to groups and breaks, and what people may do with them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from core import jobs
from core.access import Forbidden
from core.files import SameFileTwice
from core.models import Job
from core.roles import Role
from desk.models import Comment, WorkItem
from kernel.states import IllegalTransition
from reconciliation import services
from reconciliation.models import (
    Break,
    MatchAllocation,
    MatchGroup,
    ReconciliationRun,
    Statement,
    StatementFile,
    StatementLine,
)
from reconciliation.services.matches import AlreadyMatched, UnableToMatch
from reconciliation.services.receiving import UnableToReceive
from reconciliation.states import Kind, Resolution
from tests.integration.desk.people import person
from tests.integration.reconciliation.world import (
    AT,
    PAID,
    account,
    agent,
    row,
    statement,
    table,
    taken_in,
    trade,
)

pytestmark = pytest.mark.django_db


def cash_file(*lines: str, closing: str = "C261120EUR9000,00") -> StatementFile:
    return taken_in(statement(*(lines or (PAID,)), closing=closing))


def test_bank_statement_is_matched_with_the_cash_that_the_trade_moves() -> None:
    account()
    made = trade(1)

    file = cash_file()

    assert (file.state, file.declared_rows) == ("IMPORTED", 1)
    booked = Statement.objects.get()
    assert (booked.opening, booked.movement, booked.closing) == (10000, -1000, 9000)
    assert booked.account == account()
    run = ReconciliationRun.objects.get()
    assert (run.state, run.counts["confirmed"], len(run.results_sha256)) == ("DONE", 1, 64)
    group = MatchGroup.objects.get()
    assert (group.state, group.pass_name, group.difference) == ("CONFIRMED", "EXACT", 0)
    allocated = MatchAllocation.objects.get()
    assert (allocated.trade_id, allocated.amount) == (made.pk, -1000)
    assert not Break.objects.exists()
    assert not Job.objects.exclude(state="DONE").exists()


def test_broker_file_gives_matches_and_a_break_of_each_kind() -> None:
    good, priced, unknown = trade(1), trade(2), trade(3)
    lines = [row(good), row(priced, Price="11", **{"Net amount": "1100.00"}),
             row(unknown, Reference="T-THEIRS", Quantity="7")]  # fmt: skip

    taken_in(table(*lines), name="broker.csv")

    assert MatchGroup.objects.get().pass_name == "EXACT"
    found = {found.reference: found for found in Break.objects.all()}
    assert found["T000000002"].category == "PRICE"
    assert found["T000000002"].evidence["fields"]["price"] == {
        "ours": "10",
        "theirs": "11",
    }
    assert found["T-THEIRS"].category == "MISSING_OURS"
    assert found["T000000003"].category in {"MISSING_THEIRS", "TIMING"}
    assert found["T000000003"].desk_code == "EQ"
    assert WorkItem.objects.filter(kind="BREAK", state="OPEN").count() == 3


def test_source_reference_of_the_front_office_matches_too() -> None:
    made = trade(1)

    taken_in(table(row(made, Reference=made.source_reference)), name="broker.csv")

    assert MatchGroup.objects.get().state == "CONFIRMED"


def test_same_content_twice_is_refused_with_a_pointer() -> None:
    account()
    first = cash_file()

    with pytest.raises(SameFileTwice, match=f"file {first.pk}"):
        services.receive_statement(
            name="again.sta",
            content=statement(PAID, closing="C261120EUR9000,00"),
            mapping_id=None,
            actor=agent(),
            at=AT,
        )

    assert StatementFile.objects.count() == 1


@pytest.mark.parametrize(
    ("case", "content", "code"),
    [
        ("balance", statement(PAID, closing="C261120EUR9000,01"), "MT940-PROOF"),
        ("truncated", statement(PAID, closing="C261120EUR9000,00")[:-30], "MT940-INCOMPLETE"),
        ("xml_bomb", b"<!DOCTYPE a [<!ENTITY b 'c'>]><Document>&b;</Document>", "CAMT-DTD"),
        ("empty_table", b"Reference,ISIN\n", "FILE-009"),
        ("formula", b"Reference,ISIN\n=cmd|' /C calc'!A0,FR\n", "FILE-012"),
        ("latin", "Reference,ISIN\n\xe9t\xe9,FR\n".encode("latin-1"), "FILE-003"),
        ("no_columns", b"a,b\n1,2\n", "TAB-COLUMN"),
    ],
)
def test_bad_file_is_quarantined_without_a_line(case: str, content: bytes, code: str) -> None:
    file = taken_in(content, name=f"{case}.txt")

    assert file.state == "QUARANTINED", case
    assert file.findings[0]["code"] == code, file.findings
    assert not StatementLine.objects.exists()
    assert not Statement.objects.exists()
    assert not ReconciliationRun.objects.exists()


def test_statement_that_does_not_follow_the_one_before_waits_for_it() -> None:
    account()
    cash_file()
    third = statement(closing="C261124EUR8000,00", opening="C261123EUR8000,00")
    second = statement(
        ":61:2611231123D1000,00NTRFX//BK2", opening="C261120EUR9000,00", closing="C261123EUR8000,00"
    )

    early = taken_in(third)
    assert (early.state, early.findings[0]["code"]) == ("QUARANTINED", "STM-SUCCESSION")
    assert taken_in(second).state == "IMPORTED"
    services.retry_statement(file_id=early.pk, actor=agent(), at=AT)
    jobs.run_pending()

    early.refresh_from_db()
    assert early.state == "IMPORTED"


def test_empty_and_unmapped_files_are_refused() -> None:
    with pytest.raises(UnableToReceive):
        services.receive_statement(name="x", content=b" ", mapping_id=None, actor=agent(), at=AT)
    with pytest.raises(UnableToReceive):
        services.receive_statement(name="x", content=b"a,b", mapping_id=None, actor=agent(), at=AT)


def test_who_may_not_import_is_refused() -> None:
    auditor = person("auditor", Role.AUDITOR)
    with pytest.raises(Forbidden):
        services.receive_statement(name="x", content=b"a", mapping_id=None, actor=auditor, at=AT)


def test_a_second_run_repeats_nothing_and_ends_what_is_gone() -> None:
    account()
    cash_file(":61:2611201120D999,00NTRFT000000007//BK1", closing="C261120EUR9001,00")
    assert Break.objects.get().category == "MISSING_OURS"
    file = StatementFile.objects.get()

    services.reconcile_file(file_id=file.pk, actor=agent(), at=AT)
    assert Break.objects.count() == 1

    trade(7, net_amount=Decimal(999))
    services.reconcile_file(file_id=file.pk, actor=agent(), at=AT)
    ended = Break.objects.get()
    assert (ended.state, ended.resolution) == ("RESOLVED", "MATCHED")
    assert MatchGroup.objects.get().state == "CONFIRMED"
    assert not WorkItem.objects.filter(state="OPEN").exists()


def two_breaks() -> tuple[Break, Break]:
    account()
    trade(1, net_amount=Decimal(1000))
    cash_file(":61:2611201120D990,00NTRFOTHER//BK1", closing="C261120EUR9010,00")
    ours = Break.objects.get(trade__isnull=False)
    return ours, Break.objects.get(line__isnull=False)


def test_match_by_hand_and_undo_restores_exactly() -> None:
    ours, theirs = two_breaks()
    assert ours.trade_id
    assert theirs.line_id
    services.assign_break(break_id=ours.pk, owner_id=agent().user_id, actor=agent(), at=AT)
    before = list(Break.objects.order_by("pk").values("pk", "state", "resolution", "owner_id"))

    group = services.match_by_hand(
        kind=Kind.CASH,
        trade_ids=[ours.trade_id],
        line_ids=[theirs.line_id],
        reason="fee of the bank",
        actor=agent(),
        at=AT,
    )

    assert (group.state, group.difference) == ("CONFIRMED", 10)
    assert {leg.amount for leg in group.allocations.all()} == {Decimal(-990)}
    assert set(Break.objects.values_list("state", flat=True)) == {"RESOLVED"}

    services.undo_group(group_id=group.pk, reason="wrong trade", actor=agent(), at=AT)

    after = list(Break.objects.order_by("pk").values("pk", "state", "resolution", "owner_id"))
    assert after == before
    assert set(MatchAllocation.objects.values_list("state", flat=True)) == {"UNDONE"}
    with pytest.raises(IllegalTransition):
        services.undo_group(group_id=group.pk, reason="again", actor=agent(), at=AT)


@pytest.mark.parametrize(
    ("case", "reason", "trades", "lines"),
    [
        ("difference_without_reason", "", True, True),
        ("nothing_of_theirs", "x", True, False),
        ("nothing_of_ours", "x", False, True),
    ],
)
def test_match_by_hand_is_refused(case: str, reason: str, trades: bool, lines: bool) -> None:  # noqa: FBT001 - a table
    ours, theirs = two_breaks()
    with pytest.raises(UnableToMatch):
        services.match_by_hand(
            kind=Kind.CASH,
            trade_ids=[ours.trade_id] if trades and ours.trade_id else [],
            line_ids=[theirs.line_id] if lines and theirs.line_id else [],
            reason=reason,
            actor=agent(),
            at=AT,
        )
    assert not MatchGroup.objects.exists(), case


def test_an_item_is_in_one_live_group_only_also_for_the_database() -> None:
    account()
    made = trade(1)
    cash_file()
    line = StatementLine.objects.get()

    with pytest.raises(AlreadyMatched):
        services.match_by_hand(
            kind=Kind.CASH, trade_ids=[made.pk], line_ids=[line.pk], reason="", actor=agent(), at=AT
        )
    group = MatchGroup.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        MatchAllocation.objects.create(
            group=group, kind="CASH", trade_id=made.pk, line_id=-1, amount=1, state="PROPOSED"
        )


def test_an_undone_machine_match_is_only_proposed_the_next_time() -> None:
    account()
    trade(1)
    file = cash_file()
    group = MatchGroup.objects.get()

    services.undo_group(group_id=group.pk, reason="not ours", actor=agent(), at=AT)
    assert set(Break.objects.values_list("category", flat=True)) == {
        "MISSING_OURS", "MISSING_THEIRS",
    }  # fmt: skip
    services.reconcile_file(file_id=file.pk, actor=agent(), at=AT)

    again = MatchGroup.objects.exclude(pk=group.pk).get()
    assert again.state == "PROPOSED"
    services.confirm_groups(group_ids=[again.pk], actor=agent(), at=AT)
    assert set(again.allocations.values_list("state", flat=True)) == {"CONFIRMED"}


def test_life_of_a_break() -> None:
    ours, theirs = two_breaks()

    services.comment_break(break_id=ours.pk, text="asked the bank", actor=agent(), at=AT)
    services.resolve_break(
        break_id=ours.pk,
        resolution=Resolution.ACCEPTED,
        reason="below 20 EUR",
        actor=agent(),
        at=AT,
    )

    ours.refresh_from_db()
    assert (ours.state, ours.resolution, ours.resolved_by) == ("RESOLVED", "ACCEPTED", "agent")
    assert Comment.objects.get().subject_id == ours.pk
    assert WorkItem.objects.filter(state="OPEN").values_list("subject_id", flat=True).get() == (
        theirs.pk
    )
    services.reconcile_file(file_id=StatementFile.objects.get().pk, actor=agent(), at=AT)
    assert Break.objects.exclude(state="RESOLVED").count() == 1, "an accepted one stays accepted"


def test_auditor_views_hold_the_invariants() -> None:
    account()
    trade(1, net_amount=Decimal("1000.01"))
    cash_file()

    with connection.cursor() as cursor:  # as the application, which may not read the view itself
        cursor.execute(
            "SELECT pg_get_viewdef(oid) FROM pg_class WHERE relname = 'match_allocation'"
        )
        view = cursor.fetchone()[0].rstrip("; ")
        cursor.execute(f"SELECT side, amount, currency FROM ({view}) v ORDER BY side DESC")
        assert cursor.fetchall() == [("INTERNAL", -1000, "EUR"), ("EXTERNAL", -1000, "EUR")]
    assert MatchGroup.objects.get().difference == Decimal("0.0100")


@pytest.mark.parametrize(
    ("column", "value", "constraint"),
    [
        ("difference", "'NaN'", "break_numbers"),
        ("state", "'LOST'", "break_state_known"),
        ("category", "'BLAME'", "break_category_known"),
    ],
)
def test_database_refuses_around_the_orm(column: str, value: str, constraint: str) -> None:
    two_breaks()
    with (
        pytest.raises(IntegrityError, match=constraint),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE reconciliation_break SET {column} = {value}")


ALLOCATE = """
INSERT INTO reconciliation_matchallocation
       (group_id, kind, trade_id, line_id, amount, state, claims_trade, claims_line)
SELECT {}, kind, {}, 1, state, {} FROM reconciliation_matchallocation
"""


@pytest.mark.parametrize(
    ("case", "statement_text", "constraint"),
    [
        ("no_group", ALLOCATE.format("-1", "-1, -1", "true, true"), "allocation_group_exists"),
        (
            "trade_claimed_twice",
            ALLOCATE.format("group_id", "trade_id, -1", "true, true"),
            "allocation_trade_claimed_once",
        ),
        (
            "line_claimed_twice",
            ALLOCATE.format("group_id", "-1, line_id", "true, true"),
            "allocation_line_claimed_once",
        ),
        (
            "trade_not_claimed",
            ALLOCATE.format("group_id", "-1, line_id", "false, false"),
            "allocation_is_claimed",
        ),
        (
            "line_not_claimed",
            ALLOCATE.format("group_id", "trade_id, -1", "false, false"),
            "allocation_is_claimed",
        ),
        (
            "one_row_undone",
            ALLOCATE.format("group_id", "trade_id, -1", "false, true")
            + "; UPDATE reconciliation_matchallocation SET state = 'UNDONE' WHERE line_id > 0",
            "allocations_move_together",
        ),
        (
            "no_run",
            "INSERT INTO reconciliation_matchgroup (run_id, kind, pass_name, rule_version, score,"
            " state, difference, currency, evidence, decided_by, reason) VALUES (-1, 'CASH',"
            " 'EXACT', '', 1, 'PROPOSED', 0, 'EUR', '{}', '', '')",
            "matchgroup_run_exists",
        ),
        ("deleted", "DELETE FROM reconciliation_matchgroup", "match_stays"),
        ("rewritten", "UPDATE reconciliation_matchallocation SET amount = 1", "match_stays"),
    ],
)
def test_matches_are_guarded_by_the_database(
    case: str, statement_text: str, constraint: str
) -> None:
    account()
    trade(1)
    cash_file()
    with (
        pytest.raises(IntegrityError) as refused,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement_text)
    assert refused.value.__cause__.diag.constraint_name == constraint, case  # type: ignore[union-attr]  # psycopg2's error
