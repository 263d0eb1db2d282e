"""A large trade takes several supervisors: on the same version, each for oneself, none twice."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from core.models import OutboxEvent
from core.roles import Role
from desk.models import Approval, SeveralValidations, WorkItem
from desk.selectors import find_approved
from desk.services import approvals
from kernel.actors import SYSTEM, Actor
from kernel.states import IllegalTransition
from tests.at_once import at_once
from tests.factories.controlled import world
from tests.integration.desk.people import person
from tests.integration.trades.test_validation import AT, pending, supervisor, validate
from tests.integration.trades.typed import fields
from trades.models import Trade
from trades.services import control, manual, validation

pytestmark = pytest.mark.django_db


def takes(people: int, from_eur: int) -> None:
    """Trades from this amount on take so many supervisors."""
    SeveralValidations.objects.create(
        people=people, from_eur=from_eur, valid_from=date(2020, 1, 1), set_by="console"
    )


def entered(number: int, maker: Actor) -> Trade:
    """Return a trade that somebody typed, and that waits for validation."""
    world()
    item = manual.enter_trade(reference=f"M-{number}", fields=fields(), actor=maker, at=AT)
    assert item.trade is not None
    control.control_trades(trade_ids=[item.trade.id], actor=SYSTEM, at=AT)
    made = Trade.objects.get(pk=item.trade.id)
    assert made.state == "PENDING_VALIDATION"
    return made


def state_of(made: Trade) -> str:
    return Trade.objects.get(pk=made.pk).state


def test_two_people_validate_what_is_large() -> None:
    takes(2, 6_000)
    made = pending(1)

    validate(made, supervisor("sue"))

    assert state_of(made) == "PENDING_VALIDATION"
    assert find_approved(subject_kind="trade", subject_id=made.pk) is None
    assert WorkItem.objects.get().state == "OPEN"
    assert not OutboxEvent.objects.filter(event="trade.validated").exists()
    with pytest.raises(approvals.AlreadyDecided):
        validate(made, supervisor("sue"))
    with pytest.raises(approvals.OverLimit):  # each within the own limit
        validate(made, supervisor("tom", limit="10"))

    validate(made, supervisor("eva"))

    assert state_of(made) == "VALIDATED"
    assert WorkItem.objects.get().state == "DONE"
    said = Approval.objects.order_by("pk").values_list("checker", "is_last")
    assert list(said) == [("sue", False), ("eva", True)]
    assert OutboxEvent.objects.filter(event="trade.validated").count() == 1


@pytest.mark.parametrize(
    ("from_eur", "people"), [(6_001, 1), (6_000, 2), (1, 2)], ids=["below", "at", "above"]
)
def test_the_amount_says_how_many(from_eur: int, people: int) -> None:
    takes(2, from_eur)
    made = pending(1, risk_amount_eur=6_000)

    validate(made, supervisor())

    assert (state_of(made) == "VALIDATED") is (people == 1)


def test_three_is_more_than_two() -> None:
    takes(2, 1_000)
    takes(3, 6_000)
    made = pending(1)

    for n, name in enumerate(("sue", "eva", "tom")):
        assert state_of(made) == "PENDING_VALIDATION", n
        validate(made, supervisor(name))
    assert state_of(made) == "VALIDATED"


def test_a_change_voids_what_was_validated_before() -> None:
    takes(2, 1)
    agent = person("agent", Role.AGENT)
    made = entered(1, agent)
    validate(made, supervisor("sue"))

    manual.amend_trade(
        trade_id=made.pk, seen=made.fingerprint, fields=fields(quantity="101"), reason="more",
        actor=agent, at=AT,
    )  # fmt: skip
    with pytest.raises((approvals.SeenChanged, IllegalTransition)):
        validate(made, supervisor("eva"))
    assert state_of(made) != "VALIDATED"


def test_the_database_counts_the_people_itself() -> None:
    takes(2, 1)
    made = pending(1)
    validate(made, supervisor("sue"))
    supervisor("eva")

    with pytest.raises(IntegrityError, match="not approved"), transaction.atomic():
        Trade.objects.update(state="VALIDATED")
    said = Approval.objects.values().get()
    del said["id"]
    with pytest.raises(IntegrityError), transaction.atomic():  # one person, twice
        Approval.objects.create(**said)
    with pytest.raises(IntegrityError), transaction.atomic():  # the maker as the second
        Approval.objects.create(**{**said, "checker": "agent"})
    validate(made, supervisor("eva"))
    with pytest.raises(IntegrityError, match="validated already"), transaction.atomic():
        Approval.objects.create(**{**said, "checker": supervisor("tom").name})


def test_of_many_each_says_whether_it_waits_for_somebody_else() -> None:
    takes(2, 7_000)
    small, large = pending(1), pending(2, risk_amount_eur=8_000)

    outcomes = validation.decide_many(
        seen={small.pk: small.fingerprint, large.pk: large.fingerprint}, approve=True, reason="",
        actor=supervisor(), at=AT,
    )  # fmt: skip

    assert [(one.code, one.lacking) for one in outcomes] == [("", 0), ("", 1)]
    assert [state_of(small), state_of(large)] == ["VALIDATED", "PENDING_VALIDATION"]


@pytest.mark.django_db(transaction=True)
def test_of_twenty_validators_at_once_exactly_as_many_count_as_it_takes() -> None:
    takes(2, 1)
    made = pending(1)
    people = [supervisor(f"sue{n}") for n in range(20)]

    ends = at_once(*[lambda who=who: validate(made, who) for who in people])

    assert ends == ["ALREADY_DECIDED"] * 18 + ["DONE"] * 2
    assert Approval.objects.count() == 2
    assert OutboxEvent.objects.filter(event="trade.validated").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(5))
def test_a_validation_and_an_amendment_at_once_leave_nothing_validated_unseen(attempt: int) -> None:
    agent, boss = person("agent", Role.AGENT), supervisor()
    made = entered(attempt, agent)

    def amend() -> None:
        manual.amend_trade(
            trade_id=made.pk, seen=made.fingerprint, fields=fields(quantity="101"), reason="more",
            actor=agent, at=AT,
        )  # fmt: skip

    ends = at_once(amend, lambda: validate(made, boss))

    assert "DONE" in ends
    stands = Trade.objects.get(pk=made.pk)
    approved = set(Approval.objects.values_list("version_no", "fingerprint"))
    assert approved <= {(1, made.fingerprint)}  # never what was not seen
    if stands.state == "VALIDATED":
        assert (stands.version_no, stands.fingerprint) in approved
