"""Validation: exactly what was seen, by a second person, within desk and limit, exactly once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from core import bulk, context, jobs
from core.access import Forbidden
from core.models import Job, OutboxEvent, RoleGrant, User
from core.roles import Role
from desk.models import Approval, Comment, WorkItem
from desk.services import approvals
from kernel.actors import SYSTEM, Actor
from kernel.findings import Refusal
from kernel.states import IllegalTransition
from tests.factories.controlled import switched_off, trade, world
from tests.integration.desk.people import person
from trades.models import Trade
from trades.services import control, validation

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)


def pending(number: int, **changes: object) -> Trade:
    """Return a clean trade that waits for validation."""
    world()
    if changes.get("risk_amount_eur", 0) is None:
        switched_off("TRD-608")
    made = trade(number, **changes)
    control.control_trades(trade_ids=[made.pk], actor=SYSTEM, at=AT)
    made.refresh_from_db()
    assert made.state == "PENDING_VALIDATION"
    return made


def supervisor(name: str = "supervisor", *, desk: str = "", limit: str | None = "1000000") -> Actor:
    return person(name, Role.SUPERVISOR, desk=desk, limit=limit)


def validate(made: Trade, actor: Actor, *, seen: str | None = None) -> Trade:
    return validation.validate_trade(
        trade_id=made.pk, seen=seen or made.fingerprint, actor=actor, at=AT
    )


@pytest.mark.django_db
def test_supervisor_validates_what_was_seen() -> None:
    made = pending(1)

    validate(made, supervisor())

    approval = Approval.objects.get()
    made.refresh_from_db()
    assert made.state == "VALIDATED"
    assert (approval.maker, approval.checker, approval.version_no) == ("agent", "supervisor", 1)
    assert approval.fingerprint == made.fingerprint
    assert WorkItem.objects.get().state == "DONE"
    news = OutboxEvent.objects.get(event="trade.validated")
    assert news.payload == {"trade_id": made.pk, "version_no": 1}


@pytest.mark.django_db
def test_refused_trade_keeps_its_reason_and_leaves_the_queue() -> None:
    made = pending(1)

    validation.refuse_trade(
        trade_id=made.pk, seen=made.fingerprint, reason="Wrong book", actor=supervisor(), at=AT
    )

    made.refresh_from_db()
    assert made.state == "REJECTED"
    assert Approval.objects.get().reason == "Wrong book"
    assert Comment.objects.get().text == "Wrong book"
    assert WorkItem.objects.get(kind="VALIDATION").state == "DONE"


@pytest.mark.django_db
@pytest.mark.parametrize("maker_may", [True, False])
def test_a_refused_trade_is_work_with_its_reason_owner_and_due_time(maker_may: bool) -> None:  # noqa: FBT001 - a table
    made = pending(1)
    due_at = WorkItem.objects.get(kind="VALIDATION").due_at
    if maker_may:
        person("agent", Role.AGENT)

    validation.refuse_trade(
        trade_id=made.pk, seen=made.fingerprint, reason="Wrong book", actor=supervisor(), at=AT
    )

    work = WorkItem.objects.get(kind="CORRECTION")
    assert (work.state, work.title) == ("OPEN", f"{made.reference} Wrong book")
    assert (work.url, work.desk_code, work.due_at) == (
        f"/trades/{made.pk}/", made.desk_code, due_at,
    )  # fmt: skip
    assert (work.owner.username if work.owner else "") == ("agent" if maker_may else "")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("case", "changes", "who", "refusal"),
    [
        ("own_trade", {"maker": "supervisor"}, {}, approvals.UnableToApprove),
        ("touched_it", {"contributors": ["agent", "supervisor"]}, {}, approvals.UnableToApprove),
        ("over_the_limit", {}, {"limit": "6000"}, approvals.OverLimit),
        ("no_limit", {}, {"limit": None}, approvals.OverLimit),
        ("amount_unknown", {"risk_amount_eur": None}, {}, approvals.OverLimit),
        ("other_desk", {}, {"desk": "FI"}, validation.UnableToFindTrade),
    ],
)
def test_who_may_not_validate(
    case: str, changes: dict[str, object], who: dict[str, str], refusal: type[Refusal]
) -> None:
    made = pending(1, **changes)

    with pytest.raises(refusal):
        validate(made, supervisor(**who))
    made.refresh_from_db()
    assert made.state == "PENDING_VALIDATION", case
    assert not Approval.objects.exists(), case


@pytest.mark.django_db
def test_agent_may_not_validate() -> None:
    with pytest.raises(Forbidden):
        validate(pending(1), person("agent2", Role.AGENT, limit="1000000"))


@pytest.mark.django_db
def test_what_changed_since_it_was_seen_is_not_validated() -> None:
    made = pending(1)

    with pytest.raises(approvals.SeenChanged):
        validate(made, supervisor(), seen="0" * 64)


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["RECEIVED", "ENRICHED", "ON_HOLD", "REJECTED"])
def test_only_what_waits_for_validation_is_validated(state: str) -> None:
    made = pending(1)
    Trade.objects.update(state=state)

    with pytest.raises(IllegalTransition):
        validate(made, supervisor())


@pytest.mark.django_db
def test_self_approval_is_refused_by_the_database_too() -> None:
    made = pending(1)
    row = {
        "subject_kind": "trade",
        "subject_id": made.pk,
        "version_no": 1,
        "fingerprint": made.fingerprint,
        "decision": "APPROVED",
        "maker": "agent",
        "contributors": ["agent"],
        "checker": "agent",
    }

    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.bulk_create([Approval(**row)])
    with pytest.raises(IntegrityError), transaction.atomic():  # lies about who made it
        Approval.objects.bulk_create(
            [Approval(**(row | {"maker": "somebody", "contributors": []}))]
        )
    with pytest.raises(IntegrityError), transaction.atomic():  # another text than what stands
        Approval.objects.bulk_create(
            [Approval(**(row | {"checker": "supervisor", "fingerprint": "0" * 64}))]
        )


@pytest.mark.django_db
def test_validated_without_an_approval_is_refused_by_the_database() -> None:
    pending(1)

    with pytest.raises(IntegrityError), transaction.atomic():
        Trade.objects.update(state="VALIDATED")


@pytest.mark.django_db
@pytest.mark.usefixtures("passing_tables")
@pytest.mark.parametrize("table", ["desk_approval", "trades_tradeversion", "core_rolegrant"])
def test_a_passing_table_of_the_same_name_approves_nothing(table: str) -> None:
    made = pending(1)

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE {table} (LIKE public.{table}) ON COMMIT DROP")
        if table == "desk_approval":
            cursor.execute(
                "INSERT INTO pg_temp.desk_approval (id, subject_kind, subject_id, version_no,"
                " fingerprint, decision, maker, contributors, checker, reason, decided_at,"
                " is_last, on_behalf_of) VALUES"
                " (1, 'trade', %s, 1, %s, 'APPROVED', 'a', '{}', 'b', '', now(), true, '')",
                [made.pk, made.fingerprint],
            )
        with pytest.raises(IntegrityError, match="not approved"), transaction.atomic():
            cursor.execute("UPDATE public.trades_trade SET state = 'VALIDATED'")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("case", "checker"),
    [
        ("nobody", lambda: "ghost"),
        ("not_a_person", lambda: "system"),
        ("an_agent", lambda: person("agent2", Role.AGENT).name),
        ("of_another_desk", lambda: supervisor("sue", desk="OTHER").name),
        ("the_right_was_taken", lambda: _without_a_role(supervisor("max").name)),
        ("inactive", lambda: _inactive(supervisor("eva").name)),
    ],
)
def test_the_database_asks_whether_the_checker_held_the_right(
    case: str, checker: Callable[[], str]
) -> None:
    made = pending(1)
    row = {
        "subject_kind": "trade",
        "subject_id": made.pk,
        "version_no": 1,
        "fingerprint": made.fingerprint,
        "decision": "APPROVED",
        "maker": "agent",
        "contributors": ["agent"],
    }

    with pytest.raises(IntegrityError, match="may not validate"), transaction.atomic():
        Approval.objects.create(**row, checker=checker())
    Approval.objects.create(**row, checker=supervisor().name)


def _without_a_role(name: str) -> str:
    RoleGrant.objects.filter(user__username=name).delete()
    return name


def _inactive(name: str) -> str:
    User.objects.filter(username=name).update(is_active=False)
    return name


@pytest.mark.django_db
def test_a_validated_trade_takes_no_other_version_without_its_approval() -> None:
    made = pending(1)
    validate(made, supervisor())

    for change in ({"version_no": 2}, {"fingerprint": "0" * 64}):
        with pytest.raises(IntegrityError, match="not approved"), transaction.atomic():
            Trade.objects.filter(pk=made.pk).update(**change)


@pytest.mark.django_db
def test_many_are_decided_one_by_one_with_an_outcome_each() -> None:
    good, own = pending(1), pending(2, maker="supervisor")

    outcomes = validation.decide_many(
        seen={good.pk: good.fingerprint, own.pk: own.fingerprint, 999: "x"},
        approve=True,
        reason="",
        actor=supervisor(),
        at=AT,
    )

    assert {outcome.trade_id: outcome.code for outcome in outcomes} == {
        good.pk: "",
        own.pk: "UNABLE_TO_APPROVE",
        999: "NO_SUCH_TRADE",
    }
    assert Trade.objects.filter(state="VALIDATED").count() == 1


@pytest.mark.django_db
def test_each_of_many_is_checked_by_itself_and_announced_by_itself() -> None:
    good, other, changed, dear = (pending(n) for n in range(1, 5))
    Trade.objects.filter(pk=dear.pk).update(risk_amount_eur=2_000_000)
    validate(other, supervisor())

    outcomes = validation.decide_many(
        seen={good.pk: good.fingerprint, other.pk: other.fingerprint, changed.pk: "x",
              dear.pk: dear.fingerprint},
        approve=True, reason="", actor=supervisor("supervisor2"), at=AT,
    )  # fmt: skip

    assert [outcome.code for outcome in outcomes] == [
        "", "ALREADY_DECIDED", "SEEN_CHANGED", "OVER_LIMIT",
    ]  # fmt: skip
    assert Approval.objects.get(subject_id=good.pk).checker == "supervisor2"
    assert OutboxEvent.objects.filter(event="trade.validated").count() == 2
    assert WorkItem.objects.filter(state="OPEN").count() == 2


@pytest.mark.django_db
def test_many_are_validated_in_as_many_statements_as_few(
    django_assert_max_num_queries: Any,
) -> None:
    seen = {made.pk: made.fingerprint for made in map(pending, range(1, 21))}
    actor = supervisor()

    with context.unit_of_work("request"), django_assert_max_num_queries(30):
        outcomes = validation.decide_many(seen=seen, approve=True, reason="", actor=actor, at=AT)

    assert not validation.refusals(outcomes)


@pytest.mark.django_db
def test_job_decides_many_and_shows_each_refusal() -> None:
    good, own = pending(1), pending(2, maker="supervisor")
    bulk.enqueue(
        kind=validation.JOB_KIND,
        seen={good.pk: good.fingerprint, own.pk: own.fingerprint},
        parameters={"approve": True, "reason": ""},
        actor=supervisor(),
        at=AT,
    )

    jobs.run_pending()

    job = Job.objects.get(kind="trades.decide_many")
    assert (job.state, job.counts) == ("DONE", {"done": 1, "UNABLE_TO_APPROVE": 1})
    told = {row.label: (row.state, row.code) for row in job.outcomes.all()}
    assert told == {
        good.reference: ("DONE", ""), own.reference: ("REFUSED", "UNABLE_TO_APPROVE"),
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_of_many_validators_at_once_exactly_one_decides() -> None:
    made = pending(1)
    people = [supervisor(f"supervisor{number}") for number in range(6)]
    barrier = threading.Barrier(len(people))
    ends: Counter[str] = Counter()

    def decide(actor: Actor) -> None:
        try:
            barrier.wait()
            validate(made, actor)
            ends["validated"] += 1
        except approvals.AlreadyDecided:
            ends["late"] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=(actor,)) for actor in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ends == {"validated": 1, "late": len(people) - 1}
    assert Approval.objects.count() == 1
