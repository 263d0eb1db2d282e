"""Control evidence: a version is named by a control run, or something explains why not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import translation

from backoffice.evidence import (
    coverage,
    parts,
)
from desk.models import ControlRun
from tests.factories.controlled import trade, world
from tests.integration.backoffice.evidence import (
    AT,
    LATER,
    as_another,
    judged,
    lived,
    span,
    wanted,
)
from trades.models import Trade, TradeVersion

pytestmark = pytest.mark.django_db


def soon() -> parts.Span:
    """An hour after the last version was recorded: what waits may wait."""
    last = TradeVersion.objects.latest("recorded_at").recorded_at
    return parts.Span.of(wanted(), at=last + timedelta(hours=1))


def test_every_version_is_found_in_a_run_or_has_its_reason() -> None:
    lived()

    found = coverage.coverage_of(soon())

    assert (found.versions, found.judged, found.unexplained) == (4, 3, 0)
    assert found.why_not == {"WAITING": 1}
    assert [(book, n) for book, n, _a, _b in found.books] == [
        (ControlRun.objects.latest("pk").rule_set, 3)
    ]


def test_what_waits_for_more_than_a_day_is_not_explained() -> None:
    lived()

    found = coverage.coverage_of(span())

    assert (found.why_not, found.unexplained) == ({"OVERDUE": 1}, 1)
    with translation.override("en"):
        told = list(coverage.parts(found)[2].rows())
    assert "more than a day" in str(told[0][-1])


@pytest.mark.parametrize(
    ("state", "reason", "outcome"),
    [
        ("REJECTED", "", "OVER"),
        ("CLOSED", "CANCELLED", "OVER"),
        ("CLOSED", "SETTLED", "UNKNOWN"),
        ("CLOSED", "MATURED", "UNKNOWN"),
        ("CLOSED", "EXPIRED", "UNKNOWN"),
        ("CLOSED", "ALLOCATED", "UNKNOWN"),
        ("ON_HOLD", "", "UNKNOWN"),
    ],
)
def test_only_a_trade_that_came_to_nothing_needs_no_control(
    state: str, reason: str, outcome: str
) -> None:
    world()
    made = trade(1)
    told = coverage.COVERED.replace(
        "t.state, t.close_reason", "%(s)s AS state, %(r)s AS close_reason"
    )

    with connection.cursor() as cursor:
        cursor.execute(told, span().named | {"s": state, "r": reason})
        found = [row[0] for row in cursor.fetchall() if row[5] == made.reference]

    assert found == [outcome]


@pytest.mark.parametrize("became", ["replaced", "refused", "cancelled"])
def test_what_was_validated_without_a_control_is_never_explained(became: str) -> None:
    """No run names it, and what became of it afterwards is no excuse."""
    made = lived()[0]
    told = coverage.COVERED.replace("max(run.id) AS run_id", "NULL::bigint AS run_id")
    now = {
        "replaced": "9 AS current_no",
        "refused": "'REJECTED' AS state",
        "cancelled": "'CANCELLED' AS close_reason",
    }
    column = {
        "replaced": "t.version_no AS current_no",
        "refused": "t.state",
        "cancelled": "t.close_reason",
    }

    found = {
        row[5]: row[0] for row in parts.streamed(told.replace(column[became], now[became]), span())
    }

    assert found[made.reference] == "APPROVED"
    assert coverage.Coverage([], {"APPROVED": 1}, [], 0, 0, 0).unexplained == 1


def test_a_run_long_after_the_period_is_no_control_of_it() -> None:
    world()
    judged(made := trade(1), at=LATER + timedelta(days=40))

    found = coverage.coverage_of(span())

    assert found.why_not == {"UNKNOWN": 1}
    assert [row[0] for row in found.left_out] == [made.reference]


def test_a_run_names_as_many_versions_as_it_judged() -> None:
    lived()
    run = ControlRun.objects.earliest("pk")

    assert (len(run.subject_ids), run.version_nos) == (3, [1, 1, 1])
    with pytest.raises(DatabaseError), transaction.atomic():
        ControlRun.objects.create(
            judged=2, clean_count=2, subject_ids=[1], version_nos=[1], ended_at=AT
        )


def test_nobody_adds_a_run_that_names_nothing() -> None:
    with pytest.raises(DatabaseError, match="controlrun_names_its_trades"), transaction.atomic():
        ControlRun.objects.create(judged=1, clean_count=1, ended_at=AT)


#: As the migration meets a run of before: it stands, and the constraint holds for what comes.
OF_BEFORE = """
ALTER TABLE desk_controlrun DROP CONSTRAINT controlrun_names_its_trades;
INSERT INTO desk_controlrun (judged, clean, hits, ended_at) VALUES (1, 1, '{}', '2098-12-30Z');
ALTER TABLE desk_controlrun ADD CONSTRAINT controlrun_names_its_trades
  CHECK (subject_ids IS NOT NULL AND version_nos IS NOT NULL) NOT VALID;
"""


@pytest.mark.django_db(transaction=True)
def test_a_run_of_before_explains_what_no_run_names() -> None:
    world()
    Trade.objects.filter(pk=trade(1).pk).update(state="PENDING_VALIDATION")
    assert coverage.coverage_of(span()).why_not == {"UNKNOWN": 1}

    as_another(OF_BEFORE)

    assert coverage.coverage_of(span()).why_not == {"NOT_NAMED": 1}
