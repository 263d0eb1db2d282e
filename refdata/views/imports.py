"""Upload of reference files: kind and file, a preview of what would change, then a job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from core import files, jobs
from core.access import Action, require
from core.acts import acting
from core.pages import formats, words
from core.pages.upload import Preview, UploadPage
from refdata import services
from refdata.forms import ReferenceFileForm

CELL_LENGTH_MAX = 60


class ImportPage(UploadPage):
    title = _("Load a reference file")
    action = Action.IMPORT_FILE
    form_class = ReferenceFileForm
    accept = ".xml,.json,.csv"
    help_text = _(
        "Market identifiers (ISO 10383), legal entities (GLEIF), FIRDS instruments, exchange "
        "rates of the ECB, or closing prices. Nothing is loaded before you confirm."
    )

    def preview(self, name: str, content: bytes, options: dict[str, Any]) -> Preview:
        seen = services.preview_file(kind=options["kind"], content=content, at=timezone.now())
        names = [column.name for column in fields(seen.sample[0])] if seen.sample else []
        return Preview(
            figures=(
                (_("Rows in the file"), formats.integer(seen.seen)),
                (_("Rows to load"), formats.integer(seen.good_rows)),
                (_("Rows refused"), formats.integer(len(seen.findings))),
                *((named(key), formats.integer(n)) for key, n in seen.counts.items()),
            ),
            columns=[named(name) for name in names],
            numbers=_numbers(seen.sample, names),
            rows=[[_cell(getattr(row, name)) for name in names] for row in seen.sample],
            findings=seen.findings,
            may_confirm=seen.good_rows > 0,
        )

    def confirm(self, name: str, content: bytes, options: dict[str, Any]) -> str:
        actor, at = self.request.actor, timezone.now()
        require(actor, Action.IMPORT_FILE)
        with acting(actor=actor, reason=name):
            stored = files.store(
                name=name, content=content, media_type="text/plain", actor=actor, at=at
            )
            job = jobs.enqueue(
                kind="refdata.load_file",
                parameters={
                    "kind": options["kind"],
                    "file_id": stored.pk,
                    "asked_at": at.isoformat(),
                },
                title=name,
                actor=actor,
                at=at,
                dedupe_key=f"refdata:{options['kind']}:{stored.sha256}",
            )
        return reverse("core:job", args=[job.pk])


def named(name: str) -> str:
    """Return the words for a column or a count of an import, `venues_new`."""
    return str(capfirst(words.named(name)))


def _numbers(sample: Sequence[Any], names: Sequence[str]) -> list[int]:
    """Return the places of the columns that hold figures."""
    return [
        place
        for place, name in enumerate(names)
        if any(isinstance(getattr(row, name), Decimal) for row in sample)
    ]


def _cell(value: object) -> str:
    if isinstance(value, date):
        return formats.day(value)
    if isinstance(value, Decimal):
        return formats.decimal(value)
    return "" if value is None else str(value)[:CELL_LENGTH_MAX]
