"""The broken glass: an hour on another desk, seen at once, marked, and reviewed by another."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg2
import pytest
from django.core.cache import cache
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client

from backoffice.launcher import places
from core import access, context, emergency, grants
from core.access import Action
from core.audit import history
from core.emergency import UnableToBreakGlass
from core.models import LoneGrant, RoleGrant, User
from core.people import actor_of
from core.roles import BROKEN_GLASS, Role
from desk.models import Approval, WorkItem
from desk.services import approvals, emergencies, roles
from kernel.actors import SYSTEM, Actor
from kernel.findings import Refusal
from tests.factories.delegations import lent
from tests.factories.refdata import known_desk
from tests.integration.desk.people import person
from tests.integration.trades.test_validation import AT, pending
from trades.models import Trade
from trades.services import validation

pytestmark = pytest.mark.django_db


def now() -> datetime:
    return datetime.now(UTC)


def bea() -> Actor:
    return person("bea", Role.SUPERVISOR, desk="FI")


def limited(limit: str = "1000000") -> Actor:
    return person("bea", Role.SUPERVISOR, desk="FI", limit=limit)


def root(name: str = "root") -> Actor:
    return person(name, Role.ADMINISTRATOR)


def broken(actor: Actor | None = None, **terms: Any) -> LoneGrant:
    given: dict[str, Any] = {
        "role": Role.SUPERVISOR,
        "desk_code": known_desk("EQ"),
        "minutes": 30,
        "reason": "cut-off at five, nobody answers",
    }
    return emergencies.break_glass(**given | terms, actor=actor or bea(), at=now())


def validate(made: Trade, actor: Actor) -> Trade:
    return validation.validate_trade(trade_id=made.pk, seen=made.fingerprint, actor=actor, at=AT)


def as_superuser(statement: str) -> None:
    parts = connection.settings_dict
    opened = psycopg2.connect(
        host=parts["HOST"], user="postgres", password=places.TEST_PASSWORD, dbname=parts["NAME"]
    )
    with contextlib.closing(opened), opened, opened.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement)


def client_of(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def test_it_reaches_the_desk_is_filed_and_waits_for_review() -> None:
    lone = broken()

    assert access.behalf_of(bea(), Action.VALIDATE_TRADE, desk="EQ") == BROKEN_GLASS
    assert access.behalf_of(bea(), Action.VALIDATE_TRADE, desk="FI") == ""
    assert (lone.given_by, lone.state, lone.reason) == (
        "bea",
        "OPEN",
        "cut-off at five, nobody answers",
    )
    item = WorkItem.objects.get(subject_kind="lone_grant", subject_id=lone.pk)
    assert item.title == "GLASS_BROKEN bea · SUPERVISOR EQ"
    assert item.due_at is not None and item.due_at > now()  # noqa: PT018 - one thing
    roles.open_reviews(actor=SYSTEM, at=now())
    assert WorkItem.objects.filter(subject_kind="lone_grant", subject_id=lone.pk).count() == 1


def test_each_act_is_marked_and_stands_on_one_page() -> None:
    made = pending(1)
    lone = broken(limited())

    with context.unit_of_work("r-1"):
        validate(made, bea())

    approval = Approval.objects.get()
    assert (approval.checker, approval.on_behalf_of) == ("bea", BROKEN_GLASS)
    assert history("trade", made.pk)[-1].actor == "bea for broken glass"
    acts = emergency.acts_under(lone)
    assert {entry.entity for entry in acts} >= {"approval", "trade"}
    page = client_of(root()).get(f"/rights/alone/{lone.pk}/").content.decode()
    assert "bea, with broken glass" in page
    assert "changes were made under it" in page


@pytest.mark.parametrize(
    ("case", "maker", "touched"),
    [("made", "bea", []), ("touched", "agent", ["bea"])],
)
def test_nobody_approves_what_he_made(case: str, maker: str, touched: list[str]) -> None:
    made = pending(1, maker=maker, contributors=sorted({maker, *touched}))
    broken(limited())

    with pytest.raises(approvals.UnableToApprove):
        validate(made, bea())
    with pytest.raises(IntegrityError, match="not a decision"), transaction.atomic():
        Approval.objects.create(
            subject_kind="trade", subject_id=made.pk, version_no=1, fingerprint=made.fingerprint,
            decision="APPROVED", maker="agent", contributors=["agent"], checker="bea",
            decided_at=AT,
        )  # fmt: skip
    assert not Approval.objects.exists(), case


def test_the_own_limit_holds() -> None:
    made = pending(1)
    broken(limited("1"))
    with pytest.raises(approvals.OverLimit):
        validate(made, bea())


@pytest.mark.parametrize(
    ("case", "terms", "told"),
    [
        ("another_role", {"role": Role.AGENT}, "hold on another desk"),
        ("who_gives_rights", {"role": Role.ADMINISTRATOR}, "hold on another desk"),
        ("who_examines", {"role": Role.AUDITOR}, "hold on another desk"),
        ("where_it_is_held", {"desk_code": "FI"}, "there already"),
        ("too_long", {"minutes": 61}, "an hour at most"),
        ("for_nothing", {"minutes": 0}, "an hour at most"),
        ("no_reason", {"reason": " "}, "reason"),
        ("no_desk", {"desk_code": "NO-SUCH"}, "no such desk"),
        ("all_desks", {"desk_code": ""}, "for one desk"),
    ],
)
def test_what_no_need_excuses(case: str, terms: dict[str, Any], told: str) -> None:
    with pytest.raises(UnableToBreakGlass, match=told):
        broken(**terms)
    assert not RoleGrant.objects.filter(valid_until__isnull=False).exists(), case


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_holds_no_such_role_breaks_nothing(role: Role) -> None:
    with pytest.raises(UnableToBreakGlass):
        broken(person("other", role))
    with pytest.raises(UnableToBreakGlass):
        broken(SYSTEM)


def test_an_agent_reaches_another_desk_and_validates_nothing() -> None:
    agent = person("art", Role.AGENT, desk="FI")
    with pytest.raises(UnableToBreakGlass):
        broken(agent)

    broken(agent, role=Role.AGENT)

    assert access.behalf_of(agent, Action.CAPTURE_TRADE, desk="EQ") == BROKEN_GLASS
    assert not access.allows(agent, Action.VALIDATE_TRADE)


def test_the_next_one_waits_for_the_review() -> None:
    lone = broken()
    grant = RoleGrant.objects.get(valid_until__isnull=False)
    emergency.end_emergency(grant_id=grant.pk, reason="", actor=bea())
    with pytest.raises(UnableToBreakGlass, match="waits for its review"):
        broken()

    roles.review_lone_grant(lone_id=lone.pk, keep=True, note="seen", actor=root(), at=now())

    assert broken().pk != lone.pk


def test_one_person_has_one_at_a_time_wherever() -> None:
    known_desk("FX")
    broken()
    with pytest.raises(UnableToBreakGlass, match="waits for its review"):
        broken(desk_code="FX")
    grant = RoleGrant.objects.get(valid_until__isnull=False)
    emergency.end_emergency(grant_id=grant.pk, reason="", actor=bea())
    with pytest.raises(UnableToBreakGlass, match="waits for its review"):
        broken(desk_code="FX")
    assert LoneGrant.objects.filter(until__isnull=False).count() == 1


def test_what_is_given_for_good_is_filed_while_a_glass_is_broken() -> None:
    lone = broken()
    broken_row = RoleGrant.objects.get(valid_until__isnull=False)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_rolegrant WHERE id = %s", [broken_row.pk])
        cursor.execute(
            "INSERT INTO core_rolegrant (user_id, role, desk_code, granted_by, granted_at,"
            " approved_by) VALUES (%s, 'SUPERVISOR', 'EQ', 'console', now(), '')",
            [broken_row.user_id],
        )
    filed = LoneGrant.objects.exclude(pk=lone.pk).get(user=broken_row.user_id, desk_code="EQ")
    assert (filed.given_by, filed.until, filed.state) == ("console", None, "OPEN")


def test_the_banner_outlives_a_review_by_hand() -> None:
    cache.clear()
    lone = broken()
    root()
    LoneGrant.objects.filter(pk=lone.pk).update(
        state="WITHDRAWN", reviewed_by="root", reviewed_at=now(), note="by hand"
    )
    page = client_of(root()).get("/rights/")
    assert "Broken glass: bea" in page.content.decode()


def test_it_is_reviewed_when_it_is_over_and_by_another() -> None:
    lone = broken()
    with pytest.raises(grants.UnableToGrant, match="not over"):
        roles.review_lone_grant(lone_id=lone.pk, keep=True, note="fine", actor=root(), at=now())
    with pytest.raises(IntegrityError, match="not over"), transaction.atomic():
        LoneGrant.objects.filter(pk=lone.pk).update(
            state="KEPT", reviewed_by="root", reviewed_at=now(), note="x"
        )
    with pytest.raises(access.Forbidden):
        roles.review_lone_grant(lone_id=lone.pk, keep=False, note="mine", actor=bea(), at=now())
    with pytest.raises(IntegrityError, match="may not review"), transaction.atomic():
        LoneGrant.objects.filter(pk=lone.pk).update(
            state="WITHDRAWN", reviewed_by="carl", reviewed_at=now(), note="x"
        )

    roles.review_lone_grant(lone_id=lone.pk, keep=False, note="no need", actor=root(), at=now())

    assert access.behalf_of(bea(), Action.VALIDATE_TRADE, desk="EQ") is None
    assert WorkItem.objects.get(subject_kind="lone_grant", subject_id=lone.pk).state == "DONE"
    assert RoleGrant.objects.filter(user__username="bea").count() == 1


def test_who_ends_it() -> None:
    broken()
    grant = RoleGrant.objects.get(valid_until__isnull=False)
    with pytest.raises(access.Forbidden):
        emergency.end_emergency(
            grant_id=grant.pk, reason="x", actor=person("carl", Role.SUPERVISOR)
        )
    emergency.end_emergency(grant_id=grant.pk, reason="x", actor=root())
    assert access.behalf_of(bea(), Action.VALIDATE_TRADE, desk="EQ") is None
    emergency.end_emergency(grant_id=grant.pk, reason="again", actor=root())


ROW: dict[str, Any] = {"role": "SUPERVISOR", "granted_by": "bea"}


@pytest.mark.parametrize(
    ("case", "changes", "told"),
    [
        ("too_long", {"valid_until": timedelta(minutes=61)}, "an hour at most"),
        ("over", {"valid_until": timedelta(minutes=-1)}, "an hour at most"),
        ("of_another", {"granted_by": "root"}, "holds no role"),
        ("another_role", {"role": "ADMINISTRATOR"}, "may not meet|holds no role"),
        ("who_would_also_make", {"role": "AGENT"}, "may not meet|holds no role"),
        ("approved", {"approved_by": "root"}, "holds no role"),
        ("on_all_desks", {"desk_code": ""}, "for one desk"),
        ("for_no_reason", {}, "has a reason"),
    ],
)
def test_by_hand_in_the_database(case: str, changes: dict[str, Any], told: str) -> None:
    root()
    row = ROW | {"valid_until": timedelta(minutes=30)} | changes
    row["valid_until"] = now() + row["valid_until"]
    row.setdefault("desk_code", known_desk("EQ"))
    with pytest.raises(DatabaseError, match=told), transaction.atomic():
        RoleGrant.objects.create(user_id=bea().user_id, **row)
    assert not LoneGrant.objects.filter(until__isnull=False).exists(), case


@pytest.mark.parametrize(
    "change",
    [
        {"valid_until": None},
        {"valid_until": datetime.now(UTC) + timedelta(minutes=59)},
        {"desk_code": ""},
        {"granted_by": ""},
    ],
)
def test_it_is_not_prolonged_or_made_to_stay(change: dict[str, Any]) -> None:
    broken()
    with pytest.raises(DatabaseError), transaction.atomic():
        RoleGrant.objects.filter(valid_until__isnull=False).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        RoleGrant.objects.filter(valid_until=None, user__username="bea").update(
            valid_until=now() + timedelta(minutes=5)
        )


def test_who_loses_the_role_has_no_broken_glass() -> None:
    broken()
    grants.revoke_role(
        user=User.objects.get(username="bea"), role=Role.SUPERVISOR, actor=root(),
        desk_code="FI", reason="moved",
    )  # fmt: skip
    without = actor_of(User.objects.get(username="bea"))
    assert access.behalf_of(without, Action.VALIDATE_TRADE, desk="EQ") is None


def test_what_is_taken_in_need_is_not_lent() -> None:
    broken()
    carl = person("carl", Role.SUPERVISOR, desk="FX")
    row = lent(bea(), carl)
    assert access.behalf_of(carl, Action.VALIDATE_TRADE, desk="FI") == "bea"
    assert access.behalf_of(carl, Action.VALIDATE_TRADE, desk="EQ") is None
    assert row.state == "GRANTED"


def test_a_lent_right_comes_before_a_broken_glass() -> None:
    lent(person("zoe", Role.SUPERVISOR, desk="EQ"), bea())
    broken()
    assert access.behalf_of(bea(), Action.VALIDATE_TRADE, desk="EQ") == "zoe"
    made = pending(1)
    person("zoe", Role.SUPERVISOR, desk="EQ", limit="1000000")
    validate(made, limited())
    assert Approval.objects.get().on_behalf_of == "zoe"


@pytest.mark.django_db(transaction=True)
def test_it_ends_by_itself_and_is_cleared_away() -> None:
    made = pending(1)
    broken(limited())
    with context.unit_of_work("r-1"):
        assert access.has_broken_glass(bea())  # read, and kept for this request
        as_superuser(
            "UPDATE core_rolegrant SET valid_until = clock_timestamp() WHERE valid_until > now()"
        )
        with pytest.raises(approvals.UnableToApprove, match="just ended"):
            validate(made, bea())
    with pytest.raises(Refusal):
        validate(made, bea())

    assert emergency.clear_ended(at=now()) == 1

    assert emergency.clear_ended(at=now()) == 0
    last = history("user", bea().user_id or 0)[-1]
    assert (last.actor, last.reason, last.action) == ("system", "time is up", "DELETE")


def test_administrators_see_it_at_once_and_sign() -> None:
    cache.clear()
    admin, mine = client_of(root()), client_of(bea())
    assert "Broken glass:" not in admin.get("/rights/").content.decode()
    page = "/rights/emergency/"
    form = {"role": "SUPERVISOR", "desk_code": known_desk("EQ").lower(), "minutes": "20"}
    assert mine.post(page, form).status_code == 422
    person("zoe", Role.SUPERVISOR, desk="EQ")
    assert "zoe" in mine.get(page).content.decode()

    assert mine.post(page, form | {"reason": "nobody answers"}).status_code == 302

    assert "Broken glass: bea acts as Supervisor (EQ)" in admin.get("/rights/").content.decode()
    assert "Broken glass: bea" in mine.get("/trades/").content.decode()
    assert (
        "Broken glass:"
        not in client_of(person("aud", Role.AUDITOR)).get("/rights/").content.decode()
    )
    assert "Broken glass to review: bea" in admin.get("/work/").content.decode()
    lone = LoneGrant.objects.get(until__isnull=False)
    detail = f"/rights/alone/{lone.pk}/"
    assert f"{detail}keep/" not in admin.get(detail).content.decode()
    grant = RoleGrant.objects.get(valid_until__isnull=False)
    assert mine.post(f"/rights/emergency/{grant.pk}/end/").status_code == 302
    assert "Broken glass:" not in admin.get("/rights/").content.decode()
    assert f"{detail}keep/" in admin.get(detail).content.decode()
    assert mine.post(f"{detail}keep/", {"reason": "mine"}).status_code == 403
    assert admin.post(f"{detail}keep/", {"reason": ""}).status_code == 422
    assert admin.post(f"{detail}keep/", {"reason": "in order"}).status_code == 302
    lone.refresh_from_db()
    assert (lone.state, lone.reviewed_by) == ("KEPT", "root")
    listed = admin.get("/rights/alone/", {"emergency": "true"}).content.decode()
    assert "bea" in listed
    assert "In order" in mine.get(page).content.decode()


def test_who_holds_it_everywhere_has_nothing_to_break() -> None:
    page = client_of(person("all", Role.SUPERVISOR)).get("/rights/emergency/").content.decode()
    assert "nothing that a broken glass could widen" in page
