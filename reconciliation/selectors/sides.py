"""Both sides of a reconciliation as frames, by COPY: only what no live match explains."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any, Final

import polars as pl
from django.db import connection, transaction
from django.db.models import Max, Min

from reconciliation.frames import SCHEMA
from reconciliation.models import Statement, StatementFile
from reconciliation.selectors.accounts import our_accounts
from reconciliation.states import Coverage, Kind, Purpose, StatementState

TERMS: Final = ("id", "reference", "currency", "amount", "day", "isin", "side")
OF_TRADES: Final = (*TERMS, "settle", "quantity", "price")
OF_OURS: Final = ("desk", "source")
TYPES: Final[dict[str, pl.DataType]] = SCHEMA | {
    "amount": pl.Decimal(38, 4),
    "desk": pl.String(),
    "source": pl.String(),
}
OURS_ARE_FREE: Final = """NOT EXISTS (SELECT 1 FROM reconciliation_matchallocation taken
  WHERE taken.trade_id = t.id AND taken.kind = %(kind)s AND taken.claims_trade
    AND taken.state <> 'UNDONE')"""
THEIRS_ARE_FREE: Final = """NOT EXISTS (SELECT 1 FROM reconciliation_matchallocation taken
  WHERE taken.line_id = l.id AND taken.claims_line AND taken.state <> 'UNDONE')"""
THEIRS_COUNT: Final = """NOT EXISTS (SELECT 1 FROM reconciliation_replacement other
  WHERE other.line_id = l.id)"""
HELD: Final = """NOT EXISTS (SELECT 1 FROM reconciliation_break held
  WHERE held.trade_id = t.id AND held.kind = %(kind)s AND held.scope <> %(scope)s
    AND held.line_id IS NOT NULL AND held.state <> 'RESOLVED')"""
MARKS: Final = {  # constant text; values travel as parameters
    "@OURS_ARE_FREE": f"{OURS_ARE_FREE} AND {HELD}",
    "@THEIRS_ARE_FREE": THEIRS_ARE_FREE,
    "@THEIRS_COUNT": THEIRS_COUNT,
}
OUR_TRADES: Final = """
SELECT t.id, t.reference, t.currency, abs(t.net_amount), t.trade_date, t.isin, t.side,
       t.settlement_date, t.quantity, t.price, t.desk_code, t.source_reference
  FROM trades_trade t
 WHERE t.trade_date BETWEEN %(first)s AND %(last)s
   AND t.product <> 'FX'
   AND (t.state = 'VALIDATED' OR t.close_reason IN ('SETTLED', 'MATURED', 'EXPIRED', 'EXERCISED'))
   AND (%(all)s OR t.counterparty_code = %(sender)s) AND @OURS_ARE_FREE"""
THEIR_TRADES: Final = """
SELECT l.id, l.reference, l.currency, l.amount, l.trade_date, l.isin, l.side,
       l.value_date, l.quantity, l.price
  FROM reconciliation_statementline l
 WHERE l.kind = 'TRADES' AND l.sender_code = %(sender)s AND @THEIRS_ARE_FREE"""
OUR_CASH: Final = """
SELECT t.id, t.reference, t.currency,
       CASE WHEN (t.side = 'BUY') = (t.product <> 'FX') THEN -t.net_amount ELSE t.net_amount END,
       t.settlement_date, t.isin, t.side, t.desk_code, t.source_reference
  FROM trades_trade t
 WHERE %(code)s <> '' AND t.currency = %(currency)s
   AND t.settlement_date BETWEEN %(first)s AND %(last)s
   AND (t.state = 'VALIDATED' OR t.close_reason IN ('SETTLED', 'MATURED', 'EXPIRED', 'EXERCISED'))
   AND t.net_amount <> 0
   AND (t.account_code = %(code)s
        OR NOT EXISTS (SELECT 1 FROM refdata_account other
                        WHERE other.code = t.account_code AND other.kind = 'CASH'))
   AND (%(book)s = '' OR t.book_code = %(book)s) AND @OURS_ARE_FREE"""
THEIR_CASH: Final = """
SELECT l.id, l.reference, l.currency, l.amount, l.value_date, l.isin, l.side
  FROM reconciliation_statementline l
 WHERE l.kind = 'CASH' AND l.account_number = %(account)s AND l.currency = %(currency)s
   AND @THEIRS_ARE_FREE AND @THEIRS_COUNT"""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is reconciled with what: one sender's trades, or one account in one currency."""

    kind: Kind
    name: str
    sender: str = ""
    covers_all: bool = False
    account: str = ""
    currency: str = ""
    account_code: str = ""
    book_code: str = ""


