from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

import core.plain_letters  # noqa: F401 - registers how names are sought


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = _("Foundations")
    default_auto_field = "django.db.models.BigAutoField"
