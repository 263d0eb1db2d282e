"""Several workers at the same table: each job is run once, whoever comes first."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from core import jobs
from core.models import Job
from kernel.actors import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)


def test_eight_workers_share_a_hundred_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[int] = []
    table: dict[str, Any] = {"test.echo": lambda run: ran.append(run.job_id)}
    monkeypatch.setattr(jobs, "handlers", lambda: table)
    at = datetime(2026, 11, 20, tzinfo=UTC)
    for n in range(100):
        jobs.enqueue(kind="test.echo", parameters={"n": n}, title="t", actor=SYSTEM, at=at)

    def work() -> None:
        try:
            jobs.run_pending()
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(ran) == sorted(Job.objects.values_list("pk", flat=True))
    assert len(ran) == 100
    assert set(Job.objects.values_list("state", flat=True)) == {"DONE"}
