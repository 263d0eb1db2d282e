"""A command on a leash ends with whoever holds it, and waits for the word."""

from __future__ import annotations

import subprocess
import sys

from backoffice.launcher import leash

COMMAND = """
from backoffice.launcher import leash
leash.follow()
print("ready", flush=True)
leash.wait()
print("told", flush=True)
"""


def _led(**environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_it_waits_for_the_word() -> None:
    with _led(**{leash.VARIABLE: "1"}) as command:
        assert command.stdout is not None
        assert command.stdout.readline() == "ready\n"
        print("go", file=command.stdin, flush=True)

        assert command.stdout.read() == "told\n"
        assert command.wait() == 0


def test_it_ends_when_nobody_holds_it_any_more() -> None:
    with _led(**{leash.VARIABLE: "1"}) as command:
        assert command.stdout is not None
        assert command.stdout.readline() == "ready\n"

        said, _ = command.communicate(timeout=10)

    assert (said, command.returncode) == ("", 1)


def test_without_a_leash_there_is_nothing_to_wait_for() -> None:
    with _led() as command:
        said, _ = command.communicate(timeout=10)

    assert (said, command.returncode) == ("ready\ntold\n", 0)
