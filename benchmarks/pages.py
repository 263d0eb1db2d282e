"""List pages, searches and the page of a trade over ten million trades, and what a trade costs to
capture while they grow.

Run through `manage.py bench pages`. The history is made in the database (`benchmarks/history.py`);
the pages are asked through the real views, each a few times: the 95th percentile of those is the
slowest of ten, the middle of them stands beside it, for a neighbour on the cores makes one of ten
slow soon.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from itertools import combinations
from time import perf_counter
from typing import Final
from urllib.parse import urlencode

from django.conf import settings
from django.test import Client, override_settings

from benchmarks import history
from benchmarks.controls import DAY, START, _isin, _message, _world
from core.models import RoleGrant, User
from kernel.actors import Actor, ActorKind
from refdata.models import Instrument
from trades.formats.execution_json import read_fields
from trades.models import Trade
from trades.services import capture
from trades.states import Channel

ROWS: Final = 10_000_000
CURVE: Final = (10_000, 100_000, 1_000_000, ROWS)
CAPTURED: Final = 5_000
ROUNDS: Final = 4
TIMES: Final = 10
GOAL_MS: Final = 100
GOAL_API_MS: Final = 20
GOAL_SEARCH_MS: Final = 200
ACTOR: Final = Actor(name="bench", kind=ActorKind.CLIENT)
FILTERS: Final[dict[str, tuple[str, ...]]] = {
    "state": ("PENDING_VALIDATION", "REJECTED", "CLOSED"),
    "side": ("BUY",),
    "desk": ("DESK-0", "DESK-5"),
    "book": ("BOOK-0", "BOOK-59"),
    "trader": ("T-0000", "T-0399"),
    "counterparty": ("CP-000", "CP-299"),
    "currency": ("EUR", "JPY"),
    "product": ("EQUITY", "BOND"),
    "since": ("2026-11-02",),
    "until": ("2025-06-30",),
    "settles": ("2026-03-12",),
    "batch": ("600", "999"),
    "allocation": ("UNALLOCATED",),
    "allocation_late": ("on",),
    "q": ("Share 7", "Share 1999"),
}
"""Every filter of the list of trades, with what many trades have and what few have."""
LISTS: Final = {
    "first": "/trades/",
    "page_1000": "/trades/?page=1000",
    "by_amount": "/trades/?sort=-net_amount",
    "validation": "/validation/",
    "home": "/",
}
API: Final = {
    "api_first": "/api/v1/trades/",
    "api_one_counterparty": "/api/v1/trades/?counterparty=CP-007&side=BUY",
    "api_sparse": "/api/v1/trades/?fields=reference,state,net_amount",
    "api_exceptions": "/api/v1/exceptions/",
}
SEARCHES: Final = {
    "own_reference": "T251120000000",
    "sent_reference": "COPY-5000000",
    "beginning_of_a_reference": "COPY-50",
    "isin": _isin(7),
    "rare_isin": _isin(1999),
    "name": "Share 7",
    "rare_name": "Share 1999",
    "name_and_reference": "Share COPY-77",
    "nothing": "zzzzzz",
}


def run() -> dict[str, object]:
    """Return the milliseconds of pages over ROWS trades, and of captures on the way there."""
    _world()
    _more_instruments()
    _capture(0, 1)
    copied = Trade.objects.get().pk
    history.found(actor=ACTOR, at=START)
    there, cost = 0, {}
    for rows in CURVE:
        history.grow(first=there, until=rows, last_day=DAY, trade_id=copied)
        cost[rows] = _cost_of_a_capture(rows)
        there = rows
    user = User.objects.create(username="reader")
    RoleGrant.objects.create(user=user, role="AUDITOR")
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES=settings.STORAGES | {"staticfiles": plain}):
        return {"trades": Trade.objects.count(), "capture_us_each": cost} | _ask(user)


def _more_instruments() -> None:
    have = Instrument.objects.count()
    Instrument.objects.bulk_create(
        Instrument(
            isin=_isin(number),
            code=_isin(number),
            name=f"Share {number}",
            asset_class="EQUITY",
            currency="EUR",
        )
        for number in range(have, history.INSTRUMENTS)
    )


def _capture(first: int, count: int) -> float:
    """Capture so many messages; return the seconds."""
    messages = [read_fields(_message(number)) for number in range(first, first + count)]
    began = perf_counter()
    capture.capture(
        messages=messages,
        origin=capture.Origin(source_system="BENCH", channel=Channel.BULK),
        actor=ACTOR,
        at=START,
    )
    return perf_counter() - began


def _cost_of_a_capture(rows: int) -> float:
    """Return the microseconds of one execution in a bulk beside so many trades: the best round."""
    first = rows * 10
    rounds = [_capture(first + n * CAPTURED, CAPTURED) for n in range(ROUNDS)]
    return round(min(rounds) / CAPTURED * 1e6, 1)


def combined() -> Iterator[str]:
    """Yield the list of trades under each filter, each two of them, and a hundred larger sets."""
    chance = random.Random(7)
    larger = [chance.sample(sorted(FILTERS), chance.randint(3, 6)) for _ in range(100)]
    for names in [*combinations(FILTERS, 1), *combinations(FILTERS, 2), *larger]:
        for end in (0, -1):
            chosen = {name: FILTERS[name][end] for name in names}
            yield f"/trades/?{urlencode(chosen)}"


def _ask(user: User) -> dict[str, object]:
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    some = Trade.objects.order_by("pk").values_list("pk", flat=True)[:: ROWS // 20][:20]
    usual: dict[str, float] = {}
    lists = _slowest(client, dict.fromkeys([*LISTS.values(), *combined()]), usual)
    api = _slowest(client, dict.fromkeys(API.values()))
    searches = _slowest(
        client, {f"/trades/?{urlencode({'q': text})}": None for text in SEARCHES.values()}
    )
    trades = _slowest(client, {f"/trades/{pk}/": None for pk in some})
    return {
        "list_goal_ms": GOAL_MS,
        "list_worst_p95_ms": max(lists.values()),
        "list_median_p95_ms": sorted(lists.values())[len(lists) // 2],
        "lists": len(lists),
        "lists_above_goal": sum(one > GOAL_MS for one in lists.values()),
        "lists_above_goal_usually": {
            address: one for address, one in usual.items() if one > GOAL_MS
        },
        "lists_slowest": dict(sorted(lists.items(), key=lambda one: -one[1])[:12]),
        "named_lists_p95_ms": {name: lists[address] for name, address in LISTS.items()},
        "api_goal_ms": GOAL_API_MS,
        "api_p95_ms": {name: api[address] for name, address in API.items()},
        "trade_p95_ms": max(trades.values()),
        "search_goal_ms": GOAL_SEARCH_MS,
        "search_p95_ms": max(searches.values()),
        "searches_p95_ms": searches,
    }


def _slowest(
    client: Client, addresses: Mapping[str, None], usual: dict[str, float] | None = None
) -> dict[str, float]:
    """Return the milliseconds of each address: the 95th percentile of TIMES, after one to warm.

    The middle of them is written into `usual`.
    """
    found = {address: _milliseconds(client, address) for address in addresses}
    if usual is not None:
        usual.update({address: times[TIMES // 2] for address, times in found.items()})
    return {address: times[TIMES * 95 // 100] for address, times in found.items()}


def _milliseconds(client: Client, address: str) -> list[float]:
    """Return how long an address took, TIMES times after one to warm, the fastest first."""
    times = []
    for _ in range(TIMES + 1):
        began = perf_counter()
        answer = client.get(address)
        times.append((perf_counter() - began) * 1000)
        assert answer.status_code == 200, address
    return [round(one, 1) for one in sorted(times[1:])]
