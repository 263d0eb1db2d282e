"""Rows into tables by COPY: one statement, whatever the number of rows."""

from __future__ import annotations

from io import BytesIO

import polars as pl
from django.db import connection, models


def copy_in(model: type[models.Model], frame: pl.DataFrame) -> bytes:
    """Append the frame, whose columns are the columns of the model's table; return what was sent.

    Constraints and triggers apply as for any INSERT.
    """
    out = BytesIO()
    frame.write_csv(out, include_header=False)
    sent = out.getvalue()
    columns = ", ".join(f'"{name}"' for name in frame.columns)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.copy_expert(
            f'COPY "{table}" ({columns}) FROM STDIN WITH (FORMAT csv)', BytesIO(sent)
        )
    return sent


def as_decimal(units: pl.Expr) -> pl.Expr:
    """Write 1/10,000 units as the exact decimal text that a numeric(20,4) column takes."""
    size = units.abs()
    text = pl.format("{}.{}", size // 10_000, (size % 10_000).cast(pl.String).str.zfill(4))
    return pl.when(units < 0).then(pl.concat_str([pl.lit("-"), text])).otherwise(text)
