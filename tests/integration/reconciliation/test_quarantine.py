"""What is odd about a statement waits for a person; what does not prove is corrected."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from core import jobs
from core.access import Forbidden
from core.roles import Role
from desk.models import WorkItem
from reconciliation import services
from reconciliation.models import LateStatement, StatementFile, StatementLine, StatementSchedule
from reconciliation.services import lateness
from reconciliation.services.receiving import UnableToReceive
from reconciliation.tasks import look_for_late_statements
from tests.integration.desk.people import person
from tests.integration.reconciliation.test_pages import signed_in
from tests.integration.reconciliation.test_upload import sent
from tests.integration.reconciliation.world import AT, PAID, account, agent, statement, taken_in

pytestmark = pytest.mark.django_db
FIRST = statement(PAID, closing="C261120EUR9000,00")


def following(number: str, *, day: str = "261123") -> bytes:
    """Return a statement that opens where the first closed, with this number and page."""
    text = statement(opening="C261120EUR9000,00", closing=f"C{day}EUR9000,00")
    return text.replace(b":28C:1/1", f":28C:{number}".encode())


@pytest.mark.parametrize(
    ("number", "codes"),
    [
        ("2/1", []),
        ("1/2", []),
        ("2/2", ["STM-PAGE"]),
        ("1/3", ["STM-PAGE"]),
        ("3/1", ["STM-SEQUENCE"]),
        ("00012/001", ["STM-SEQUENCE"]),
        ("0", []),
        ("ABC", []),
    ],
)
def test_a_number_or_a_page_that_lacks_is_told_and_holds_the_file(
    number: str, codes: list[str]
) -> None:
    account()
    taken_in(FIRST)

    file = taken_in(following(number))

    assert [found["code"] for found in file.findings] == codes
    assert file.state == ("QUARANTINED" if codes else "IMPORTED")


def test_numbers_begin_again_with_the_year() -> None:
    account()
    taken_in(FIRST.replace(b"261120", b"251231").replace(b"261119", b"251230"))

    file = taken_in(following("40/1", day="260105").replace(b"C261120EUR9000", b"C251231EUR9000"))

    assert (file.state, file.findings) == ("IMPORTED", [])


@pytest.mark.parametrize("days", ["2911", "3011"])
def test_what_is_booked_in_the_future_waits(days: str) -> None:
    account()
    text = FIRST.replace(b"61:2611201120", b"61:261120" + days[2:].encode() + days[:2].encode())

    file = taken_in(text.replace(b"C261120EUR9000", b"C991231EUR9000") if days == "3011" else text)

    assert (file.state, file.findings[0]["code"]) == ("QUARANTINED", "STM-FUTURE")


def test_a_person_accepts_what_is_odd_and_says_why() -> None:
    account()
    taken_in(FIRST)
    odd = taken_in(following("3/1"))

    services.accept_statement(
        file_id=odd.pk, reason="the bank skipped a number", actor=agent(), at=AT
    )
    jobs.run_pending()

    odd.refresh_from_db()
    assert (odd.state, odd.accepted_by) == ("IMPORTED", "agent")
    assert [found["code"] for found in odd.findings] == ["STM-SEQUENCE"], "it stays to be seen"


def test_what_does_not_prove_is_not_accepted() -> None:
    wrong = taken_in(statement(PAID, closing="C261120EUR9000,01"))
    with pytest.raises(UnableToReceive):
        services.accept_statement(file_id=wrong.pk, reason="please", actor=agent(), at=AT)
    with pytest.raises(UnableToReceive):
        services.accept_statement(file_id=wrong.pk, reason=" ", actor=agent(), at=AT)
    with pytest.raises(Forbidden):
        services.accept_statement(
            file_id=wrong.pk, reason="x", actor=person("auditor", Role.AUDITOR), at=AT
        )
    wrong.refresh_from_db()
    assert (wrong.state, wrong.accepted_by) == ("QUARANTINED", "")
    assert not StatementLine.objects.exists()


def test_nobody_accepts_without_a_reason_also_for_the_database() -> None:
    file = taken_in(FIRST)
    with pytest.raises(IntegrityError, match="accepted_for_a_reason"), transaction.atomic():
        type(file).objects.filter(pk=file.pk).update(accepted_by="agent")


def test_pages_show_what_is_odd_and_let_it_be_accepted(client: Client) -> None:
    account()
    taken_in(FIRST)
    signed_in(client)
    shown = sent(client, "odd.sta", following("3/1"))
    assert [found.code for found in shown.context["preview"].findings] == ["STM-SEQUENCE"]
    client.post(reverse("reconciliation:upload"), {"waiting": shown.context["waiting"]})
    jobs.run_pending()
    file = StatementFile.objects.get(name="odd.sta")
    assert "Statement 2 is missing" in client.get(file.get_absolute_url()).content.decode()

    client.post(reverse("reconciliation:accept_statement", args=[file.pk]), {"reason": "skipped"})
    jobs.run_pending()

    page = client.get(file.get_absolute_url()).content.decode()
    assert "What is odd about it" in page
    assert "skipped" in page


def test_another_charset_is_told_and_holds_nothing() -> None:
    account()
    text = FIRST.decode().replace("-\n", "") + "\n"
    latin = text.replace(PAID, f"{PAID}\n:86:réglé").encode("latin-1")

    file = taken_in(latin)

    assert file.state == "IMPORTED"
    assert [(found["code"], found["severity"]) for found in file.findings] == [
        ("STM-ENCODING", "INFO")
    ]


# ---------------------------------------------------------------------- late
MORNING = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def schedule(**changes: object) -> StatementSchedule:
    values = {
        "account": account(),
        "days_after": 1,
        "at_time": time(8),
        "valid_from": date(2026, 11, 19),
    }
    return StatementSchedule.objects.create(**values | changes)


def test_a_statement_that_is_late_is_work_until_it_comes() -> None:
    schedule()
    taken_in(FIRST)  # until Friday 20 November

    assert lateness.has_news(at=MORNING)
    told = lateness.tell_late(actor=agent(), at=MORNING)

    late = LateStatement.objects.get()
    assert (told.late, late.day) == (1, date(2026, 11, 23))
    item = WorkItem.objects.get(subject_kind=lateness.SUBJECT)
    assert item.title == "STATEMENT_LATE NOSTRO-EUR 2026-11-23"
    assert not lateness.has_news(at=MORNING)
    assert lateness.tell_late(actor=agent(), at=MORNING) == lateness.Told(0, 0)

    taken_in(following("2/1"))
    assert lateness.has_news(at=MORNING)
    assert lateness.tell_late(actor=agent(), at=MORNING).came == 1
    item.refresh_from_db()
    assert item.state == "DONE"


@pytest.mark.parametrize(
    ("case", "changes", "at", "days"),
    [
        ("before_the_hour", {}, datetime(2026, 11, 24, 6, 59, tzinfo=UTC), [19, 20]),
        ("the_same_day", {"days_after": 0, "at_time": time(20)},
         datetime(2026, 11, 20, 20, 0, tzinfo=UTC), [19, 20]),
        ("ended", {"valid_to": date(2026, 11, 19)}, MORNING, [19]),
        ("weekend", {"days_after": 0, "valid_from": date(2026, 11, 21)},
         datetime(2026, 11, 22, 12, 0, tzinfo=UTC), []),
    ],
)  # fmt: skip
def test_only_business_days_of_the_schedule_are_due(
    case: str, changes: dict[str, object], at: datetime, days: list[int]
) -> None:
    schedule(**changes)

    lateness.tell_late(actor=agent(), at=at)

    found = LateStatement.objects.order_by("day").values_list("day", flat=True)
    assert [day.day for day in found] == days, case


def test_the_tick_queues_one_look() -> None:
    schedule(valid_from=date(2026, 11, 2))

    look_for_late_statements()
    look_for_late_statements()
    jobs.run_pending()

    assert LateStatement.objects.exists()


def test_an_intraday_report_is_no_statement() -> None:
    schedule(valid_from=date(2026, 11, 20), valid_to=date(2026, 11, 20))
    taken_in(
        b":20:I\n:25:FR7630004000031234567890143\n:28C:1/1\n:34F:EUR0,00\n:13D:2611201100+0100\n-"
    )

    assert lateness.tell_late(actor=agent(), at=MORNING).late == 1


def test_a_page_that_others_follow_is_no_statement() -> None:
    schedule(valid_from=date(2026, 11, 20), valid_to=date(2026, 11, 20))
    taken_in(FIRST.replace(b":62F:", b":62M:"))

    assert lateness.tell_late(actor=agent(), at=MORNING).late == 1
