"""Rules that the house writes itself: a version of such a text as a rule of the book."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

from kernel.findings import Finding, Severity
from trades.facts import TradeFacts
from trades.rules.context import RuleContext
from trades.rules.expressions import Expression, compiled
from trades.rules.families import Owner
from trades.rules.rule import N_, BookLine, Limits, Parameter, Rule
from trades.rules.vocabulary import Value

PREFIX: Final = "HSE-"
UNCHECKED: Final = "-U"
"""What a code ends with where its rule could not look: a finding of its own (decision 60)."""
VERSION: Final = "version"
NOT_CHECKED: Final = N_("A rule of the house could not look: {found} is not known.")
FOUND_MAX: Final = 200
COMPILED_MAX: Final = 512
Check = Callable[[TradeFacts, RuleContext, Limits], Iterator[Finding]]


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseRuleFacts:
    """One version of a rule of the house, as it was written; `expression` is when it speaks."""

    code: str
    version: int
    title: str
    severity: str
    owner: str
    source: str
    rationale: str
    expression: str


def is_house_code(code: str) -> bool:
    """Say whether a code is of a rule of the house, or of what such a rule could not check."""
    return code.startswith(PREFIX)


def codes_of(code: str) -> tuple[str, ...]:
    """Return the codes of all findings that a rule makes."""
    return (code, code + UNCHECKED) if is_house_code(code) else (code,)


@lru_cache(maxsize=COMPILED_MAX)
def house_rule(facts: HouseRuleFacts) -> Rule:
    """Return the rule of a version, made once. Raises Fault for a text that is none."""
    return BookLine(
        code=facts.code,
        severity=Severity(facts.severity),
        owner=Owner(facts.owner),
        title=facts.title,
        message=NOT_CHECKED,
        source=facts.source,
        rationale=facts.rationale,
        check=_check(facts, compiled(facts.expression)),
        parameters=(Parameter(VERSION, Decimal(facts.version), N_("as written")),),
    )


def _check(facts: HouseRuleFacts, expression: Expression) -> Check:
    severity = Severity(facts.severity)
    field = expression.terms[0].name if expression.terms else ""
    title = facts.title.replace("{", "{{").replace("}", "}}")
    written = {"rule": facts.expression, VERSION: str(facts.version)}

    def check(trade: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
        """Speak where the text is true; say so where that is not known."""
        said = expression.says(trade, context)
        if said is False:
            return
        values = expression.values(trade, context)
        evidence = {name: _written(value) for name, value in values.items() if value is not None}
        lacking = [name for name, value in values.items() if value is None]
        yield Finding(
            code=facts.code if said else facts.code + UNCHECKED,
            field=field,
            message=title if said else NOT_CHECKED,
            found=_listed(evidence) if said else ", ".join(lacking or values)[:FOUND_MAX],
            severity=severity,
            evidence={**written, **evidence},
        )

    return check


def _listed(evidence: Mapping[str, str]) -> str:
    """Write what the rule looked at, as far as there is room."""
    parts: Sequence[str] = [f"{name} = {value}" for name, value in evidence.items() if value]
    while len(text := ", ".join(parts)) > FOUND_MAX and len(parts) > 1:
        parts = parts[:-1]
    return text[:FOUND_MAX]


def _written(value: Value) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, date) else str(value)
