"""Control evidence: nobody checks work of their own, on whatever right; rights that were lent."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.utils import translation

from backoffice.evidence import (
    parts,
    rights,
    validations,
)
from core import delegations
from core.models import LoneGrant
from core.roles import Role
from desk.models import Request
from desk.services import emergencies
from tests.factories.delegations import lent
from tests.factories.refdata import known_desk
from tests.integration.backoffice.evidence import (
    AT,
    as_another,
    lived,
    span,
)
from tests.integration.desk.people import person
from tests.integration.trades.test_validation import pending
from trades.models import Trade, TradeVersion
from trades.services import validation

pytestmark = pytest.mark.django_db


def test_whoever_checks_own_work_would_be_named() -> None:
    """The database refuses such a decision; here the record of who made it is another."""
    made = lived()
    assert validations.decisions_of(span()).own_work == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT checker FROM desk_approval WHERE decision = 'APPROVED'")
        checker = cursor.fetchone()[0]

    forged = validations.OWN_WORK.replace("v.maker", f"'{checker}'")
    rows = list(parts.streamed(forged, span()))

    assert [(what, about) for what, about, *_rest in rows if what == "TRADE"] == [
        ("TRADE", f"{one.reference} v1") for one in made[:2]
    ]


def test_a_validated_trade_that_nobody_decided_on_would_be_named() -> None:
    """The database refuses such a trade; here the decision is not seen."""
    made = lived()

    blind = validations.OWN_WORK.replace("AND a.is_last", "AND false")
    rows = list(parts.streamed(blind, span()))

    assert [about for what, about, *_r in rows if what == "UNCHECKED"] == [
        f"{made[0].reference} v1"
    ]


def own_work(query: str = validations.OWN_WORK) -> list[tuple[str, str]]:
    return [(what, about) for what, about, *_rest in parts.streamed(query, span())]


@pytest.mark.parametrize(
    ("reason", "named"), [("MATURED", 1), ("SETTLED", 1), ("ALLOCATED", 1), ("CANCELLED", 0)]
)
def test_a_trade_that_is_over_was_decided_on_too(reason: str, named: int) -> None:
    made = lived()
    told = validations.OWN_WORK.replace("AND a.is_last", "AND false")
    told = told.replace("t.state = 'VALIDATED' OR", "").replace("t.state = 'CLOSED'", "true")
    told = told.replace("t.close_reason", f"'{reason}'")

    assert own_work(told).count(("UNCHECKED", f"{made[0].reference} v1")) == named


def test_a_version_that_was_validated_and_amended_was_decided_on_too() -> None:
    """As an amendment writes it: number and state in one change, which the trail tells."""
    made = lived()
    later = TradeVersion.objects.get(trade=made[0].pk)
    later.version_no, later.fingerprint = 2, "f" * 64
    later.save(force_insert=True)
    Trade.objects.filter(pk=made[0].pk).update(
        version_no=2, state="RECEIVED", fingerprint=later.fingerprint
    )
    assert own_work() == []

    blind = own_work(validations.OWN_WORK.replace("AND a.is_last", "AND false"))

    assert blind == [("UNCHECKED", f"{made[0].reference} v1")]


def stood_in() -> Trade:
    """A trade that one supervisor validates on the right of another."""
    made = pending(1, received_at=AT)
    ana = person("ana", Role.SUPERVISOR, desk="EQ", limit="1000000")
    bea = person("bea", Role.SUPERVISOR, desk="FI", limit="1000000")
    lent(ana, bea)
    validation.validate_trade(trade_id=made.pk, seen=made.fingerprint, actor=bea, at=AT)
    return made


def test_who_stands_in_is_told_with_whom_and_held_against_the_makers_as_the_other() -> None:
    """The database refuses what the other made; here the record of who made it is another."""
    made = stood_in()
    found = validations.decisions_of(span())
    assert (found.own_work, found.approved, found.people) == (0, 1, 1)
    with translation.override("en"):
        rows = list(validations.parts(span(), found)[0].rows())
    assert rows[0][0] == "bea for ana"

    assert own_work(validations.OWN_WORK.replace("v.maker", "'ana'::varchar")) == [
        ("TRADE", f"{made.reference} v1")
    ]


def test_a_request_decided_for_who_gains_by_it_would_be_named() -> None:
    stood_in()
    lending = Request.objects.get(kind="DELEGATION")
    assert own_work() == []

    forged = validations.OWN_WORK.replace(
        "decided_by, nullif(on_behalf_of, '')", "decided_by, 'ana'"
    )

    assert own_work(forged) == [("REQUEST", f"DELEGATION {lending.subject_reference}")]


@pytest.mark.django_db(transaction=True)
def test_a_lender_and_who_stands_in_count_as_one() -> None:
    """The database refuses the second approval; here it came around the triggers."""
    made = stood_in()
    assert list(parts.asked(validations.BY_PEOPLE, span())) == [(1, 1)]
    as_another(
        "INSERT INTO desk_approval (subject_kind, subject_id, version_no, fingerprint, decision,"
        " maker, contributors, checker, reason, is_last, on_behalf_of)"
        " SELECT subject_kind, subject_id, version_no, fingerprint, decision, maker, contributors,"
        " 'ana', '', false, '' FROM desk_approval"
    )

    assert list(parts.asked(validations.BY_PEOPLE, span())) == [(1, 1)]
    assert own_work() == [("TWICE", f"{made.reference} v1")]


def test_rights_that_were_lent_are_told_with_both_and_who_ended_them() -> None:
    ana, bea = (person(name, Role.SUPERVISOR, desk="EQ") for name in ("ana", "bea"))
    row = lent(ana, bea, days=3)
    delegations.withdraw(delegation_id=row.pk, reason="back early", actor=ana, at=AT)

    with translation.override("en"):
        found = {part.title: list(part.rows()) for part in rights.parts(span())}

    told = found["Roles lent"]
    assert [one[2:8] for one in told] == [
        ("ana", "bea", row.first_day, row.last_day, "ana", "root")
    ]
    assert told[0][9:] == ("ana", parts.local(AT), "on leave", "back early")


def test_the_end_of_a_broken_glass_is_told() -> None:
    bea = person("bea", Role.SUPERVISOR, desk="FI")
    known_desk("EQ")
    emergencies.break_glass(
        role=Role.SUPERVISOR,
        desk_code="EQ",
        minutes=30,
        reason="nobody is there",
        actor=bea,
        at=datetime.now(UTC),
    )

    with translation.override("en"):
        found = {part.title: part for part in rights.parts(span())}[
            "Roles given by one person alone"
        ]

    ends = [row[-1] for row in found.rows() if row[0] == "bea" and row[2] == "EQ"]
    assert ends == [parts.local(LoneGrant.objects.get(until__isnull=False).until)]
