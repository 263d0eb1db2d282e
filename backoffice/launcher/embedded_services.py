"""The embedded servers of this clone as one thing: start, provision, stop."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import asdict
from urllib.parse import urlsplit

from backoffice.launcher import places, provisioning
from backoffice.launcher.embedded import Postgres, Valkey


def server_key(url: str) -> str:
    """Names a server and database in the secrets file without repeating the password."""
    found = urlsplit(url)
    host = f"{found.hostname or ''}:{found.port or ''}"
    return f"{found.username or ''}@{host}{found.path}?{found.query}"


def _provision(place: places.Place, superuser_password: str) -> None:
    """Create the roles once; later starts trust what the secrets file says was done."""
    import psycopg2

    known = provisioning.read_secrets(place.secrets)
    if known.get("roles"):
        return
    names = asdict(provisioning.RoleNames.of(places.DATABASE)).values()
    passwords = {name: provisioning.new_password() for name in names}
    with contextlib.closing(
        psycopg2.connect(
            host=str(place.postgres_sockets),
            user="postgres",
            password=superuser_password,
            dbname="postgres",
        )
    ) as connection:
        connection.autocommit = True
        provisioning.provision(connection, database=places.DATABASE, passwords=passwords)
    known = provisioning.read_secrets(place.secrets)
    provisioning.write_secrets(place.secrets, known | {"roles": passwords})


def start_postgres(place: places.Place) -> Postgres:
    server = Postgres(place)
    password = provisioning.secret(place.secrets, "superuser")
    server.start(password=password)
    _provision(place, password)
    return server


@contextlib.contextmanager
def running() -> Iterator[None]:
    """Have both servers for the length of a command; stop only those that were started here."""
    place = places.Place(places.data_dir())
    stop = contextlib.ExitStack()
    with stop:
        if not os.environ.get("DATABASE_URL"):
            was_running = Postgres(place).running()
            server = start_postgres(place)
            if not was_running:
                stop.callback(server.stop)
        if not os.environ.get("REDIS_URL"):
            valkey = Valkey(place)
            if not valkey.running():
                valkey.start()
                stop.callback(valkey.stop)
        yield
