"""The reporting section of `docs/rule-book.md` and the field table of `docs/formats/rts22.md`."""

from __future__ import annotations

from typing import Final

from reporting.rules.book import Rule
from reporting.rules.eligibility import UNDECIDED_FINDINGS
from reporting.rules.rts22 import RULE_BOOK

HEAD: Final = """
## Transaction reporting (RTS 22)

Every rule that a MiFIR transaction report must pass before it enters a file; written from
`reporting/rules/`. A BLOCKING finding keeps the report out of the file until the data is repaired
and the day is generated again. The ESMA column holds the number in ESMA's validation rules only
where it is confirmed; an empty cell is not yet checked against the annex, never guessed.

| Code | Severity | Field | Says | ESMA | Lives in |
| --- | --- | --- | --- | --- | --- |
"""


def line_of(rule: Rule) -> str:
    """Return the table line of one rule."""
    module = rule.check.__module__.replace(".", "/")
    cells = (rule.code, rule.severity.value, rule.field, rule.message, rule.esma_code or "–")
    return "| " + " | ".join((*cells, f"`{module}.py`")) + " |\n"


def reporting_section() -> str:
    """Return the section in Markdown."""
    lines = [line_of(rule) for rule in RULE_BOOK]
    lines += [
        f"| {code} | BLOCKING | {field} | {message} | – | `reporting/rules/eligibility.py` |\n"
        for code, field, message in UNDECIDED_FINDINGS.values()
    ]
    return HEAD + "".join(sorted(lines))
