"""The cache forgets when Redis is away: a page is then slower, never broken."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from time import monotonic
from typing import Any, Final

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)

PAUSE_SECONDS: Final = 5
ONE_TRY: Final = Retry(NoBackoff(), 0)
#: What each operation answers without a server, as an empty cache would.
FORGOTTEN: Final[dict[str, Any]] = {
    "add": True,
    "set": None,
    "touch": False,
    "delete": False,
    "has_key": False,
    "get_many": {},
    "set_many": None,
    "delete_many": None,
    "clear": False,
}


class ForgetfulClient(RedisCacheClient):
    """Asks Redis at most once in five seconds while it does not answer."""

    away_until = 0

    def get(self, key: Any, default: Any) -> Any:  # noqa: ANN401 - any value can be cached
        return self._asked(functools.partial(super().get, key, default), default)

    def incr(self, key: Any, delta: int) -> Any:  # noqa: ANN401 - Django's own signature
        return self._asked(functools.partial(super().incr, key, delta), delta)

    def _asked(self, ask: Callable[[], Any], without: Any) -> Any:  # noqa: ANN401 - any value
        if monotonic() < self.away_until:
            return without
        try:
            return ask()
        except (RedisError, OSError) as silence:
            type(self).away_until = int(monotonic()) + PAUSE_SECONDS
            logger.warning("cache not reached: %s", silence)
            return without


def _forgiving(name: str) -> Callable[..., Any]:
    original = getattr(RedisCacheClient, name)

    @functools.wraps(original)
    def operation(self: ForgetfulClient, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - Django's own signatures
        ask = functools.partial(original, self, *arguments, **options)
        return self._asked(ask, FORGOTTEN[name])

    return operation


for _name in FORGOTTEN:
    setattr(ForgetfulClient, _name, _forgiving(_name))


class ForgetfulRedisCache(RedisCache):
    """Django's Redis cache with a client that forgives, and asks once."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        options = params.get("OPTIONS", {}) | {"retry": ONE_TRY}
        super().__init__(server, params | {"OPTIONS": options})
        self._class = ForgetfulClient
