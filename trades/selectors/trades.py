"""Trades: who sees which, as they stand and as they stood; their days and their facts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final

import msgspec
from django.db import connection
from django.db.models import (
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)

from core.access import Action, DeskScopedQuerySet, behalf_of
from core.history import moments_of, rows_as_of
from core.sequences import array_of
from desk.models import Approval, Comment, ControlException
from kernel.actors import Actor
from refdata import selectors as refdata
from trades.facts import DealTerms, TradeFacts
from trades.models import (
    AllocationMember,
    CancellationRequest,
    Trade,
    TradeLeg,
    TradeVersion,
)
from trades.selectors.allocation import AllocationAsOf, allocation_as_of, allocation_ids_of
from trades.selectors.messages import messages_of
from trades.states import OPEN, RequestState, TradeState

WAITING: Final = sorted(OPEN - {TradeState.REJECTED})
"""States in which a trade may still be completed."""
STANDING_TERMS: Final = """
SELECT t.id, v.terms FROM trades_trade t
  JOIN trades_tradeversion v ON v.trade_id = t.id AND v.version_no = t.version_no
 WHERE t.id = ANY(%s)
"""


def list_trades(*, actor: Actor) -> DeskScopedQuerySet[Trade]:
    """Return the trades of the desks that the actor may see, latest first."""
    return Trade.objects.visible_to(actor, Action.VIEW_TRADES).order_by("-trade_date", "-id")


def list_trades_of_source(source_system: str) -> DeskScopedQuerySet[Trade]:
    """Return the trades that a source system sent, latest first."""
    return Trade.objects.filter(source_system=source_system).order_by("-trade_date", "-id")


def get_trade_for_update(*, trade_id: int) -> Trade:
    """Return one trade under its row lock, or raise DoesNotExist."""
    return Trade.objects.select_for_update(of=("self",)).get(pk=trade_id)


def list_nameless(names: Collection[str]) -> DeskScopedQuerySet[Trade]:
    """Return the open trades whose counterparty is called so and is not known, by their ids."""
    nameless = Trade.objects.in_states(*WAITING).filter(counterparty__isnull=True)
    return nameless.filter(counterparty_code__in=names).exclude(counterparty_code="").order_by("pk")


def list_without_instruction(party_id: int) -> DeskScopedQuerySet[Trade]:
    """Return the open trades with this counterparty that lack a settlement instruction."""
    lacking = Trade.objects.in_states(*WAITING).filter(settlement_instruction__isnull=True)
    return lacking.filter(counterparty=party_id).order_by("pk")


def list_versions(*, trade_id: int) -> QuerySet[TradeVersion]:
    """Return the versions of a trade, the latest first."""
    return (
        TradeVersion.objects.filter(trade=trade_id)
        .select_related("execution__batch")
        .order_by("-version_no")
    )


def list_decisions(*, trade_id: int) -> QuerySet[Approval]:
    """Return the decisions on the versions of a trade, on cancellations and on allocations of it,
    oldest first.
    """
    requests = CancellationRequest.objects.filter(trade=trade_id).values("pk")
    allocations = AllocationMember.objects.filter(trade=trade_id).values("allocation")
    return Approval.objects.filter(
        Q(subject_kind="trade", subject_id=trade_id)
        | Q(subject_kind="cancellation", subject_id__in=requests)
        | Q(subject_kind="allocation", subject_id__in=allocations)
    ).order_by("id")


def find_request(trade: Trade) -> CancellationRequest | None:
    """Return the request to cancel the trade that waits for a decision, if there is one."""
    return trade.cancellation_requests.filter(state=RequestState.ASKED.value).first()


def asked_to_cancel(trade_ids: Iterable[int], *, but: int | None = None) -> set[int]:
    """Return which of these trades somebody asks to be cancelled, `but` by one known request."""
    rows = CancellationRequest.objects.filter(trade__in=trade_ids, state=RequestState.ASKED.value)
    return {trade for pk, trade in rows.values_list("pk", "trade") if pk != but}


def open_request() -> Subquery:
    """Return, for an annotation of trades, ASKED where somebody asks for the cancellation."""
    asked = CancellationRequest.objects.filter(trade=OuterRef("pk"), state=RequestState.ASKED.value)
    return Subquery(asked.values("state")[:1])


def may_decide(asked: CancellationRequest | None, *, trade: Trade, actor: Actor) -> bool:
    """Say whether the actor is the second person who may grant or refuse the request."""
    if asked is None or asked.asked_by == actor.name:
        return False
    desk, near = trade.desk_code, {asked.asked_by}
    return behalf_of(actor, Action.VALIDATE_TRADE, desk=desk, made_by=near) is not None


@dataclass(frozen=True, slots=True)
class AsOf:
    """A trade as it stood at a moment, with what was found, decided, said and asked by then."""

    at: datetime
    trade: Trade
    versions: Sequence[TradeVersion]
    exceptions: Sequence[ControlException]
    approvals: Sequence[Approval]
    comments: Sequence[Comment]
    asked: CancellationRequest | None
    allocated: AllocationAsOf | None


def trade_as_of(*, trade_id: int, at: datetime) -> AsOf | None:
    """Return a trade as the audit trail tells that it stood; None before it was captured."""
    trade = next(iter(rows_as_of(Trade, keys=[trade_id], at=at)), None)
    if trade is None:
        return None
    requests = rows_as_of(CancellationRequest, keys=[trade_id], at=at)
    exceptions = rows_as_of(ControlException, keys=_found(trade_id), at=at)
    approvals = rows_as_of(Approval, keys=_decided(trade_id), at=at)
    comments = rows_as_of(Comment, keys=_said(trade_id), at=at)
    versions = list_versions(trade_id=trade_id).filter(version_no__lte=trade.version_no)
    return AsOf(
        at=at,
        trade=trade,
        versions=list(versions),
        exceptions=sorted(exceptions, key=lambda one: (one.ended_at is not None, -one.pk)),
        approvals=approvals,
        comments=comments,
        asked=next((one for one in requests if one.state == RequestState.ASKED), None),
        allocated=allocation_as_of(trade_id=trade_id, at=at),
    )


def moments_of_trade(
    *, trade_id: int, known: Mapping[str, Iterable[Model]] = MappingProxyType({})
) -> list[tuple[datetime, str]]:
    """Return when something about a trade changed, and by whom, the latest first.

    Rows of a chain that the caller has read already are not asked for again.
    """
    chains = [("trade", trade_id)]
    for entity, look in _CHAINS:
        keys = [row.pk for row in known[entity]] if entity in known else look(trade_id)
        chains += [(entity, key) for key in keys]
    return moments_of(chains)


def _found(trade_id: int) -> list[int]:
    found = ControlException.objects.filter(subject_kind="trade", subject_id=trade_id)
    return list(found.values_list("pk", flat=True))


def _decided(trade_id: int) -> list[int]:
    return list(list_decisions(trade_id=trade_id).values_list("pk", flat=True))


def _said(trade_id: int) -> list[int]:
    said_of_it = Comment.objects.filter(subject_kind="trade", subject_id=trade_id)
    return list(said_of_it.values_list("pk", flat=True))


_CHAINS: Final = (
    ("exception", _found),
    ("approval", _decided),
    ("comment", _said),
    ("allocation", allocation_ids_of),
)


def current_day(*, today: date) -> date | None:
    """Return the business day of the house: the latest with a trade, up to the open day it is.

    A trade that is dated in the future moves nobody's day. None while there is no trade so far.
    """
    return next(iter(list_days(limit=1, until=refdata.latest_open_day(today))), None)


def list_days(*, limit: int, until: date) -> list[date]:
    """Return the latest trade dates of the book up to `until`, newest first."""
    found: list[date] = []
    days = Trade.objects.order_by("-trade_date").values_list("trade_date", flat=True)
    days = days.filter(trade_date__lte=until)
    while len(found) < limit:
        earlier = days.filter(trade_date__lt=found[-1]) if found else days
        day = earlier.first()
        if day is None:
            break
        found.append(day)
    return found


def list_recent_days(*, within: int, until: date) -> list[date]:
    """Return the trade dates among the last business days up to `until`, newest first.

    What is older, as the days of logs that were imported late, is no news: it has its address.
    """
    since = refdata.latest_open_day(until, before=within - 1)
    return [day for day in list_days(limit=within, until=until) if day >= since]


def facts_of(trade_ids: Collection[int]) -> list[TradeFacts]:
    """Return the facts of these trades, in the order of their ids."""
    return [facts(trade) for trade in Trade.objects.filter(pk__in=trade_ids).order_by("pk")]


def facts(trade: Trade) -> TradeFacts:
    """Return the frozen record that rules judge."""
    return TradeFacts(
        trade_id=trade.pk,
        reference=trade.reference,
        source_system=trade.source_system,
        source_reference=trade.source_reference,
        version_no=trade.version_no,
        state=trade.state,
        isin=trade.isin,
        symbol=trade.symbol,
        instrument_id=trade.instrument_id,
        side=trade.side,
        quantity=trade.quantity,
        price=trade.price,
        currency=trade.currency,
        gross_amount=trade.gross_amount,
        accrued_interest=trade.accrued_interest,
        fees=trade.fees,
        net_amount=trade.net_amount,
        trade_date=trade.trade_date,
        traded_at=trade.traded_at,
        settlement_date=trade.settlement_date,
        venue=trade.venue,
        counterparty_id=trade.counterparty_id,
        counterparty_code=trade.counterparty_code,
        desk_code=trade.desk_code,
        book_code=trade.book_code,
        trader_code=trade.trader_code,
        account_code=trade.account_code,
        capacity=trade.capacity,
        maker=trade.maker,
        contributors=tuple(trade.contributors),
        fingerprint=trade.fingerprint,
        risk_amount_eur=trade.risk_amount_eur,
        received_at=trade.received_at,
        settlement_instruction_id=trade.settlement_instruction_id,
        product=trade.product,
    )


class _Dealt(msgspec.Struct):
    deal: DealTerms | None = None


def deals_of(trade_ids: Collection[int]) -> dict[int, DealTerms]:
    """Return what trades of two legs have besides the terms of every trade, as it stands."""
    if not trade_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(STANDING_TERMS, [array_of(trade_ids)])
        said = [(pk, msgspec.json.decode(terms, type=_Dealt)) for pk, terms in cursor.fetchall()]
    return {pk: found.deal for pk, found in said if found.deal is not None}


def legs_of(*, trade_id: int, version_no: int) -> list[TradeLeg]:
    """Return the legs of a version in their order; none of a trade that has none."""
    return list(TradeLeg.objects.filter(trade=trade_id, version_no=version_no).order_by("number"))


def status_of(*, source_system: str, source_reference: str) -> dict[str, Any] | None:
    """Return what became of a reference: its messages and its trade; None when unknown."""
    identity = {"source_system": source_system, "source_reference": source_reference}
    sent = messages_of(**identity)
    messages = [
        {
            "execution_id": row.pk,
            "version": row.source_version,
            "action": row.action,
            "outcome": row.outcome,
            "reason_code": row.reason_code,
            "received_at": row.received_at,
        }
        for row in sent
    ]
    if not messages:
        return None
    trade = Trade.objects.filter(pk__in={row.trade_id for row in sent if row.trade_id}).first()
    return identity | {
        "messages": messages,
        "trade": trade.reference if trade else None,
        "trade_version": trade.version_no if trade else None,
        "state": trade.state if trade else None,
        "close_reason": trade.close_reason or None if trade else None,
    }
