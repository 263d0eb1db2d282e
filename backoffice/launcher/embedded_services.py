"""The servers of this clone as one thing: start, provision the roles, keep alive, stop.

A server that DATABASE_URL or REDIS_URL names is used as it is; it only gets its four roles, when
the URL's role may create them.
"""

from __future__ import annotations

import contextlib
import math
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from types import FrameType
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from backoffice.launcher import places, provisioning
from backoffice.launcher.cluster_home import UnableToStart, make_data_dir
from backoffice.launcher.embedded import Postgres, new_password
from backoffice.launcher.valkey import Valkey

PATIENCE_SECONDS: Final = 30
SILENCE_SECONDS_MAX: Final = 10
STEADY_SECONDS: Final = 10
WAIT_SECONDS_MAX: Final = 30
#: What a shell adds to the number of the signal that ended a program.
SIGNALLED: Final = 128
#: The job that stands in a database from the demo day on (`backoffice.demo`).
DEMO_JOB: Final = "demo.live_the_week"
#: Where the cache keeps when worker and scheduler were last alive (`backoffice.health`).
HEARTBEATS: Final = tuple(
    f":1:heartbeat:{name}" for name in ("worker", "scheduler", "fix_acceptor")
)


def server_key(url: str) -> str:
    """Names a server and database in the secrets file without repeating the password."""
    try:
        found = urlsplit(url)
        port = found.port or ""
    except ValueError:
        return ""  # no address at all: the settings say so
    host = f"{found.hostname or ''}:{port}"
    return f"{found.username or ''}@{host}{found.path}?{found.query}"


def _new_passwords(database: str) -> dict[str, str]:
    names = asdict(provisioning.RoleNames.of(database)).values()
    return {name: new_password() for name in names}


def _provision_embedded(postgres: Postgres, superuser_password: str) -> None:
    """Create or refresh roles and database, with the passwords that the secrets file knows."""
    place = postgres.place
    known = provisioning.read_secrets(place.secrets).get("roles", {})
    passwords = _new_passwords(places.DATABASE) | known
    with contextlib.closing(_superuser(postgres, superuser_password)) as connection:
        connection.autocommit = True
        provisioning.provision(connection, database=places.DATABASE, passwords=passwords)
    content = provisioning.read_secrets(place.secrets) | {"roles": passwords}
    provisioning.write_secrets(place.secrets, content)


def _superuser(postgres: Postgres, password: str) -> Any:
    """Connect as the cluster's own superuser; a server that recovers is waited for."""
    import psycopg2

    host, deadline = str(postgres.place.postgres_sockets), time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return psycopg2.connect(
                host=host, user="postgres", password=password, dbname="postgres"
            )
        except psycopg2.OperationalError as refused:
            if "password authentication failed" in str(refused):
                raise UnableToStart(_locked_out(postgres)) from refused
            if time.monotonic() > deadline:
                raise UnableToStart(f"PostgreSQL does not answer: {refused}".strip()) from refused
        time.sleep(0.1)


def _locked_out(postgres: Postgres) -> str:
    home, place = postgres.home, postgres.place
    gone = f"{home}" if home == place.data_dir else f"{place.data_dir} and {home}"
    return (
        f"the passwords of the cluster in {home} are not in {place.secrets}: restore that file, "
        f"or remove {gone} to begin with an empty database"
    )


def provision_given(place: places.Place, url: str) -> str:
    """Give the server of DATABASE_URL its four roles when that role may; say what was done."""
    import psycopg2

    if not url.startswith(("postgresql://", "postgres://")) or not urlsplit(url).path.strip("/"):
        raise UnableToStart("DATABASE_URL: write postgresql://user:password@host:port/name")
    key, database = server_key(url), unquote(urlsplit(url).path.strip("/"))
    secrets = provisioning.read_secrets(place.secrets)
    known = secrets.get("servers", {}).get(key, {})
    passwords = _new_passwords(database) | known
    try:
        with provisioning.connected(url) as connection:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user"
                )
                if not cursor.fetchone()[0]:
                    return "this role may not create roles: DATABASE_OWNER_URL names the owner role"
            provisioning.provision(connection, database=database, passwords=passwords)
    except psycopg2.Error as refused:
        raise UnableToStart(f"DATABASE_URL: {refused}".strip()) from refused
    servers = secrets.get("servers", {}) | {key: passwords}
    provisioning.write_secrets(place.secrets, secrets | {"servers": servers})
    return "roles in place"


def _greet_given(url: str) -> str:
    """Ask the server of REDIS_URL once; raises UnableToStart when nobody answers there."""
    import redis

    try:
        with redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5) as client:
            client.ping()
            client.delete(*HEARTBEATS)
    except (redis.RedisError, ValueError, OSError) as silent:
        raise UnableToStart(f"REDIS_URL: {silent}") from silent
    return "given by REDIS_URL"


@dataclass(slots=True)
class Patience:
    """How long to wait before something is tried again that keeps failing."""

    wait: float = 0
    tried_at: float = -math.inf

    def is_over(self) -> bool:
        """Say whether it is time to try; tries in a row double the wait, up to half a minute."""
        now = time.monotonic()
        since = now - self.tried_at
        if since < self.wait:
            return False
        steady = since > self.wait + STEADY_SECONDS
        self.wait = 0 if steady else min(max(1, 2 * self.wait), WAIT_SECONDS_MAX)
        self.tried_at = now
        return True


