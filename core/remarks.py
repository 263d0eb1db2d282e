"""Findings on their way to a reader: told in their language, kept for readers of any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.utils.translation import gettext

from kernel.findings import Finding, Refusal, Severity

Refused = TypeVar("Refused", bound=Refusal)


def told(finding: Finding) -> str:
    """Return the remark in the reader's language."""
    return gettext(finding.message).format(
        expected=finding.expected,
        found=finding.found,
        field=finding.field,
        line=finding.line,
        column=finding.column,
    )


def speaking(kind: type[Refused], finding: Finding) -> Refused:
    """Return a refusal whose sentence is that of its finding, with the values kept apart."""
    refusal = kind(told(finding), findings=(finding,))
    refusal.says_its_finding = True
    return refusal


def shape(finding: Finding) -> dict[str, object]:
    """Return the JSON shape of a finding, its message in the reader's language."""
    return finding.as_dict() | {"message": told(finding)}


def kept(finding: Finding) -> dict[str, object]:
    """Return the shape to store: with the text before its values went in."""
    return finding.as_dict() | {"template": finding.message}


def recalled(stored: Mapping[str, Any]) -> Finding:
    """Return a stored finding; one kept without its template speaks as it was written."""
    written = str(stored["message"]).replace("{", "{{").replace("}", "}}")
    return Finding(
        code=stored["code"],
        field=stored["field"],
        message=stored.get("template") or written,
        expected=stored["expected"],
        found=stored["found"],
        severity=Severity(stored["severity"]),
        line=stored.get("line"),
        column=stored.get("column", ""),
        evidence=stored.get("evidence", {}),
    )
