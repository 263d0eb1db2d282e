"""Pages survive a cache that is away, and do not wait for it."""

from __future__ import annotations

from time import monotonic

import pytest

from core.cache import ForgetfulClient, ForgetfulRedisCache


@pytest.fixture(name="away")
def _away(monkeypatch: pytest.MonkeyPatch) -> ForgetfulRedisCache:
    monkeypatch.setattr(ForgetfulClient, "away_until", 0)
    return ForgetfulRedisCache("unix:///nowhere/kv.sock", {})


def test_every_operation_answers_as_an_empty_cache_would(away: ForgetfulRedisCache) -> None:
    assert away.get("x", "default") == "default"
    assert away.get_many(["x"]) == {}
    assert away.get_or_set("x", lambda: 7) == 7
    assert away.add("x", 1) is True
    assert away.has_key("x") is False
    assert away.incr("x") == 1
    away.set("x", 1)
    away.set_many({"x": 1})
    away.delete("x")
    away.clear()


def test_a_silent_server_is_asked_once_in_five_seconds(away: ForgetfulRedisCache) -> None:
    away.get("x")
    began = monotonic()
    for _ in range(1000):
        away.get("x")

    assert monotonic() - began < 1
