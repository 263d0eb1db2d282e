"""Every reason that the code gives of itself is told in words of the reader's language."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from django.utils import translation

from backoffice.launcher import places
from backoffice.reasons import REASONS
from core.pages import words

ROOMS = (
    *("core", "desk", "feeds", "refdata", "trades", "settlement", "conduct", "reconciliation"),
    *("reporting", "backoffice"),
)


def sources() -> Iterator[Path]:
    """Yield the code of the rooms; the demo speaks as people do."""
    for room in ROOMS:
        for path in (places.ROOT / room).rglob("*.py"):
            if not {"migrations", "demo"} & set(path.parts) and path.name != "demo.py":
                yield path


def given() -> set[str]:
    found = set()
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.keyword) and node.arg == "reason":
                value = node.value
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    found.add(value.value)
    return found - {""}


def test_every_reason_of_the_system_has_words() -> None:
    assert "role matrix of this release" in given()
    assert given() - REASONS.keys() == set()


def test_the_words_stored_are_the_english_ones_and_a_person_is_quoted() -> None:
    with translation.override("en"):
        assert {reason: str(said) for reason, said in REASONS.items()} == {
            reason: reason for reason in REASONS
        }
    with translation.override("fr"):
        said = words.reason_said("role matrix of this release")
        assert said == "matrice des rôles de cette version"
        assert words.reason_said("Wrong book, said ada") == "Wrong book, said ada"
