"""Before a Django command runs: pick its mode and role, have its servers there, speak plainly.

What an operator can mend (a setting, a server that is away, tables that are not there yet) is said
in one sentence, with exit code 1; a bug keeps its traceback, and `--traceback` shows every one.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from typing import Final

from backoffice.launcher import embedded, embedded_services, leash, places, provisioning
from backoffice.launcher.cluster_home import UnableToStart
from backoffice.launcher.processes import MARK

#: Commands that change tables, grants or triggers: they connect as the owner role.
OWNER_COMMANDS = frozenset({"migrate", "sync_database", "sqlmigrate", "restore"})
#: Commands that read everything and change nothing.
READING_COMMANDS = frozenset({"backup", "verify_promises"})
#: Commands that may make the embedded database; to all others a DATA_DIR without one is a mistake.
#: A gate asks the server how it would take a migration, also in a new clone.
FOUNDING_COMMANDS = frozenset({"migrate", "restore", "lintmigrations"})
#: Commands that need no server at all.
OFFLINE_COMMANDS = frozenset(
    [
        "",
        "help",
        "--help",
        "-h",
        "--version",
        "version",
        "check",
        "makemigrations",
        "messages",
        "collectstatic",
        "startapp",
        "spectacular",
        "diffsettings",
        "compile_catalogues",
        "createsuperuser",
        "provision_roles",
    ]
)
INTERRUPTED: Final = 130
NO_TABLE, NO_COLUMN, NOT_ALLOWED = "42P01", "42703", "42501"


def _brought_up_here(url: str) -> bool:
    """Did `up` of this clone provision that server? Then its commands need no more settings."""
    place = places.Place(places.data_dir())
    servers = provisioning.read_secrets(place.secrets).get("servers", {})
    return embedded_services.server_key(url) in servers


def _use_an_empty_database() -> None:
    """Figures come from a durable cluster of their own, empty at the start; never from the demo."""
    folder = places.data_dir() / "bench"
    os.environ |= {"DATA_DIR": str(folder), "DEMO": "1"}
    embedded.Postgres(places.Place(folder)).remove()
    manage = [sys.executable, str(places.ROOT / "manage.py")]
    with embedded_services.running():
        subprocess.run([*manage, "migrate", "--no-input", "-v", "0"], check=True)


def _require_a_cluster() -> None:
    """Refuse a DATA_DIR that holds no database: most often it is the wrong one."""
    if not embedded.Postgres(places.Place(places.data_dir())).exists():
        raise UnableToStart(
            f"no database in DATA_DIR={places.data_dir()}: is it the right folder? "
            "`manage.py up` or `manage.py migrate` makes one"
        )


def _read_settings() -> None:
    from django.conf import settings

    settings.INSTALLED_APPS  # noqa: B018 - reading one reads them all


@contextlib.contextmanager
def ready_for(command: str) -> Iterator[None]:
    """Start the embedded servers for one command if they are needed and not running."""
    with _plainly(command):
        leash.follow()
        os.environ.pop(MARK, None)  # a server that this command starts is no child of the launcher
        url = os.environ.get("DATABASE_URL")
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")
        if not url or _brought_up_here(url):
            os.environ.setdefault("APP_ENV", "local")
        if command in OWNER_COMMANDS:
            os.environ["DATABASE_ROLE"] = "owner"
        if command in READING_COMMANDS:
            os.environ["DATABASE_ROLE"] = "backup"
        with _servers(command, url):
            _read_settings()
            yield


@contextlib.contextmanager
def _servers(command: str, url: str | None) -> Iterator[None]:
    if command == "bench":
        _refuse_given_servers()
        _use_an_empty_database()
    elif command in OFFLINE_COMMANDS or url or _only_looks(command):
        yield
        return
    elif command not in FOUNDING_COMMANDS:
        _require_a_cluster()
    with embedded_services.running():
        yield


def _refuse_given_servers() -> None:
    """Figures are written for by the hundred thousand: never into somebody's database."""
    for name in ("DATABASE_URL", "REDIS_URL"):
        if os.environ.get(name):
            raise UnableToStart(
                f"bench measures on empty servers of its own: run it without {name}"
            )


def _only_looks(command: str) -> bool:
    """`doctor` founds nothing: where nothing is, it says so."""
    place = places.Place(places.data_dir())
    if command != "doctor" or embedded.Postgres(place).exists():
        return False
    os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(64))
    return True


@contextlib.contextmanager
def _plainly(command: str) -> Iterator[None]:
    """Turn what an operator can mend into a sentence."""
    try:
        yield
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:  # who read us has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        said = "" if "--traceback" in sys.argv else sentence(error)
        if not said:
            raise
        if command == "doctor":
            print(f"ILL  settings: {said}")
            sys.exit(1)
        sys.exit(f"{command}: {said}" if command else said)


def sentence(error: Exception) -> str:
    """Say what an operator can mend; nothing of a bug."""
    from django.core.exceptions import ImproperlyConfigured
    from django.db import Error, OperationalError

    first_line = (str(error).strip().splitlines() or [type(error).__name__])[0]
    if isinstance(error, UnableToStart | ImproperlyConfigured):
        return str(error)
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    code = getattr(error.__cause__, "pgcode", None) if isinstance(error, Error) else None
    if code in {NO_TABLE, NO_COLUMN}:
        return f"the database lacks tables of this version, run `manage.py migrate`: {first_line}"
    if code == NOT_ALLOWED:
        return f"the database role may not do this: {first_line}"
    if isinstance(error, OperationalError) and code is None:
        return f"the database does not answer: {first_line}"
    return ""
