"""`up` keeps the FIX acceptor alive: over a kill -9 no report is lost and none is booked twice."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from backoffice.launcher.supervisor import born_at
from benchmarks import drop_copy
from tests.scenarios.launched import Launched, eventually, running

pytestmark = pytest.mark.slow
REPORTS = 3_000
SESSION = f"""
from trades.models import FixSession
from trades.services.fix import lines
session = FixSession.objects.create(
    name="BENCH", begin_string="{drop_copy.BEGIN}", sender_comp_id="{drop_copy.THEM}",
    target_comp_id="{drop_copy.US}", source_system="S", addresses=["127.0.0.0/8"])
lines.open_line(session)
"""
COUNTED = """
from trades.models import Execution, FixMessage, FixResult, Trade
taken = FixMessage.objects.filter(waits=True)
print(taken.count(), taken.values("key").distinct().count(), FixResult.objects.count(),
      Execution.objects.count(), Trade.objects.filter(version_no=1).count())
"""


def fix_port(up: Launched) -> int:
    """Return where the acceptor listens, as `up` said it."""
    found = re.search(r"FIX sessions: 127\.0\.0\.1:(\d+)", up.log())
    assert found is not None, up.log()
    return int(found[1])


@pytest.fixture(name="up", scope="module")
def _up(migrated: Path) -> Iterator[Launched]:
    with running(migrated, FIX_PORT=str(drop_copy.free_port())) as up:
        eventually(lambda: "fix" in up.children())
        yield up


def test_a_copy_whose_fix_port_is_taken_starts_all_the_same(up: Launched, migrated: Path) -> None:
    with running(migrated, FIX_PORT=str(fix_port(up))) as other:
        eventually(lambda: "trying again" in other.log())
        assert other.end() == 0, other.log()


def test_reports_survive_a_kill_of_the_acceptor_in_mid_stream(up: Launched) -> None:
    up.load_reference_data()
    up.told("shell", "--no-imports", "-c", SESSION)
    sender = drop_copy.Sender(fix_port(up))
    bodies = [drop_copy.body(f"E{n}", "FR0000120271", 1 + n, "55.4") for n in range(REPORTS)]

    sender.log_on()
    sender.report(bodies[: REPORTS // 2])
    killed = up.children()["fix"]
    os.kill(killed, signal.SIGKILL)
    eventually(lambda: up.children().get("fix", killed) != killed)
    sender.log_on()
    sender.report(bodies[REPORTS // 2 :])

    def counted() -> str:
        sender.listen(0.5)
        return up.told("shell", "--no-imports", "-c", COUNTED)

    eventually(lambda: counted() == " ".join([str(REPORTS)] * 5), seconds=90)
    sender.close()
    eventually(lambda: "ok   fix acceptor" in up.told("doctor", "--part", "fix acceptor"))
    eventually(lambda: up.manage("verify_promises", "--settled")[0] == 0, seconds=60)
    assert "no problems" in up.told("verify_audit")
    last = up.children()["fix"]
    assert up.end() == 0, up.log()
    assert born_at(last) == ""
