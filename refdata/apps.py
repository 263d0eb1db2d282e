from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RefdataConfig(AppConfig):
    name = "refdata"
    verbose_name = _("Reference data")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # models may be imported only once the applications are ready
        from core.pages.status import Look, register  # noqa: PLC0415 - models are ready only now
        from refdata.models.labels import LABELS  # noqa: PLC0415 - models are ready only now
        from refdata.states import COLOURS  # noqa: PLC0415 - models are ready only now

        register(
            {
                word: Look(label, COLOURS.get(word, "grey"))
                for word, label in LABELS.items()
                if word not in {"ACTIVE", "INACTIVE"}
            }
        )
