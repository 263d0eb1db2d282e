"""What the tables of statements hold: what would not fit is a finding, never cut, never a crash.

Lengths are those of the columns. A control character is text of no bank, whatever the format lets
through.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from core.text import disguise_in
from kernel.characters import is_hidden
from kernel.findings import Finding
from reconciliation.facts import CashReport, CashStatement
from reconciliation.formats import N_

FINDINGS_MAX: Final = 200
"""A file with more to say is read no further: it is refused whole with one finding, too."""
ACCOUNT_MAX, REFERENCE_MAX, NUMBER_MAX, PAGE_MAX = 40, 64, 20, 10
AMOUNT_LIMIT: Final = Decimal(10) ** 16
AMOUNT_DIGITS: Final = (16, 4)
QUANTITY_DIGITS: Final = (18, 10)
PRICE_DIGITS: Final = (10, 10)
CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)
CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
Labels = tuple[str, str, str, str, str]
"""How a format names reference, account, number, currency and the reference of an entry."""


class Unreadable(ValueError):
    """One field of a file that cannot be read; carries the finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


def holds_number(number: Decimal, digits: tuple[int, int]) -> bool:
    """Say whether a number has no more digits before and after its point than a column holds."""
    whole, decimals = digits
    return abs(number) < Decimal(10) ** whole and round(number, decimals) == number


def free_text(text: str) -> str:
    """Return the text without what nobody sees, but for control characters, which are a finding."""
    if text.isascii():
        return text
    return "".join(c for c in text if CONTROL.match(c) or not is_hidden(c))


def unheld(statement: CashStatement | CashReport, prefix: str, labels: Labels) -> Iterator[Finding]:
    """Yield what of a statement no column holds: `prefix` starts the codes of its format."""
    reference, account, number, currency, entry_reference = labels
    line = statement.line
    texts: list[tuple[str, int, str, int | None]] = [
        (reference, line, statement.reference, REFERENCE_MAX),
        (account, line, statement.account, ACCOUNT_MAX),
        (number, line, statement.number, NUMBER_MAX),
        (number, line, statement.page, PAGE_MAX),
    ]
    for entry in statement.entries:
        texts += [
            (entry_reference, entry.line, entry.reference, REFERENCE_MAX),
            (entry_reference, entry.line, entry.bank_reference, REFERENCE_MAX),
            (entry_reference, entry.line, entry.description, None),
        ]
    for label, at, text, most in texts:
        yield from _text_findings(prefix, label, at, text, most)
    if not statement.account:
        yield about(f"{prefix}-ACCOUNT", account, line, N_("The account is missing"), "")
    for code in _currencies(statement):
        yield from _currency_findings(prefix, currency, line, code)
    amounts = [(line, statement.movement)]
    if isinstance(statement, CashStatement):
        amounts += [(line, statement.opening.amount), (line, statement.closing.amount)]
    amounts += [(entry.line, entry.amount) for entry in statement.entries]
    for at, amount in amounts:
        if abs(amount) >= AMOUNT_LIMIT:
            message = N_("{found} is larger than any amount that is kept")
            yield about(f"{prefix}-AMOUNT", currency, at, message, str(amount))


def _currencies(statement: CashStatement | CashReport) -> set[str]:
    if isinstance(statement, CashReport):
        return {statement.currency}
    return {statement.opening.currency, statement.closing.currency}


def _currency_findings(prefix: str, label: str, line: int, code: str) -> Iterator[Finding]:
    if not CURRENCY.fullmatch(code):
        wrong = N_("{found} is not a currency: expected three capital letters")
        message = wrong if code else N_("The currency is missing")
        yield about(f"{prefix}-CURRENCY", label, line, message, code)


def _text_findings(
    prefix: str, label: str, line: int, text: str, most: int | None
) -> Iterator[Finding]:
    """Free text has no `most`; a name or a reference has, and is compared: it is as it looks."""
    hidden = CONTROL.search(text)
    if hidden:
        message = N_("A control character, {found}, is in the text")
        yield about(f"{prefix}-CONTROL", label, line, message, f"U+{ord(hidden[0]):04X}")
    elif most is not None and (disguise := disguise_in(text)):
        message = N_("A name is not what it looks like: {found}")
        yield about(f"{prefix}-NAME", label, line, message, disguise)
    if most is not None and len(text) > most:
        message = N_("{found} is longer than {expected} characters")
        yield about(f"{prefix}-LENGTH", label, line, message, text, expected=str(most))


def about(
    code: str, label: str, line: int, message: str, found: str, *, expected: str = ""
) -> Finding:
    """Return a finding at a line; `label` is how the format names the place."""
    return Finding(
        code=code, field=label.strip(":"), message=message, expected=expected, found=found[:200],
        line=line, column=label,
    )  # fmt: skip
