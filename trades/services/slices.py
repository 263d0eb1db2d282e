"""Which trades are parts of something larger: dealt close together, each under the limit of one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import takewhile
from typing import Final

from django.db.models import Q

from trades.facts import TradeFacts
from trades.models import Trade
from trades.rules.context import Slices
from trades.services.counted import LIVE, Counted

HUNDRED: Final = Decimal(100)
Key = tuple[date, str, str, str]


@dataclass(frozen=True, slots=True)
class SliceTerms:
    """The limit of one trade in EUR, the share of it from which a trade counts, and how long."""

    limit: Decimal
    share: Decimal
    within: timedelta

    @property
    def least(self) -> Decimal:
        """The smallest amount that counts: orders are filled in parts that mean nothing."""
        return self.limit * self.share / HUNDRED

    def counts(self, amount: Decimal | None) -> bool:
        """Say whether an amount is one that stays under the limit, and not far under it."""
        return amount is not None and self.least <= amount <= self.limit


@dataclass(frozen=True, slots=True)
class _Part:
    trade_id: int
    reference: str
    dealt_at: datetime
    amount: Decimal


def slices_of(
    chunk: Sequence[TradeFacts],
    terms: SliceTerms,
    *,
    leave_out: int | None = None,
    counted: Counted = LIVE,
) -> dict[int, Slices]:
    """Return trade id -> the trades that are over the limit together, of those in the chunk.

    They are purchases or sales of one trader, instrument, side and day, dealt within the set time.
    Trades are read only where one of the chunk counts, which is rare; `leave_out` is one that the
    chunk replaces.
    """
    large = [one for one in chunk if not one.product and terms.counts(one.risk_amount_eur)]
    if not large:
        return {}
    parts: defaultdict[Key, dict[int, _Part]] = defaultdict(dict)
    for facts in large:
        key = (facts.trade_date, facts.trader_code, facts.isin, facts.side)
        parts[key][facts.trade_id] = _Part(
            facts.trade_id, facts.reference, facts.traded_at, facts.risk_amount_eur or Decimal(0)
        )
    for key, part in _stored(set(parts), terms, counted.rows, leave_out):
        if key in parts:
            parts[key].setdefault(part.trade_id, part)
    found: dict[int, Slices] = {}
    for of_key in parts.values():
        ordered = sorted(of_key.values(), key=lambda part: (part.dealt_at, part.trade_id))
        for together in _over(ordered, terms):
            told = _told(together, terms)
            for part in together:
                known = found.get(part.trade_id, told)
                found[part.trade_id] = max(known, told, key=lambda one: one.total)
    return found


def _told(together: Sequence[_Part], terms: SliceTerms) -> Slices:
    return Slices(
        limit=terms.limit,
        total=sum((part.amount for part in together), Decimal(0)),
        references=tuple(part.reference for part in together if part.reference),
        count=len(together),
    )


def _stored(
    keys: set[Key], terms: SliceTerms, counted: Q, leave_out: int | None
) -> Iterator[tuple[Key, _Part]]:
    rows = (
        Trade.objects.filter(
            counted,
            trade_date__in={key[0] for key in keys},
            trader_code__in={key[1] for key in keys},
            isin__in={key[2] for key in keys},
            product="",
            risk_amount_eur__gte=terms.least,
            risk_amount_eur__lte=terms.limit,
        )
        .exclude(pk=leave_out or 0)
        .values_list(
            *("trade_date", "trader_code", "isin", "side", "id", "reference", "traded_at"),
            "risk_amount_eur",
        )
    )
    for *key, pk, reference, dealt_at, amount in rows:
        day, trader, isin, side = key
        yield (day, trader, isin, side), _Part(pk, reference, dealt_at, amount)


def _over(ordered: Sequence[_Part], terms: SliceTerms) -> Iterator[Sequence[_Part]]:
    """Yield the parts that follow each one within the set time, where they pass the limit."""
    for start, first in enumerate(ordered):
        last = first.dealt_at + terms.within
        together = list(takewhile(lambda part: part.dealt_at <= last, ordered[start:]))  # noqa: B023 - used at once
        if sum((part.amount for part in together), Decimal(0)) > terms.limit:
            yield together
