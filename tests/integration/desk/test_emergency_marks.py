"""What is done on a broken glass is marked, and found by who reviews it."""

from __future__ import annotations

import functools
from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from core import access, bulk, context, emergency, jobs
from core.access import Action
from core.acts import acting
from core.models import AuditEntry, RoleGrant
from core.roles import Role
from desk.models import Comment
from kernel.actors import Actor
from tests.factories.delegations import lent
from tests.integration.desk.people import person
from tests.integration.desk.test_emergencies import bea, broken, client_of, now, root

pytestmark = pytest.mark.django_db


def comment(text: str) -> None:
    Comment.objects.create(subject_kind="trade", subject_id=1, text=text, author="bea", at=now())


def said_by() -> list[str]:
    entries = AuditEntry.objects.filter(entity="comment").order_by("pk")
    return list(entries.values_list("actor", flat=True))


def test_a_right_of_ones_own_asked_for_later_takes_no_mark_away() -> None:
    lone = broken()
    with context.unit_of_work("r-1"), acting(actor=bea()):
        access.require(bea(), Action.VALIDATE_TRADE, desk="EQ")
        access.require(bea(), Action.VALIDATE_TRADE, desk="FI")
        comment("under the glass")
    with context.unit_of_work("r-2"):
        access.require(bea(), Action.VALIDATE_TRADE, desk="EQ")
        access.require(bea(), Action.VALIDATE_TRADE, desk="FI")
        with transaction.atomic(), acting(actor=bea()):
            comment("asked before")
        with acting(actor=bea()):
            access.require(bea(), Action.VALIDATE_TRADE, desk="FI")
            comment("the next act, on a right of her own")
    assert said_by() == ["bea for broken glass", "bea for broken glass", "bea"]
    marked = emergency.acts_under(lone).filter(actor=emergency.mark_of(lone))
    assert [entry.entity for entry in marked] == ["comment", "comment"]


def test_a_lent_right_takes_no_mark_of_a_glass_away() -> None:
    lent(person("zoe", Role.SUPERVISOR, desk="FX"), bea())
    broken()
    with context.unit_of_work("r-1"), acting(actor=bea()):
        for desk in ("EQ", "FX", "FI"):
            access.require(bea(), Action.VALIDATE_TRADE, desk=desk)
        comment("three desks")
    with context.unit_of_work("r-2"), acting(actor=bea()):
        access.require(bea(), Action.VALIDATE_TRADE, desk="FX")
        access.require(bea(), Action.VALIDATE_TRADE, desk="FI")
        comment("two desks")
    assert said_by() == ["bea for broken glass", "bea for zoe"]


def test_every_change_of_the_hour_is_reviewed_be_it_marked_or_not() -> None:
    lone = broken()
    with acting(actor=bea()):
        comment("no right was asked for")
    page = client_of(root()).get(f"/rights/alone/{lone.pk}/").content.decode()
    assert "other changes by bea in this time" in page
    assert "no right was asked for" in page


def test_what_a_job_writes_late_stays_with_its_glass() -> None:
    lone = broken()
    as_of = now() - timedelta(hours=3)
    until = as_of + timedelta(minutes=30)
    lone.given_at, lone.until = as_of, until
    with context.unit_of_work("r-1"), acting(actor=bea()):
        access.require(bea(), Action.VALIDATE_TRADE, desk="EQ")
        comment("two and a half hours later")
    acts = emergency.acts_under(lone)
    assert [entry.entity for entry in acts] == ["comment"]


def test_a_job_sees_between_two_steps_that_the_glass_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken()

    def act(step: bulk.Step) -> list[bulk.Outcome]:
        named = {pk: (str(pk), "/") for pk in step.seen}
        decide = functools.partial(_decide_on_eq, step.actor)
        outcomes = bulk.one_by_one(step, decide, named=named)
        RoleGrant.objects.filter(valid_until__isnull=False).delete()
        return outcomes

    monkeypatch.setattr(jobs, "_handlers", {**jobs.handlers()})
    monkeypatch.setattr(bulk, "STEP", 1)
    bulk.handler("TEST_STEPS")(act)
    job = bulk.enqueue(kind="TEST_STEPS", seen={1: "", 2: ""}, parameters={}, actor=bea(), at=now())
    jobs.run_pending()
    assert list(job.outcomes.order_by("n").values_list("state", flat=True)) == ["DONE", "REFUSED"]


def _decide_on_eq(actor: Actor, _subject_id: int) -> None:
    access.require(actor, Action.VALIDATE_TRADE, desk="EQ")


def test_a_long_reason_is_told_and_breaks_nothing() -> None:
    lone = broken()
    RoleGrant.objects.filter(valid_until__isnull=False).delete()
    admin, long = client_of(root()), "x" * 501
    for act in ("keep", "take_away"):
        answer = admin.post(reverse(f"rights:{act}", args=[lone.pk]), {"reason": long})
        assert answer.status_code == 422
        assert "500 at most" in answer.content.decode()
    row = lent(person("zoe", Role.SUPERVISOR, desk="FX"), person("yan", Role.SUPERVISOR, desk="FI"))
    answer = admin.post(reverse("rights:delegation_withdraw", args=[row.pk]), {"reason": long})
    assert answer.status_code == 422
