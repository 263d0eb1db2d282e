from __future__ import annotations

import importlib

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BackofficeConfig(AppConfig):
    name = "backoffice"
    verbose_name = _("Back office")

    def ready(self) -> None:
        """Every process must know the broker: without this, Celery would ring at a default one."""
        importlib.import_module("backoffice.celery")
        importlib.import_module("backoffice.looks").install()
        importlib.import_module("backoffice.deeds").install()
