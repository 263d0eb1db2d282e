"""The closed days that the demo brings are those of the sources."""

from __future__ import annotations

from refdata.demo import calendars


def test_the_demo_closes_when_the_sources_say() -> None:
    assert calendars.closed_days() == calendars.asked()
