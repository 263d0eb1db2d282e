"""Rows into tables by COPY: one statement, whatever the number of rows."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import partial
from io import BytesIO
from typing import Any, Final

import polars as pl
from django.db import connection, models

from core import behind
from core.sequences import NUMBERS
from reconciliation.models import Statement, StatementFile, StatementLine
from reconciliation.states import LineKind

#: Sent at a time: large enough to be few, small enough that PostgreSQL begins at once.
CHUNK: Final = 65_536


def copy_in(model: type[models.Model], frame: pl.DataFrame) -> None:
    """Append the frame, whose columns are the columns of the model's table.

    Constraints and triggers apply as for any INSERT.
    """
    with connection.cursor() as cursor:
        cursor.copy_expert(_sql(model, frame), BytesIO(_text(frame)))


def copy_lines(
    file: StatementFile,
    statement: Statement,
    rows: Sequence[Mapping[str, object]],
    *,
    kind: LineKind | None = None,
) -> None:
    """Append the lines of a statement; their kind is that of the file unless given."""
    if not rows:
        return
    frame = pl.DataFrame(list(rows), infer_schema_length=None).with_columns(
        pl.lit(file.pk).alias("source_id"),
        pl.lit(statement.pk).alias("statement_id"),
        pl.lit(kind.value if kind else file.kind).alias("kind"),
        pl.lit(file.sender_code).alias("sender_code"),
        pl.lit(statement.account_number).alias("account_number"),
    )
    copy_in(StatementLine, frame)


class Copying(behind.Behind):
    """Copies frames one behind its caller and digests all that was sent."""

    def __init__(self) -> None:
        super().__init__()
        self._digest = hashlib.sha256()
        self._ids = pl.Series(dtype=pl.Int64)

    def draw_ids(self, model: type[models.Model], *, most: int) -> None:
        """Begin to draw numbers for rows that are still sought; what is not taken stays unused."""
        self.do(partial(self._draw, table=model._meta.db_table, most=most))

    def take_ids(self, count: int) -> pl.Series:
        """Wait, then return the next `count` of the numbers drawn."""
        self.wait()
        taken, self._ids = self._ids.head(count), self._ids.slice(count)
        return taken

    def copy_in(self, model: type[models.Model], frame: pl.DataFrame) -> None:
        """Wait for the frame before, then begin to append this one."""
        text = _text(frame)
        self.do(partial(_copy, sql=_sql(model, frame), text=text))
        self._digest.update(text)

    def digest(self) -> str:
        """Return the digest of everything sent so far, in its order."""
        return self._digest.hexdigest()

    def _draw(self, opened: Any, *, table: str, most: int) -> None:  # noqa: ANN401 - psycopg2 has no types
        with opened.cursor() as cursor:
            cursor.execute(NUMBERS, [table, most])
            self._ids = pl.Series([n for (n,) in cursor.fetchall()], dtype=pl.Int64)


def _text(frame: pl.DataFrame) -> bytes:
    out = BytesIO()
    frame.write_csv(out, include_header=False)
    return out.getvalue()


def _sql(model: type[models.Model], frame: pl.DataFrame) -> str:
    columns = ", ".join(f'"{name}"' for name in frame.columns)
    return f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN WITH (FORMAT csv)'


def _copy(opened: Any, *, sql: str, text: bytes) -> None:  # noqa: ANN401 - psycopg2 has no types
    with opened.cursor() as cursor:
        cursor.copy_expert(sql, BytesIO(text), CHUNK)


def as_decimal(units: pl.Expr) -> pl.Expr:
    """Write 1/10,000 units as the exact decimal text that a numeric(20,4) column takes."""
    size = units.abs()
    text = pl.format("{}.{}", size // 10_000, (size % 10_000).cast(pl.String).str.zfill(4))
    return pl.when(units < 0).then(pl.concat_str([pl.lit("-"), text])).otherwise(text)
