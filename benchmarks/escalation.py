"""How it grows: days on which the rogue does what published cases tell, and his assistant.

Terms change after the deal (Société Générale); positions with himself and there and back make
turnover that nobody asked for; orders are cut to stay just under the limit, then one instrument
carries everything (Barings), on a day unlike all others. Parties with good names are said to have
dealt what they never heard of (UBS), and what was said is taken back by the dozen. An assistant
who joins him books what he says, and always has it validated by the same supervisor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from benchmarks.market import Fields, Sent

if TYPE_CHECKING:
    from benchmarks.rogue import Story

Day = Callable[["Story", date], Iterator[Sent]]
ROGUE: Final = "T-05"
ASSISTANT: Final = "T-AIDE"
BOOKED_A_DAY: Final = 3
"""By the assistant: in two weeks enough to say who validates them."""
UNKNOWN_FROM: Final = 3
"""From here on a trade a day is with a party that never heard of it, and confirms nothing."""
WORTH: Final = 24_000_000
"""Just under the limit of one trade, in EUR."""


def _terms_that_change(story: Story, day: date) -> Iterator[Sent]:
    for _n in range(8):
        message = story.dealt_by(ROGUE, day)
        more = str(int(message["quantity"]) + 100)
        yield Sent.soon(message)
        yield Sent(
            datetime.fromisoformat(message["traded_at"]) + timedelta(minutes=20),
            message | {"version": 2, "action": "AMEND", "quantity": more},
        )


def _back_again(story: Story, message: Fields, **terms: object) -> Fields:
    """Return the sale of what was bought, a quarter of an hour later."""
    at = datetime.fromisoformat(message["traded_at"]) + timedelta(minutes=15)
    sold = {"source_reference": story.reference(), "side": "SELL", "traded_at": at.isoformat()}
    return message | sold | terms


def _with_one_party(story: Story, day: date) -> Iterator[Sent]:
    bought = story.dealt_by(ROGUE, day) | {"side": "BUY"}
    yield Sent.soon(bought)
    yield Sent.soon(_back_again(story, bought))


def _there_and_back(story: Story, day: date) -> Iterator[Sent]:
    for n in range(4):
        bought = story.dealt_by(ROGUE, day) | {"side": "BUY", "counterparty": story.party(2 * n)}
        yield Sent.soon(bought)
        yield Sent.soon(_back_again(story, bought, counterparty=story.party(2 * n + 1)))


def _worth(story: Story, message: Fields, euros: int) -> Fields:
    """Return a purchase of the first share of the market, worth so much."""
    share = story.market.shares[0]
    day = datetime.fromisoformat(message["traded_at"]).date()
    price = share.close_before(day)
    terms: Fields = {"isin": share.isin, "venue": share.venue, "price": f"{price}", "side": "BUY"}
    return message | terms | {"quantity": str(int(euros / Decimal(price)))}


def _just_under_the_limit(story: Story, day: date) -> Iterator[Sent]:
    for n in range(4):
        yield Sent.soon(_worth(story, story.dealt_by(ROGUE, day), WORTH - n * 100_000))


def _all_in_one(story: Story, day: date) -> Iterator[Sent]:
    for n in range(6):
        yield Sent.soon(_worth(story, story.dealt_by(ROGUE, day), 15_000_000 + n * 500_000))


def _a_day_unlike_all_others(story: Story, day: date) -> Iterator[Sent]:
    for _n in range(60):
        yield Sent.soon(story.dealt_by(ROGUE, day))


def _taken_back(story: Story, day: date) -> Iterator[Sent]:
    for _n in range(9):
        message = story.dealt_by(ROGUE, day)
        soon = datetime.fromisoformat(message["traded_at"]) + timedelta(minutes=25)
        gone = {"source_reference": message["source_reference"], "version": 2, "action": "CANCEL"}
        yield Sent.soon(message)
        yield Sent(soon, gone)


DAYS: Final[Mapping[int, Day]] = {
    4: _terms_that_change,
    5: _with_one_party,
    7: _there_and_back,
    8: _just_under_the_limit,
    9: _all_in_one,
    10: _a_day_unlike_all_others,
    11: _taken_back,
}
"""On which day of his story each happens, counted from the first fictitious trade."""


def grown(story: Story, day: date, k: int) -> Iterator[Sent]:
    """Yield what he does on the k-th day beside what is made up, and what his assistant books."""
    if k in DAYS:
        yield from DAYS[k](story, day)
    if k >= UNKNOWN_FROM:
        message = story.dealt_by(ROGUE, day)
        story.unknown.add(message["source_reference"])
        yield Sent.soon(message)
    for _n in range(BOOKED_A_DAY):
        yield Sent.soon(story.dealt_by(ROGUE, day) | {"trader": ASSISTANT})
