"""Writing a plan: three COPYs, one UPDATE of amended trades, one of replayed messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

import msgspec
from django.db import connection

from desk import services as desk
from desk.facts import Raised, Subject
from desk.states import ExceptionKind
from trades.services.plan import Item, Plan, TradeRow
from trades.services.writing import Table, array, insert, next_ids
from trades.states import Outcome, TradeState

if TYPE_CHECKING:
    from trades.services.capture import Origin
    from trades.services.loading import Numbers

EXECUTION_COLUMNS: Final = (
    *("id", "source_system", "source_reference", "source_version", "action", "message_id"),
    *("content", "content_hash", "channel", "batch_id", "maker", "outcome", "reason_code"),
    *("trade_id", "received_at"),
)
TERMS_COLUMNS: Final = (
    *("isin", "side", "quantity", "price", "currency", "gross_amount", "accrued_interest"),
    *("fees", "net_amount", "trade_date", "traded_at", "settlement_date"),
)
CURRENT_COLUMNS: Final = (
    *TERMS_COLUMNS,
    *("symbol", "instrument_id", "venue", "counterparty_id", "counterparty_code", "desk_code"),
    *("book_code", "trader_code", "account_code", "settlement_instruction_id", "capacity"),
)
STANDING_COLUMNS: Final = (
    *("source_version", "version_no", "state", "close_reason", "batch_id", "contributors"),
    *("fingerprint", "risk_amount_eur", "touched_by_hand_at"),
)
IDENTITY_COLUMNS: Final = (
    *("id", "reference", "source_system", "source_reference", "maker", "received_at"),
)
TRADE_COLUMNS: Final = (*IDENTITY_COLUMNS, *STANDING_COLUMNS, *CURRENT_COLUMNS)
terms_values: Final = attrgetter(*TERMS_COLUMNS)
current_values: Final = attrgetter(*CURRENT_COLUMNS)
VERSION_COLUMNS: Final = (
    *("id", "trade_id", "version_no", "action", "source_version", "terms", "maker"),
    *("contributors", "fingerprint", "reason", "execution_id"),
    *TERMS_COLUMNS,
)
AMENDED: Final = """
UPDATE trades_trade t SET {assignments}
  FROM jsonb_populate_recordset(NULL::trades_trade, %s) s WHERE t.id = s.id
""".format(
    assignments=", ".join(
        f"{name} = coalesce(s.{name}, t.{name})"
        if name == "touched_by_hand_at"
        else f"{name} = s.{name}"
        for name in (*STANDING_COLUMNS, *CURRENT_COLUMNS)
    )
)
REPLAYED: Final = """
UPDATE trades_execution e
   SET outcome = s.outcome, reason_code = s.reason_code, trade_id = s.trade_id
  FROM jsonb_populate_recordset(NULL::trades_execution, %s) s WHERE e.id = s.id
