"""A small house with a rogue trader: he is seen within two days, the others are left alone."""

from __future__ import annotations

import pytest

from benchmarks import market, rogue

pytestmark = pytest.mark.django_db


@pytest.mark.slow
def test_every_rule_of_conduct_speaks_of_the_rogue_his_assistant_or_their_codes() -> None:
    """Five weeks of a house of four: what published cases tell happens once, and is seen.

    He is seen within two days, and honest traders are left alone.
    """
    dealt = market.opened(seed=11)
    dealt.traders = dealt.traders[2:6]
    story = rogue.told(dealt, days=28, begins=8, a_day=2)
    story.session_s = 1800

    rogue.lived(story)

    score = rogue.scored(story)
    assert score["rogue_rules_silent"] == []
    assert score["rogue_trader_days"] in {0, 1, 2}
    assert score["rogue_conduct_days"] in {0, 1, 2}
    assert score["conduct_false_alarms_by_rule"] == {}
