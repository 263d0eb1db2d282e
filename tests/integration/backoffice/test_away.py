"""Who is away tells it, and what waits at that person is seen, taken over and handed on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from backoffice import services
from backoffice.selectors import list_work
from core.access import Forbidden
from core.models import User
from core.roles import Role
from desk.facts import Subject
from desk.models import WorkItem
from desk.services import work
from desk.states import WorkKind
from kernel.actors import SYSTEM, Actor
from refdata.models import Absence, Trader
from refdata.services import UnableToSave, absences
from refdata.states import AbsenceKind
from tests.factories.delegations import lent
from tests.factories.refdata import TraderFactory, known_desk
from tests.factories.trades import person

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
AWAY = "/refdata/absences/away/"


def now() -> datetime:
    return datetime.now(UTC)


def client_of(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def ana() -> Actor:
    return person("ana", Role.SUPERVISOR, desk=known_desk("EQ"))


def bea() -> Actor:
    return person("bea", Role.SUPERVISOR, desk=known_desk("FI"))


def carl() -> Actor:
    return person("carl", Role.SUPERVISOR)


def away(
    who: Actor,
    *,
    by: Actor | None = None,
    begins_in: int = 0,
    days: int = 5,
    kind: AbsenceKind = AbsenceKind.LEAVE,
) -> Absence:
    first = TODAY() + timedelta(days=begins_in)
    return absences.tell_absence(
        user=User.objects.get(pk=who.user_id),
        first_day=first,
        last_day=first + timedelta(days=days - 1),
        actor=by or who,
        at=now(),
        kind=kind,
    )


def work_of(
    owner: Actor | None,
    *,
    number: int = 1,
    kind: WorkKind = WorkKind.VALIDATION,
    desk: str = "EQ",
) -> int:
    """Return an item of the queue that somebody took."""
    subject = Subject(kind="trade", id=number, desk_code=known_desk(desk), url="/trades/1/")
    task = work.Task(subject=subject, title=f"T{number}")
    work.open_work(kind=kind, tasks=[task], actor=SYSTEM, at=now())
    item = WorkItem.objects.get(subject_id=number, kind=kind.value)
    WorkItem.objects.filter(pk=item.pk).update(owner_id=owner.user_id if owner else None)
    return item.pk


def test_one_tells_it_oneself_and_comes_back_early() -> None:
    row = away(ana(), begins_in=-2, days=6)
    assert row.who == "ana"
    with pytest.raises(UnableToSave, match="told already"):
        away(ana())

    absences.end_absence(absence_id=row.pk, actor=ana(), at=now())

    row.refresh_from_db()
    assert row.last_day == TODAY() - timedelta(days=1)
    with pytest.raises(UnableToSave, match="over"):
        absences.end_absence(absence_id=row.pk, actor=ana(), at=now())
    later = away(ana(), begins_in=3)
    absences.end_absence(absence_id=later.pk, actor=ana(), at=now())
    assert not Absence.objects.filter(pk=later.pk).exists()


@pytest.mark.parametrize("begins_in", [-1, 3])
def test_who_is_sent_on_leave_neither_tells_nor_ends_it(begins_in: int) -> None:
    with pytest.raises(UnableToSave, match="by another person"):
        away(ana(), begins_in=begins_in, kind=AbsenceKind.MANDATORY)
    row = away(ana(), by=carl(), begins_in=begins_in, kind=AbsenceKind.MANDATORY)

    with pytest.raises(UnableToSave, match="by another person"):
        absences.end_absence(absence_id=row.pk, actor=ana(), at=now())
    assert "I am back" not in client_of(ana()).get(AWAY).content.decode()
    assert Absence.objects.get(pk=row.pk).last_day == row.last_day

    absences.end_absence(absence_id=row.pk, actor=carl(), at=now())
    assert not Absence.objects.filter(pk=row.pk, last_day__gte=TODAY()).exists()


def test_who_tells_for_nobody_else_is_not_offered_mandatory_leave() -> None:
    page = client_of(person("aud", Role.AUDITOR)).get(AWAY).content.decode()
    assert "mandatory leave" not in page


@pytest.mark.parametrize("changed", [{"last_day": TODAY()}, {"kind": "LEAVE"}])
@pytest.mark.parametrize("as_trader", [True, False])
def test_nor_changes_it_among_the_reference_data(
    as_trader: bool,  # noqa: FBT001 - a parameter of the table
    changed: dict[str, object],
) -> None:
    agent = person("art", Role.AGENT)
    user = User.objects.get(pk=agent.user_id)
    days = {"first_day": TODAY(), "last_day": TODAY() + timedelta(days=9), "kind": "MANDATORY"}
    whose = {"trader": TraderFactory.create(code="T-1", user=user)} if as_trader else {"user": user}
    row = Absence.objects.create(**whose, **days)
    form = {name: getattr(one, "pk", one) for name, one in (whose | days | changed).items()}

    answer = client_of(agent).post(f"/refdata/absences/{row.pk}/edit/", form | {"reason": "x"})

    assert answer.status_code == 422
    assert "by another person" in answer.content.decode()
    row.refresh_from_db()
    assert (row.kind, row.last_day) == ("MANDATORY", days["last_day"])


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.SUPERVISOR, "yes"),
        (Role.ADMINISTRATOR, "yes"),
        (Role.AGENT, "yes"),
        (Role.AUDITOR, ""),
    ],
)
def test_who_tells_it_for_another(role: Role, may: str) -> None:
    other = person("other", role)
    if may:
        away(ana(), by=other)
        return
    with pytest.raises(Forbidden):
        away(ana(), by=other)


def test_what_is_no_absence() -> None:
    with pytest.raises(UnableToSave, match="over"):
        away(ana(), begins_in=-9, days=2)
    with pytest.raises(UnableToSave, match="ends before"):
        absences.tell_absence(
            user=User.objects.get(pk=ana().user_id),
            first_day=TODAY() + timedelta(days=4),
            last_day=TODAY() + timedelta(days=3),
            actor=ana(),
            at=now(),
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Absence.objects.create(first_day=date(2026, 1, 1), last_day=date(2026, 1, 2))
    trader = TraderFactory.create(code="T-1")
    with pytest.raises(IntegrityError), transaction.atomic():
        Absence.objects.create(
            trader=trader,
            user_id=ana().user_id,
            first_day=date(2026, 1, 1),
            last_day=date(2026, 1, 2),
        )


def test_the_queue_says_who_is_away_and_who_stands_in() -> None:
    work_of(ana())
    work_of(carl(), number=2)
    page = client_of(carl()).get("/work/", {"whose": "away"}).content.decode()
    assert "T1" not in page
    away(ana())

    page = client_of(carl()).get("/work/", {"whose": "away"}).content.decode()
    assert "T1" in page and "T2" not in page  # noqa: PT018 - one page
    assert "ana, away until" in page
    lent(ana(), bea())
    assert "bea stands in" in client_of(carl()).get("/work/").content.decode()


def test_a_trader_who_is_away_is_away_as_the_person_that_signs_in() -> None:
    trader = TraderFactory.create(code="T-9")
    Trader.objects.filter(pk=trader.pk).update(user_id=ana().user_id)
    work_of(ana())
    Absence.objects.create(trader=trader, first_day=TODAY(), last_day=TODAY())

    assert "ana, away until" in client_of(carl()).get("/work/").content.decode()


def test_what_waits_is_taken_over_or_handed_on_in_one_act() -> None:
    mine, others = work_of(ana()), work_of(carl(), number=2)
    refdata_work = work_of(ana(), number=3, kind=WorkKind.BREAK)
    away(ana())
    lent(ana(), bea())

    answer = client_of(carl()).post("/work/hand-over/", {"ids": [mine, others]}, follow=True)

    assert WorkItem.objects.get(pk=mine).owner_id == bea().user_id
    assert WorkItem.objects.get(pk=others).owner_id == carl().user_id
    page = answer.content.decode()
    assert "1 item given to who stands in" in page
    assert "1 item has no owner" in page
    assert WorkItem.objects.get(pk=refdata_work).owner_id == ana().user_id
    client_of(carl()).post("/work/take/", {"ids": [mine]})
    assert WorkItem.objects.get(pk=mine).owner_id == carl().user_id


def test_of_several_who_stand_in_each_gets_what_he_may_do() -> None:
    of_all = carl()
    for desk in ("EQ", "FI"):
        known_desk(desk)
    mine, others = work_of(of_all), work_of(of_all, number=2, desk="FI")
    away(of_all)
    dan = person("dan", Role.SUPERVISOR, desk=known_desk("FX"))
    eva = person("eva", Role.SUPERVISOR, desk=known_desk("FX"))
    lent(of_all, dan, desk="EQ")
    lent(of_all, eva, desk="FI")
    row = list_work(actor=of_all, at=now()).get(pk=mine)
    assert row.stood_in_by == ["dan", "eva"]

    services.hand_over(item_ids=[mine, others], actor=of_all, at=now())

    given = WorkItem.objects.filter(pk__in=[mine, others])
    owners = dict(given.values_list("pk", "owner__username"))
    assert owners == {mine: "dan", others: "eva"}


def test_nobody_hands_on_what_is_not_the_own_kind_of_work() -> None:
    mine = work_of(ana())
    lent(ana(), bea())
    with pytest.raises(Forbidden):
        services.hand_over(item_ids=[mine], actor=person("agent", Role.AGENT), at=now())
    assert WorkItem.objects.get(pk=mine).owner_id == ana().user_id


def test_the_page_takes_days_and_shows_who_is_away() -> None:
    client = client_of(ana())
    form = {
        "kind": "LEAVE",
        "first_day": TODAY().isoformat(),
        "last_day": (TODAY() + timedelta(days=2)).isoformat(),
    }
    assert client.post(AWAY, form).status_code == 302
    row = Absence.objects.get()
    assert row.user_id == ana().user_id
    assert "I am back" in client.get(AWAY).content.decode()
    assert "Away now or soon" in client_of(carl()).get(AWAY).content.decode()
    assert "ana" in client_of(carl()).get("/refdata/absences/", {"q": "ana"}).content.decode()
    assert client.post(AWAY, form).status_code == 422
    assert client.post(AWAY, form | {"last_day": "x"}).status_code == 422
    auditor = client_of(person("aud", Role.AUDITOR))
    assert auditor.post(f"/refdata/absences/{row.pk}/back/").status_code == 403
    named = form | {"user": str(ana().user_id), "note": "x"}
    assert auditor.post(AWAY, named).status_code == 302  # the field is not read: the auditor is
    assert Absence.objects.filter(user__username="aud").exists()
    assert client.post(f"/refdata/absences/{row.pk}/back/").status_code == 302
    assert not Absence.objects.filter(pk=row.pk).exists()


def test_who_acts_while_away_is_seen() -> None:
    row = away(ana())
    page = f"/refdata/absences/{row.pk}/"
    assert "Acted while away" in client_of(carl()).get(page).content.decode()  # telling was an act
    Absence.objects.filter(pk=row.pk).update(
        first_day=TODAY() + timedelta(days=1), last_day=TODAY() + timedelta(days=9)
    )
    assert "Acted while away" not in client_of(carl()).get(page).content.decode()
