"""What readers of holdings and movements of securities share: figures, pages, quantities."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from kernel.findings import Finding
from kernel.identifiers import is_isin
from reconciliation.facts import InstrumentBalance, SecuritiesFile, SecuritiesStatement
from reconciliation.formats import N_
from reconciliation.formats.holds import (
    AMOUNT_DIGITS,
    CONTROL,
    CURRENCY,
    FINDINGS_MAX,
    NUMBER_MAX,
    PAGE_MAX,
    QUANTITY_DIGITS,
    Unreadable,
    about,
    holds_number,
)

TEXT_MAX: Final = 64
ACCOUNT_MAX: Final = 40
NAME_MAX: Final = 140
OF_PAGE: Final = {"account": ACCOUNT_MAX, "reference": TEXT_MAX, "number": NUMBER_MAX}
OF_LINE: Final = {
    "account": ACCOUNT_MAX,
    "name": NAME_MAX,
    "reference": TEXT_MAX,
    "their_reference": TEXT_MAX,
}
"""What the columns hold, by the name of what is read."""
TOO_LONG: Final = N_("{found} is longer than {expected} characters, or holds a control character")


def checked_isin(text: str, code: str, label: str, line: int) -> str:
    """Return an ISIN with a right check digit; raises Unreadable."""
    if not is_isin(text):
        message = N_("{found} is not an ISIN with a right check digit")
        raise Unreadable(about(code, label, line, message, text))
    return text


def checked_number(
    number: Decimal, code: str, label: str, line: int, *, is_amount: bool = False
) -> Decimal:
    """Return a quantity or an amount that its column holds; raises Unreadable."""
    if not holds_number(number, AMOUNT_DIGITS if is_amount else QUANTITY_DIGITS):
        message = N_("{found} has more digits than are kept")
        raise Unreadable(about(code, label, line, message, str(number)))
    return number


def checked_text(text: str, code: str, label: str, line: int, most: int = TEXT_MAX) -> str:
    """Return a reference or an account that its column holds; raises Unreadable."""
    hidden = CONTROL.search(text)
    if hidden or len(text) > most:
        raise Unreadable(about(code, label, line, TOO_LONG, text, expected=str(most)))
    return text


def as_file(
    pages: Sequence[SecuritiesStatement], findings: list[Finding], encoding: str
) -> SecuritiesFile:
    """Return what was read with what is wrong with it as a whole: pages, and quantities."""
    findings.extend(itertools.islice(column_findings(pages), FINDINGS_MAX))
    if not findings:
        findings.extend(page_findings(pages))
        findings.extend(quantity_findings(pages))
    return SecuritiesFile(tuple(pages), tuple(findings), encoding)


def column_findings(pages: Sequence[SecuritiesStatement]) -> Iterator[Finding]:
    """Whatever is read fits the column that keeps it; a currency is a code of three letters."""
    for page in pages:
        for name, most in OF_PAGE.items():
            yield from _unfit(name, str(getattr(page, name)), most, page.line)
        yield from _unfit("page", str(page.page), PAGE_MAX, page.line)
        for line in page.lines:
            for name, most in OF_LINE.items():
                yield from _unfit(name, str(getattr(line, name)), most, line.line)
            if line.currency and not CURRENCY.fullmatch(line.currency):
                message = N_("{found} is not a currency: expected three capital letters")
                yield about("SEC-CURRENCY", "currency", line.line, message, line.currency)


def _unfit(name: str, text: str, most: int, line: int) -> Iterator[Finding]:
    if len(text) > most or CONTROL.search(text):
        yield about("SEC-LENGTH", name, line, TOO_LONG, text, expected=str(most))


def page_findings(pages: Sequence[SecuritiesStatement]) -> Iterator[Finding]:
    """Pages of one statement are 1, 2, 3 to the last, which says that it is the last.

    What comes after a last page is another statement, though it has the same number, or none.
    """
    chains: list[list[SecuritiesStatement]] = []
    running: dict[tuple[str, str], list[SecuritiesStatement]] = {}
    for page in pages:
        key = (page.account, page.number)
        if key not in running or running[key][-1].is_last:
            running[key] = []
            chains.append(running[key])
        running[key].append(page)
    for chain in chains:
        for expected, page in enumerate(chain, start=1):
            if page.page != expected:
                message = N_("Page {expected} is expected here, this is page {found}")
                yield about("SEC-PAGE", "page", page.line, message, str(page.page),
                            expected=str(expected))  # fmt: skip
                break
            if page.is_last != (expected == len(chain)):
                message = N_("Page {found} is not the last one of its statement, or others follow")
                yield about("SEC-PAGE", "page", page.line, message, str(page.page))
                break


def quantity_findings(pages: Sequence[SecuritiesStatement]) -> Iterator[Finding]:
    """Opening quantity plus movements is the closing one of each security, where both are told.

    A security may go on over pages: its first opening and its last closing count.
    """
    told: defaultdict[tuple[str, str], list[InstrumentBalance]] = defaultdict(list)
    for page in pages:
        for balance in page.balances:
            told[balance.account, balance.isin].append(balance)
    for (_account, isin), balances in told.items():
        opening, closing = balances[0].opening, balances[-1].closing
        if opening is None or closing is None:
            continue
        proof = opening + sum((balance.movement for balance in balances), start=Decimal(0))
        if proof != closing:
            message = N_("Opening quantity plus movements is {expected}, the closing says {found}")
            yield about(
                "SEC-PROOF", isin, balances[-1].line, message, str(closing), expected=str(proof)
            )
