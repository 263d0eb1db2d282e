"""What every scenario starts from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backoffice.launcher import places
from backoffice.launcher.embedded import Postgres
from tests.scenarios.launched import home, manage


@pytest.fixture(name="migrated", scope="session")
def _migrated() -> Iterator[Path]:
    """A stopped copy whose database has its tables: a start on a copy of it is a later start."""
    with home() as folder:
        done = manage(folder, "migrate", "--no-input")
        assert done.returncode == 0, done.stderr
        Postgres(places.Place(folder)).stop()
        yield folder
