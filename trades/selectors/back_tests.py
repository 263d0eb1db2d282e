"""Reads of back-tests: which were asked for, what they come to, on which trades they tell."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import QuerySet, Sum

from core.access import Action, DeskScopedQuerySet
from core.models import Job, JobState
from kernel.actors import Actor
from trades.models import COUNTED, BackTest, BackTestPart, BackTestTrade

BACK_TEST_JOB: Final = "trades.back_test"


def list_back_tests() -> QuerySet[BackTest]:
    """Return every back-test with its `trades`, and of how many the rule speaks either way."""
    return BackTest.objects.annotate(
        trades=Sum("parts__trades"),
        in_force=Sum("parts__in_force"),
        proposed=Sum("parts__proposed"),
    ).order_by("-id")


def days_of_back_test(*, back_test_id: int) -> list[dict[str, Any]]:
    """Return what is replayed so far, by `day`: every number of COUNTED, `newly`, `no_longer`."""
    done = BackTestPart.objects.filter(back_test=back_test_id).exclude(done_at=None)
    days: dict[Any, dict[str, Any]] = {}
    for day, *numbers in done.order_by("day").values_list("day", *COUNTED):
        summed = days.setdefault(day, {"day": day, **dict.fromkeys(COUNTED, 0)})
        for name, number in zip(COUNTED, numbers, strict=True):
            summed[name] += number
    return [
        {**day, "newly": day["proposed"] - day["both"], "no_longer": day["in_force"] - day["both"]}
        for day in days.values()
    ]


def list_back_test_trades(*, back_test_id: int, actor: Actor) -> DeskScopedQuerySet[BackTestTrade]:
    """Return the trades that are kept of a back-test, of the desks that the actor may see."""
    seen = BackTestTrade.objects.visible_to(actor, Action.VIEW_TRADES)
    return seen.filter(back_test=back_test_id).select_related("trade__instrument").order_by("id")


def failed_jobs_of(row: BackTest) -> QuerySet[Job]:
    """Return the jobs of a back-test that gave up."""
    return Job.objects.filter(
        kind=BACK_TEST_JOB, state=JobState.FAILED, parameters__back_test_id=row.pk
    ).order_by("id")
