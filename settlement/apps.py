from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.apps import AppConfig
from django.core.management import CommandError
from django.db import connections
from django.db.migrations import Migration
from django.db.models.signals import pre_migrate  # noqa: TID251 - nothing else sees a whole plan before it begins
from django.utils.translation import gettext_lazy as _

OF_DEALS: Final = ("settlement", "0002_deals_are_confirmed")
KEPT: Final = """
SELECT (SELECT count(*) FROM settlement_confirmation WHERE product <> ''),
       (SELECT count(*) FROM settlement_receivedconfirmation WHERE product <> ''),
       (SELECT count(*) FROM settlement_toleranceprofile WHERE product <> '')
"""


class SettlementConfig(AppConfig):
    name = "settlement"
    verbose_name = _("Settlement")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        pre_migrate.connect(keep_what_deals_say, sender=self)


def keep_what_deals_say(
    *, plan: Sequence[tuple[Migration, bool]], using: str, **_signal: object
) -> None:
    """Refuse, before anything is changed, to take back the columns of deals while rows need them.

    What was confirmed of an exchange or a financing has no place in the tables before: it cannot
    be told there, and may not be deleted.
    """
    taken_back = {(one.app_label, one.name) for one, backwards in plan if backwards}
    if OF_DEALS not in taken_back:
        return
    with connections[using].cursor() as cursor:
        cursor.execute(KEPT)
        ours, theirs, profiles = cursor.fetchone()
    if ours or theirs or profiles:
        raise CommandError(
            f"{'.'.join(OF_DEALS)} cannot be taken back: {ours} confirmations, {theirs} of "
            f"counterparties and {profiles} tolerance profiles are of exchanges, repos or loans, "
            "which the version before does not know. Nothing was changed; restore the backup that "
            "was made before the upgrade."
        )
