"""When a connection is asked whether it is alive, and what is planned once for it."""

from __future__ import annotations

from time import monotonic

import pytest
from django.db import connection, connections

from core.prepared import Statement

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("idle_seconds", "asked"), [(0, 0), (2, 1)])
def test_only_an_idle_connection_is_asked_whether_it_lives(
    idle_seconds: int, asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, calls = connections["default"], []

    def is_usable() -> bool:
        calls.append("asked")
        return True

    monkeypatch.setattr(opened, "is_usable", is_usable)
    monkeypatch.setattr(opened, "health_check_enabled", True)
    monkeypatch.setattr(opened, "health_check_done", False)
    monkeypatch.setattr(opened, "_used_at", monotonic() - idle_seconds)

    for _query in range(3):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    assert len(calls) == asked


def doubled(statement: Statement) -> tuple[str, int]:
    text = statement.ready()
    with connection.cursor() as cursor:
        cursor.execute(text, [21])
        return text, cursor.fetchone()[0]


def test_a_statement_is_prepared_once() -> None:
    double = Statement("double_of", "SELECT %s::int * 2")

    assert doubled(double) == doubled(double) == ("EXECUTE double_of (%s)", 42)


def test_nothing_is_prepared_behind_a_pooler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connections["default"].settings_dict, "CONN_MAX_AGE", 0)

    assert doubled(Statement("twice", "SELECT %s::int * 2")) == ("SELECT %s::int * 2", 42)
