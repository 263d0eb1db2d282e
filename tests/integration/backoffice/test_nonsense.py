"""What a command is told and cannot mean is refused in a sentence, before anything is done."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from core.models import ApiToken

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["create_api_token", "", "--source-system", "OMS"], "A user name is written in letters"),
        (["create_api_token", "feed", "--source-system", ""], "at most 30 letters"),
        (["create_api_token", "feed", "--source-system", "O" * 31], "at most 30 letters"),
        (["create_api_token", "feed", "--source-system", "OMS", "--days", "0"], "1 to 3650"),
        (["create_api_token", "feed", "--source-system", "OMS", "--days", "-1"], "1 to 3650"),
        (["create_api_token", "feed", "--source-system", "OMS", "--days", "99999999"], "1 to 3650"),
        (["simulate_front_office", "--rate", "0"], "--rate 0: a number above 0"),
        (["simulate_front_office", "--rate", "-5"], "--rate -5"),
        (["simulate_front_office", "--seconds", "nan"], "--seconds nan"),
        (["load_calendars", "--from", "2030", "--to", "2020"], "in order"),
        (["load_calendars", "--to", "9999"], "in order"),
    ],
)
def test_nonsense_is_refused(command: list[str], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        call_command(*command)

    assert not ApiToken.objects.exists()


def test_a_demo_of_fewer_than_no_trades_is_refused(settings: object) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]  # pytest-django's own

    with pytest.raises(CommandError, match="0 or more"):
        call_command("seed_demo", "--trades", "-5")
