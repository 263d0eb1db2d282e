"""Rows of a plan: three COPYs per part, one UPDATE of amended trades, one of replayed messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

import msgspec
from django.db import connection

from core.outbox import announce
from core.sequences import dated_numbers
from desk import services as desk
from desk.facts import Cause, Raised, Subject
from desk.states import CauseKind, ExceptionKind
from trades.services import news
from trades.services.chains import ALLOCATED
from trades.services.enrichment import INSTRUMENT_UNKNOWN, Terms
from trades.services.lapse import supersede
from trades.services.plan import Item, Plan, TradeRow, VersionRow
from trades.services.proposals import undo_for_source
from trades.services.writing import NULL, SEPARATOR, Table, array, insert, row
from trades.states import Outcome, TradeState

if TYPE_CHECKING:
    from trades.facts import ExecutionFacts
    from trades.services.capture import Origin
    from trades.services.loading import Numbers

S: Final = SEPARATOR
EXECUTION_COLUMNS: Final = (
    *("id", "source_reference", "source_version", "action", "message_id", "content"),
    *("content_hash", "outcome", "reason_code", "trade_id"),
    *("maker", "source_system", "channel", "batch_id", "received_at"),
)
TERMS_COLUMNS: Final = (
    *("isin", "side", "quantity", "price", "currency", "gross_amount", "accrued_interest"),
    *("fees", "net_amount", "trade_date", "traded_at", "settlement_date"),
)
CURRENT_COLUMNS: Final = (
    *TERMS_COLUMNS,
    *("symbol", "instrument_id", "venue", "counterparty_id", "counterparty_code", "desk_code"),
    *("book_code", "trader_code", "account_code", "settlement_instruction_id", "capacity"),
    "product",
)
STANDING_COLUMNS: Final = (
    *("source_version", "version_no", "state", "close_reason", "contributors"),
    *("fingerprint", "risk_amount_eur", "product_class", "batch_id", "touched_by_hand_at"),
)
TRADE_COLUMNS: Final = (
    *("id", "source_reference", "maker"),
    *STANDING_COLUMNS,
    *("source_system", "received_at"),
    *CURRENT_COLUMNS,
)
VERSION_COLUMNS: Final = (
    *("trade_id", "version_no", "action", "source_version", "terms", "maker"),
    *("contributors", "fingerprint", "execution_id", "reason"),
    *TERMS_COLUMNS,
)
LEG_COLUMNS: Final = (
    *("trade_id", "version_no", "number", "kind", "currency", "settlement_date"),
    *("amount", "quantity"),
)
current_values: Final = attrgetter(*CURRENT_COLUMNS)
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


@dataclass(slots=True)
class Store:
    """The writing side of a plan: its parts as rows, when they are ready, and then what changes.

    `numbers` were taken ahead, per table; where they do not reach, more are taken.
    """

    plan: Plan
    origin: Origin
    batch_id: int
    numbers: Numbers = field(default_factory=dict)

    def rows_of(self, fresh: Sequence[Item]) -> tuple[Table, ...]:
        """Return what the plan made new since the last part; the plan lets go of it."""
        plan = self.plan
        versions, plan.versions = plan.versions, []
        created = [v.trade for v in versions if v.version_no == 1 and v.trade.created]
        for trade, number in zip(created, self._take("trades_trade", len(created)), strict=True):
            trade.id = number
        terms = {id(version.terms): terms_line(version.terms) for version in versions}
        rows = (
            Table("trades_trade", TRADE_COLUMNS, _trades(created, terms, self)),
            Table("trades_execution", EXECUTION_COLUMNS, _executions(fresh, self)),
            Table("trades_tradeversion", VERSION_COLUMNS, _versions(versions, terms, self)),
            Table("trades_tradeleg", LEG_COLUMNS, _legs(versions)),
            news.of_messages(fresh, at=plan.at),
        )
        for version in versions:
            version.trade.encoded = b""
        return rows

    def finish(self, fresh: Sequence[Item]) -> None:
        """Write the changes of what stood before, and tell the desk what waits for a person."""
        touched = self.plan.at if self.origin.by_hand else None
        _amend(self.plan, self.batch_id, touched)
        _replay(self.plan)
        _tell_the_desk(self.plan, fresh, self.origin)

    def _take(self, table: str, count: int) -> list[int]:
        ahead = self.numbers.get(table, [])
        taken = ahead[:count]
        del ahead[:count]
        missing = count - len(taken)
        return taken + dated_numbers(table, missing) if missing else taken


def _executions(fresh: Sequence[Item], store: Store) -> list[str]:
    plan, origin = store.plan, store.origin
    sent = (origin.source_system, origin.channel.value, store.batch_id)
    same = row(*sent, plan.at)
    lines = []
    for item in fresh:
        facts = item.facts
        assert facts is not None  # noqa: S101 - only readable items are stored
        item.execution_id = item.number
        trade_id = item.trade.id if item.trade else NULL
        lines.append(
            f"{item.execution_id}{S}{facts.source_reference}{S}{facts.version}{S}{facts.action!s}"
            f"{S}{facts.message_id or ''}{S}{facts.content().decode()}{S}{item.digest}{S}"
            f"{item.outcome!s}{S}{item.reason_code}{S}{trade_id}{S}"
            f"{item.maker or plan.actor.name}{S}{same}"
        )
    return lines


def _trades(created: Sequence[TradeRow], terms: Mapping[int, str], store: Store) -> list[str]:
    at, origin = store.plan.at, store.origin
    same = row(store.batch_id, at if origin.by_hand else None, origin.source_system, at)
    lines = []
    for trade in created:
        contributors = array(trade.contributors) if trade.contributors else "{}"
        risk = NULL if trade.risk_eur is None else trade.risk_eur
        lines.append(
            f"{trade.id}{S}{trade.source_reference}{S}{trade.maker}{S}"
            f"{trade.source_version}{S}{trade.version_no}{S}{trade.state!s}{S}{trade.close_reason}"
            f"{S}{contributors}{S}{trade.fingerprint}{S}{risk!s}{S}{trade.product_class}{S}{same}{S}"
            f"{terms[id(trade.terms)]}{S}{current_line(trade.terms)}"
        )
    return lines


def terms_line(t: Terms) -> str:
    """Return the columns that a trade shares with each of its versions.

    `!s` writes numbers and days twice as fast as an empty format does, and the same.
    """
    settles = NULL if t.settlement_date is None else t.settlement_date
    return (
        f"{t.isin}{S}{t.side}{S}{t.quantity!s}{S}{t.price!s}{S}{t.currency}{S}"
        f"{t.gross_amount!s}{S}{t.accrued_interest!s}{S}{t.fees!s}{S}{t.net_amount!s}{S}"
        f"{t.trade_date!s}{S}{t.traded_at}{S}{settles!s}"
    )


def current_line(t: Terms) -> str:
    """Return the columns of its current terms that only the trade has."""
    instrument = NULL if t.instrument_id is None else t.instrument_id
    party = NULL if t.counterparty_id is None else t.counterparty_id
    instruction = NULL if t.settlement_instruction_id is None else t.settlement_instruction_id
    return (
        f"{t.symbol}{S}{instrument}{S}{t.venue}{S}{party}{S}{t.counterparty_code}{S}"
        f"{t.desk_code}{S}{t.book_code}{S}{t.trader_code}{S}{t.account_code}{S}{instruction}{S}"
        f"{t.capacity}{S}{t.product}"
    )


def _versions(versions: Sequence[VersionRow], terms: Mapping[int, str], store: Store) -> list[str]:
    reason = " ".join(store.origin.reason.split())[:500]
    name = store.plan.actor.name
    lines = []
    for v in versions:
        contributors = array(v.contributors) if v.contributors else "{}"
        lines.append(
            f"{v.trade.id}{S}{v.version_no}{S}{v.action}{S}{v.source_version}{S}"
            f"{v.encoded.decode()}{S}{v.item.maker or name}{S}{contributors}{S}{v.fingerprint}{S}"
            f"{v.item.execution_id}{S}{reason}{S}{terms[id(v.terms)]}"
        )
    return lines


def _legs(versions: Sequence[VersionRow]) -> list[str]:
    """Return the legs of each version that has some."""
    return [
        row(
            *(v.trade.id, v.version_no, leg.number, leg.kind, leg.currency),
            *(leg.settlement_date, leg.amount, leg.quantity),
        )
        for v in versions
        if v.terms.deal
        for leg in v.terms.deal.legs
    ]


def _amend(plan: Plan, batch_id: int, touched: datetime | None) -> None:
    changed = _changed(plan)
    if not changed:
        return
    rows: list[dict[str, Any]] = [
        dict(zip(CURRENT_COLUMNS, current_values(trade.terms), strict=True))
        | {
            "id": trade.id,
            "source_version": trade.source_version,
            "version_no": trade.version_no,
            "state": trade.state.value,
            "close_reason": trade.close_reason,
            "contributors": trade.contributors,
            "fingerprint": trade.fingerprint,
            "risk_amount_eur": trade.risk_eur,
            "product_class": trade.product_class,
            "batch_id": batch_id,
            "touched_by_hand_at": touched,
        }
        for trade in changed
    ]
    with connection.cursor() as cursor:
        cursor.execute(AMENDED, [msgspec.json.encode(rows).decode()])
    announce(
        "trades.changed",
        subject=f"batch:{batch_id}",
        payload={"trade_ids": sorted(trade.id for trade in changed)},
    )


def _changed(plan: Plan) -> list[TradeRow]:
    """Return the trades that stood before and are other now."""
    return [t for t in plan.trades.values() if t.changed and not t.created]


def _replay(plan: Plan) -> None:
    items = plan.replayed
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
    insert(news.of_messages(items, at=plan.at))


def _tell_the_desk(plan: Plan, fresh: Sequence[Item], origin: Origin) -> None:
    """Raise what waits, close what waited and no longer does, and what a cancelled trade left."""
    waiting = [*fresh, *plan.replayed]
    _close(plan, [i for i in plan.replayed if i.outcome is Outcome.EXCEPTION], "judged again")
    for outcome, kind in (
        (Outcome.EXCEPTION, ExceptionKind.CAPTURE),
        (Outcome.PARKED, ExceptionKind.PARKED),
    ):
        raised = [_raised(i, plan, origin) for i in waiting if i.outcome is outcome]
        if raised:
            desk.raise_exceptions(raised=raised, kind=kind, actor=plan.actor, at=plan.at)
    late = [i for i in waiting if i.outcome is Outcome.EXCEPTION and i.reason_code == ALLOCATED]
    if late:
        blocks = {plan.trades[i.facts.source_reference].id for i in late if i.facts}
        undo_for_source(trade_ids=blocks, actor=plan.actor, at=plan.at)
    done = (Outcome.BOOKED, Outcome.IGNORED)
    _close(plan, [i for i in plan.replayed if i.outcome in done], "booked")
    changed = _changed(plan)
    if changed:
        supersede(trade_ids=[t.id for t in changed], actor=plan.actor, at=plan.at)
    days = {t.id: t.terms.trade_date for t in changed if t.moved}
    if days:
        desk.follow_subjects(subject_kind="trade", days=days, actor=plan.actor)
    over = [t.id for t in plan.trades.values() if t.changed and t.state is TradeState.CLOSED]
    if over:
        desk.close_exceptions(
            subject_kind="trade",
            subject_ids=over,
            actor=plan.actor,
            at=plan.at,
            reason="the trade was cancelled",
        )


def _close(plan: Plan, items: Sequence[Item], reason: str) -> None:
    """Close what was open about these messages: it said why they waited until now."""
    ids = [item.execution_id for item in items if item.execution_id]
    if ids:
        desk.close_exceptions(
            subject_kind="execution",
            subject_ids=ids,
            actor=plan.actor,
            at=plan.at,
            reason=reason,
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
        cause=_cause(facts, item.findings[0].code, origin),
    )


def _cause(facts: ExecutionFacts, code: str, origin: Origin) -> Cause:
    """Return what one repair ends all messages of: a security that is added, or who sent them."""
    named = facts.isin or facts.symbol or ""
    if code == INSTRUMENT_UNKNOWN and named:
        return Cause(CauseKind.INSTRUMENT, named)
    return Cause(CauseKind.SOURCE, origin.source_system)
