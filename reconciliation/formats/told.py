"""What every reader of cash hands over, and the proofs that do not depend on the format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from kernel.findings import Finding
from reconciliation.facts import CashReport, CashStatement, Entry, StatementFile, Total
from reconciliation.formats import N_
from reconciliation.formats.holds import about


@dataclass(slots=True)
class Told:
    """What has been read of a file so far, and what is wrong with it."""

    statements: list[CashStatement] = field(default_factory=list)
    reports: list[CashReport] = field(default_factory=list)
    unproved: list[CashStatement | CashReport] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def statement(self, told: CashStatement | None, wrong: Iterator[Finding]) -> None:
        """Keep a statement that reads: among the proved ones if nothing is wrong with it."""
        before = len(self.findings)
        if told is not None:
            self.findings.extend(wrong)
            (self.statements if len(self.findings) == before else self.unproved).append(told)

    def report(self, told: CashReport | None, wrong: Iterator[Finding]) -> None:
        """Keep a report that reads: among the proved ones if nothing is wrong with it."""
        before = len(self.findings)
        if told is not None:
            self.findings.extend(wrong)
            (self.reports if len(self.findings) == before else self.unproved).append(told)

    def as_file(self, encoding: str = "utf-8") -> StatementFile:
        return StatementFile(
            tuple(self.statements),
            tuple(self.findings),
            encoding,
            tuple(self.unproved),
            tuple(self.reports),
        )


def balance_findings(statement: CashStatement, *, prefix: str, label: str) -> Iterator[Finding]:
    """Opening balance plus entries is the closing balance, in one currency."""
    opening, closing = statement.opening, statement.closing
    if closing.currency != opening.currency:
        message = N_("Closing currency {found} is not the opening currency {expected}")
        yield about(
            f"{prefix}-CURRENCY", label, closing.line, message, closing.currency,
            expected=opening.currency,
        )  # fmt: skip
        return
    proof = opening.amount + statement.movement
    if proof != closing.amount:
        message = N_("Opening balance plus lines is {expected}, the closing balance says {found}")
        yield about(
            f"{prefix}-PROOF", label, closing.line, message, str(closing.amount),
            expected=str(proof),
        )  # fmt: skip


def total_findings(total: Total, entries: tuple[Entry, ...], *, code: str) -> Iterator[Finding]:
    """The entries of one sign are as many, and as much, as the total of the file says.

    A bank that leaves small entries out (`at_least`) may count more than it lists, never less.
    """
    listed = [entry.amount for entry in entries if (entry.amount < 0) == total.is_debit]
    amount = abs(sum(listed, start=Decimal(0)))
    if total.amount is not None and not _agrees(amount, total.amount, at_least=total.at_least):
        message = N_("The entries make {expected}, the total of the file says {found}")
        yield about(code, total.label, total.line, message, str(total.amount), expected=str(amount))
    if total.count is not None and not _agrees(len(listed), total.count, at_least=total.at_least):
        message = N_("The file holds {expected} entries of this kind, its total says {found}")
        yield about(
            code, total.label, total.line, message, str(total.count), expected=str(len(listed))
        )


def _agrees(listed: Decimal | int, said: Decimal | int, *, at_least: bool) -> bool:
    return listed <= said if at_least else listed == said
