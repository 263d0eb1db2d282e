"""Sanctions lists: their versions, what stands on them, and the page that loads one."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import files, jobs
from core.access import Action, require
from core.acts import acting
from core.pages import Tab, formats
from core.pages.upload import Preview, UploadPage
from core.remarks import recalled
from refdata import filters, models, services, tables
from refdata.forms import SanctionsFileForm
from refdata.models.labels import LABELS
from refdata.states import SanctionsList
from refdata.views.imports import named
from refdata.views.lists import ReferenceList
from refdata.views.records import RecordPage, facts_of

SAMPLE_ROWS = 10
BYTES_MAX = 30 * 1024 * 1024
"""The list of the European Union alone has 25 MB."""


class VersionList(ReferenceList):
    title = _("Sanctions lists")
    model = models.ListVersion
    filterset_class = filters.SanctionsVersionFilter
    table_class = tables.SanctionsVersionTable
    hidden_columns = ("bad_rows",)
    create_url, create_label = "/refdata/sanctions/new/", _("Load a list")
    create_action = Action.IMPORT_FILE
    export_name, empty_text = "sanctions-lists", _("No sanctions list has been loaded yet.")
    template_name = "refdata/sanctions.html"


class EntryList(ReferenceList):
    title = _("Entries of sanctions lists")
    model = models.ListedEntry
    filterset_class = filters.SanctionsEntryFilter
    table_class = tables.SanctionsEntryTable
    tabs = (
        Tab(_("In force"), "in_force=true"),
        Tab(_("Ended"), "in_force=false"),
        Tab(_("All")),
    )
    hidden_columns = ("spellings", "since", "until")
    create_url = ""
    export_name = "sanctions-entries"
    empty_text = _("No entry: load a sanctions list.")


class VersionPage(RecordPage):
    title = _("Version of a sanctions list")
    model = models.ListVersion
    template_name = "refdata/sanctions_version.html"

    def sections(self) -> dict[str, Any]:
        return {"findings": [recalled(shape) for shape in self.object.findings]}


class EntryPage(RecordPage):
    title = _("Entry of a sanctions list")
    model = models.ListedEntry
    template_name = "refdata/sanctions_entry.html"
    shown = ("list_code", "reference", "kind", "name", "listed_on", "since", "until")

    def get_queryset(self) -> QuerySet[models.ListedEntry]:
        return models.ListedEntry.objects.select_related("since", "until")

    def extra_context(self) -> dict[str, Any]:
        entry = self.object
        hidden = [f.name for f in entry._meta.concrete_fields if f.name not in self.shown]
        return {
            **super().extra_context(),
            "facts": list(facts_of(entry, hidden=tuple(hidden))),
            "countries": [*entry.countries, *entry.places],
            "earlier": models.ListedEntry.objects.filter(
                list_code=entry.list_code, reference=entry.reference
            ).exclude(pk=entry.pk),
        }


class LoadPage(UploadPage):
    title = _("Load a sanctions list")
    action = Action.IMPORT_FILE
    form_class = SanctionsFileForm
    accept = ".xml,.csv"
    bytes_max = BYTES_MAX
    help_text = _(
        "The file as its publisher gives it out. The files of OFAC are put one behind the other: "
        "entries, alternative names, addresses. Nothing is loaded before you confirm."
    )

    def preview(self, name: str, content: bytes, options: dict[str, Any]) -> Preview:
        plan = services.preview_list(code=SanctionsList(options["list_code"]), content=content)
        rows = plan.reading.rows
        is_meant = bool(options.get("is_meant"))
        return Preview(
            figures=(
                (_("List"), str(LABELS[options["list_code"]])),
                *((named(key), formats.integer(n)) for key, n in plan.counts().items()),
                (_("Rows refused"), formats.integer(len(plan.reading.findings))),
            ),
            columns=[_("Reference"), _("Name"), _("Spellings"), _("Countries")],
            rows=[
                [
                    row.reference,
                    row.names[0].text,
                    formats.integer(len(row.names)),
                    ", ".join(row.countries),
                ]
                for row in (*plan.new, *plan.changed)[:SAMPLE_ROWS]
            ],
            numbers=[2],
            findings=(*plan.unusual, *plan.reading.findings),
            may_confirm=bool(rows) and (is_meant or not plan.unusual),
        )

    def confirm(self, name: str, content: bytes, options: dict[str, Any]) -> str:
        actor, at = self.request.actor, timezone.now()
        require(actor, Action.IMPORT_FILE)
        code = SanctionsList(options["list_code"])
        with acting(actor=actor, reason=name):
            stored = files.store(
                name=name, content=content, media_type="text/plain", actor=actor, at=at
            )
            job = jobs.enqueue(
                kind="refdata.load_sanctions",
                parameters={
                    "list": code.value,
                    "file_id": stored.pk,
                    "is_meant": bool(options.get("is_meant")),
                },
                title=name,
                actor=actor,
                at=at,
                dedupe_key=f"sanctions:{code}:{stored.sha256}",
            )
        return reverse("core:job", args=[job.pk])
