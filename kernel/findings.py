"""Findings: what a rule, a reader or a check has to say about one field."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from kernel.characters import shown


class Severity(StrEnum):
    INFO = "INFO"
    WARNING = "WARNING"
    BLOCKING = "BLOCKING"


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark about one field; the code is the stable, documented part.

    `message` is English source text for gettext, with `{expected}`, `{found}`, `{field}`, `{line}`
    and `{column}` as placeholders; `evidence` names the data that the judgement rests on. `line`
    and `column` place it in a file (line from 1, column by its header).
    """

    code: str
    field: str
    message: str
    expected: str = ""
    found: str = ""
    severity: Severity = Severity.BLOCKING
    line: int | None = None
    column: str = ""
    evidence: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        """Write what cannot be seen as escapes: a finding shows what it found."""
        for name in ("field", "expected", "found", "column"):
            value = getattr(self, name)
            if not (value.isascii() and value.isprintable()):
                object.__setattr__(self, name, shown(value))

    def as_dict(self) -> dict[str, object]:
        """Return the JSON shape of problem+json `findings`."""
        shape: dict[str, object] = {
            "code": self.code,
            "field": self.field,
            "message": self.message.format(
                expected=self.expected,
                found=self.found,
                field=self.field,
                line=self.line,
                column=self.column,
            ),
            "expected": self.expected,
            "found": self.found,
            "severity": self.severity.value,
        }
        if self.line is not None:
            shape |= {"line": self.line, "column": self.column}
        if self.evidence:
            shape["evidence"] = dict(self.evidence)
        return shape


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return what blocks, what warns, then the rest, each as it stood: a cut keeps the worst."""
    rank = list(reversed(Severity))
    return sorted(findings, key=lambda finding: rank.index(finding.severity))


class Refusal(Exception):
    """Base of everything a service refuses to do; shown to the person, never a 500.

    `code` is stable; `findings` say what must be fixed, possibly nothing. One that
    `says_its_finding` has no other sentence: a page writes it with the values as its reader does.
    """

    code = "REFUSED"
    says_its_finding = False

    def __init__(self, message: str, *, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.findings = findings
