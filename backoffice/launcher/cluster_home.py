"""Where the embedded cluster lies: in DATA_DIR, or where the account that serves it can reach it.

PostgreSQL does not run as root. Where root starts it from a folder that its account cannot reach,
the cluster lies in SHARED_HOME, and DATA_DIR says so in a file: it is found again after a move of
the folder or a change of its rights, and a copy of the folder does not take it over.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from backoffice.launcher.places import Place

SHARED_HOME: Final = Path("/var/lib/denouement-dev")
POINTER: Final = "cluster-is-at"
OWNER: Final = "belongs-to"


class UnableToStart(Exception):
    """An embedded server cannot run here; the message says what to do about it."""


def holds_cluster(home: Path) -> bool:
    """Say whether a cluster was made there; one that we may not even see is there, too."""
    try:
        return (home / "pgdata" / "PG_VERSION").exists()
    except PermissionError:
        return True


def find(place: Place, *, reaches: Callable[[Path], bool]) -> Path:
    """Return the folder of the cluster of `place`, made or to be made."""
    pointer, elsewhere = place.data_dir / POINTER, SHARED_HOME / place.key
    if pointer.is_file():
        return Path(pointer.read_text().strip())
    if holds_cluster(place.data_dir):
        return place.data_dir
    if holds_cluster(elsewhere):
        return elsewhere
    nearest = next(path for path in (place.data_dir, *place.data_dir.parents) if path.exists())
    return place.data_dir if reaches(nearest) else elsewhere


def make_data_dir(place: Place) -> None:
    """Make DATA_DIR; say in a sentence why it cannot be."""
    try:
        place.data_dir.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=place.data_dir).close()
    except OSError as refused:
        raise UnableToStart(
            f"DATA_DIR={place.data_dir} cannot be written to: {refused.strerror}"
        ) from None


def settle(place: Place, home: Path, *, reaches: Callable[[Path], bool], account: str) -> None:
    """Make the folders before a start, and let DATA_DIR and cluster name each other.

    Raises UnableToStart when the cluster is another folder's, gone, or out of reach.
    """
    make_data_dir(place)
    if home == place.data_dir:
        if holds_cluster(home) and not reaches(home):
            raise UnableToStart(
                f"the account {account} cannot reach its cluster in {home}: give it the way back "
                f"(chmod o+x {home} and the folders above)"
            )
        return
    pointer, owner = place.data_dir / POINTER, home / OWNER
    if pointer.is_file() and not holds_cluster(home) and owner.exists():
        raise UnableToStart(
            f"the cluster of {place.data_dir} was in {home} and is not there any more: put it "
            f"back, or remove {place.data_dir} and {home} to begin with an empty database"
        )
    if owner.is_file():
        other = Path(owner.read_text().strip())
        theirs = other / POINTER
        if other != place.data_dir and theirs.is_file() and Path(theirs.read_text()) == home:
            raise UnableToStart(
                f"the cluster in {home} belongs to {other}, of which {place.data_dir} is a copy: "
                f"remove {place.data_dir} to begin with an empty database there"
            )
    home.mkdir(parents=True, exist_ok=True)
    SHARED_HOME.chmod(0o755)
    home.chmod(0o755)
    owner.write_text(str(place.data_dir))
    pointer.write_text(str(home))
