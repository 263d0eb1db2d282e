"""Celery and logs. Work is rows in PostgreSQL; a Celery message only says "look now"."""

from __future__ import annotations

from backoffice.launcher import environment as env
from backoffice.settings.logs import logging_settings

CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 1500
CELERY_TASK_TIME_LIMIT = 1700
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "socket_keepalive": True}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_TIMEZONE = env.time_zone()
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
CELERY_TASK_DEFAULT_QUEUE = "default"

SUBSCRIPTIONS = "backoffice.subscriptions.SUBSCRIPTIONS"
FEED_TELLERS = ("trades.services.feed.tell", "settlement.services.feed.tell")
RING_DOORBELL = True
# Hosts that webhooks may lead to, and what is below them; every public one when empty.
WEBHOOK_HOSTS = [host.lower() for host in env.words("WEBHOOK_HOSTS")]
WEBHOOK_ALLOWED_PRIVATE = env.flag("WEBHOOK_ALLOWED_PRIVATE")
JOB_BACK_OFF_FACTOR = 1
JOB_LEASE_SECONDS = env.job_lease()

LOGGING = logging_settings()
MIGRATION_LINTER_OPTIONS = {
    "sql_analyser": "postgresql",
    "exclude_apps": ["axes"],
    # It makes the tables: there is none yet that it could lock.
    "ignore_name": ["0001_founding"],
}
