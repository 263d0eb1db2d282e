"""The rule book as the page that `docs/rule-book.md` holds; a test compares the two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from trades.rules import RULE_BOOK
from trades.rules.families import Family
from trades.rules.rule import BookLine

HEAD: Final = """# Rule book

Every rule that a captured trade must pass, in the order in which they run: all run, all report.
Written by `manage.py write_docs` from `trades/rules/` and `conduct/rules/`. The numbers are the
defaults; the values in force are on the page *Rule book*, where a change is dated and approved by a
second person.

BLOCKING and WARNING findings put the trade on hold until they are repaired or waived (a warning by
an agent, a blocking one by two people: one asks, a supervisor grants who did not touch the trade).
INFO findings are shown and hold nothing. The owner is the function of the house that answers for a
rule: it is asked what its numbers should be, and why it speaks.

A house adds rules of its own (HSE-001 …) on the same page: texts that say when they speak, kept as
versions and put in force like any change. They run after these.
"""
FAMILY: Final = """
## {title} ({family}xx)

| Code | Severity | Says | Owner | Parameters | Source | Why | Lives in |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""


def line_of(rule: BookLine[Any]) -> str:
    """Return the table line of one rule."""
    parameters = ", ".join(
        f"{parameter.name} = {parameter.default} {parameter.unit}" for parameter in rule.parameters
    )
    cells = (rule.code, rule.severity.value, rule.title, rule.owner.label, parameters or "–")
    return "| " + " | ".join((*cells, rule.source, rule.rationale, f"`{lives_in(rule)}`")) + " |\n"


def lives_in(rule: BookLine[Any]) -> str:
    """Return the file in which a rule is written."""
    return f"{rule.check.__module__.replace('.', '/')}.py"


def rule_book_page() -> str:
    """Return the whole page in Markdown."""
    return HEAD + families_of(RULE_BOOK)


def families_of(rules: Sequence[BookLine[Any]]) -> str:
    """Return the tables of these rules, family by family."""
    return "".join(
        FAMILY.format(title=family.label, family=family)
        + "".join(line_of(rule) for rule in rules if rule.family is family)
        for family in Family
        if any(rule.family is family for rule in rules)
    )