def scopes_of(file: StatementFile) -> list[Scope]:
    """Return the scopes that a statement file speaks of, in the order of the file."""
    if file.kind == Kind.TRADES:
        covers_all = file.mapping is not None and file.mapping.coverage == Coverage.ALL
        return [
            Scope(Kind.TRADES, file.sender_code, sender=file.sender_code, covers_all=covers_all)
        ]
    if file.kind != Kind.CASH:
        return []
    statements = list(file.statements.exclude(purpose=Purpose.ADVICE).order_by("n"))
    # Asked now: an account may have been added since its statement came in.
    ours = our_accounts((item.account_number, item.currency) for item in statements)
    found: dict[tuple[str, str], Scope] = {}
    for statement in statements:
        account = ours.get((statement.account_number, statement.currency))
        key = (statement.account_number, statement.currency)
        found[key] = Scope(
            Kind.CASH,
            f"{statement.account_number} {statement.currency}",
            account=statement.account_number,
            currency=statement.currency,
            account_code=account.code if account else "",
            book_code=account.book.code if account and account.book else "",
        )
    return list(found.values())


def period_of(scope: Scope) -> tuple[date, date] | None:
    """Return the first and last day that the statements of a scope cover, None without any."""
    statements = Statement.objects.filter(
        source__state=StatementState.IMPORTED, source__kind=scope.kind
    ).exclude(purpose=Purpose.ADVICE)
    if scope.kind is Kind.TRADES:
        statements = statements.filter(source__sender_code=scope.sender)
    else:
        statements = statements.filter(account_number=scope.account, currency=scope.currency)
    span = statements.aggregate(first=Min("period_from"), last=Max("period_to"))
    return (span["first"], span["last"]) if span["first"] and span["last"] else None


def both_sides(scope: Scope, first: date, last: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return what is open on either side: ours (trades, or the cash they move) and every line.

    Cash is expected on our accounts alone: an account that is none of ours has lines and no trade.
    Ours are those of the period, without those that are compared with a line of another scope
    already: two accounts may expect the same payment. Where the other side quotes the front
    office's reference of a trade, ours carries it; what it does not carry is its `alias`. `desk`
    stands besides.
    """
    given = _parameters(scope)
    trades = scope.kind is Kind.TRADES
    columns = OF_TRADES if trades else TERMS
    period = {"first": first, "last": last}
    with ThreadPoolExecutor(1, thread_name_prefix="parse") as pool:
        copied = _copied(OUR_TRADES if trades else OUR_CASH, given | period)
        parsed = pool.submit(_parsed, copied, (*columns, *OF_OURS))
        theirs = _parsed(_copied(THEIR_TRADES if trades else THEIR_CASH, given), columns)
        ours = parsed.result()
    quoted = pl.col("source").is_in(theirs["reference"].unique().implode())
    reference = pl.when(quoted).then("source").otherwise("reference").alias("reference")
    alias = pl.when(quoted).then("reference").otherwise("source").alias("alias")
    block = pl.lit(scope.account).alias("block")
    return ours.with_columns(reference, alias, block).drop("source"), theirs.with_columns(block)


def _parameters(scope: Scope) -> dict[str, Any]:
    return {
        "kind": scope.kind.value,
        "scope": scope.name[:60],
        "sender": scope.sender,
        "all": scope.covers_all,
        "account": scope.account,
        "currency": scope.currency,
        "code": scope.account_code,
        "book": scope.book_code,
    }


# Whole sides are hashed, never looped over: fresh tables without statistics mislead the planner.
PLAN: Final = "SELECT set_config('enable_nestloop', %s, true)"


def _copied(query: str, parameters: dict[str, Any]) -> bytes:
    out = BytesIO()
    for mark, condition in MARKS.items():
        query = query.replace(mark, condition)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(PLAN, ["off"])
        bound = cursor.mogrify(query, parameters).decode()
        cursor.copy_expert(f"COPY ({bound}) TO STDOUT WITH (FORMAT csv)", out)
        cursor.execute(PLAN, ["on"])
    return out.getvalue()


def _parsed(text: bytes, columns: tuple[str, ...]) -> pl.DataFrame:
    """Read what was copied; amounts become whole 1/10,000 units."""
    schema = {name: TYPES[name] for name in columns}
    read = pl.read_csv(text, has_header=False, schema=schema, raise_if_empty=False)
    return read.with_columns(pl.col("amount").to_physical().cast(pl.Int64))
