"""Every reason that the code gives of itself is told in words of the reader's language."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from backoffice.launcher import places
from backoffice.reasons import REASONS
from core import context
from core.acts import acting
from core.pages import words
from core.reasons import LENGTH_MAX, ReasonTooLong
from kernel.actors import SYSTEM

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


WHY = frozenset({"reason", "note", "why"})
KEEPERS = frozenset({"acting", "reason_of"})
"""What keeps a reason whole, or refuses it: `core.reasons` and the act whose trail says it."""

INSIDE_ANOTHER_ACT = {"book_cancellation", "decision", "end_exceptions"}
"""What others call in an act that carries the same reason."""
WRITTEN_BY_PROGRAMS = {
    "trades/services/storing.py: ' '.join(store.origin.reason.split())[:500]",
    "desk/services/settings.py: undone.reason[:REVERTED_MAX]",
}


def services() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Yield the functions that act, of every room; those of `core` act in its modules."""
    for path in sources():
        name = str(path.relative_to(places.ROOT))
        of_core = name.startswith("core/") and name.count("/") == 1 and name != "core/acts.py"
        if of_core or "/services/" in name:
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.FunctionDef):
                    yield name, node


def handed_on(function: ast.FunctionDef, name: str) -> set[str]:
    """Return the names of what a function calls with its parameter."""
    called = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
            if any(isinstance(one, ast.Name) and one.id == name for one in given):
                called.add(ast.unparse(node.func).rpartition(".")[2])
    return called


def test_every_service_keeps_a_reason_whole_or_refuses_it() -> None:
    """Handed on from one to the next it comes to what refuses one that is too long."""
    asked = {
        (place, function.name, one.arg): handed_on(function, one.arg)
        for place, function in services()
        for one in [*function.args.args, *function.args.kwonlyargs]
        if one.arg in WHY and isinstance(one.annotation, ast.Name) and one.annotation.id == "str"
    }
    assert len(asked) > 50
    keeps = set(KEEPERS)
    while more := {key[1] for key, called in asked.items() if called & keeps} - keeps:
        keeps |= more

    lost = {key[1] for key, called in asked.items() if not called & keeps}
    assert {name for name in lost if not name.startswith("_")} == INSIDE_ANOTHER_ACT


def test_no_reason_is_cut() -> None:
    """A text that a program writes of others, or of another one's reason, is another thing."""
    cut = set()
    for path in sources():
        if "formats" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
                said = ast.unparse(node)
                if any(word in re.findall(r"\w+", said) for word in WHY):
                    cut.add(f"{path.relative_to(places.ROOT)}: {said}")

    assert cut == WRITTEN_BY_PROGRAMS


@pytest.mark.django_db
def test_an_act_refuses_a_reason_that_is_too_long_before_it_changes_anything() -> None:
    with pytest.raises(ReasonTooLong), acting(actor=SYSTEM, reason="x" * (LENGTH_MAX + 1)):
        pytest.fail("the act began")

    assert context.acts_open.get() == 0
    with acting(actor=SYSTEM, reason="x" * LENGTH_MAX):
        pass
