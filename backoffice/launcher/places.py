"""Where things live. Pure computation: nothing is created or started here.

Settings and launcher must agree on sockets without talking, so each path follows from DATA_DIR.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
#: The packages of the product, from the ground up.
PACKAGES: Final = (
    *("kernel", "core", "desk", "feeds", "refdata", "trades", "settlement", "conduct"),
    *("reconciliation", "reporting", "backoffice"),
)
DATABASE: Final = "denouement"
#: Password of every role of a throw-away test cluster, which only its own user can reach.
TEST_PASSWORD: Final = "throw-away"  # noqa: S105 - not a secret: the socket folder is 0700


def sockets_root() -> Path:
    """A short folder: a Unix socket path may not exceed 107 bytes."""
    return Path("/tmp") if os.access("/tmp", os.W_OK) else Path(tempfile.gettempdir())  # noqa: S108 - the folders made below it are private and their owner is checked


@dataclass(frozen=True, slots=True)
class Place:
    """The home of one set of embedded servers."""

    data_dir: Path

    @property
    def key(self) -> str:
        return hashlib.sha256(str(self.data_dir).encode()).hexdigest()[:10]

    @property
    def postgres_sockets(self) -> Path:
        return sockets_root() / f"denouement-pg-{self.key}"

    @property
    def valkey_sockets(self) -> Path:
        return sockets_root() / f"denouement-kv-{self.key}"

    @property
    def valkey_socket(self) -> Path:
        return self.valkey_sockets / "kv.sock"

    @property
    def secrets(self) -> Path:
        """Role passwords and the secret key, mode 0600."""
        return self.data_dir / "secrets.json"


def data_dir() -> Path:
    return Path(os.environ.get("DATA_DIR") or ROOT / ".data").resolve()


def test_dir() -> Path:
    """The throw-away cluster of this test run; xdist workers inherit the name."""
    default = sockets_root() / f"denouement-test-{os.getpid()}"
    return Path(os.environ.setdefault("DENOUEMENT_TEST_DIR", str(default)))
