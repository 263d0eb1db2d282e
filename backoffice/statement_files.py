"""What becomes of each real statement file: the page `docs/formats/statement-files.md`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Final

from core import tabular
from core.unreadable import UnreadableFile
from reconciliation.facts import StatementFile
from reconciliation.formats.known import format_of, read_cash
from reconciliation.models.labels import LABELS
from reconciliation.states import FileFormat

FAMILIES: Final = ("camt", "cfonb", "mt94x")
ANSWERS: Final = frozenset({".json", ".yml"})
"""What other readers made of the files beside them."""
HEAD: Final = """# Real statement files and what becomes of them

Every file of the families {families} of the collected data, read by its content as the upload page
reads it: what was proved, with its totals, or why nothing of it is booked. Pending entries
never are. Files in .json and .yml are answers of other readers. Written by
`manage.py write_docs --data FOLDER`; a test compares it.

| File | Format | Statements | Reports | Lines | Debits and credits | Outcome |
|---|---|---|---|---|---|---|
"""


def page(root: Path) -> str:
    """Return the page for the folder that holds the families."""
    return HEAD.format(families=", ".join(FAMILIES)) + "".join(
        f"| {' | '.join(_row(root, path))} |\n" for path in files_of(root)
    )


def files_of(root: Path) -> Iterator[Path]:
    """Yield the files of the families in the order of their names."""
    for family in FAMILIES:
        found = sorted(root.glob(f"{family}/**/*"))
        yield from (path for path in found if path.is_file() and path.suffix not in ANSWERS)


def _row(root: Path, path: Path) -> tuple[str, ...]:
    content = path.read_bytes()
    kind = format_of(content)
    name = f"`{path.relative_to(root).as_posix()}`"
    if kind is FileFormat.TABLE:
        return name, "table", "", "", "", "", _table(path.name, content)
    read = read_cash(kind, content)
    lines = sum(len(item.entries) for item in read.proved)
    return (
        name,
        str(LABELS[kind]),
        str(len(read.statements)),
        str(len(read.reports)),
        str(lines),
        _totals(read),
        _outcome(read),
    )


def _totals(read: StatementFile) -> str:
    """Say the sums of debits and credits by currency of what was read and proved."""
    sums: defaultdict[tuple[str, bool], Decimal] = defaultdict(Decimal)
    for item in read.proved:
        for entry in item.entries:
            sums[entry.currency, entry.amount > 0] += abs(entry.amount)
    currencies = sorted({currency for currency, _is_credit in sums})
    return "; ".join(
        f"{currency} {sums[currency, False]:.2f} and {sums[currency, True]:.2f}"
        for currency in currencies
    )


def _outcome(read: StatementFile) -> str:
    if not read.findings:
        pending = sum(item.pending for item in read.proved)
        return f"proved, {pending} pending" if pending else "proved"
    first, *others = read.findings
    more = f" (and {len(others)} more)" if others else ""
    return _plain(f"refused: {first.code}, line {first.line}: {first.as_dict()['message']}{more}")


def _table(name: str, content: bytes) -> str:
    try:
        table = tabular.read_table(name, content)
    except UnreadableFile as refusal:
        return _plain(f"refused: {refusal.message}")
    except ValueError as refusal:
        return _plain(f"refused: {refusal}")
    return f"{len(table.rows)} rows: the columns are asked for once and saved"


def _plain(text: str) -> str:
    """Write a text into a cell of a table: no cell ends early, no line breaks."""
    return " ".join(text.replace("|", "/").replace("`", "'").split())[:300]
