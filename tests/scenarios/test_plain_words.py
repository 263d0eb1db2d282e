"""What an operator can mend is said in one sentence, with an exit code; never with a traceback."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.scenarios.launched import eventually, free_port, home, launch, manage

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("case", "command", "settings", "says"),
    [
        ("no_cluster", ["verify_audit"], {}, "no database in DATA_DIR="),
        ("no_cluster_to_back_up", ["backup", "--to", "x"], {}, "no database in DATA_DIR="),
        ("no_address", ["verify_audit"], {"DATABASE_URL": "nonsense"}, "DATABASE_URL: write"),
        ("other_engine", ["up"], {"DATABASE_URL": "mysql://x/y"}, "DATABASE_URL: write"),
        (
            "nobody_there",
            ["verify_audit"],
            {"DATABASE_URL": "postgresql://u:p@127.0.0.1:9/d"},
            "the database does not answer",
        ),
        ("odd_flag", ["up"], {"DEMO": "maybe"}, "DEMO='maybe': write 1 or 0"),
        ("odd_log", ["up"], {"LOG_FORMAT": "xml"}, "LOG_FORMAT='xml'"),
        ("odd_count", ["up"], {"WEB_CONCURRENCY": "many"}, "WEB_CONCURRENCY='many'"),
        ("odd_port", ["up"], {"PORT": "abc"}, "write a number from 1 to 65535"),
        ("odd_host", ["up"], {"HOST": "nobody.invalid"}, "HOST=nobody.invalid is not known"),
        ("bench_elsewhere", ["bench", "up"], {"DATABASE_URL": "postgresql://u@h/d"}, "of its own"),
    ],
)
def test_it_is_a_sentence(
    case: str, command: list[str], settings: dict[str, str], says: str, tmp_path: Path
) -> None:
    done = manage(tmp_path / "data", *command, **settings)

    assert done.returncode in {1, 2}, case
    assert says in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert not (tmp_path / "data" / "pgdata").exists()


def test_the_doctor_speaks_also_of_settings_that_cannot_be_read(tmp_path: Path) -> None:
    unfit = manage(tmp_path / "data", "doctor", LOG_LEVEL="LOUD")
    nothing = manage(tmp_path / "data", "doctor")

    assert (unfit.returncode, nothing.returncode) == (1, 1)
    assert unfit.stdout.startswith("ILL  settings: LOG_LEVEL='LOUD'")
    assert nothing.stdout.count("ILL  database:") == 1
    assert not (tmp_path / "data").exists()


def test_a_database_without_tables_is_called_that() -> None:
    with home() as folder:
        assert manage(folder, "migrate", "core", "zero").returncode == 0

        asked = manage(folder, "verify_audit")
        saved = manage(folder, "backup", "--to", str(folder / "x"))

    assert asked.returncode == 1
    assert "run `manage.py migrate`" in asked.stderr
    assert "Traceback" not in asked.stderr + saved.stderr
    assert saved.returncode == 1


def test_a_broker_that_is_not_there_is_no_ready_broker() -> None:
    with home() as folder:
        up = launch(folder, REDIS_URL=f"redis://127.0.0.1:{free_port()}/0")

        assert up.process.wait(timeout=60) == 1
        assert "cannot start: REDIS_URL:" in up.log()
        assert "Valkey ready" not in up.log()


@pytest.mark.parametrize("moment", ["PostgreSQL ready", "loading the demo day"])
def test_ctrl_c_during_a_first_start_ends_it_quietly(moment: str) -> None:
    """The terminal sends the signal to the whole group: what the launcher started is not in it."""
    with home() as folder:
        up = launch(folder, demo=True, group=True)
        eventually(lambda: moment in up.log() or up.process.poll() is not None, seconds=120)
        os.killpg(up.process.pid, signal.SIGINT)

        assert up.process.wait(timeout=30) == 0, up.log()
        assert "Traceback" not in up.log()
        assert up.log().rstrip().endswith("stopped")


def test_a_cluster_whose_secrets_are_gone_is_named(migrated: Path) -> None:
    with home(migrated) as folder:
        (folder / "secrets.json").unlink()

        done = manage(folder, "verify_audit")

    assert done.returncode == 1
    assert f"the passwords of the cluster in {folder} are not in" in done.stderr
