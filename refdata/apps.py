from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RefdataConfig(AppConfig):
    name = "refdata"
    verbose_name = _("Reference data")
    default_auto_field = "django.db.models.BigAutoField"
