"""What a statement of securities says, before it is taken in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext_lazy as _

from core.pages import formats, status
from core.pages.upload import Preview
from reconciliation.facts import SecuritiesFile, SecurityLine
from reconciliation.formats.known import read_securities
from reconciliation.states import Content, FileFormat

PREVIEW_ROWS: Final = 12


def securities_preview(kind: FileFormat, content: bytes) -> Preview:
    """Show what the import of holdings or movements would find."""
    read = read_securities(kind, content)
    is_stock = all(page.content is Content.STOCK for page in read.pages)
    rows = [_row(line, is_stock=is_stock) for page in read.pages for line in page.lines]
    day = _("Settlement date") if not is_stock else _("Available")
    return Preview(
        figures=[
            (_("Format"), str(status.look(kind).label)),
            (_("Pages"), formats.integer(len(read.pages))),
            (_("Lines"), formats.integer(len(rows))),
            (_("Securities"), formats.integer(len(set(_isins(read))))),
            (_("Encoding"), read.encoding),
        ],
        columns=(_("Account"), "ISIN", _("Name"), _("Quantity"), day, _("Amount"), _("Currency")),
        numbers=(3, 5),
        rows=rows[:PREVIEW_ROWS],
        rows_total=len(rows),
        findings=read.findings,
        may_confirm=True,
        note=_("Confirmed as it is, it waits in quarantine: nothing of it is booked.")
        if read.findings
        else _(
            "All pages are there; opening quantity plus movements equals the closing quantity where"
            " both are told."
        ),
    )


def _isins(read: SecuritiesFile) -> Iterator[str]:
    return (line.isin for page in read.pages for line in page.lines)


def _row(line: SecurityLine, *, is_stock: bool) -> list[str]:
    settled = formats.day(line.settlement_date) if line.settlement_date else ""
    available = "" if line.available is None else formats.quantity(line.available)
    amount = "" if line.amount is None else formats.amount(line.amount, line.currency)
    return [
        line.account, line.isin, line.name, formats.quantity(line.quantity),
        available if is_stock else settled, amount, line.currency,
    ]  # fmt: skip
