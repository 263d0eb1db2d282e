"""What the web server serves."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application

from backoffice.measured_body import MeasuredBody

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")

application = MeasuredBody(get_wsgi_application())

# What is loaded now stays: the collector need not look at it again, nor look around after every
# few hundred objects. A bulk of executions makes hundreds of thousands that live for a second.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 100)
