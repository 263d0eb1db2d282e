"""Every right and every pair of roles that may not meet has its words."""

from __future__ import annotations

from collections import Counter

from core.access import DEEDS
from core.rights_words import GROUPS, TOXIC_REASONS, reason_against
from core.role_matrix import TOXIC_PAIRS
from core.roles import Action, Role


def test_every_action_is_in_one_group_and_has_its_words() -> None:
    grouped = Counter(action for _label, actions in GROUPS for action in actions)

    assert grouped == dict.fromkeys(Action, 1)
    assert DEEDS.keys() == set(Action)


def test_every_toxic_pair_says_why() -> None:
    assert TOXIC_REASONS.keys() == set(TOXIC_PAIRS)
    assert reason_against(Role.SUPERVISOR, Role.AGENT) == reason_against(
        Role.AGENT, Role.SUPERVISOR
    )