@dataclass(slots=True)
class Services:
    """What this clone starts itself; `None` where the environment names a server."""

    place: places.Place
    postgres: Postgres | None = None
    valkey: Valkey | None = None
    started: list[Postgres | Valkey] = field(default_factory=list)
    silent_since: float | None = None
    patience: dict[str, Patience] = field(
        default_factory=lambda: {name: Patience() for name in ("PostgreSQL", "Valkey")}
    )

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
        known = provisioning.read_secrets(self.place.secrets)
        if self.postgres.exists() and "superuser" not in known:
            raise UnableToStart(_locked_out(self.postgres))
        make_data_dir(self.place)
        password = provisioning.secret(self.place.secrets, "superuser")
        self.postgres.start(password=password)
        if not reused:
            self.started.append(self.postgres)
        if not reused or "roles" not in provisioning.read_secrets(self.place.secrets):
            _provision_embedded(self.postgres, password)
        home = self.postgres.home
        where = "embedded" if home == self.place.data_dir else f"embedded, in {home}"
        return f"{where}, already running" if reused else where

    def start_valkey(self) -> str:
        """Start or reuse the embedded Valkey, or greet the given one; returns a line to show."""
        if self.valkey is None:
            return _greet_given(os.environ["REDIS_URL"])
        reused = self.valkey.running()
        self.valkey.start()
        if not reused:
            self.started.append(self.valkey)
        return "embedded, already running" if reused else "embedded"

    def forget_signs_of_life(self) -> None:
        """What worker and scheduler of an earlier start left says nothing of those of this one."""
        with contextlib.suppress(OSError):
            if self.valkey is not None:
                self.valkey.forget(HEARTBEATS)

    def keep_alive(self) -> list[str]:
        """Start again what has died or hangs; returns what was done, for the log.

        A server that dies again at once is given more and more time.
        """
        done = []
        postgres, valkey = self.postgres, self.valkey
        if (
            postgres is not None
            and not postgres.running()
            and self.patience["PostgreSQL"].is_over()
        ):
            postgres.start(password=provisioning.secret(self.place.secrets, "superuser"))
            done.append("PostgreSQL had ended; started again")
        if valkey is not None and (why := self._ill(valkey)) and self.patience["Valkey"].is_over():
            valkey.start()
            done.append(f"Valkey {why}; started again")
        return done

    def _ill(self, valkey: Valkey) -> str:
        """Say what is wrong with Valkey; a short silence is none, a long one ends it."""
        if not valkey.running():
            return "had ended"
        if valkey.answers():
            self.silent_since = None
        elif self.silent_since is None:
            self.silent_since = time.monotonic()
        elif time.monotonic() - self.silent_since > SILENCE_SECONDS_MAX:
            self.silent_since = None
            valkey.kill()
            return f"did not answer for {SILENCE_SECONDS_MAX} s"
        return ""

    def holds_demo(self) -> bool:
        """Ask the database, not the folder, whether the demo day is in it."""
        import psycopg2

        place, url = self.place, os.environ.get("DATABASE_URL", "")
        known = provisioning.read_secrets(place.secrets)
        if url:
            app = provisioning.RoleNames.of(unquote(urlsplit(url).path.strip("/"))).app
            password = known.get("servers", {}).get(server_key(url), {}).get(app)
            target = {"dsn": url} | ({"user": app, "password": password} if password else {})
        else:
            app = provisioning.RoleNames.of(places.DATABASE).app
            target = {"host": str(place.postgres_sockets), "dbname": places.DATABASE}
            target |= {"user": app, "password": known.get("roles", {}).get(app, "")}
        with contextlib.suppress(psycopg2.Error):  # no table yet: no demo day
            opened = psycopg2.connect(**target, connect_timeout=10)
            with contextlib.closing(opened), opened.cursor() as cursor:
                cursor.execute("SELECT 1 FROM core_job WHERE kind = %s LIMIT 1", [DEMO_JOB])
                return cursor.fetchone() is not None
        return False

    def stop(self, *, everything: bool = False) -> None:
        """Stop what was started here; with `everything`, also what was found running."""
        servers = [self.valkey, self.postgres] if everything else self.started[::-1]
        for server in servers:
            if server is not None:
                server.stop()


class Ending:
    """The wish that a command ends: it is heard once its servers are up, and not while they stop.

    Who is ended at any other moment leaves one behind that is just being started or stopped.
    """

    def __init__(self) -> None:
        self.is_heard = False
        self.asked: int | None = None

    def ask(self, sign: int, _frame: FrameType | None) -> None:
        """Take the wish as the handler of a signal does."""
        self.asked = sign
        if self.is_heard:
            self.hear()

    def hear(self) -> None:
        """Hear a wish from now on; one that came before is heard at once."""
        self.is_heard = True
        if self.asked is not None:
            self.is_heard = False
            sys.exit(SIGNALLED + self.asked)


@contextlib.contextmanager
def running() -> Iterator[None]:
    """Have the servers for the length of a command; stop only those that were started here.

    They are stopped also when the command is told to end.
    """
    services, ending = Services.of_environment(), Ending()
    before = {sign: signal.signal(sign, ending.ask) for sign in (signal.SIGTERM, signal.SIGHUP)}
    try:
        services.start_postgres()
        services.start_valkey()
        ending.hear()
        yield
    finally:
        ending.is_heard = False
        services.stop()
        for sign, handler in before.items():
            signal.signal(sign, handler)
