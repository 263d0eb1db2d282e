"""Holdings and movements of securities into the books: pages whole, their lines by COPY."""

from __future__ import annotations

import dataclasses

import polars as pl

from reconciliation import selectors
from reconciliation.facts import SecuritiesFile, SecuritiesStatement
from reconciliation.models import SecurityLine, Statement, StatementFile
from reconciliation.services.copying import copy_in


def book_securities(file: StatementFile, read: SecuritiesFile) -> None:
    """Book every page of a file that nothing speaks against, in its order."""
    accounts = selectors.our_safekeeping_accounts({page.account for page in read.pages})
    for n, page in enumerate(read.pages, start=1):
        booked = Statement.objects.create(
            source=file,
            n=n,
            account_number=page.account,
            account=accounts.get(page.account),
            reference=page.reference,
            number=page.number,
            page=str(page.page),
            period_from=page.first_day,
            period_to=page.last_day,
            lines_count=len(page.lines),
        )
        _copy(file, booked, page)


def _copy(file: StatementFile, booked: Statement, page: SecuritiesStatement) -> None:
    if not page.lines:
        return
    rows = [
        dataclasses.asdict(line)
        | {
            "quantity": str(line.quantity),
            "available": None if line.available is None else str(line.available),
            "amount": None if line.amount is None else str(line.amount),
        }
        for line in page.lines
    ]
    frame = pl.DataFrame(rows, infer_schema_length=None).rename({"account": "account_number"})
    copy_in(
        SecurityLine,
        frame.with_columns(
            pl.lit(file.pk).alias("source_id"), pl.lit(booked.pk).alias("statement_id")
        ),
    )
