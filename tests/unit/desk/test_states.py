"""Every state of the desk against every state: what the tables allow, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from itertools import product

import pytest

from desk.states import (
    EXCEPTION_TRANSITIONS,
    REQUEST_TRANSITIONS,
    SETTING_TRANSITIONS,
    WORK_TRANSITIONS,
)
from kernel.states import IllegalTransition, require_transition

Table = Mapping[StrEnum, frozenset[StrEnum]]
CASES = [
    (table, source, target)
    for table in (
        EXCEPTION_TRANSITIONS,
        REQUEST_TRANSITIONS,
        SETTING_TRANSITIONS,
        WORK_TRANSITIONS,
    )
    for source, target in product(table, table)
]


@pytest.mark.parametrize(("table", "source", "target"), CASES)
def test_only_the_arrows_of_the_table_are_allowed(
    table: Table, source: StrEnum, target: StrEnum
) -> None:
    if target in table[source]:
        require_transition(table, source=source, target=target)
        return
    with pytest.raises(IllegalTransition):
        require_transition(table, source=source, target=target)
