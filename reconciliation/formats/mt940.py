"""MT940, MT950 and MT942: text in, whole statements and reports and findings out; never a crash."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Final

from kernel.findings import Finding
from kernel.swift import decoded
from reconciliation.facts import CashStatement, StatementFile
from reconciliation.formats import N_
from reconciliation.formats.holds import FINDINGS_MAX, unheld
from reconciliation.formats.mt94x import (
    LABELS,
    Draft,
    balance_of,
    drafts_of,
    entries_of,
    finding_at,
    identity_of,
    missing_fields,
    read_field,
)
from reconciliation.formats.mt942 import is_report, report_findings, report_of
from reconciliation.formats.told import Told, balance_findings

MANDATORY: Final = ("25", "60", "62")


def read_mt940(content: bytes) -> StatementFile:
    """Return every whole statement and report of the file, and a finding for everything else.

    Guarantees opening + entries = closing for each statement returned, that intermediate pages
    (M balances) chain, and that reports list what their totals say. Text that is not UTF-8 is
    read as ISO 8859-1, and said so.
    """
    text, encoding = decoded(content)
    told = Told()
    drafts = list(drafts_of(text, told.findings))
    for draft in drafts:
        if is_report(draft):
            report = report_of(draft, told.findings)
            told.report(report, report_findings(draft, report))
        else:
            statement = _statement(draft, told.findings)
            told.statement(statement, _proof(statement))
        if len(told.findings) > FINDINGS_MAX:
            break
    if not drafts:
        message = N_("No statement starts with :20:")
        told.findings.append(finding_at("MT940-EMPTY", "20", 1, message, ""))
    told.findings.extend(_chain_findings(told.statements))
    return told.as_file(encoding)


def _statement(draft: Draft, findings: list[Finding]) -> CashStatement | None:
    """Return the statement as it reads, or None with at least one new finding."""
    before = len(findings)
    findings.extend(missing_fields(draft, MANDATORY))
    if len(findings) > before:
        return None
    opening = read_field(balance_of, draft.first("60"), findings)
    closing = read_field(balance_of, draft.last("62"), findings)
    if opening is None or closing is None:
        return None
    entries = entries_of(draft, opening.currency, findings)
    if len(findings) > before:
        return None
    reference, account, number, page = identity_of(draft, opening.currency)
    statement = CashStatement(
        reference=reference,
        account=account,
        number=number,
        page=page,
        opening=opening,
        closing=closing,
        entries=entries,
        line=draft.line,
    )
    findings.extend(unheld(statement, "MT940", LABELS))
    return statement if len(findings) == before else None


def _proof(statement: CashStatement | None) -> Iterator[Finding]:
    if statement is not None:
        yield from balance_findings(statement, prefix="MT940", label=":62:")


def _chain_findings(statements: list[CashStatement]) -> Iterator[Finding]:
    """Intermediate pages must follow one another: closing M of a page opens the next one."""
    for before, after in itertools.pairwise(statements):
        if before.account != after.account or not after.opening.intermediate:
            continue
        if before.closing.amount != after.opening.amount:
            message = N_("The page opens at {found}, the page before closes at {expected}")
            yield finding_at(
                "MT940-CHAIN", "60M", after.opening.line, message, str(after.opening.amount),
                expected=str(before.closing.amount),
            )  # fmt: skip
