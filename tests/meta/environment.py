"""Which environment variables the product reads, found in its source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from backoffice.launcher import places
from tests.meta.sources import PACKAGES, python_files

READERS = {"get", "setdefault", "text", "flag", "number", "words", "choice", "rate"}
MAPPINGS = {"env", "environ", "environment"}
WORD = re.compile(r"[A-Z][A-Z0-9_]+")
NAME = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")
NO_SETTINGS = {
    "ATOMIC_REQUESTS": "a key of Django's databases",
    "CONN_HEALTH_CHECKS": "a key of Django's databases",
    "DATABASE_ROLE": "set by manage.py for the command that runs",
    "DENOUEMENT_TEST_DIR": "the suite's own cluster",
    "DJANGO_SETTINGS_MODULE": "Django's own",
    "HTTP_TRANSFER_ENCODING": "of a request",
    "NO_VENV": "set by an image that brings its packages",
    "ON_A_LEASH": "between launcher and command",
    "PATH_INFO": "of a request",
    "PYTHONWARNINGS": "Python's own",
}


def read_by_the_product() -> set[str]:
    """Return every name that is read, also those that stand in a table and are read in a loop."""
    files = [*python_files(*PACKAGES), places.ROOT / "manage.py"]
    return {name for path in files for name in _names(path)} - NO_SETTINGS.keys()


def _names(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text())
    asked = list(_asked(tree))
    names = [node.value for node in asked if isinstance(node, ast.Constant)]
    yield from (name for name in names if isinstance(name, str) and WORD.fullmatch(name))
    if any(not isinstance(node, ast.Constant) for node in asked):
        words = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
        yield from (word for word in words if isinstance(word, str) and NAME.fullmatch(word))


def _asked(tree: ast.AST) -> Iterator[ast.expr]:
    """Yield what stands in the brackets of each read."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            if node.func.attr in READERS and _is_environment(node.func.value):
                yield node.args[0]
        elif isinstance(node, ast.Subscript) and _is_environment(node.value):
            yield node.slice


def _is_environment(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name in MAPPINGS
