"""Before a Django command runs: pick its mode and role, and have its servers there."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from backoffice.launcher import embedded_services, places, provisioning

#: Commands that change tables, grants or triggers: they connect as the owner role.
OWNER_COMMANDS = frozenset({"migrate", "sync_database", "sqlmigrate", "restore"})
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


@contextlib.contextmanager
def ready_for(command: str) -> Iterator[None]:
    """Start the embedded servers for one command if they are needed and not running."""
    url = os.environ.get("DATABASE_URL")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")
    if not url or _brought_up_here(url):
        os.environ.setdefault("APP_ENV", "local")
    if command in OWNER_COMMANDS:
        os.environ["DATABASE_ROLE"] = "owner"
    if command in OFFLINE_COMMANDS or url:
        yield
        return
    with embedded_services.running():
        yield
