from __future__ import annotations

import pytest

from kernel.states import IllegalTransition, require_transition
from reporting.states import (
    COLOURS,
    FILE_TRANSITIONS,
    REPORT_TRANSITIONS,
    ReportFileState,
    ReportState,
)

ARROWS = {(source, target) for source, targets in REPORT_TRANSITIONS.items() for target in targets}


@pytest.mark.parametrize("source", list(ReportState))
@pytest.mark.parametrize("target", list(ReportState))
def test_every_pair_of_report_states(source: ReportState, target: ReportState) -> None:
    if (source, target) in ARROWS:
        require_transition(REPORT_TRANSITIONS, source=source, target=target)
    else:
        with pytest.raises(IllegalTransition):
            require_transition(REPORT_TRANSITIONS, source=source, target=target)


def test_nothing_is_sent_without_having_been_in_a_file() -> None:
    assert {source for source, target in ARROWS if target is ReportState.RELEASED} == {
        ReportState.IN_FILE
    }


def test_every_state_has_a_row_and_a_colour() -> None:
    assert set(REPORT_TRANSITIONS) == set(ReportState)
    assert set(FILE_TRANSITIONS) == set(ReportFileState)
    assert set(ReportState) <= set(COLOURS)
