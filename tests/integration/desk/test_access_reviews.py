"""The review of a quarter: frozen, decided by others, signed by one who decided nothing."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client

from core import access, access_reviews
from core.models import AccessReview, AccessReviewRow, RoleGrant, User
from core.roles import Role
from desk.models import WorkItem
from desk.selectors import list_work
from desk.services import reviews
from kernel.actors import SYSTEM, Actor
from kernel.states import IllegalTransition
from tests.factories.refdata import known_desk
from tests.factories.trades import person, signed_in

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
UnableToReview = access_reviews.UnableToReview


def root(name: str = "root") -> Actor:
    return person(name, Role.ADMINISTRATOR)


def opened() -> AccessReview:
    """Return the review of a house with two administrators, an agent and a supervisor."""
    root(), root("second")
    person("agent", Role.AGENT, desk=known_desk("EQ"))
    person("sup", Role.SUPERVISOR)
    return reviews.open_review(actor=root(), at=AT)


def row(review: AccessReview, name: str) -> AccessReviewRow:
    return review.rows.get(user__username=name)


def decide(
    line: AccessReviewRow, actor: Actor, *, keep: bool = True, reason: str = "needed"
) -> None:
    reviews.decide_row(row_id=line.pk, keep=keep, reason=reason, actor=actor, at=AT)


def decided(review: AccessReview) -> None:
    for line in review.rows.select_related("user"):
        decide(line, root("second") if line.user.username == "root" else root())


@pytest.mark.parametrize(
    ("day", "quarter", "first"),
    [
        (date(2026, 1, 1), "2026-Q1", date(2026, 1, 1)),
        (date(2026, 3, 31), "2026-Q1", date(2026, 1, 1)),
        (date(2026, 4, 1), "2026-Q2", date(2026, 4, 1)),
        (date(2026, 12, 31), "2026-Q4", date(2026, 10, 1)),
    ],
)
def test_a_day_belongs_to_its_quarter(day: date, quarter: str, first: date) -> None:
    assert access_reviews.quarter_of(day) == quarter
    assert access_reviews.first_day_of_quarter(day) == first


def test_a_review_freezes_who_holds_what() -> None:
    review = opened()
    RoleGrant.objects.filter(user__username="agent").delete()
    person("late", Role.AGENT)

    lines = {line.user.username: (line.role, line.desk_code) for line in review.rows.all()}
    assert lines == {
        "root": ("ADMINISTRATOR", ""),
        "second": ("ADMINISTRATOR", ""),
        "agent": ("AGENT", "EQ"),
        "sup": ("SUPERVISOR", ""),
    }
    assert (review.period, review.due_on) == ("2026-Q4", date(2026, 12, 20))
    with pytest.raises(UnableToReview, match="already"):
        reviews.open_review(actor=root("second"), at=AT)


def test_the_schedule_opens_one_in_a_house_from_before_the_quarter() -> None:
    reviews.open_when_due(actor=SYSTEM, at=AT)
    person("agent", Role.AGENT)
    RoleGrant.objects.update(granted_at=datetime(2026, 10, 2, tzinfo=UTC))
    reviews.open_when_due(actor=SYSTEM, at=AT)
    assert not AccessReview.objects.exists()

    RoleGrant.objects.update(granted_at=datetime(2026, 9, 29, tzinfo=UTC))
    for _twice in range(2):
        reviews.open_when_due(actor=SYSTEM, at=AT)

    assert AccessReview.objects.get().opened_by == "system"


def test_work_is_to_decide_and_then_to_sign() -> None:
    review = opened()
    work = list_work(actor=root()).get(subject_kind="access_review")
    assert (work.title, str(work.due_at)) == ("REVIEW_DECIDE 2026-Q4", "2026-12-20 17:00:00+00:00")

    decided(review)
    assert (
        list_work(actor=person("sup", Role.SUPERVISOR)).filter(title="REVIEW_SIGN 2026-Q4").exists()
    )
    reviews.sign_review(review_id=review.pk, note="", actor=person("sup", Role.SUPERVISOR), at=AT)

    assert WorkItem.objects.get(subject_kind="access_review").state == "DONE"


def test_withdrawing_takes_effect_at_once() -> None:
    review = opened()
    agent = person("agent", Role.AGENT, desk="EQ")

    decide(row(review, "agent"), root(), keep=False, reason="left the desk")

    assert not access.allows(agent, access.Action.VIEW_TRADES)
    assert row(review, "agent").state == "WITHDRAWN"
    with pytest.raises(IllegalTransition):
        decide(row(review, "agent"), root())


def test_who_may_not_decide() -> None:
    review = opened()
    with pytest.raises(UnableToReview, match="their own"):
        decide(row(review, "root"), root())
    with pytest.raises(UnableToReview, match="reason"):
        decide(row(review, "agent"), root(), reason=" ")
    for nobody in (SYSTEM, person("sup", Role.SUPERVISOR), person("aud", Role.AUDITOR)):
        with pytest.raises(access.Forbidden):
            decide(row(review, "agent"), nobody)


def test_who_may_not_sign() -> None:
    review = opened()
    signer = person("sup", Role.SUPERVISOR)
    with pytest.raises(UnableToReview, match="wait"):
        reviews.sign_review(review_id=review.pk, note="", actor=signer, at=AT)
    decided(review)
    for reviewer in (root(), root("second")):
        with pytest.raises(UnableToReview, match="somebody else"):
            reviews.sign_review(review_id=review.pk, note="", actor=reviewer, at=AT)
    with pytest.raises(access.Forbidden):
        reviews.sign_review(
            review_id=review.pk, note="", actor=person("agent", Role.AGENT, desk="EQ"), at=AT
        )

    reviews.sign_review(review_id=review.pk, note="seen", actor=signer, at=AT)

    with pytest.raises(IllegalTransition):
        reviews.sign_review(review_id=review.pk, note="", actor=signer, at=AT)


DECIDED = (
    "UPDATE core_accessreviewrow SET state = 'KEPT', reason = 'x', reviewed_at = now(),"
    " reviewed_by = %s WHERE role = %s"
)
SIGNED = "UPDATE core_accessreview SET state = 'SIGNED', signed_at = now(), signed_by = %s"


@pytest.mark.parametrize(
    ("case", "when", "statement", "values", "refused"),
    [
        ("ones_own", "open", DECIDED, ("root", "ADMINISTRATOR"), "may not review"),
        ("no_administrator", "open", DECIDED, ("sup", "AGENT"), "may not review"),
        ("twice", "decided", DECIDED, ("second", "AGENT"), "stands"),
        ("after_the_signature", "signed", DECIDED, ("second", "AGENT"), "is signed"),
        ("incomplete", "open", SIGNED, ("sup",), "wait for a decision"),
        ("by_a_reviewer", "decided", SIGNED, ("root",), "may not sign"),
        ("by_an_agent", "decided", SIGNED, ("agent",), "may not sign"),
        ("signed_again", "signed", SIGNED, ("sup",), "evidence"),
        (
            "another_period",
            "signed",
            "UPDATE core_accessreview SET period = %s",
            ("2026-Q3",),
            "evidence",
        ),
        ("rows_gone", "open", "DELETE FROM core_accessreviewrow", (), "permission denied"),
        ("review_gone", "open", "DELETE FROM core_accessreview", (), "permission denied"),
    ],
)
def test_the_database_refuses_around_the_services(
    case: str, when: str, statement: str, values: tuple[str, ...], refused: str
) -> None:
    review = opened()
    if when != "open":
        decided(review)
    if when == "signed":
        signer = person("sup", Role.SUPERVISOR)
        reviews.sign_review(review_id=review.pk, note="", actor=signer, at=AT)

    with (
        pytest.raises((IntegrityError, DatabaseError), match=refused),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, values)


def client_of(name: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=name))
    return client


def chosen(client: Client, page: str, ids: list[int], reason: str) -> Any:
    return client.post(page, {"ids": ids, "reason": reason}, follow=True)


def test_the_pages_open_keep_many_withdraw_sign_and_export() -> None:
    root(), root("second")
    for n in range(3):
        person(f"agent{n}", Role.AGENT)
    person("sup", Role.SUPERVISOR)
    first, second, signer = client_of("root"), client_of("second"), client_of("sup")
    assert first.post("/rights/reviews/open/").status_code == 302
    assert first.post("/rights/reviews/open/").status_code == 422
    review = AccessReview.objects.get()
    ids = {line.user.username: line.pk for line in review.rows.all()}

    everyone = [pk for name, pk in ids.items() if name != "agent2"]
    told = chosen(first, "/rights/reviewed/keep/", everyone, "still needed")
    assert "4 rights are kept." in told.content.decode()
    assert "their own" in told.content.decode()
    chosen(first, "/rights/reviewed/withdraw/", [ids["agent2"]], "left")
    assert not RoleGrant.objects.filter(user__username="agent2").exists()
    sign = f"/rights/reviews/{review.pk}/sign/"
    assert signer.post(sign, {"reason": "x"}).status_code == 422
    chosen(second, "/rights/reviewed/keep/", [ids["root"]], "still needed")
    assert sign not in first.get(f"/rights/reviews/{review.pk}/").content.decode()
    assert sign in signer.get(f"/rights/reviews/{review.pk}/").content.decode()
    assert first.post(sign, {"reason": "x"}).status_code == 422
    assert signer.post(sign, {"reason": "complete"}).status_code == 302

    file = f"/reporting/access-reviews/{review.pk}/review"
    assert signer.get(f"{file}.xlsx").content.startswith(b"PK")
    assert signer.get(f"{file}.pdf").content.startswith(b"%PDF")
    assert client_of("agent0").get(f"{file}.pdf").status_code == 403
    rows = b"".join(
        signer.get("/rights/reviewed/", {"export": "csv", "review": review.pk}).streaming_content
    )
    assert len(rows.splitlines()) == 1 + len(ids)


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.AUDITOR])
@pytest.mark.parametrize("address", ["reviews/open/", "reviewed/keep/", "reviewed/withdraw/"])
def test_only_an_administrator_acts(role: Role, address: str) -> None:
    assert (
        signed_in(role).post(f"/rights/{address}", {"ids": [1], "reason": "x"}).status_code == 403
    )


@pytest.mark.django_db(transaction=True)
def test_two_reviewers_decide_at_once_and_one_decision_stands() -> None:
    review = opened()
    line = row(review, "agent")
    came: list[str] = []
    together = threading.Barrier(2)

    def work(actor: Actor, *, keep: bool) -> None:
        try:
            together.wait()
            decide(line, actor, keep=keep)
            came.append("decided")
        except IllegalTransition:
            came.append("too late")
        finally:
            connection.close()

    threads = [
        threading.Thread(target=work, args=[actor], kwargs={"keep": keep})
        for actor, keep in ((root(), True), (root("second"), False))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(came) == ["decided", "too late"]
    held = RoleGrant.objects.filter(user__username="agent").exists()
    assert held is (row(review, "agent").state == "KEPT")
