"""Signs of life: the scheduler sends, the worker writes."""

from __future__ import annotations

from celery import shared_task
from celery.signals import beat_init, worker_ready
from django.utils import timezone

from backoffice import health


@shared_task(ignore_result=True, expires=15)
def heartbeat() -> None:
    """Prove that the scheduler sent and a worker received."""
    health.beat("scheduler", at=timezone.now())
    health.beat("worker", at=timezone.now())


@worker_ready.connect
def worker_is_ready(**_: object) -> None:
    """A worker that has just started is alive before its first tick."""
    health.beat("worker", at=timezone.now())


@beat_init.connect
def scheduler_is_ready(**_: object) -> None:
    """A scheduler that has just started is alive before its first tick."""
    health.beat("scheduler", at=timezone.now())
