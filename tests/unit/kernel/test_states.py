"""A life moves only along its arrows."""

from __future__ import annotations

from enum import StrEnum

import pytest

from kernel.findings import Finding, Severity
from kernel.states import IllegalTransition, require_transition


class Light(StrEnum):
    RED = "RED"
    GREEN = "GREEN"


TABLE = {Light.RED: frozenset({Light.GREEN}), Light.GREEN: frozenset[Light]()}


def test_an_arrow_may_be_followed_and_nothing_else() -> None:
    require_transition(TABLE, source=Light.RED, target=Light.GREEN)
    with pytest.raises(IllegalTransition, match="it is final"):
        require_transition(TABLE, source=Light.GREEN, target=Light.RED)


def test_a_finding_tells_expected_found_and_place() -> None:
    finding = Finding(
        "CAP-001", "isin", "{field} must be {expected}", "an ISIN", "X", line=3, column="ISIN"
    )
    shape = finding.as_dict()
    assert shape["message"] == "isin must be an ISIN"
    assert (shape["line"], shape["severity"]) == (3, Severity.BLOCKING)
