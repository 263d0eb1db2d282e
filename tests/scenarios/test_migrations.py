"""Every migration can be taken back, and made again."""

from __future__ import annotations

import pytest

from tests.scenarios.launched import home, manage

pytestmark = pytest.mark.slow


def test_every_migration_can_be_taken_back_and_made_again() -> None:
    with home() as folder:
        for step in (["migrate"], ["migrate", "core", "zero"], ["migrate"]):
            done = manage(folder, *step)
            assert done.returncode == 0, f"{step}: {done.stderr}"
