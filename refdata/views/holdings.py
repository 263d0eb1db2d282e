"""What our accounts hold, as statements say: loaded from files, never typed."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from core.access import Action
from refdata import filters, models, tables
from refdata.views.lists import ReferenceList


class HoldingList(ReferenceList):
    title = _("Holdings")
    model = models.Holding
    filterset_class, table_class = filters.HoldingFilter, tables.HoldingTable
    related = ("account", "instrument")
    create_url, create_label = "/refdata/imports/new/", _("Load a file")
    create_action = Action.IMPORT_FILE
    export_name = "holdings"
    empty_text = _("No holding yet: an account of which none is stated is not checked.")

    def get_queryset(self) -> QuerySet[Any]:
        free = F("quantity") - F("blocked") - F("pledged")
        rows: QuerySet[Any] = super().get_queryset().annotate(free=free)
        return rows
