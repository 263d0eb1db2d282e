"""The programs that `up` supervises, and the web server that benchmarks ask."""

from __future__ import annotations

import sys
from collections.abc import Mapping


def web(environment: Mapping[str, str], *, host: str, port: int) -> list[str]:
    """Return the command of the web server: processes for the cores, threads for who waits."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "backoffice.wsgi:application"),
        *("--no-ws", "--host", host, "--port", str(port), "--log-level", "warning"),
        *("--workers", environment.get("WEB_CONCURRENCY") or "2"),
        *("--blocking-threads", environment.get("WEB_THREADS") or "4"),
    ]


def worker(environment: Mapping[str, str]) -> list[str]:
    """Return the command of the job worker."""
    concurrency = environment.get("WORKER_CONCURRENCY") or "2"
    return _celery("worker", "-l", "WARNING", "-c", concurrency)


def scheduler() -> list[str]:
    """Return the command of the scheduler."""
    return _celery("beat", "-l", "WARNING", "--pidfile=")


def _celery(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "celery", "-q", "-A", "backoffice", *arguments]
