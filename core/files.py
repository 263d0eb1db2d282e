"""Files, kept under their digest: written before the row that names them, never changed."""

from __future__ import annotations

import hashlib
import os
import tempfile
from datetime import datetime
from pathlib import Path, PurePosixPath

from django.conf import settings

from core import text
from core.acts import acting
from core.models import StoredFile
from kernel.actors import Actor
from kernel.findings import Refusal


class DamagedFile(Refusal):
    """The content on disk is missing or is not what its digest says."""

    code = "DAMAGED_FILE"


class SameFileTwice(Refusal):
    """The same content came in before; `url` leads to what became of it then."""

    code = "SAME_FILE_TWICE"
    status_code = 409

    def __init__(self, message: str, *, url: str) -> None:
        super().__init__(message)
        self.url = url


def store(*, name: str, content: bytes, media_type: str, actor: Actor, at: datetime) -> StoredFile:
    """Keep `content` for ever and return its record; the name is display text only."""
    digest = hashlib.sha256(content).hexdigest()
    _write_once(_path(digest), content)
    with acting(actor=actor):
        return StoredFile.objects.create(
            name=text.tidy(PurePosixPath(name.replace("\\", "/")).name)[:255] or digest[:12],
            media_type=media_type,
            size=len(content),
            sha256=digest,
            uploaded_by=actor.name,
            uploaded_at=at,
        )


def open_stored(file: StoredFile) -> bytes:
    """Return the content; raises DamagedFile when it is not the bytes that came in."""
    try:
        content = _path(file.sha256).read_bytes()
    except FileNotFoundError:
        raise DamagedFile(f"{file.name} is missing from the file store") from None
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise DamagedFile(f"{file.name} does not match its digest {file.sha256}")
    return content


def _path(digest: str) -> Path:
    return Path(settings.FILES_DIR) / digest[:2] / digest


def _write_once(path: Path, content: bytes) -> None:
    if path.exists() and path.stat().st_size == len(content):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as draft:
        draft.write(content)
        draft.flush()
        os.fsync(draft.fileno())
    Path(draft.name).replace(path)
