"""What a rule is: a code, a severity, parameters with defaults, a source and a pure check."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Generic, TypeVar

from desk.states import CauseKind
from kernel.findings import Finding, Severity
from trades.facts import TradeFacts
from trades.rules.context import RuleContext
from trades.rules.families import Family, Owner

Limits = Mapping[str, Decimal]
Check = Callable[[TradeFacts, RuleContext, Limits], Iterator[Finding]]
JudgeT = TypeVar("JudgeT")
NO_EVIDENCE: Final[Mapping[str, str]] = {}
#: Few and wide: rules that read the same things share the work of finding trades that are alike.
Reads = tuple[str, ...]
COUNTERPARTY: Final[Reads] = ("counterparty_code", "trade_date")
DEALER: Final[Reads] = ("trader_code", "book_code", "trade_date")
INSTRUMENT: Final[Reads] = ("isin", "symbol", "product", "trade_date")
MARKET: Final[Reads] = (*("isin", "venue", "product", "currency", "trade_date", "settlement_date"),)
BOOKING: Final[Reads] = ("received_at", "venue", "trade_date")
CAPACITY: Final[Reads] = ("capacity", "product")
DELIVERY: Final[Reads] = (
    *("settlement_instruction_id", "settlement_date", "isin", "currency", "account_code"),
    *("counterparty_id", "counterparty_code"),
)


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for a marked text
    """Mark a text for translation; it is translated where a person reads it."""
    return text


DAYS: Final = N_("days")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number that a supervisor may change, effective from a day, approved by somebody else."""

    name: str
    default: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class BookLine(Generic[JudgeT]):
    """One line of a rule book. `source` is a regulation article or the market practice.

    `owner` answers for it. `cause` is what is wrong where one repair outside the trade ends the
    finding for all trades that have it in common; None where the trade itself is. `fix` proposes
    the repair where the finding knows it, with the placeholders of `message`. `reads` names all
    that the check looks at in a trade: trades alike in it are judged once. A check without it looks
    at each trade; one of `deals` only at those that have two legs.
    """

    code: str
    severity: Severity
    owner: Owner
    title: str
    message: str
    source: str
    rationale: str
    check: JudgeT
    parameters: tuple[Parameter, ...] = ()
    fix: str = ""
    reads: Reads = ()
    deals: bool = False
    cause: CauseKind | None = None

    @property
    def family(self) -> Family:
        """The hundred that the code belongs to; rules of the house are one family."""
        return Family(self.code[:5] if not self.code.startswith(Family.HOUSE) else Family.HOUSE)

    def defaults(self) -> dict[str, Decimal]:
        return {parameter.name: parameter.default for parameter in self.parameters}

    def finding(
        self,
        field: str,
        *,
        expected: object,
        found: object,
        evidence: Mapping[str, str] = NO_EVIDENCE,
    ) -> Finding:
        """Say what was expected of `field`, what was found, and on which data that rests."""
        return Finding(
            code=self.code,
            field=field,
            message=self.message,
            expected=str(expected),
            found=str(found),
            severity=self.severity,
            evidence=evidence,
        )


Rule = BookLine[Check]
"""A rule about one trade."""


def rule(  # noqa: PLR0913 - as many as the rule book has columns
    code: str,
    severity: Severity,
    *,
    owner: Owner,
    title: str,
    message: str,
    source: str,
    rationale: str,
    parameters: tuple[Parameter, ...] = (),
    fix: str = "",
    reads: Reads = (),
    deals: bool = False,
    cause: CauseKind | None = None,
) -> Callable[[Check], Rule]:
    """Turn a check into a rule; inside its body the function's name is the rule itself."""

    def make(check: Check) -> Rule:
        return BookLine(
            code=code,
            severity=severity,
            owner=owner,
            title=title,
            message=message,
            source=source,
            rationale=rationale,
            check=check,
            parameters=parameters,
            fix=fix,
            reads=reads,
            deals=deals,
            cause=cause,
        )

    return make
