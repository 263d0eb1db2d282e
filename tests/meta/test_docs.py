"""The documentation says what is there: words of the pages, files, links, commands, settings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.core.management import get_commands, load_command_class
from django.utils import translation

from backoffice.launcher import places
from backoffice.navigation import NAVIGATION
from core import catalogues
from tests.meta import environment

DOCS = sorted([places.ROOT / "README.md", *(places.ROOT / "docs").rglob("*.md")])
SPOKEN = [path for path in DOCS if path.stem.split(".")[0] in {"tutorial", "user-guide"}]
BOLD = re.compile(r"\*\*([^*]+)\*\*")
LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)(?:#[^)]*)?\)")
COMMAND = re.compile(r"manage\.py ([a-z_]+)")
BEFORE_DJANGO = {"up", "test", "lint"}
NOT_LABELS = {"bold", "gras"}


def _words(language: str) -> set[str]:
    """Return every text that a page can show in this language."""
    words: set[str] = set()
    for room in catalogues.ROOMS[1:]:
        with catalogues.catalogue_path(places.ROOT, room).open("rb") as file:
            for message in read_po(file):
                shown = message.id if language == "en" else message.string
                words |= {shown} if isinstance(shown, str) else set(shown)
    return words


def _labels(path: Path) -> Iterator[str]:
    for bold in BOLD.findall(path.read_text()):
        for label in " ".join(bold.split()).split(" → "):
            yield label.rstrip("…")


@pytest.mark.parametrize("path", SPOKEN, ids=lambda path: path.name)
def test_words_in_bold_are_on_the_screen(path: Path) -> None:
    language = "fr" if path.name.endswith(".fr.md") else "en"

    assert {*_labels(path)} - _words(language) - NOT_LABELS == set()


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    dead = [link for link in LINK.findall(path.read_text()) if not (path.parent / link).exists()]

    assert dead == []


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_commands_and_example_files_exist(path: Path) -> None:
    text = path.read_text()
    commands = set(COMMAND.findall(text)) - BEFORE_DJANGO
    examples = set(re.findall(r"docs/examples/[\w.-]+\w", text))

    assert commands - set(get_commands()) == set()
    assert {name for name in examples if not (places.ROOT / name).exists()} == set()


def _named_commands() -> list[str]:
    named = {name for path in DOCS for name in COMMAND.findall(path.read_text())}
    return sorted(named - BEFORE_DJANGO)


@pytest.mark.parametrize("name", _named_commands())
def test_every_documented_command_explains_itself(name: str) -> None:
    command = load_command_class(get_commands()[name], name)

    assert command.create_parser("manage.py", name).format_help().startswith("usage: manage.py")
    assert command.help or name == "migrate"


def test_every_setting_is_in_the_example_and_read_somewhere() -> None:
    example = (places.ROOT / ".env.example").read_text()
    offered = set(re.findall(r"^#? ?([A-Z][A-Z0-9_]+)=", example, re.MULTILINE))
    compose = re.findall(r"\$\{([A-Z][A-Z0-9_]+)", (places.ROOT / "docker-compose.yml").read_text())
    read = environment.read_by_the_product()

    assert offered - read - set(compose) == set()
    assert read - offered == set()
    assert {"QA_PASSWORD", "DATABASE_BACKUP_URL", "WORKER_CONCURRENCY", "LOG_FORMAT"} <= read


@pytest.mark.parametrize("name", ["user-guide.md", "user-guide.fr.md"])
def test_the_guide_names_every_page_of_the_navigation(name: str) -> None:
    with translation.override("fr" if ".fr." in name else "en"):
        pages = {str(item.label) for group in NAVIGATION for item in group.items}

    assert pages - {*_labels(places.ROOT / "docs" / name)} == set()