"""


def write(
    plan: Plan, fresh: Sequence[Item], origin: Origin, batch_id: int, numbers: Numbers | None = None
) -> None:
    """Write the plan: new messages, trades, versions, changes, and what waits for a person.

    `numbers` were taken ahead, per table; where they do not reach, more are taken.
    """
    taken = numbers or {}
    created = [trade for trade in plan.trades.values() if trade.created]
    for trade, number in zip(created, _numbers(taken, "trades_trade", len(created)), strict=True):
        trade.id = number
    for item, number in zip(fresh, _numbers(taken, "trades_execution", len(fresh)), strict=True):
        item.execution_id = number
    ids = _numbers(taken, "trades_tradeversion", len(plan.versions))
    insert(
        Table(
            "trades_trade",
            TRADE_COLUMNS,
            [_trade(trade, plan.at, origin, batch_id) for trade in created],
        ),
        Table(
            "trades_execution",
            EXECUTION_COLUMNS,
            [_execution(item, plan, origin, batch_id) for item in fresh],
        ),
        Table("trades_tradeversion", VERSION_COLUMNS, _versions(plan, origin, ids)),
    )
    _amend(plan, batch_id, plan.at if origin.by_hand else None)
    _replay(plan.replayed)
    _tell_the_desk(plan, fresh, origin)


def _numbers(taken: Numbers, table: str, count: int) -> list[int]:
    ahead = taken.get(table, [])[:count]
    return ahead + next_ids(table, count - len(ahead)) if len(ahead) < count else ahead


def _execution(item: Item, plan: Plan, origin: Origin, batch_id: int) -> tuple[object, ...]:
    facts = item.facts
    assert facts is not None  # noqa: S101 - only readable items are stored
    return (
        item.execution_id,
        origin.source_system,
        facts.source_reference,
        facts.version,
        str(facts.action),
        facts.message_id or "",
        item.content.decode("utf-8"),
        item.digest,
        origin.channel.value,
        batch_id,
        plan.actor.name,
        str(item.outcome),
        item.reason_code,
        item.trade.id if item.trade else None,
        plan.at,
    )


def _trade(trade: TradeRow, at: datetime, origin: Origin, batch_id: int) -> tuple[object, ...]:
    return (
        trade.id,
        trade.reference,
        origin.source_system,
        trade.source_reference,
        trade.maker,
        at,
        *_standing(trade, batch_id, at if origin.by_hand else None, array(trade.contributors)),
        *current_values(trade.terms),
    )


def _standing(
    trade: TradeRow, batch_id: int, touched: datetime | None, contributors: object
) -> tuple[object, ...]:
    return (
        trade.source_version,
        trade.version_no,
        trade.state.value,
        trade.close_reason,
        batch_id,
        contributors,
        trade.fingerprint,
        trade.risk_eur,
        touched,
    )


def _versions(plan: Plan, origin: Origin, ids: Sequence[int]) -> list[tuple[object, ...]]:
    reason = " ".join(origin.reason.split())[:500]
    return [
        (
            number,
            version.trade.id,
            version.version_no,
            version.action,
            version.source_version,
            version.encoded.decode("utf-8"),
            version.item.maker or plan.actor.name,
            array(version.contributors),
            version.fingerprint,
            reason,
            version.item.execution_id,
            *terms_values(version.terms),
        )
        for number, version in zip(ids, plan.versions, strict=True)
    ]


def _amend(plan: Plan, batch_id: int, touched: datetime | None) -> None:
    changed = [t for t in plan.trades.values() if t.changed and not t.created]
    if not changed:
        return
    names = (*STANDING_COLUMNS, *CURRENT_COLUMNS)
    rows: list[dict[str, Any]] = [
        dict(
            zip(
                names,
                (*_standing(t, batch_id, touched, t.contributors), *current_values(t.terms)),
                strict=True,
            )
        )
        | {"id": t.id}
        for t in changed
    ]
    with connection.cursor() as cursor:
        cursor.execute(AMENDED, [msgspec.json.encode(rows).decode()])


def _replay(items: Sequence[Item]) -> None:
    if not items:
        return
    rows = [
        {
            "id": item.execution_id,
            "outcome": str(item.outcome),
            "reason_code": item.reason_code,
            "trade_id": item.trade.id if item.trade else None,
        }
        for item in items
    ]
    with connection.cursor() as cursor:
        cursor.execute(REPLAYED, [msgspec.json.encode(rows).decode()])


def _tell_the_desk(plan: Plan, fresh: Sequence[Item], origin: Origin) -> None:
    """Raise what waits, close what waited and no longer does, and what a cancelled trade left."""
    waiting = [*fresh, *plan.replayed]
    for outcome, kind in (
        (Outcome.EXCEPTION, ExceptionKind.CAPTURE),
        (Outcome.PARKED, ExceptionKind.PARKED),
    ):
        raised = [_raised(i, plan, origin) for i in waiting if i.outcome is outcome]
        if raised:
            desk.raise_exceptions(raised=raised, kind=kind, actor=plan.actor, at=plan.at)
    done = [
        item.execution_id
        for item in plan.replayed
        if item.execution_id and item.outcome in (Outcome.BOOKED, Outcome.IGNORED)
    ]
    if done:
        desk.close_exceptions(
            subject_kind="execution",
            subject_ids=done,
            actor=plan.actor,
            at=plan.at,
            reason="booked",
        )
    over = [t.id for t in plan.trades.values() if t.changed and t.state is TradeState.CLOSED]
    if over:
        desk.close_exceptions(
            subject_kind="trade",
            subject_ids=over,
            actor=plan.actor,
            at=plan.at,
            reason="the trade was cancelled",
        )


def _raised(item: Item, plan: Plan, origin: Origin) -> Raised:
    facts = item.facts
    assert facts is not None  # noqa: S101 - only readable items wait
    book = plan.reference.books.get(facts.book or "")
    return Raised(
        subject=Subject(
            kind="execution",
            id=item.execution_id or 0,
            reference=f"{origin.source_system} {facts.source_reference}",
            desk_code=book.desk_code if book else "",
            currency=facts.currency or "",
            url=f"/trades/executions/{item.execution_id}/",
            contributors=(plan.actor.name,),
        ),
        finding=item.findings[0],
    )
