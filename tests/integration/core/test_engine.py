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


def test_a_statement_is_prepared_once_and_never_behind_a_pooler() -> None:
    double = Statement("double_of", "SELECT %s::int * 2")

    def run() -> tuple[str, int]:
        text = double.ready()
        with connection.cursor() as cursor:
            cursor.execute(text, [21])
            return text, cursor.fetchone()[0]

    assert run() == run() == ("EXECUTE double_of (%s)", 42)
    connection.settings_dict["CONN_MAX_AGE"], before = 0, connection.settings_dict["CONN_MAX_AGE"]
    try:
        assert run() == ("SELECT %s::int * 2", 42)
    finally:
        connection.settings_dict["CONN_MAX_AGE"] = before
