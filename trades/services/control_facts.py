"""The facts of trades, read set-wise: under their locks to control them, without any to look."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from typing import Final

import msgspec
from django.db import connection
from django.db.models import Q

from core.sequences import array_of
from trades import selectors
from trades.facts import TradeFacts
from trades.models import Trade
from trades.services.enrichment import Rates, Terms, risk_in_eur
from trades.states import OPEN, TradeState

FIELDS: Final = (
    "id",
    "reference",
    "source_system",
    "source_reference",
    "version_no",
    "state",
    "isin",
    "symbol",
    "instrument_id",
    "side",
    "quantity",
    "price",
    "currency",
    "gross_amount",
    "accrued_interest",
    "fees",
    "net_amount",
    "trade_date",
    "traded_at",
    "settlement_date",
    "venue",
    "counterparty_id",
    "counterparty_code",
    "desk_code",
    "book_code",
    "trader_code",
    "account_code",
    "capacity",
    "maker",
    "contributors",
    "fingerprint",
    "risk_amount_eur",
    "received_at",
    "settlement_instruction_id",
    "product",
)
LOCK: Final = (
    f"SELECT {', '.join(FIELDS)} FROM trades_trade"  # noqa: S608 - our own column names
    " WHERE id = ANY(%s) AND state = ANY(%s) ORDER BY id FOR UPDATE"
)
READ: Final = (
    f"SELECT {', '.join(FIELDS)} FROM trades_trade"  # noqa: S608 - our own column names
    " WHERE trade_date = %s AND id BETWEEN %s AND %s ORDER BY id"
)
FIRST_TERMS: Final = """
SELECT trade_id, terms FROM trades_tradeversion WHERE trade_id = ANY(%s) AND version_no = 1
"""
SAME: Final = tuple(
    name for name in Terms.__struct_fields__ if name in FIELDS and name != "traded_at"
)
"""What terms and facts call by the same name."""


def lock_facts(trade_ids: Collection[int], *, states: Collection[TradeState]) -> list[TradeFacts]:
    """Return the facts of these trades in the order of their ids, under their row locks.

    Those in other states are left alone: a batch of single calls is judged while it grows, and
    most of it was judged before.
    """
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [array_of(trade_ids), [state.value for state in states]])
        return _with_deals([TradeFacts(*row) for row in cursor.fetchall()])


def _with_deals(found: list[TradeFacts]) -> list[TradeFacts]:
    deals = selectors.deals_of([facts.trade_id for facts in found if facts.product])
    if not deals:
        return found
    return [
        msgspec.structs.replace(facts, deal=deals[facts.trade_id])
        if facts.trade_id in deals
        else facts
        for facts in found
    ]


def trades_of_batches(*, batch_ids: Collection[int]) -> list[int]:
    """Return the trades that these batches made, amended or cancelled, ordered by id."""
    return sorted(selectors.trade_ids_of_batches(batch_ids=batch_ids))


def trades_to_recontrol(
    *,
    trade_ids: Collection[int] | None = None,
    isins: Collection[str] | None = None,
    party_ids: Collection[int] | None = None,
    instruction_ids: Collection[int] | None = None,
    account_codes: Collection[str] | None = None,
) -> list[int]:
    """Return the trades named that are not over, and those that wait in these instruments, with
    these counterparties, on these accounts of ours, or to be settled by these instructions.
    """
    waiting = Trade.objects.in_states(*(OPEN - {TradeState.REJECTED}))
    wanted = Q(pk__in=trade_ids or []) | Q(isin__in=isins or [])
    wanted |= Q(counterparty__in=party_ids or [])
    wanted |= Q(settlement_instruction__in=instruction_ids or [])
    wanted |= Q(account_code__in=account_codes or [])
    return list(waiting.filter(wanted).order_by("pk").values_list("pk", flat=True))


def read_facts(*, day: date, first_id: int, last_id: int) -> list[TradeFacts]:
    """Return the facts of the trades of a day between two ids, in their order, without locks."""
    with connection.cursor() as cursor:
        cursor.execute(READ, [day, first_id, last_id])
        return _with_deals([TradeFacts(*row) for row in cursor.fetchall()])


def as_they_came(
    found: Sequence[TradeFacts], rates: Callable[[set[date]], Rates]
) -> list[TradeFacts]:
    """Return the facts with the terms of the first version where there are later ones.

    A later version may be the very repair of what was wrong with the first. `rates` returns units
    per euro by day, for the amounts at risk.
    """
    changed = [facts.trade_id for facts in found if facts.version_no > 1]
    if not changed:
        return list(found)
    with connection.cursor() as cursor:
        cursor.execute(FIRST_TERMS, [array_of(changed)])
        first = {pk: msgspec.json.decode(terms, type=Terms) for pk, terms in cursor.fetchall()}
    known = rates({terms.trade_date for terms in first.values()})
    return [
        _with_terms(facts, first[facts.trade_id], known) if facts.trade_id in first else facts
        for facts in found
    ]


def _with_terms(facts: TradeFacts, terms: Terms, rates: Rates) -> TradeFacts:
    same = {name: getattr(terms, name) for name in SAME}
    return msgspec.structs.replace(
        facts,
        **same,
        traded_at=datetime.fromisoformat(terms.traded_at),
        version_no=1,
        risk_amount_eur=risk_in_eur(terms, rates),
        product=terms.product,
        deal=terms.deal or None,
    )
