"""The four database roles: owner (migrations, triggers), app, qa_ro (auditors), backup.

The application connects as `app`, which owns nothing: what the owner's triggers record, it
cannot switch off. Passwords are kept in DATA_DIR/secrets.json, mode 0600.
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from backoffice.launcher.embedded import new_password

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class RoleNames:
    """Role names of one database; auditors use one name on every server."""

    owner: str
    app: str
    backup: str
    qa: str = "qa_ro"

    @classmethod
    def of(cls, database: str) -> RoleNames:
        return cls(f"{database}_owner", f"{database}_app", f"{database}_backup")


def read_secrets(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def write_secrets(path: Path, content: dict[str, Any]) -> None:
    """Replace the file whole, never readable by others."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(content, file, indent=1)
    draft.replace(path)


def secret(path: Path, name: str) -> str:
    """The secret of that name, made on first use."""
    known = read_secrets(path)
    if name not in known:
        known[name] = new_password() + new_password()
        write_secrets(path, known)
    value: str = known[name]
    return value


def provision(
    connection: Any, *, database: str, passwords: dict[str, str], may_create_databases: bool = False
) -> None:
    """Create or refresh the four roles and the database; safe to repeat.

    `connection` is an autocommit psycopg2 connection that may create roles. `passwords` has one
    entry per role name; a role without an entry keeps the password it has.
    """
    from psycopg2 import sql

    names = RoleNames.of(database)
    with connection.cursor() as cursor:
        for name in asdict(names).values():
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
            verb = "ALTER" if cursor.fetchone() else "CREATE"
            role = sql.Identifier(name)
            if name in passwords:
                statement = sql.SQL(f"{verb} ROLE {{}} LOGIN PASSWORD {{}}")
                cursor.execute(statement.format(role, sql.Literal(passwords[name])))
            elif verb == "CREATE":
                cursor.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(role))
        owner = sql.Identifier(names.owner)
        if may_create_databases:
            cursor.execute(sql.SQL("ALTER ROLE {} CREATEDB").format(owner))
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
        if not cursor.fetchone():
            create = sql.SQL("CREATE DATABASE {} OWNER {}")
            cursor.execute(create.format(sql.Identifier(database), owner))
        qa = sql.Identifier(names.qa)
        cursor.execute(sql.SQL("ALTER ROLE {} SET default_transaction_read_only = on").format(qa))
        with contextlib.suppress(Exception):
            reads_all = sql.SQL("GRANT pg_read_all_data TO {}")
            cursor.execute(reads_all.format(sql.Identifier(names.backup)))
