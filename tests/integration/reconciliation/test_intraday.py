"""Intraday reports and advices: nothing counts twice, and the statement replaces cleanly."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from desk.models import WorkItem
from reconciliation import services
from reconciliation.models import (
    Break,
    MatchGroup,
    Replacement,
    Statement,
    StatementFile,
    StatementLine,
)
from reconciliation.services.known import undone_lines
from reconciliation.states import BreakCategory, Kind
from tests.integration.reconciliation.world import (
    AT,
    IBAN,
    PAID,
    account,
    agent,
    statement,
    taken_in,
    trade,
)

pytestmark = pytest.mark.django_db
FEE = ":61:2611201120D5,00NCHGNONREF//FEE1"
OTHER = ":61:2611201120D7,00NCHGNONREF//FEE2"
ADVICE = """<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08">
<BkToCstmrDbtCdtNtfctn><GrpHdr/><Ntfctn><Id>ADV1</Id><CreDtTm>2026-11-20T10:00:00</CreDtTm>
<Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Ntry><NtryRef>T000000001</NtryRef><Amt Ccy="EUR">1000.00</Amt><CdtDbtInd>DBIT</CdtDbtInd>
<Sts><Cd>BOOK</Cd></Sts><ValDt><Dt>2026-11-20</Dt></ValDt></Ntry>
</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"""


def report(*lines: str, number: int = 1, total: str = "") -> bytes:
    """Return an MT942 of the account, with the total of its debits when given."""
    totals = [f":90D:{total}"] if total else []
    head = [":20:INTRA", f":25:{IBAN}", f":28C:{number}/1", ":34F:EUR0,00", ":13D:2611201100+0100"]
    return "\n".join([*head, *lines, *totals, "-"]).encode()


def live() -> set[int]:
    return set(
        StatementLine.objects.filter(kind="CASH", replacement=None).values_list("line", flat=True)
    )


def test_report_is_matched_and_its_match_moves_to_the_statement() -> None:
    account()
    trade(1)

    early = taken_in(report(PAID, total="1EUR1000,00"))
    assert (early.state, early.format, early.declared_rows) == ("IMPORTED", "MT942", 1)
    first = MatchGroup.objects.get()
    assert first.state == "CONFIRMED"

    final = taken_in(statement(PAID, closing="C261120EUR9000,00"))

    assert final.state == "IMPORTED"
    replaced = Replacement.objects.get()
    assert (replaced.line.source, replaced.by.source) == (early, final)
    first.refresh_from_db()
    moved = MatchGroup.objects.exclude(pk=first.pk).get()
    assert (first.state, moved.state, moved.pass_name) == ("UNDONE", "CONFIRMED", "EXACT")
    assert moved.allocations.get().line_id == replaced.by_id
    assert not Break.objects.exclude(state="RESOLVED").exists()


def test_match_by_hand_keeps_who_and_why_and_can_still_be_undone() -> None:
    account()
    made = trade(1, net_amount=Decimal(990))
    taken_in(report(PAID))
    line = StatementLine.objects.get()
    services.match_by_hand(
        kind=Kind.CASH, trade_ids=[made.pk], line_ids=[line.pk], reason="fee", actor=agent(), at=AT
    )

    taken_in(statement(PAID, closing="C261120EUR9000,00"))

    moved = MatchGroup.objects.get(state="CONFIRMED")
    assert (moved.pass_name, moved.decided_by, moved.reason) == ("BY_HAND", "agent", "fee")
    assert moved.difference == -10
    services.undo_group(group_id=moved.pk, reason="wrong", actor=agent(), at=AT)
    assert Break.objects.filter(state="OPEN", line__source__format="MT940").exists()
    assert not Break.objects.filter(state="OPEN", line__replacement__isnull=False).exists()


@pytest.mark.parametrize("reports", [1, 2])
def test_what_a_person_undid_is_not_confirmed_again_by_the_statement(reports: int) -> None:
    account()
    trade(1)
    for again in range(1, reports + 1):
        taken_in(report(*[PAID, FEE][:again], number=again))
        made = MatchGroup.objects.exclude(state="UNDONE").get()
        services.undo_group(group_id=made.pk, reason="not ours", actor=agent(), at=AT)

    taken_in(statement(PAID, FEE, closing="C261120EUR8995,00"))

    proposed = MatchGroup.objects.exclude(state="UNDONE").get()
    assert proposed.state == "PROPOSED", "what a person undid is not confirmed again"


def test_a_match_that_moved_to_the_statement_was_undone_by_nobody() -> None:
    account()
    trade(1)
    taken_in(report(PAID))
    moved = MatchGroup.objects.get()

    taken_in(statement(PAID, closing="C261120EUR9000,00"))

    moved.refresh_from_db()
    assert (moved.state, moved.decided_by) == ("UNDONE", "system")
    assert undone_lines(Kind.CASH) == []


def test_break_of_a_report_keeps_its_owner_and_comments_on_the_statement() -> None:
    account()
    taken_in(report(FEE))
    found = Break.objects.get()
    services.assign_break(break_id=found.pk, owner_id=agent().user_id, actor=agent(), at=AT)
    services.comment_break(break_id=found.pk, text="asked the bank", actor=agent(), at=AT)

    taken_in(statement(FEE, closing="C261120EUR9995,00"))

    kept = Break.objects.exclude(state="RESOLVED").get()
    assert (kept.pk, kept.state, kept.owner_id) == (found.pk, "ASSIGNED", agent().user_id)
    assert kept.line.source.format == "MT940"


def test_what_the_statement_lacks_is_a_break_that_no_run_ends() -> None:
    account()
    trade(1)
    taken_in(report(PAID, FEE))

    final = taken_in(statement(FEE, closing="C261120EUR9995,00"))
    services.reconcile_file(file_id=final.pk, actor=agent(), at=AT)

    lacking = Break.objects.get(category=BreakCategory.INTRADAY_ONLY)
    assert (lacking.state, lacking.difference, lacking.line.line) == ("OPEN", -1000, 6)
    assert WorkItem.objects.filter(state="OPEN", subject_id=lacking.pk).exists()
    assert not MatchGroup.objects.exclude(state="UNDONE").exists()
    assert Break.objects.filter(trade__isnull=False, state="OPEN").exists(), "it is unpaid again"
    assert live() == {5}, "only the fee of the statement counts"


def test_a_report_that_lists_the_whole_day_again_counts_once() -> None:
    account()
    twice = [FEE, FEE]

    taken_in(report(*twice, number=1))
    taken_in(report(*twice, PAID, number=2))

    assert StatementLine.objects.filter(replacement=None).count() == 3
    taken_in(statement(*twice, PAID, closing="C261120EUR8990,00"))
    assert StatementLine.objects.filter(replacement=None).count() == 3
    assert not Break.objects.filter(category=BreakCategory.INTRADAY_ONLY).exists()


def test_a_report_that_comes_after_its_statement_adds_nothing() -> None:
    account()
    trade(1)
    taken_in(statement(PAID, closing="C261120EUR9000,00"))

    taken_in(report(PAID))

    assert live() == {5}
    assert MatchGroup.objects.get().state == "CONFIRMED"
    assert not Break.objects.exclude(state="RESOLVED").exists()


def test_a_report_of_the_next_day_stays() -> None:
    account()
    taken_in(report(FEE.replace("2611201120", "2611211121")))

    taken_in(statement(PAID, closing="C261120EUR9000,00"))

    assert not Replacement.objects.exists()


def test_pages_to_come_may_have_what_this_one_lacks() -> None:
    account()
    taken_in(report(PAID, FEE))
    first = statement(FEE, closing="C261120EUR9995,00").replace(b":62F:", b":62M:")
    second = statement(PAID, opening="C261120EUR9995,00", closing="C261120EUR8995,00")

    taken_in(first)
    assert not Break.objects.filter(category=BreakCategory.INTRADAY_ONLY).exists()
    taken_in(second.replace(b":60F:", b":60M:").replace(b":28C:1/1", b":28C:1/2"))

    assert Replacement.objects.filter(by__isnull=False).count() == 2
    assert not Break.objects.filter(category=BreakCategory.INTRADAY_ONLY).exists()


def test_a_report_between_two_pages_condemns_nothing() -> None:
    account()
    trade(1)
    taken_in(report(PAID, FEE))
    taken_in(statement(FEE, closing="C261120EUR9995,00").replace(b":62F:", b":62M:"))

    taken_in(report(PAID, FEE, OTHER, number=2))

    assert not Statement.objects.get(purpose="FINAL").is_last_page
    assert not Replacement.objects.filter(by__isnull=True).exists()
    assert MatchGroup.objects.get().state == "CONFIRMED"


def test_a_table_of_today_lacks_nothing_until_the_day_is_over() -> None:
    account()
    file = taken_in(statement(FEE, closing="C261120EUR9995,00"))
    StatementFile.objects.filter(pk=file.pk).update(format="OFX")

    taken_in(report(FEE, PAID, number=1))
    assert not Break.objects.filter(category=BreakCategory.INTRADAY_ONLY).exists()
    StatementFile.objects.filter(pk=file.pk).update(received_at=AT + timedelta(days=1))
    taken_in(report(FEE, PAID, OTHER, number=2))

    assert Break.objects.filter(category=BreakCategory.INTRADAY_ONLY).count() == 2


def test_the_first_statement_says_nothing_of_the_days_before_it() -> None:
    account()
    early = FEE.replace("2611201120", "2611191119")
    taken_in(report(early).replace(b":13D:261120", b":13D:261119"))

    taken_in(statement(PAID, closing="C261120EUR9000,00"))
    assert not Replacement.objects.exists()
    late = statement(early, opening="C261118EUR10005,00", closing="C261119EUR10000,00")
    taken_in(late.replace(b":28C:1/1", b":28C:0"))

    assert Replacement.objects.get().by.source.format == "MT940"


def test_what_a_statement_lacked_may_be_in_a_later_one() -> None:
    account()
    trade(1)
    taken_in(report(PAID))
    taken_in(statement(FEE, closing="C261120EUR9995,00"))
    lacking = Break.objects.get(category=BreakCategory.INTRADAY_ONLY)
    services.assign_break(break_id=lacking.pk, owner_id=agent().user_id, actor=agent(), at=AT)
    services.comment_break(break_id=lacking.pk, text="asked the bank", actor=agent(), at=AT)

    later = taken_in(
        statement(PAID, opening="C261120EUR9995,00", closing="C261120EUR8995,00").replace(
            b":28C:1/1", b":28C:2/1"
        )
    )

    found = Replacement.objects.get(line=lacking.line)
    assert (found.source, found.by.source) == (later, later)
    assert MatchGroup.objects.get(state="CONFIRMED").allocations.get().line_id == found.by_id
    lacking.refresh_from_db()
    assert (lacking.line_id, lacking.state) == (found.by_id, "RESOLVED")
    assert lacking.category != BreakCategory.INTRADAY_ONLY


def test_what_a_person_accepted_of_a_report_says_nothing_of_the_statement() -> None:
    account()
    taken_in(report(PAID))
    taken_in(statement(FEE, closing="C261120EUR9995,00"))
    lacking = Break.objects.get(category=BreakCategory.INTRADAY_ONLY)
    Break.objects.filter(pk=lacking.pk).update(
        state="RESOLVED", resolution="ACCEPTED", resolved_by="agent", resolved_at=AT
    )

    later = statement(PAID, opening="C261120EUR9995,00", closing="C261120EUR8995,00")
    taken_in(later.replace(b":28C:1/1", b":28C:2/1"))

    assert Break.objects.filter(state="OPEN", line__source__format="MT940").count() == 2


def test_the_database_keeps_what_replaces_a_line() -> None:
    account()
    taken_in(report(PAID, FEE))
    taken_in(statement(FEE, closing="C261120EUR9995,00"))
    found = Replacement.objects.get(by__isnull=False)
    other = Replacement.objects.get(by__isnull=True)
    kept = Replacement.objects.filter(pk=found.pk)
    for change in (
        lambda: kept.update(by=None),
        lambda: kept.update(by=other.line),
        lambda: Replacement.objects.filter(pk=other.pk).update(line_id=found.by_id, by=found.by),
        kept.delete,
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert Replacement.objects.filter(pk=other.pk).update(by=found.by) == 1


def test_totals_that_disagree_are_refused() -> None:
    file = taken_in(report(PAID, total="1EUR999,00"))

    assert (file.state, file.findings[0]["code"]) == ("QUARANTINED", "MT942-TOTAL")
    assert not StatementLine.objects.exists()


def test_an_advice_is_kept_and_matches_nothing() -> None:
    account()
    trade(1)

    file = taken_in(ADVICE.format(iban=IBAN).encode(), name="advice.xml")

    assert (file.state, file.format, file.declared_rows) == ("IMPORTED", "CAMT054", 1)
    assert Statement.objects.get().purpose == "ADVICE"
    assert StatementLine.objects.get().kind == "ADVICE"
    assert not MatchGroup.objects.exists()
    assert not Break.objects.exists()
    taken_in(statement(PAID, closing="C261120EUR9000,00"))
    assert MatchGroup.objects.get().allocations.get().line_id != StatementLine.objects.first().pk


def test_the_database_lets_no_report_claim_a_balance_and_no_line_replace_itself() -> None:
    account()
    file = taken_in(report(PAID))
    with pytest.raises(IntegrityError, match="statement_balances_are_final"), transaction.atomic():
        Statement.objects.create(source=file, n=9, purpose="INTRADAY", opening=1, closing=1,
                                 movement=0)  # fmt: skip
    line = StatementLine.objects.get()
    with pytest.raises(IntegrityError, match="replacement_by_another"), transaction.atomic():
        Replacement.objects.create(line=line, by=line, source=file)
