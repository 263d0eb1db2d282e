"""Chasers: what was written to whom, to be copied or opened as an e-mail; and the files sent."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from core import files
from core.access import Action
from core.pages import DetailPage, ListPage, PageView
from settlement import selectors
from settlement.filters import ChaserFilter, FileFilter
from settlement.models import Chaser, ConfirmationFile
from settlement.services import chasing
from settlement.tables import ChaserTable, FileTable


class ChaserList(ListPage):
    title = _("Chasers")
    action = Action.VIEW_CONFIRMATIONS
    template_name = "settlement/list.html"
    filterset_class, table_class = ChaserFilter, ChaserTable
    export_name, empty_text = "chasers", _("Nobody was chased yet.")

    def get_queryset(self) -> QuerySet[Chaser]:
        return selectors.list_chasers(actor=self.request.actor).select_related("party")


class ChaserPage(DetailPage):
    title = _("Chaser")
    action = Action.VIEW_CONFIRMATIONS
    template_name = "settlement/chaser.html"

    def get_queryset(self) -> QuerySet[Chaser]:
        return selectors.list_chasers(actor=self.request.actor).select_related("party")

    def extra_context(self) -> dict[str, Any]:
        rows = selectors.list_confirmations(actor=self.request.actor)
        asked = rows.filter(pk__in=self.object.confirmation_ids)
        return {"confirmations": asked.order_by("trade_date", "pk")}


class ChaserEmail(PageView):
    """The chaser as a file that a mail program opens as a draft."""

    action = Action.VIEW_CONFIRMATIONS

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = get_object_or_404(selectors.list_chasers(actor=self.request.actor), pk=pk)
        return _download(chasing.as_email(found), f"chaser-{pk}.eml", "message/rfc822")


class FileList(ListPage):
    title = _("Files sent")
    action = Action.VIEW_CONFIRMATIONS
    template_name = "settlement/list.html"
    filterset_class, table_class = FileFilter, FileTable
    export_name, empty_text = "confirmation-files", _("No file of confirmations yet.")

    def get_queryset(self) -> QuerySet[ConfirmationFile]:
        return selectors.list_files(actor=self.request.actor)

    def row_url(self, record: ConfirmationFile) -> str:
        return f"/confirmations/files/{record.pk}/"


class FileDownload(PageView):
    """The file as the counterparty has it."""

    action = Action.VIEW_CONFIRMATIONS

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = get_object_or_404(selectors.list_files(actor=self.request.actor), pk=pk)
        return _download(files.open_stored(found.file), found.name, "application/json")


def _download(content: bytes, name: str, media_type: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
