"""Large exports: a job writes the workbook, its author fetches it while it is kept.

The rows are those that match when the job runs, with the rights that its author has then.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from core import access, jobs
from core.acts import acting
from core.models import ExportedFile, Job, User
from kernel.actors import Actor
from kernel.findings import Refusal

EXPORT_JOB: Final = "core.export_list"
KEPT_FOR: Final = timedelta(days=7)


class ExportExpired(Refusal):
    """The file is no longer kept."""

    code = "EXPORT_EXPIRED"
    status_code = 410


def queue_export(
    *,
    path: str,
    query: str,
    columns: Sequence[str],
    sort: Sequence[str],
    action: access.Action | None,
    name: str,
    actor: Actor,
    at: datetime,
) -> Job:
    """Queue the job that writes a list as it is shown: its filter, columns and order.

    The same list asked for again while it is being written is the same job.
    """
    if action is not None:
        access.require(actor, action)
    shown = QueryDict(query, mutable=True)
    shown.setlist("cols", list(columns))
    shown.setlist("sort", list(sort))
    address = shown.urlencode()
    with transaction.atomic():
        return jobs.enqueue(
            kind=EXPORT_JOB,
            parameters={"path": path, "query": address, "name": name, "action": action or ""},
            title=name,
            actor=actor,
            at=at,
            dedupe_key=f"{EXPORT_JOB}:{_print(actor.name, path, address)}",
        )


def keep(*, job_id: int, draft: Path, rows: int, actor: Actor, at: datetime) -> ExportedFile:
    """Keep a written workbook for its author, and say where it is."""
    job = Job.objects.get(pk=job_id)
    owner = User.objects.get(pk=actor.user_id or 0)
    key = uuid4().hex
    size = draft.stat().st_size
    draft.replace(path_of(key))
    with acting(actor=actor):
        return ExportedFile.objects.create(
            owner=owner,
            job=job,
            name=f"{job.parameters['name']}.xlsx",
            key=key,
            action=job.parameters["action"],
            rows=rows,
            size=size,
            made_at=at,
            expires_at=at + KEPT_FOR,
        )


def open_export(*, export: ExportedFile, user: User, actor: Actor, at: datetime) -> Path:
    """Return where the file lies, if this person may (still) have it.

    Raises Forbidden when the right to see the list is gone, ExportExpired when the file is.
    """
    if export.owner_id != user.pk:
        raise ExportedFile.DoesNotExist
    if export.action:
        access.require(actor, access.Action(export.action))
    path = path_of(export.key)
    if export.expires_at <= at or export.removed_at is not None or not path.exists():
        raise ExportExpired(_("The file is no longer kept: export the list again."))
    return path


def remove_expired(*, actor: Actor, at: datetime) -> int:
    """Remove the files whose time is over; their rows say that they were there."""
    over = ExportedFile.objects.filter(expires_at__lte=at, removed_at__isnull=True)
    removed = 0
    for export in over:
        path_of(export.key).unlink(missing_ok=True)
        with acting(actor=actor):
            export.removed_at = at
            export.save(update_fields=["removed_at"])
        removed += 1
    return removed


def _print(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def draft_path() -> Path:
    """Return where a workbook is written before it is whole."""
    return _folder() / f".{uuid4().hex}-{os.getpid()}.draft"


def path_of(key: str) -> Path:
    """Return where the file of a key lies."""
    return _folder() / f"{key}.xlsx"


def _folder() -> Path:
    folder = Path(settings.FILES_DIR) / "exports"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
