from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TradesConfig(AppConfig):
    name = "trades"
    verbose_name = _("Trades")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from trades.rules import shelf  # noqa: PLC0415 - models are ready only now
        from trades.selectors import rule_statistics  # noqa: PLC0415 - idem
        from trades.services.book import every_rule  # noqa: PLC0415 - idem

        shelf.put(
            "trades",
            shelf.Book(
                every_rule,
                lambda since, until: rule_statistics(since=since, until=until),
                tested_in="tests/unit/trades/test_rule_book.py",
            ),
        )
