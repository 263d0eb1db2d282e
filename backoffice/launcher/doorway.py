"""Before a Django command runs: pick its mode and role, and have its servers there."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from backoffice.launcher import embedded_services

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
        "compilemessages",
    ]
)


@contextlib.contextmanager
def ready_for(command: str) -> Iterator[None]:
    """Start the embedded servers for one command if they are needed and not running."""
    local = not os.environ.get("DATABASE_URL")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")
    if local:
        os.environ.setdefault("APP_ENV", "local")
    if command in OWNER_COMMANDS:
        os.environ["DATABASE_ROLE"] = "owner"
    if command in OFFLINE_COMMANDS or not local:
        yield
        return
    with embedded_services.running():
        yield
