"""Root in a folder that the server's account cannot enter: the cluster is elsewhere, and found."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from backoffice.launcher import cluster_home, places
from backoffice.launcher.embedded import Postgres
from tests.scenarios.launched import manage

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another account"),
]
QUIETLY = ("migrate", "--no-input", "-v", "0")


@pytest.fixture(name="folder")
def _folder() -> Iterator[Path]:
    private = Path(tempfile.mkdtemp(prefix="denouement private ")).resolve()
    folder = private / "data"
    yield folder
    Postgres(places.Place(folder), throw_away=True).remove()
    shutil.rmtree(private)


def _home(folder: Path) -> Path:
    return Path((folder / cluster_home.POINTER).read_text())


def test_its_cluster_is_found_again_or_named(folder: Path) -> None:
    assert manage(folder, *QUIETLY).returncode == 0
    home = _home(folder)
    assert home.parent == cluster_home.SHARED_HOME
    made = manage(folder, "create_api_token", "feed", "--source-system", "OMS")
    assert made.returncode == 0, made.stderr

    folder.parent.chmod(0o755)  # within reach now: the cluster stays where it is
    taken = manage(folder, "create_api_token", "feed", "--source-system", "OMS")
    assert "feed is taken" in taken.stderr

    shutil.rmtree(folder)  # what most people would call "begin anew"
    refused = manage(folder, *QUIETLY)
    assert refused.returncode == 1
    assert f"remove {folder} and {home}" in refused.stderr

    shutil.rmtree(home)
    assert manage(folder, "migrate", "core", "0001", *QUIETLY[1:]).returncode == 0
    assert not (folder / cluster_home.POINTER).exists()
