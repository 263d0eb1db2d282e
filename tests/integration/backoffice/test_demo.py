"""The demo world: from an empty database to a week that was lived."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from backoffice import demo
from backoffice.management.commands.seed_demo import last_closed_day
from core import jobs
from core.models import Job, User
from desk.models import Approval, ControlException, Request, SeveralValidations
from desk.selectors import list_delegations
from kernel.actors import SYSTEM
from refdata.models import Absence, FalseHit, ListVersion, Party, Screening, ScreeningHit
from trades.models import Trade

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
DAY = date(2026, 11, 20)


def test_a_week_is_captured_controlled_validated_and_reported() -> None:
    told = list(demo.seed(business_date=DAY, at=AT, trades=150))

    assert told[0] == "accounts"
    assert Trade.objects.count() > 130
    jobs.run_pending()
    assert not Job.objects.exclude(state="DONE").exclude(due_at__gt=AT).exists(), [
        (job.kind, job.error) for job in Job.objects.exclude(state="DONE")
    ]
    states = set(Trade.objects.values_list("state", flat=True))
    assert {"VALIDATED", "PENDING_VALIDATION", "ON_HOLD"} <= states
    assert not Trade.objects.filter(state="VALIDATED", trade_date=DAY).exists()
    assert set(Approval.objects.values_list("checker", flat=True)) == {"supervisor2"}
    assert User.objects.get(username="agent").check_password("demo")


def test_the_demo_shows_what_takes_two_people() -> None:
    """A list with a likeness that waits and one that is cleared, waivers, a second supervisor."""
    list(demo.seed(business_date=DAY, at=AT, trades=600))
    jobs.run_pending()

    hits = ScreeningHit.objects.filter(ended_at=None)
    assert sorted(hits.values_list("party__code", flat=True)) == ["BOREAL", "OURSE"]
    assert FalseHit.objects.get().hit.party.code == "OURSE"
    waiting = ControlException.objects.get(kind="SCREENING", state="OPEN")
    assert waiting.subject_reference == "BOREAL"
    assert Screening.objects.count() == Party.objects.count()
    asked = Request.objects.order_by("pk").values_list("kind", "state")
    assert list(asked) == [
        ("SEVERAL_VALIDATIONS", "GRANTED"), ("WAIVER", "GRANTED"), ("WAIVER", "ASKED"),
        ("DELEGATION", "GRANTED"), ("DELEGATION", "GRANTED"),
    ]  # fmt: skip
    assert SeveralValidations.objects.get().people == 2
    lent = list_delegations(actor=SYSTEM, at=datetime.now(UTC)).order_by("starts_at")
    assert [(row.lender.username, row.delegate.username, row.life) for row in lent] == [
        ("agent2", "agent", "IN_FORCE"), ("supervisor", "supervisor2", "TO_COME"),
    ]  # fmt: skip
    assert Absence.objects.filter(user__isnull=False).count() == 2
    half = Approval.objects.get(is_last=False)
    assert Trade.objects.get(pk=half.subject_id).state == "PENDING_VALIDATION"

    demo.live_the_week(business_date=DAY, at=AT, progress=lambda _done, _total: None)

    assert (Request.objects.count(), ListVersion.objects.count()) == (5, 1)


def test_the_demo_world_never_mixes_with_other_data() -> None:
    list(demo.seed(business_date=DAY, at=AT, trades=5))

    with pytest.raises(demo.NotEmpty):
        list(demo.seed(business_date=DAY, at=AT, trades=5))


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 11, 20, 18, 0, tzinfo=UTC), date(2026, 11, 20)),
        (datetime(2026, 11, 20, 17, 59, tzinfo=UTC), date(2026, 11, 19)),
        (datetime(2026, 11, 22, 6, 0, tzinfo=UTC), date(2026, 11, 20)),
        (datetime(2026, 11, 23, 9, 0, tzinfo=UTC), date(2026, 11, 20)),
    ],
)
def test_the_demo_day_is_the_last_one_that_is_over(now: datetime, day: date) -> None:
    assert last_closed_day(now) == day
