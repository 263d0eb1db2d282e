"""How a conduct rule is written: as one of the trade rule book, about a trader or a party."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Final, Required, TypedDict, Unpack

from conduct.facts import Deal, PartyConduct, TraderConduct
from kernel.findings import Finding, Severity
from trades.rules.families import Owner
from trades.rules.rule import N_, BookLine, Limits, Parameter

TraderCheck = Callable[[TraderConduct, Limits], Iterator[Finding]]
PartyCheck = Callable[[PartyConduct, Limits], Iterator[Finding]]
TraderRule = BookLine[TraderCheck]
PartyRule = BookLine[PartyCheck]
NAMED_MAX: Final = 10
"""How many trades a finding names; its sheet has them all."""
COUNT: Final = N_("trades")
TIMES: Final = N_("times the usual spread")
HISTORY: Final = N_("days at least")
EUR: Final = "EUR"
NO_NAMES: Final = ()


class Terms(TypedDict, total=False):
    """What a rule says of itself besides its code and severity."""

    title: Required[str]
    message: Required[str]
    source: Required[str]
    rationale: Required[str]
    parameters: tuple[Parameter, ...]
    fix: str
    owner: Owner


def about_traders(
    code: str, severity: Severity, **terms: Unpack[Terms]
) -> Callable[[TraderCheck], TraderRule]:
    """Turn a check of a trader's day into a rule, which Compliance answers for unless said."""

    def make(check: TraderCheck) -> TraderRule:
        return BookLine(
            code=code, severity=severity, check=check, **({"owner": Owner.COMPLIANCE} | terms)
        )

    return make


def about_parties(
    code: str, severity: Severity, **terms: Unpack[Terms]
) -> Callable[[PartyCheck], PartyRule]:
    """Turn a check of a party's day into a rule, which Compliance answers for unless said."""

    def make(check: PartyCheck) -> PartyRule:
        return BookLine(
            code=code, severity=severity, check=check, **({"owner": Owner.COMPLIANCE} | terms)
        )

    return make


def number(name: str, default: int | str, unit: str) -> Parameter:
    """Return a parameter; a text is an exact decimal."""
    return Parameter(name, Decimal(default), unit)


def naming(deals: Iterable[Deal]) -> dict[str, str]:
    """Return the evidence that names these trades, the largest first."""
    ordered = sorted(deals, key=lambda deal: (-(deal.amount_eur or 0), deal.trade_id))
    return referring([deal.reference for deal in ordered])


def referring(references: Iterable[str]) -> dict[str, str]:
    """Return the evidence that names trades by their references: the first ones, and how many."""
    known = list(dict.fromkeys(references))
    more = len(known) - NAMED_MAX
    told = ", ".join(known[:NAMED_MAX])
    return {"trades": f"{told} + {more}" if more > 0 else told} if known else {}


def merged(*parts: Mapping[str, str]) -> dict[str, str]:
    """Return the evidence of several sources as one, empty values left out."""
    return {name: value for part in parts for name, value in part.items() if value}


def plain(value: Decimal) -> str:
    """Write a figure without the zeros that carry nothing."""
    whole = value.quantize(Decimal(1))
    return f"{whole}" if whole == value else f"{value.normalize():f}"
