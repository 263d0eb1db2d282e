"""Where dropped files lie, and which names a sender may have finished; no row is touched here."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from django.conf import settings

UNFINISHED_NAMES: Final = (".part", ".tmp", ".filepart", ".crdownload", ".swp")
DONE_MARK: Final = ".done"
NAME_MAX: Final = 200


def incoming() -> Iterator[tuple[str, Path]]:
    """Yield folder and path of every entry that a sender may have finished, in order."""
    top = root() / "incoming"
    if not top.is_dir():
        return
    for entry in sorted(top.iterdir()):
        if entry.is_dir() and not entry.is_symlink():
            inside = (one for one in sorted(entry.iterdir()) if not one.is_dir())
            yield from ((entry.name, one) for one in inside if may_be_whole(one.name))
        elif may_be_whole(entry.name):
            yield "", entry


def may_be_whole(name: str) -> bool:
    """Say whether a name is none of those that programs give to unfinished files."""
    return not name.startswith(".") and not name.lower().endswith((*UNFINISHED_NAMES, DONE_MARK))


def named(path: Path) -> Path:
    """Return the file under a name that can be written down; an odd one is given another."""
    try:
        path.name.encode()
        if len(path.name) <= NAME_MAX and path.name.isprintable():
            return path
    except UnicodeEncodeError:
        pass
    better = path.with_name(f"file-{hashlib.sha256(os.fsencode(path.name)).hexdigest()[:12]}")
    path.rename(better)
    return better


def root() -> Path:
    """Return the folder of it all."""
    return Path(settings.DROP_DIR)


def path_in(where: str, folder: str, name: str) -> Path:
    """Return where a file lies: `where` is incoming, taken, done or refused."""
    return root() / where / folder / name


def rename(source: Path, target: Path) -> None:
    """Move a file at once, on one file system; its new folder is made."""
    target.parent.mkdir(parents=True, exist_ok=True)
    source.rename(target)


def make_folders(names: Iterable[str]) -> None:
    """Make the folders that senders write to."""
    for name in names:
        (root() / "incoming" / name).mkdir(parents=True, exist_ok=True)
