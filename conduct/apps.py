from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConductConfig(AppConfig):
    name = "conduct"
    verbose_name = _("Conduct")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from conduct.rules import RULE_BOOK  # noqa: PLC0415 - after the apps are loaded
        from conduct.selectors import rule_statistics  # noqa: PLC0415 - models are ready only now
        from trades.rules import shelf  # noqa: PLC0415 - idem

        shelf.put(
            "conduct",
            shelf.Book(
                lambda: RULE_BOOK,
                lambda since, until: rule_statistics(until, since=since),
                tested_in="tests/unit/conduct/test_conduct_rules.py",
            ),
        )
