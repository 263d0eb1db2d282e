"""The documented statement and custodian table are accepted, match EXAMPLE-1 and show breaks."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.files import SameFileTwice
from reconciliation.models import Break, MatchGroup
from tests.integration.reconciliation.examples import (
    BANK,
    CUSTODIAN,
    example_taken_in,
    example_trade,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "reference", "difference"),
    [(BANK, "", Decimal("-12.50")), (CUSTODIAN, "CUSTODY-7", Decimal("19577.50"))],
)
def test_an_example_matches_the_trade_and_leaves_one_break(
    name: str, reference: str, difference: Decimal
) -> None:
    made = example_trade()

    file = example_taken_in(name)

    group = MatchGroup.objects.get(run__source=file)
    assert (group.pass_name, group.state) == ("EXACT", "CONFIRMED")
    assert group.allocations.get().trade_id == made.pk
    found = Break.objects.get()
    assert (found.category, found.reference, found.difference) == (
        "MISSING_OURS", reference, difference,
    )  # fmt: skip


@pytest.mark.parametrize("name", [BANK, CUSTODIAN])
def test_an_example_is_taken_in_once(name: str) -> None:
    example_trade()
    example_taken_in(name)

    with pytest.raises(SameFileTwice):
        example_taken_in(name)
