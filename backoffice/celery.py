"""The Celery application: finds each room's tasks."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")

app = Celery("denouement")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
