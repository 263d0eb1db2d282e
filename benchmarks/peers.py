"""Peers of the capture: what the stack does with bare rows, without versions, history or audit.

`bare_copy` is COPY into a table with the columns, checks and indexes of trades. The two views are
Django REST Framework as its manual writes them: a ModelSerializer, many of them with bulk_create.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from time import perf_counter
from typing import Any, Final

from django.db import connection, models
from django.http import HttpResponse
from django.urls import path
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from trades.models import Trade

TABLE: Final = "bench_trade"
COPIED: Final = 60_000
PER_COPY: Final = 10_000


def _copied(field: models.Field[Any, Any]) -> models.Field[Any, Any]:
    if field.is_relation:
        return models.BigIntegerField(db_column=field.column, null=field.null)
    return field.clone()


BareTrade = type(
    "BareTrade",
    (models.Model,),
    {
        "__module__": __name__,
        "Meta": type("Meta", (), {"managed": False, "db_table": TABLE, "app_label": "benchmarks"}),
        **{
            field.name: _copied(field)
            for field in Trade._meta.concrete_fields
            if not isinstance(field, models.GeneratedField)
        },
    },
)


class BareTradeSerializer(serializers.ModelSerializer[Any]):
    class Meta:
        model = BareTrade
        fields = "__all__"


class One(generics.CreateAPIView[Any]):
    """One row per call."""

    serializer_class = BareTradeSerializer


class Many(generics.GenericAPIView[Any]):
    """Many rows per call."""

    serializer_class = BareTradeSerializer

    def post(self, request: Request) -> Response:
        many = self.get_serializer(data=request.data, many=True)
        many.is_valid(raise_exception=True)
        BareTrade.objects.bulk_create(BareTrade(**row) for row in many.validated_data)
        return Response({"created": len(many.validated_data)}, status=201)


urlpatterns = [
    path("peer/one/", One.as_view()),
    path("peer/many/", Many.as_view()),
    path("livez", lambda _request: HttpResponse()),
]


def make_table() -> None:
    """Make the table anew, as its owner: columns, checks and indexes of trades, no trigger."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
        cursor.execute(f"CREATE TABLE {TABLE} (LIKE trades_trade INCLUDING ALL)")
        cursor.execute(f"GRANT ALL ON {TABLE} TO PUBLIC")


def content(number: int) -> dict[str, Any]:
    """Return one bare row as its client sends it."""
    return {
        "id": number,
        "source_system": "PEER",
        "source_reference": f"P-{number}",
        "source_version": 1,
        "isin": f"FR{number % 60:010d}",
        "side": "BUY" if number % 2 else "SELL",
        "quantity": str(1 + number % 1_000),
        "price": f"10.{number % 17:02d}",
        "currency": "EUR",
        "gross_amount": "1000.00",
        "net_amount": "1000.00",
        "trade_date": "2026-11-20",
        "traded_at": "2026-11-20T09:05:00+01:00",
        "settlement_date": "2026-11-24",
        "venue": "XPAR",
        "counterparty_code": "BNPP",
        "book_code": "EQ-PAR-1",
        "desk_code": "EQ",
        "trader_code": "T-ANA",
        "capacity": "DEAL",
        "maker": "peer",
        "fingerprint": "0" * 64,
        "batch": 1,
        "instrument": 1 + number % 60,
        "counterparty": 1,
        "settlement_instruction": None,
        "contributors": [],
        "received_at": "2026-11-20T09:05:00+01:00",
    }


def bare_copy(connections: int) -> float:
    """Return rows per second of COPY in transactions of PER_COPY: rows of trades as they stand."""
    names = ", ".join(f'"{field.column}"' for field in BareTrade._meta.concrete_fields)
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {TABLE}")
        rows = StringIO()
        some = f"SELECT {names} FROM trades_trade ORDER BY id LIMIT {COPIED}"  # noqa: S608 - names of ours
        cursor.copy_expert(f"COPY ({some}) TO STDOUT", rows)
    lines = rows.getvalue().splitlines(keepends=True)
    parts = iter(["".join(lines[at : at + PER_COPY]) for at in range(0, len(lines), PER_COPY)])

    def work(_number: int) -> None:
        try:
            with connection.cursor() as cursor:
                while (part := next(parts, None)) is not None:
                    cursor.copy_expert(f"COPY {TABLE} ({names}) FROM STDIN", StringIO(part))
        finally:
            connection.close()

    with ThreadPoolExecutor(connections) as threads:
        began = perf_counter()
        list(threads.map(work, range(connections)))
        return len(lines) / (perf_counter() - began)
