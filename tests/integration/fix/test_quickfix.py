"""A real QuickFIX initiator logs on, resends what is asked for, beats, logs out and comes back."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from backoffice.launcher import places
from tests.factories.trades import small_world
from tests.fix import initiator
from tests.fix.initiator import accepting
from tests.integration.fix.test_drop_copy import eventually
from trades.models import FixLine, FixMessage, FixResult, Trade

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        importlib.util.find_spec("quickfix") is None,
        reason="quickfix-tls has wheels for Linux on x86-64 alone; elsewhere it would compile",
    ),
]


def quickfix(port: int, folder: Path, begin: str, first: int, count: int) -> list[str]:
    """Run one life of the initiator; return what it said."""
    script = places.ROOT / "tests" / "fix" / "quickfix_initiator.py"
    arguments = [str(port), str(folder), begin, str(first), str(count)]
    done = subprocess.run(
        [sys.executable, str(script), *arguments],
        capture_output=True, text=True, timeout=90, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("begin", ["FIX.4.2", "FIX.4.4", "FIXT.1.1"])
def test_quickfix_reports_over_two_logons_and_each_fill_is_booked_once(
    begin: str, tmp_path: Path
) -> None:
    small_world()
    initiator.session(begin_string=begin)
    with accepting() as acceptor:
        first = quickfix(acceptor.port, tmp_path, begin, 1, 40)
        eventually(lambda: FixLine.objects.get().state == "OFFLINE")
        second = quickfix(acceptor.port, tmp_path, begin, 41, 10)
        eventually(lambda: FixResult.objects.count() == 50)

    assert first == second == ["logon", "logout"]
    assert Trade.objects.count() == 50
    line = FixLine.objects.get()
    assert line.epoch == 1
    taken = FixMessage.objects.filter(disposition__in=["TAKEN", "REFUSED"]).order_by("number")
    kinds = set(taken.values_list("kind", flat=True))
    assert kinds <= {"A", "0", "1", "2", "4", "5", "8"}
    assert FixMessage.objects.filter(disposition="HELD").exists(), "it had to resend"
