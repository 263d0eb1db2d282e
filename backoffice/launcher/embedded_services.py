"""The servers of this clone as one thing: start, provision the roles, keep alive, stop.

A server that DATABASE_URL or REDIS_URL names is used as it is; it only gets its four roles, when
the URL's role may create them.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from urllib.parse import urlsplit

from backoffice.launcher import places, provisioning
from backoffice.launcher.embedded import Postgres, UnableToStart, Valkey, new_password


def server_key(url: str) -> str:
    """Names a server and database in the secrets file without repeating the password."""
    found = urlsplit(url)
    host = f"{found.hostname or ''}:{found.port or ''}"
    return f"{found.username or ''}@{host}{found.path}?{found.query}"


def _new_passwords(database: str) -> dict[str, str]:
    names = asdict(provisioning.RoleNames.of(database)).values()
    return {name: new_password() for name in names}


def _provision_embedded(place: places.Place, superuser_password: str) -> None:
    """Create or refresh roles and database, with the passwords that the secrets file knows."""
    import psycopg2

    host = str(place.postgres_sockets)
    known = provisioning.read_secrets(place.secrets).get("roles", {})
    passwords = _new_passwords(places.DATABASE) | known
    try:
        opened = psycopg2.connect(
            host=host, user="postgres", password=superuser_password, dbname="postgres"
        )
    except psycopg2.OperationalError as refused:
        raise UnableToStart(
            f"the cluster does not know the password in {place.secrets}: restore that file, or "
            f"remove {place.data_dir} to begin with an empty database"
        ) from refused
    with contextlib.closing(opened) as connection:
        connection.autocommit = True
        provisioning.provision(connection, database=places.DATABASE, passwords=passwords)
    content = provisioning.read_secrets(place.secrets) | {"roles": passwords}
    provisioning.write_secrets(place.secrets, content)


def provision_given(place: places.Place, url: str) -> str:
    """Give the server of DATABASE_URL its four roles when that role may; say what was done."""
    import psycopg2

    key, database = server_key(url), urlsplit(url).path.strip("/")
    secrets = provisioning.read_secrets(place.secrets)
    known = secrets.get("servers", {}).get(key, {})
    try:
        opened = psycopg2.connect(url, connect_timeout=10)
    except psycopg2.OperationalError as refused:
        raise UnableToStart(f"DATABASE_URL: {refused}".strip()) from refused
    with contextlib.closing(opened) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user"
            )
            if not cursor.fetchone()[0]:
                return "this role may not create roles: DATABASE_OWNER_URL names the owner role"
        passwords = _new_passwords(database) | known
        provisioning.provision(connection, database=database, passwords=passwords)
    servers = secrets.get("servers", {}) | {key: passwords}
    provisioning.write_secrets(place.secrets, secrets | {"servers": servers})
    return "roles in place"


@dataclass(slots=True)
class Services:
    """What this clone starts itself; `None` where the environment names a server."""

    place: places.Place
    postgres: Postgres | None = None
    valkey: Valkey | None = None
    started: list[Postgres | Valkey] = field(default_factory=list)

    @classmethod
    def of_environment(cls) -> Services:
        place = places.Place(places.data_dir())
        postgres = None if os.environ.get("DATABASE_URL") else Postgres(place)
        valkey = None if os.environ.get("REDIS_URL") else Valkey(place)
        return cls(place, postgres, valkey)

    def start_postgres(self) -> str:
        """Start or reuse the embedded server, or greet the given one; returns a line to show."""
        if self.postgres is None:
            return provision_given(self.place, os.environ["DATABASE_URL"])
        reused = self.postgres.running()
        password = provisioning.secret(self.place.secrets, "superuser")
        self.postgres.start(password=password)
        if not reused:
            self.started.append(self.postgres)
        if not reused or "roles" not in provisioning.read_secrets(self.place.secrets):
            _provision_embedded(self.place, password)
        return "embedded, already running" if reused else "embedded"

    def start_valkey(self) -> str:
        if self.valkey is None:
            return "given by REDIS_URL"
        reused = self.valkey.running()
        self.valkey.start()
        if not reused:
            self.started.append(self.valkey)
        return "embedded, already running" if reused else "embedded"

    def keep_alive(self) -> list[str]:
        """Start again what has died; returns the names, for the log."""
        revived = []
        if self.postgres is not None and not self.postgres.alive():
            self.postgres.start(password=provisioning.secret(self.place.secrets, "superuser"))
            revived.append("PostgreSQL")
        if self.valkey is not None and not self.valkey.running():
            self.valkey.start()
            revived.append("Valkey")
        return revived

    def stop(self, *, everything: bool = False) -> None:
        """Stop what was started here; with `everything`, also what was found running."""
        servers = [self.valkey, self.postgres] if everything else self.started[::-1]
        for server in servers:
            if server is not None:
                server.stop()


@contextlib.contextmanager
def running() -> Iterator[None]:
    """Have the servers for the length of a command; stop only those that were started here."""
    services = Services.of_environment()
    try:
        services.start_postgres()
        services.start_valkey()
        yield
    finally:
        services.stop()
