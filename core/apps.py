from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.apps import AppConfig
from django.core.management import CommandError
from django.db import connections
from django.db.migrations import Migration
from django.db.models.signals import pre_migrate  # noqa: TID251 - nothing else sees a whole plan before it begins
from django.utils.translation import gettext_lazy as _

import core.plain_letters  # noqa: F401 - registers how names are sought

FOUNDING: Final = "0001_founding"


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = _("Foundations")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        pre_migrate.connect(keep_what_was_done, sender=self)


def keep_what_was_done(
    *, plan: Sequence[tuple[Migration, bool]], using: str, **_signal: object
) -> None:
    """Refuse, before anything is changed, to take back the tables of a house that was worked in."""
    taken_back = [one for one, backwards in plan if backwards and one.name == FOUNDING]
    if not taken_back:
        return
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_user")
        (users,) = cursor.fetchone()
    if users:
        raise CommandError(
            f"{taken_back[0]} cannot be taken back: its tables would go with all that is in them, "
            f"and {users} users are known here. Nothing was changed."
        )
