"""The reporting room registers its states' looks when it is ready."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportingConfig(AppConfig):
    name = "reporting"
    verbose_name = _("Regulatory reporting")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from core.pages import status  # noqa: PLC0415 - pages need the app registry
        from reporting.models import LABELS  # noqa: PLC0415 - models need the app registry
        from reporting.states import COLOURS  # noqa: PLC0415 - beside the other two

        words = {str(word): colour for word, colour in COLOURS.items()}
        words |= {"REPORTABLE": "blue", "UNDECIDED": "amber"}
        status.register({word: status.Look(LABELS[word], colour) for word, colour in words.items()})
