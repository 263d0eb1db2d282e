"""The database takes the allocations of a group only if both sides carry the same sum."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

pytestmark = pytest.mark.django_db

GROUP = """
INSERT INTO reconciliation_matchgroup
       (kind, pass_name, rule_version, score, state, difference, currency, evidence, decided_by,
        reason)
VALUES ('CASH', 'SPLIT_REFERENCE', '', 1, 'PROPOSED', 0, 'EUR', '{}', '', '') RETURNING id
"""
ALLOCATIONS = """
INSERT INTO reconciliation_matchallocation
       (group_id, kind, side, item_id, amount, currency, state)
SELECT %s, 'CASH', leg.side, row_number() OVER (), leg.amount, leg.currency, 'PROPOSED'
  FROM unnest(%s::text[], %s::numeric[], %s::text[]) AS leg(side, amount, currency)
"""
Leg = tuple[str, int, str]


@pytest.mark.parametrize(
    ("case", "legs", "taken"),
    [
        ("pair", [("OURS", 5, "EUR"), ("THEIRS", 5, "EUR")], True),
        ("parts", [("OURS", 60, "EUR"), ("OURS", 60, "EUR"), ("THEIRS", 120, "EUR")], True),
        ("same_parts", [("OURS", 5, "EUR")] * 2 + [("THEIRS", 5, "EUR")] * 2, True),
        ("signs", [("OURS", -5, "EUR"), ("OURS", 8, "EUR"), ("THEIRS", 3, "EUR")], True),
        ("amount_twice", [("OURS", 5, "EUR"), ("OURS", 5, "EUR"), ("THEIRS", 5, "EUR")], False),
        ("one_side", [("THEIRS", 5, "EUR")], False),
        ("opposite_signs", [("OURS", 5, "EUR"), ("THEIRS", -5, "EUR")], False),
        ("unlike", [("OURS", 5, "EUR"), ("THEIRS", 4, "EUR")], False),
        ("other_currency", [("OURS", 5, "USD"), ("THEIRS", 5, "USD")], False),
        ("two_currencies", [("OURS", 5, "EUR"), ("THEIRS", 5, "USD")], False),
    ],
)
def test_both_sides_of_a_group_carry_the_same_sum(
    case: str, legs: list[Leg], *, taken: bool
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(GROUP)
        group_id = cursor.fetchone()[0]

        def allocate() -> None:
            with transaction.atomic():
                cursor.execute(ALLOCATIONS, [group_id, *map(list, zip(*legs, strict=True))])

        if taken:
            allocate()
            return
        with pytest.raises(IntegrityError) as refused:
            allocate()
    cause = refused.value.__cause__
    assert cause.diag.constraint_name == "allocation_conserves_value", case  # type: ignore[union-attr]  # psycopg2's error
