"""docker-compose.yml is production-shaped, and every command in it exists with its options."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from backoffice.launcher import places

COMPOSE = yaml.safe_load((places.ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("provision", "migrate", "web", "worker", "beat", "fix")
CONDITIONS = {"service_started", "service_healthy", "service_completed_successfully"}
ENV_EXAMPLE = (places.ROOT / ".env.example").read_text()


def _variables(text: str) -> set[str]:
    return set(re.findall(r"^([A-Z_]+)=", text, re.MULTILINE))


def test_it_has_the_four_processes_the_two_servers_and_the_two_one_shots() -> None:
    assert set(SERVICES) == {"db", "redis", *OURS}
    assert set(COMPOSE) <= {"name", "services", "volumes", "networks", "x-app"}


@pytest.mark.parametrize("name", SERVICES)
def test_volumes_and_dependencies_exist(name: str) -> None:
    service = SERVICES[name]

    named = {volume.split(":")[0] for volume in service.get("volumes", [])}
    assert named <= set(COMPOSE["volumes"])
    for other, wanted in service.get("depends_on", {}).items():
        assert wanted["condition"] in CONDITIONS
        if wanted["condition"] == "service_healthy":
            assert "healthcheck" in SERVICES[other]


@pytest.mark.parametrize("name", OURS)
def test_our_processes_run_without_privileges_on_a_read_only_root(name: str) -> None:
    service = SERVICES[name]

    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["environment"]["APP_ENV"] == "production"
    assert "USER app" in service["build"]["dockerfile_inline"]


def test_there_is_one_scheduler() -> None:
    assert SERVICES["beat"]["deploy"]["replicas"] == 1


def test_every_substituted_variable_is_documented() -> None:
    used = set(re.findall(r"\$\{([A-Z_]+)", (places.ROOT / "docker-compose.yml").read_text()))

    assert used <= _variables(ENV_EXAMPLE)


@pytest.mark.parametrize("name", ["WEB_CONCURRENCY", "WEB_THREADS", "WORKER_CONCURRENCY", "PORT"])
def test_what_the_settings_say_of_processes_counts_in_compose(name: str) -> None:
    said = json.dumps([[s.get("command"), s.get("ports")] for s in SERVICES.values()])

    assert f"${{{name}:-" in said


def test_an_image_holds_no_secrets_no_data_and_no_history() -> None:
    left_out = (places.ROOT / ".dockerignore").read_text().splitlines()

    assert {".env", ".env.*", ".data", ".git", ".venv", "!.env.example"} <= set(left_out)


@pytest.mark.parametrize("name", OURS)
def test_its_command_exists_with_every_option(name: str) -> None:
    """Each program is asked for its help; each option that compose passes must stand in it."""
    command = [str(word) for word in SERVICES[name]["command"]]
    program = [sys.executable] if command[0] == "python" else [sys.executable, "-m", command[0]]
    leading = [word for word in command[1:] if not word.startswith("-")]
    verb = {"python": leading[:2], "celery": ["-A", "backoffice", name], "granian": []}[command[0]]

    done = subprocess.run(
        [*program, *verb, "--help"],
        cwd=places.ROOT,
        env=os.environ | {"APP_ENV": "local", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    known = done.stdout + done.stderr
    options = [word.split("=")[0] for word in command if word.startswith("-") and word != "-A"]
    assert [option for option in options if option not in known] == []


def test_the_dockerfile_copies_what_exists() -> None:
    text = SERVICES["web"]["build"]["dockerfile_inline"]

    for source in re.findall(r"^COPY (\S+) ", text, re.MULTILINE):
        assert Path(places.ROOT / source).exists()
