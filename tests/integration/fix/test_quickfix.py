"""Real QuickFIX initiators log on, resend what is asked for, beat, log out and come back."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from backoffice.launcher import places
from tests.factories.trades import small_world
from tests.fix import initiator
from tests.fix.initiator import accepting
from tests.integration.fix.test_drop_copy import eventually
from trades.models import FixLine, FixResult, FixSession, Trade

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        importlib.util.find_spec("quickfix") is None,
        reason="quickfix-tls has wheels for Linux on x86-64 alone; elsewhere it would compile",
    ),
]

VERSIONS = ("FIX.4.2", "FIX.4.4", "FIXT.1.1")


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


def test_quickfix_reports_over_two_logons_and_each_fill_is_booked_once(tmp_path: Path) -> None:
    """A counterparty of each version, all at once: what they wait for is the clock."""
    small_world()
    for begin in VERSIONS:
        initiator.session(name=begin, begin_string=begin, source_system=begin)
    with accepting() as acceptor, ThreadPoolExecutor(len(VERSIONS)) as pool:

        def live(first: int, count: int) -> list[list[str]]:
            lives = [
                pool.submit(quickfix, acceptor.port, tmp_path / begin, begin, first, count)
                for begin in VERSIONS
            ]
            return [life.result() for life in lives]

        said = live(1, 40)
        eventually(lambda: not FixLine.objects.exclude(state="OFFLINE").exists())
        said += live(41, 10)
        eventually(lambda: FixResult.objects.count() == 50 * len(VERSIONS))

    assert said == [["logon", "logout"]] * 2 * len(VERSIONS)
    for session in FixSession.objects.all():
        assert Trade.objects.filter(source_system=session.source_system).count() == 50
        assert session.line.epoch == 1
        taken = session.messages.filter(disposition__in=["TAKEN", "REFUSED"])
        kinds = set(taken.values_list("kind", flat=True))
        assert kinds <= {"A", "0", "1", "2", "4", "5", "8"}
        assert session.messages.filter(disposition="HELD").exists(), "it had to resend"
