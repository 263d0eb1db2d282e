"""Files made from other files: compiled catalogues and collected static files."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from backoffice.launcher import places


def compile_catalogues() -> int:
    """Compile each French catalogue that is newer than its compiled twin; how many were."""
    stale = [
        po
        for po in sorted((places.ROOT / "locale").glob("*/*/LC_MESSAGES/*.po"))
        if not (mo := po.with_suffix(".mo")).exists() or mo.stat().st_mtime < po.stat().st_mtime
    ]
    for po in stale:
        _compile(po)
    return len(stale)


def _compile(po: Path) -> None:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with po.open("rb") as source:
        catalogue = read_po(source, locale=po.parts[-3])
    draft = po.with_suffix(f".mo.{os.getpid()}")
    with draft.open("wb") as target:
        write_mo(target, catalogue)
    draft.replace(po.with_suffix(".mo"))


def _static_fingerprint() -> str:
    digest = hashlib.sha256((places.ROOT / "requirements.txt").read_bytes())
    for path in sorted((places.ROOT / "static").rglob("*")):
        if path.is_file():
            found = path.stat()
            digest.update(f"{path}{found.st_size}{found.st_mtime_ns}".encode())
    return digest.hexdigest()


def static_stamp() -> Path:
    return places.ROOT / "staticfiles" / ".stamp"


def static_is_stale() -> bool:
    stamp = static_stamp()
    return not stamp.exists() or stamp.read_text() != _static_fingerprint()


def mark_static_collected() -> None:
    static_stamp().parent.mkdir(exist_ok=True)
    static_stamp().write_text(_static_fingerprint())
