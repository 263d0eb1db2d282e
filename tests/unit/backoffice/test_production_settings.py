"""A production process that was configured badly does not start."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys

import pytest

from backoffice.launcher import places
from backoffice.launcher.lint import PRODUCTION

STRONG = secrets.token_urlsafe(64)


def _check(**changes: str) -> subprocess.CompletedProcess[str]:
    """`manage.py check --deploy` as a production process sees its environment."""
    environment = {"PATH": os.environ["PATH"], "NO_VENV": "1"} | PRODUCTION | changes
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level=WARNING"],
        cwd=places.ROOT,
        env={name: value for name, value in environment.items() if value},
        capture_output=True,
        text=True,
        check=False,
    )


def test_good_settings_pass_every_deployment_check() -> None:
    done = _check(SECRET_KEY=STRONG)

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("case", "changes", "says"),
    [
        ("no_secret", {"SECRET_KEY": ""}, "SECRET_KEY"),
        ("short_secret", {"SECRET_KEY": "secret"}, "SECRET_KEY"),
        ("dull_secret", {"SECRET_KEY": "ab" * 40}, "SECRET_KEY"),
        ("copied_secret", {"SECRET_KEY": "change-me-" + STRONG}, "SECRET_KEY"),
        ("no_database", {"SECRET_KEY": STRONG, "DATABASE_URL": ""}, "DATABASE_URL"),
        ("odd_database", {"SECRET_KEY": STRONG, "DATABASE_URL": "mysql://x/y"}, "DATABASE_URL"),
        ("odd_flag", {"SECRET_KEY": STRONG, "DEBUG": "perhaps"}, "DEBUG"),
        ("demo", {"SECRET_KEY": STRONG, "DEMO": "1"}, "DEMO"),
        ("odd_log", {"SECRET_KEY": STRONG, "LOG_FORMAT": "xml"}, "LOG_FORMAT"),
        ("odd_level", {"SECRET_KEY": STRONG, "LOG_LEVEL": "LOUD"}, "LOG_LEVEL"),
        ("odd_language", {"SECRET_KEY": STRONG, "LANGUAGE_CODE": "xx"}, "LANGUAGE_CODE"),
        ("odd_zone", {"SECRET_KEY": STRONG, "TIME_ZONE": "Mars/Olympus"}, "TIME_ZONE"),
        ("odd_rate", {"SECRET_KEY": STRONG, "API_RATE": "fast"}, "API_RATE"),
        ("odd_port", {"SECRET_KEY": STRONG, "DATABASE_URL": "postgresql://u@h:x/d"}, "DATABASE"),
        ("no_hosts", {"SECRET_KEY": STRONG, "ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
    ],
)
def test_bad_settings_are_refused_by_name(case: str, changes: dict[str, str], says: str) -> None:
    done = _check(**({"APP_ENV": "production"} | changes))

    assert done.returncode != 0, case
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_debug_cannot_be_switched_on_in_production() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from backoffice import settings; print(settings.DEBUG)"],
        cwd=places.ROOT,
        env={"PATH": os.environ["PATH"], "DEBUG": "1", "SECRET_KEY": STRONG} | PRODUCTION,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == "False"
