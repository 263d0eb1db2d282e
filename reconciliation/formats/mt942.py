"""MT942: what a bank tells of an account during the day, with totals instead of balances.

Sources: SWIFT Standards MT, category 9 (fields 34F, 13D, 90D, 90C). Totals without a number of
entries, amounts without a digit before the comma and `:13:` are read, as banks send them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from kernel.findings import Finding
from kernel.swift import Field
from reconciliation.facts import CashReport, Total
from reconciliation.formats import N_
from reconciliation.formats.holds import Unreadable, unheld
from reconciliation.formats.mt94x import (
    LABELS,
    Draft,
    day_of,
    entries_of,
    finding_at,
    identity_of,
    missing_fields,
    read_field,
)
from reconciliation.formats.told import total_findings
from reconciliation.states import Purpose

MARKS: Final = ("34F", "90C", "90D")
BALANCES: Final = ("60", "62")
MANDATORY: Final = ("25", "34F")
FLOOR: Final = re.compile(r"([A-Z]{3}) ?([DC])?(\d{0,15})(?:[,.](\d{0,4}))?", re.ASCII)
TOTAL: Final = re.compile(r"(\d{0,5})([A-Z]{3})(\d{0,15})(?:[,.](\d{0,4}))?", re.ASCII)
DAY: Final = re.compile(r"(\d{6})\d{4}(?:[+-]\d{4})?", re.ASCII)


def is_report(draft: Draft) -> bool:
    """Say whether a message is an intraday report: it has its marks, or no balance but a moment."""
    if any(item.tag in MARKS for item in draft.fields):
        return True
    return draft.first("13D") is not None and not any(draft.first(tag) for tag in BALANCES)


def report_of(draft: Draft, findings: list[Finding]) -> CashReport | None:
    """Return the report as it reads, or None with at least one new finding."""
    before = len(findings)
    findings.extend(missing_fields(draft, MANDATORY))
    floors = [read_field(_floor, item, findings) for item in draft.fields if item.tag == "34F"]
    if len(findings) > before:
        return None
    currency = next((floor[0] for floor in floors if floor), "")
    entries = entries_of(draft, currency, findings)
    moment = read_field(_moment, draft.first("13"), findings)
    if len(findings) > before:
        return None
    booked = [entry.booking_date or entry.value_date for entry in entries]
    reference, account, number, page = identity_of(draft, currency)
    report = CashReport(
        purpose=Purpose.INTRADAY,
        reference=reference,
        account=account,
        number=number,
        page=page,
        currency=currency,
        day=moment or max(booked, default=None),
        entries=entries,
        line=draft.line,
    )
    findings.extend(unheld(report, "MT940", LABELS))
    return report if len(findings) == before else None


def report_findings(draft: Draft, report: CashReport | None) -> Iterator[Finding]:
    """The entries are what `:90D:` and `:90C:` say, if there; above a floor they may be fewer."""
    if report is None:
        return
    floors = [_floor(item)[1] for item in draft.fields if item.tag == "34F"]
    for item in draft.fields:
        if item.tag not in MARKS[1:]:
            continue
        try:
            currency, total = _total(item, at_least=any(floors))
        except Unreadable as unreadable:
            yield unreadable.finding
            continue
        if currency != report.currency:
            message = N_("The total is in {found}, the report in {expected}")
            yield finding_at(
                "MT942-CURRENCY", item.tag, item.line, message, currency, expected=report.currency
            )
        yield from total_findings(total, report.entries, code="MT942-TOTAL")


def _floor(item: Field) -> tuple[str, Decimal]:
    """Return the currency, and the amount below which the bank does not list entries."""
    match = FLOOR.fullmatch(item.text.strip())
    if match is None or not (match[3] or match[4]):
        message = N_("A floor limit reads currency, D or C, amount with a comma; found {found}")
        raise Unreadable(finding_at("MT942-FLOOR", item.tag, item.line, message, item.text))
    return match[1], _amount(match[3], match[4])


def _total(item: Field, *, at_least: bool) -> tuple[str, Total]:
    match = TOTAL.fullmatch(item.text.strip())
    if match is None or not (match[3] or match[4]):
        message = N_("A total reads number, currency, amount with a comma; found {found}")
        raise Unreadable(finding_at("MT942-TOTAL", item.tag, item.line, message, item.text))
    return match[2], Total(
        is_debit=item.tag.endswith("D"),
        count=int(match[1]) if match[1] else None,
        amount=_amount(match[3], match[4]),
        line=item.line,
        label=f":{item.tag}:",
        at_least=at_least,
    )


def _amount(units: str, cents: str | None) -> Decimal:
    return Decimal(f"{units or '0'}.{cents or '0'}")


def _moment(item: Field) -> date:
    match = DAY.fullmatch(item.text.strip())
    if match is None:
        message = N_("{found} is not a moment (YYMMDDHHMM)")
        raise Unreadable(finding_at("MT940-DATE", item.tag, item.line, message, item.text))
    return day_of(match[1], item)
