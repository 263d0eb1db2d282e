"""The life of a confirmation, state by state."""

from __future__ import annotations

import pytest

from kernel.states import IllegalTransition, require_transition
from settlement.states import (
    CHASED,
    COLOURS,
    OPEN,
    PAIRED,
    TRANSITIONS,
    UNCONFIRMED,
    ConfirmationState,
)

S = ConfirmationState
ARROWS = {
    (S.TO_SEND, S.SENT), (S.TO_SEND, S.MISMATCHED), (S.TO_SEND, S.MATCHED),
    (S.TO_SEND, S.DISPUTED), (S.TO_SEND, S.CANCELLED),
    (S.SENT, S.MISMATCHED), (S.SENT, S.MATCHED), (S.SENT, S.DISPUTED), (S.SENT, S.CANCELLED),
    (S.ALLEGED, S.DISPUTED), (S.ALLEGED, S.CANCELLED),
    (S.MISMATCHED, S.TO_SEND), (S.MISMATCHED, S.SENT), (S.MISMATCHED, S.MATCHED),
    (S.MISMATCHED, S.DISPUTED), (S.MISMATCHED, S.CANCELLED),
    (S.MATCHED, S.TO_SEND), (S.MATCHED, S.SENT), (S.MATCHED, S.DISPUTED),
    (S.MATCHED, S.CANCELLED),
    (S.DISPUTED, S.TO_SEND), (S.DISPUTED, S.SENT), (S.DISPUTED, S.ALLEGED),
    (S.DISPUTED, S.MISMATCHED), (S.DISPUTED, S.MATCHED), (S.DISPUTED, S.CANCELLED),
}  # fmt: skip


@pytest.mark.parametrize("source", list(S))
@pytest.mark.parametrize("target", list(S))
def test_every_pair_of_states(source: S, target: S) -> None:
    if (source, target) in ARROWS:
        require_transition(TRANSITIONS, source=source, target=target)
    else:
        with pytest.raises(IllegalTransition):
            require_transition(TRANSITIONS, source=source, target=target)


def test_what_is_live_can_always_be_cancelled_and_nothing_leaves_that() -> None:
    assert {source for source, target in ARROWS if target is S.CANCELLED} == set(S) - {S.CANCELLED}
    assert TRANSITIONS[S.CANCELLED] == frozenset()


def test_groups_of_states_agree_and_each_has_a_colour() -> None:
    assert set(OPEN) == {state.value for state in S} - {"MATCHED", "CANCELLED"}
    assert set(UNCONFIRMED) < set(CHASED) < set(OPEN)
    assert set(PAIRED) == {"MATCHED", "MISMATCHED"}
    assert set(COLOURS) == set(S)
