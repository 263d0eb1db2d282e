"""The Celery application: finds each room's tasks and knows the schedule."""

from __future__ import annotations

import os

from celery import Celery

from backoffice.schedule import SCHEDULE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")

app = Celery("denouement")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = SCHEDULE
app.autodiscover_tasks()
