"""`/livez`, `/readyz`, `/metrics`: answered before sessions, hosts and languages are looked at."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Iterator
from datetime import datetime
from ipaddress import ip_address
from typing import Final

import redis
from django.conf import settings
from django.core.cache import cache
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from backoffice.metering import METER
from core import anchors
from core.cache import ONE_TRY

HEARTBEAT_SECONDS_MAX: Final = 30
FIX_FIGURES: Final = ("connected", "next_number", "messages_waiting")
FIX_LINES: Final = """
SELECT translate(s.name, '"\\', '__'), l.state = 'CONNECTED', l.next_in,
       (SELECT count(*) FROM trades_fixmessage m
         WHERE m.session_id = s.id AND m.waits AND m.id > b.acted_to)
  FROM trades_fixsession s
  JOIN trades_fixline l ON l.session_id = s.id
  JOIN trades_fixbookmark b ON b.session_id = s.id
 ORDER BY s.name
"""


def beat(name: str, *, at: datetime) -> None:
    """Note that the scheduler or a worker was alive at that moment."""
    cache.set(f"heartbeat:{name}", at, timeout=3600)


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(plan)} to apply" if plan else "ok"


def _broker() -> str:
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, retry=ONE_TRY) as client:
        client.ping()
    return "ok"


def _heartbeat(name: str) -> Callable[[], str]:
    def check() -> str:
        last = cache.get(f"heartbeat:{name}")
        if last is None:
            return "never seen"
        age = (timezone.now() - last).total_seconds()
        return "ok" if age <= HEARTBEAT_SECONDS_MAX else f"silent for {age:.0f} s"

    return check


CHECKS: Final[dict[str, Callable[[], str]]] = {
    "database": _database,
    "migrations": _migrations,
    "broker": _broker,
    "worker": _heartbeat("worker"),
    "scheduler": _heartbeat("scheduler"),
}


#: Asked beside what must be ready: pages are served without it.
BESIDE: Final[dict[str, Callable[[], str]]] = {"fix acceptor": _heartbeat("fix_acceptor")}


def _outcome(check: Callable[[], str]) -> str:
    try:
        return check()
    except (Error, redis.RedisError, OSError) as failed:
        return type(failed).__name__


def readiness() -> dict[str, str]:
    """Each dependency with `ok`, or what is wrong with it; never raises, never leaks an address."""
    return {name: _outcome(check) for name, check in CHECKS.items()}


def beside() -> dict[str, str]:
    """Return what runs beside the pages, as `readiness` does; `readyz` does not ask for it."""
    return {name: _outcome(check) for name, check in BESIDE.items()}


def _samples() -> Iterator[tuple[str, str, str]]:
    """Yield what is ready and, as long as the database answers, what waits in it."""
    found = readiness()
    for name, outcome in found.items():
        yield "denouement_ready", f'{{part="{name}"}}', "1" if outcome == "ok" else "0"
    if found["database"] == found["migrations"] == "ok":
        with contextlib.suppress(Error):  # gone since: the next scrape says so
            yield from _figures()


def _figures() -> Iterator[tuple[str, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT state, count(*) FROM core_job GROUP BY state ORDER BY state")
        for state, count in cursor.fetchall():
            yield "denouement_jobs", f'{{state="{state}"}}', str(count)
        cursor.execute(
            "SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0)::bigint"
            " FROM core_job WHERE state = 'QUEUED'"
        )
        (age,) = cursor.fetchone()
        yield "denouement_oldest_waiting_job_seconds", "", str(age)
        yield "denouement_oldest_entry_without_anchor_seconds", "", str(anchors.seconds_behind())
        cursor.execute(
            "SELECT kind, count(*) FROM desk_workitem WHERE state = 'OPEN' GROUP BY kind ORDER BY 1"
        )
        for kind, count in cursor.fetchall():
            yield "denouement_open_work_items", f'{{kind="{kind}"}}', str(count)
        cursor.execute(FIX_LINES)
        for session, *figures in cursor.fetchall():
            for name, figure in zip(FIX_FIGURES, figures, strict=True):
                yield f"denouement_fix_{name}", f'{{session="{session}"}}', str(int(figure))


def metrics() -> str:
    """Return the figures in Prometheus text format."""
    lines: list[str] = []
    known: set[str] = set()
    for name, labels, value in sorted(_samples(), key=lambda sample: sample[0]):
        if name not in known:
            known.add(name)
            lines.append(f"# TYPE {name} gauge")
        lines.append(f"{name}{labels} {value}")
    return "\n".join([*lines, *METER.lines()]) + "\n"


def _may_scrape(request: HttpRequest) -> bool:
    """A scraper shows METRICS_TOKEN; without one only this machine itself may ask."""
    if settings.METRICS_TOKEN:
        shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return secrets.compare_digest(shown.encode(), settings.METRICS_TOKEN.encode())
    try:
        near = ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
    return near and "X-Forwarded-For" not in request.headers


def livez(_request: HttpRequest) -> HttpResponse:
    """Say that the process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(_request: HttpRequest) -> HttpResponse:
    """Say what is ready and what is not; 503 while anything is not."""
    found = readiness()
    ready = all(outcome == "ok" for outcome in found.values())
    answer = JsonResponse({"ready": ready, **found}, status=200 if ready else 503)
    # Whoever probes has the answer: asked each second, it would fill the log.
    setattr(answer, "_has_been_logged", True)  # noqa: B010 - the framework's own mark
    return answer


def metrics_page(request: HttpRequest) -> HttpResponse:
    """Show the figures to whom `_may_scrape` admits."""
    if not _may_scrape(request):
        return HttpResponse("forbidden\n", status=403, content_type="text/plain")
    return HttpResponse(metrics(), content_type="text/plain; version=0.0.4; charset=utf-8")


DOORS: Final = {"/livez": livez, "/readyz": readyz, "/metrics": metrics_page}


class HealthMiddleware:
    """First in line: probes need no host name, no session and no TLS redirect."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        door = DOORS.get(request.path_info) if request.method in {"GET", "HEAD"} else None
        return door(request) if door else self.get_response(request)
