"""The programs that `up` supervises, and the web server that benchmarks ask."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Final

from backoffice.launcher import places
from backoffice.launcher.cluster_home import UnableToStart

#: How many of each there are: settings, with what stands for them where nothing is said.
COUNTS: Final = {"WEB_CONCURRENCY": "2", "WEB_THREADS": "8", "WORKER_CONCURRENCY": "2"}


def _count(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name) or COUNTS[name]
    if not (value.isascii() and value.isdigit() and int(value)):
        raise UnableToStart(f"{name}={value!r}: write a whole number from 1 on")
    return value


def check_counts(environment: Mapping[str, str]) -> None:
    """Raise UnableToStart when a number of processes is none."""
    for name in COUNTS:
        _count(environment, name)


def web(environment: Mapping[str, str], *, host: str, port: int) -> list[str]:
    """Return the command of the web server: processes for the cores, threads for who waits.

    Its warnings are advice on the number of threads, which does not know what ours wait for.
    """
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "backoffice.wsgi:application"),
        *("--no-ws", "--host", host, "--port", str(port), "--log-level", "error"),
        *("--workers-kill-timeout", "8"),
        *("--workers", _count(environment, "WEB_CONCURRENCY")),
        *("--blocking-threads", _count(environment, "WEB_THREADS")),
    ]


def worker(environment: Mapping[str, str]) -> list[str]:
    """Return the command of the job worker."""
    return _celery("worker", "-l", "WARNING", "-c", _count(environment, "WORKER_CONCURRENCY"))


def scheduler() -> list[str]:
    """Return the command of the scheduler."""
    return _celery("beat", "-l", "WARNING", "--pidfile=")


def fix_acceptor() -> list[str]:
    """Return the command of the FIX acceptor; FIX_HOST and FIX_PORT are in its environment."""
    return [sys.executable, str(places.ROOT / "manage.py"), "fix_acceptor", "--skip-checks"]


def _celery(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "celery", "-q", "-A", "backoffice", *arguments]
