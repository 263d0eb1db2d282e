"""A file that cannot be taken as it is: said with line, column and value."""

from __future__ import annotations

from typing import Final

from core.remarks import told
from kernel.findings import Finding, Refusal

FINDINGS_MAX: Final = 100


class UnreadableFile(Refusal):
    """The file was refused whole; nothing of it was kept as data."""

    code = "UNREADABLE_FILE"


def unreadable(
    code: str,
    message: str,
    *,
    line: int | None = None,
    column: str = "",
    found: str = "",
    expected: str = "",
) -> UnreadableFile:
    """Return the refusal for a single finding about a file."""
    finding = Finding(
        code=code,
        field="file",
        message=message,
        line=line,
        column=column,
        found=found[:200],
        expected=expected,
    )
    return UnreadableFile(told(finding), findings=(finding,))


def message_of(refusal: Refusal) -> str:
    """Return what a refusal says; readers, which know no language, say it by their finding."""
    said_by_finding = refusal.says_its_finding and refusal.findings
    return told(refusal.findings[0]) if said_by_finding else refusal.message
