"""`manage.py lint`: every gate of the house, all of them even after one fails."""

from __future__ import annotations

import argparse
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from backoffice.launcher import places

PRODUCTION = {
    "APP_ENV": "production",
    "ALLOWED_HOSTS": "backoffice.example",
    "DATABASE_URL": "postgresql://app@db.example/denouement",
    "REDIS_URL": "rediss://broker.example/0",
}


def _offline() -> str:
    """Why the vulnerability audit cannot run, or nothing."""
    try:
        socket.create_connection(("pypi.org", 443), timeout=5).close()
    except OSError as unreachable:
        return f"pypi.org cannot be reached ({unreachable})"
    return ""


def _always() -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Gate:
    """One check; `skip` answers with a reason where it cannot run."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    skip: Callable[[], str] = _always


#: It has a script only, and a script holds the path that the clone had when it was installed.
LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def _tool(module: str, *arguments: str) -> list[str]:
    """Run a tool by its module: it is found also after the clone has moved."""
    return [sys.executable, "-m", module, *arguments]


def _manage(*arguments: str) -> list[str]:
    return [sys.executable, str(places.ROOT / "manage.py"), *arguments]


def gates() -> list[Gate]:
    production = PRODUCTION | {"SECRET_KEY": secrets.token_urlsafe(64)}
    audit = ["-r", "requirements.txt", "--no-deps", "--disable-pip", "--progress-spinner=off"]
    return [
        Gate("ruff", _tool("ruff", "check", ".")),
        Gate("ruff format", _tool("ruff", "format", "--check", ".")),
        Gate("imports", [sys.executable, "-c", LINT_IMPORTS]),
        Gate("codespell", _tool("codespell_lib")),
        Gate("dependencies", _tool("deptry", ".")),
        Gate("migrations complete", _manage("makemigrations", "--check", "--dry-run")),
        Gate("migrations safe", _manage("lintmigrations")),
        Gate("translations", _manage("messages", "--check")),
        Gate(
            "production settings", _manage("check", "--deploy", "--fail-level=WARNING"), production
        ),
        Gate("templates", _tool("djlint", "templates", "--lint", "--quiet")),
        Gate("known vulnerabilities", _tool("pip_audit", *audit), skip=_offline),
        Gate("mypy", _tool("mypy", *places.PACKAGES)),
    ]


def _run(gate: Gate) -> bool:
    if reason := gate.skip():
        print(f"skipped  {gate.name}: {reason}", flush=True)
        return True
    began = time.monotonic()
    done = subprocess.run(
        gate.command,
        cwd=places.ROOT,
        env=os.environ | {"APP_ENV": "local"} | gate.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    outcome = "ok     " if done.returncode == 0 else "FAILED "
    print(f"{outcome}  {gate.name} ({time.monotonic() - began:.1f} s)", flush=True)
    if done.returncode:
        print((done.stdout + done.stderr).strip(), flush=True)
    return done.returncode == 0


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="manage.py lint", description="Run every gate.")
    parser.add_argument("only", nargs="*", help="names of gates; all without any")
    chosen = parser.parse_args(arguments).only
    known = gates()
    if unknown := set(chosen) - {gate.name for gate in known}:
        parser.error(f"no gate named {', '.join(sorted(unknown))}")
    outcomes = [_run(gate) for gate in known if not chosen or gate.name in chosen]
    print("all gates passed" if all(outcomes) else f"{outcomes.count(False)} gate(s) failed")
    return 0 if all(outcomes) else 1
