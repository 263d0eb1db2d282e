"""Before a Django command runs: pick its mode and role, and have its servers there."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator

from backoffice.launcher import embedded, embedded_services, leash, places, provisioning

#: Commands that change tables, grants or triggers: they connect as the owner role.
OWNER_COMMANDS = frozenset({"migrate", "sync_database", "sqlmigrate", "restore"})
#: Commands that read everything and change nothing.
READING_COMMANDS = frozenset({"backup", "verify_promises"})
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
        "provision_roles",
    ]
)


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


@contextlib.contextmanager
def ready_for(command: str) -> Iterator[None]:
    """Start the embedded servers for one command if they are needed and not running."""
    leash.follow()
    url = os.environ.get("DATABASE_URL")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")
    if not url or _brought_up_here(url):
        os.environ.setdefault("APP_ENV", "local")
    if command in OWNER_COMMANDS:
        os.environ["DATABASE_ROLE"] = "owner"
    if command in READING_COMMANDS:
        os.environ["DATABASE_ROLE"] = "backup"
    if command in OFFLINE_COMMANDS or url:
        yield
        return
    if command == "bench":
        _use_an_empty_database()
    with embedded_services.running():
        yield
