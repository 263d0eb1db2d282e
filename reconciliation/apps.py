from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReconciliationConfig(AppConfig):
    name = "reconciliation"
    verbose_name = _("Reconciliation")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from core.pages import status  # noqa: PLC0415 - after the apps are loaded
        from reconciliation.models import LABELS  # noqa: PLC0415 - idem
        from reconciliation.states import COLOURS  # noqa: PLC0415 - idem

        shared = {"OPEN", "ASSIGNED", "DONE", "RUNNING", "FAILED", "REJECTED"}
        status.register(
            {
                word: status.Look(label, COLOURS.get(word, "grey"))
                for word, label in LABELS.items()
                if word not in shared
            }
        )
