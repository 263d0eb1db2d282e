"""The four database roles: owner (migrations, triggers), app, qa_ro (auditors), backup.

The application connects as `app`, which owns nothing: what the owner's triggers record, it
cannot switch off. Passwords are kept in DATA_DIR/secrets.json, mode 0600.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from backoffice.launcher.embedded import new_password

if TYPE_CHECKING:
    from pathlib import Path


AUDITORS_BEGIN_WITH: Final = {
    "default_transaction_read_only": "on",
    "statement_timeout": "10min",
    "idle_in_transaction_session_timeout": "1min",
}


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


def _role(cursor: Any, name: str, password: str | None) -> None:
    """Create the role, or set its password; without one, a new role may not sign in."""
    from psycopg2 import sql

    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
    verb, role = "ALTER" if cursor.fetchone() else "CREATE", sql.Identifier(name)
    if password is not None:
        statement = sql.SQL(f"{verb} ROLE {{}} LOGIN PASSWORD {{}}")
        cursor.execute(statement.format(role, sql.Literal(password)))
    elif verb == "CREATE":
        cursor.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(role))


def _database(cursor: Any, name: str, owner: str) -> None:
    """Create the database for its owner, or hand an existing one over to it."""
    from psycopg2 import errors, sql

    database, role = sql.Identifier(name), sql.Identifier(owner)
    cursor.execute(
        "SELECT pg_get_userbyid(datdba), current_user, current_database()"
        " FROM pg_database WHERE datname = %s",
        [name],
    )
    found = cursor.fetchone()
    if found is None or found[0] != owner:
        cursor.execute("SELECT current_user")
        me = sql.Identifier(cursor.fetchone()[0])
        with contextlib.suppress(errors.InvalidGrantOperation):  # a superuser needs no membership
            cursor.execute(sql.SQL("GRANT {} TO {}").format(role, me))
    if found is None:
        cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))
    elif found[0] != owner:
        try:
            cursor.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(database, role))
        except errors.InsufficientPrivilege:
            cursor.execute(sql.SQL("GRANT CREATE ON DATABASE {} TO {}").format(database, role))
            cursor.execute(sql.SQL("GRANT USAGE, CREATE ON SCHEMA public TO {}").format(role))


def _restrict(cursor: Any, database: str, names: RoleNames) -> None:
    """Nobody but the owner makes tables, not even passing ones; auditors read and do not linger.

    What a role sets for its sessions is where they begin, not what holds them: grants hold them.
    """
    from psycopg2 import errors, sql

    with contextlib.suppress(errors.InsufficientPrivilege):
        everyone = sql.SQL("REVOKE CREATE, TEMPORARY ON DATABASE {} FROM PUBLIC, {}")
        roles = sql.SQL(", ").join(map(sql.Identifier, (names.app, names.qa, names.backup)))
        cursor.execute(everyone.format(sql.Identifier(database), roles))
    for setting, value in AUDITORS_BEGIN_WITH.items():
        with contextlib.suppress(errors.InsufficientPrivilege):
            alter = sql.SQL("ALTER ROLE {} SET {} = {}")
            cursor.execute(
                alter.format(sql.Identifier(names.qa), sql.Identifier(setting), sql.Literal(value))
            )


@contextlib.contextmanager
def connected(url: str) -> Iterator[Any]:
    """Open an autocommit connection for `provision`: to the database, or beside a missing one.

    Raises psycopg2.OperationalError, which says what the server said.
    """
    import psycopg2

    try:
        opened = psycopg2.connect(url, connect_timeout=10)
    except psycopg2.OperationalError:
        if (beside := _beside_a_missing(url)) is None:
            raise
        opened = beside
    with contextlib.closing(opened) as connection:
        connection.autocommit = True
        yield connection


def _beside_a_missing(url: str) -> Any:
    """Return a connection to the server's own database if that of `url` is not there; else None."""
    import psycopg2

    try:
        opened = psycopg2.connect(url, dbname="postgres", connect_timeout=10)
    except psycopg2.OperationalError:
        return None
    with opened.cursor() as cursor:
        name = unquote(urlsplit(url).path.strip("/"))
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone() is None:
            opened.commit()
            return opened
    opened.close()
    return None


def provision(
    connection: Any, *, database: str, passwords: dict[str, str], may_create_databases: bool = False
) -> None:
    """Create or refresh the four roles and the database; safe to repeat.

    `connection` is an autocommit psycopg2 connection that may create roles. `passwords` has one
    entry per role name; a role without an entry keeps the password it has. The auditors' role is
    shared by all databases of a server: one that somebody else made is left as it is.
    """
    from psycopg2 import errors, sql

    names = RoleNames.of(database)
    with connection.cursor() as cursor:
        for name in (names.owner, names.app):
            _role(cursor, name, passwords.get(name))
        if may_create_databases:
            cursor.execute(sql.SQL("ALTER ROLE {} CREATEDB").format(sql.Identifier(names.owner)))
        _database(cursor, database, names.owner)
        with contextlib.suppress(errors.InsufficientPrivilege):
            _role(cursor, names.qa, passwords.get(names.qa))
        _role(cursor, names.backup, passwords.get(names.backup))
        with contextlib.suppress(errors.InsufficientPrivilege):
            reads_all = sql.SQL("GRANT pg_read_all_data TO {}")
            cursor.execute(reads_all.format(sql.Identifier(names.backup)))
        _restrict(cursor, database, names)
