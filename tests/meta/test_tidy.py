"""The house stays small and explained: sizes, exact numbers, reasons beside every exception."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from backoffice.launcher import places
from tests.meta.sources import PACKAGES, ROOMS, label, python_files

FUNCTION_LINES_MAX = 50
FILE_LINES_MAX = 400
EVERYTHING = python_files(*PACKAGES, "tests", "benchmarks")
NOQA = re.compile(r"#\s*noqa(?P<codes>:\s*[A-Z]+[0-9]+(?:\s*,\s*[A-Z]+[0-9]+)*)?(?P<reason>.*)")
IGNORE = re.compile(r"#\s*type:\s*ignore(?P<codes>\[[a-z, -]+\])?(?P<reason>.*)")


def _long_functions(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES_MAX:
                yield f"{label(path)}:{node.lineno} {node.name} has {lines} lines"


def test_functions_fit_on_a_screen() -> None:
    assert [found for path in EVERYTHING for found in _long_functions(path)] == []


def test_files_stay_below_the_size_at_which_they_become_a_package() -> None:
    sizes = {label(path): len(path.read_text().splitlines()) for path in EVERYTHING}

    assert {name: size for name, size in sizes.items() if size > FILE_LINES_MAX} == {}


def test_rooms_have_no_float_literals() -> None:
    found = [
        f"{label(path)}:{node.lineno} {node.value}"
        for path in python_files("kernel", *ROOMS)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, float)
    ]

    assert found == []


def test_only_pages_and_printed_reports_group_figures() -> None:
    """Whoever else writes 1,000 decides for readers of another language."""
    found = {
        label(path)
        for path in python_files("kernel", *ROOMS)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None
        if "," in ast.unparse(node.format_spec)
    }

    assert found == {"core/pages/formats.py", "reporting/formats/tables_pdf.py"}


def _unexplained(path: Path) -> Iterator[str]:
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        for pattern in (NOQA, IGNORE):
            if not (found := pattern.search(line)):
                continue
            rest = found["reason"].split("# noqa")[0].split("# type:")[0]
            if not found["codes"] or not re.search(r"\w{2,}", rest):
                yield f"{label(path)}:{number} {line.strip()}"


def test_every_silenced_check_names_its_code_and_its_reason() -> None:
    here = Path(__file__)
    files = [path for path in EVERYTHING if path != here]

    assert [found for path in files for found in _unexplained(path)] == []


@pytest.mark.parametrize("marker", ["skip", "xfail", "skipif"])
def test_skipped_tests_say_why(marker: str) -> None:
    bare = re.compile(rf"@pytest\.mark\.{marker}(\(\))?\s*$", re.MULTILINE)

    assert [label(path) for path in python_files("tests") if bare.search(path.read_text())] == []


@pytest.mark.parametrize("name", ["utils.py", "helpers.py", "misc.py", "common.py"])
def test_no_drawer_for_odds_and_ends(name: str) -> None:
    assert [label(path) for path in EVERYTHING if path.name == name] == []


def test_what_runs_outside_a_transaction_can_be_run_again() -> None:
    bare = "from django.contrib.postgres.operations import"
    migrations = [
        path for room in ROOMS for path in (places.ROOT / room / "migrations").glob("*.py")
    ]

    assert [label(path) for path in migrations if bare in path.read_text()] == []
