"""REST lists: `trades/`, `trades/<reference>/`, `exceptions/`, and the feed `events/`.

A token sees what its own source system sent, a person what lies on his or her desks.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from core.access import Action, require
from core.api import cursors
from core.api.lists import (
    Column,
    ListAPIView,
    Row,
    as_json,
    plain,
    refuse_query,
    require_known,
    told,
    whole_number,
)
from core.api.openapi import cursor_schema, list_parameters, problem_examples, problems, several
from core.api.views import BaseAPIView, actor_in
from core.tokens import Client
from desk import selectors as desk
from desk.filters import ExceptionFilter
from desk.models import ControlException
from desk.states import LIVE_EXCEPTION
from desk.tables import filled
from feeds import selectors as feeds
from feeds.facts import EventType
from feeds.models import ChangeEvent
from feeds.services import telling
from kernel.money import minor_units
from trades import selectors
from trades.api import shapes
from trades.filters import TradeFilter, called
from trades.models import Execution, Trade, TradeVersion

TRADE: Final[Mapping[str, Column]] = {
    "reference": Column("reference"),
    "state": Column("state"),
    "close_reason": Column("close_reason"),
    "version": Column("version_no"),
    "source_system": Column("source_system"),
    "source_reference": Column("source_reference"),
    "source_version": Column("source_version"),
    "trade_date": Column("trade_date"),
    "traded_at": Column("traded_at"),
    "settlement_date": Column("settlement_date"),
    "product": Column("product"),
    "side": Column("side"),
    "isin": Column("isin"),
    "symbol": Column("symbol"),
    "instrument": Column("instrument__name"),
    "quantity": Column("quantity"),
    "price": Column("price"),
    "currency": Column("currency"),
    "gross_amount": Column("gross_amount", currency="currency"),
    "accrued_interest": Column("accrued_interest", currency="currency"),
    "fees": Column("fees", currency="currency"),
    "net_amount": Column("net_amount", currency="currency"),
    "venue": Column("venue"),
    "counterparty": Column("counterparty_code"),
    "desk": Column("desk_code"),
    "book": Column("book_code"),
    "trader": Column("trader_code"),
    "account": Column("account_code"),
    "capacity": Column("capacity"),
    "captured_by": Column("maker"),
    "received_at": Column("received_at"),
    "batch": Column("batch_id"),
}
EXCEPTION: Final[Mapping[str, Column]] = {
    "id": Column("id"),
    "code": Column("rule_code"),
    "kind": Column("kind"),
    "severity": Column("severity"),
    "state": Column("state"),
    "subject": Column("subject_kind"),
    "reference": Column("subject_reference"),
    "version": Column("version_no"),
    "field": Column("field"),
    "message": Column("message"),
    "expected": Column("expected"),
    "found": Column("found"),
    "fix": Column("fix"),
    "desk": Column("desk_code"),
    "amount_at_risk": Column("amount_at_risk", currency="currency"),
    "currency": Column("currency"),
    "owner": Column("owner__username"),
    "priority": Column("priority"),
    "cause_kind": Column("cause_kind"),
    "cause": Column("cause"),
    "raised_at": Column("raised_at"),
    "due_at": Column("due_at"),
    "ended_at": Column("ended_at"),
    "reason": Column("reason"),
}
VERSION: Final[Mapping[str, Column]] = {
    "version": Column("version_no"),
    "action": Column("action"),
    **{
        name: TRADE[name]
        for name in (
            *("source_version", "trade_date", "traded_at", "settlement_date", "side", "isin"),
            *("quantity", "price", "currency", "gross_amount", "accrued_interest", "fees"),
            *("net_amount", "captured_by"),
        )
    },
    "reason": Column("reason"),
    "recorded_at": Column("recorded_at"),
}
CENT: Final = Decimal("0.01")
LATEST: Final = "latest"
DATED_CURSOR: Final = "dated-cursor"
REFUSALS: Final = (400, 401, 403, 429)


def source_of(request: Request) -> str | None:
    """Return the source system of a token that may post; None for a person who sees trades.

    Raises Forbidden.
    """
    if isinstance(request.auth, Client):
        require(request.auth.actor, Action.POST_EXECUTION)
        return request.auth.source_system
    require(actor_in(request), Action.VIEW_TRADES)
    return None


def trades_for(request: Request) -> QuerySet[Trade]:
    """Return the trades that the caller may see."""
    source = source_of(request)
    if source is None:
        return selectors.list_trades(actor=actor_in(request))
    return selectors.list_trades_of_source(source)


def exceptions_for(request: Request) -> QuerySet[ControlException]:
    """Return the exceptions that the caller may see; a token those of its trades and messages."""
    source = source_of(request)
    if source is None:
        return desk.list_exceptions(actor=actor_in(request)).with_priority(at=timezone.now())
    subject = OuterRef("subject_id")
    trade = Exists(Trade.objects.filter(pk=subject, source_system=source))
    message = Exists(Execution.objects.filter(pk=subject, source_system=source))
    return ControlException.objects.filter(
        (Q(subject_kind="trade") & trade) | (Q(subject_kind="execution") & message)
    ).with_priority(at=timezone.now())


class TradesView(ListAPIView):
    """Trades as the list of the pages has them."""

    filterset_class = TradeFilter
    columns = TRADE
    order = ("trade_date", "id")

    def scoped(self, request: Request) -> QuerySet[Trade]:
        return trades_for(request)

    @extend_schema(
        operation_id="list_trades",
        parameters=list_parameters(TradeFilter, list(TRADE), cursor=DATED_CURSOR),
        responses={200: shapes.TradePageSerializer, **problems(*REFUSALS)},
        examples=[shapes.TRADE_PAGE, *problem_examples(*REFUSALS)],
    )
    def get(self, request: Request) -> HttpResponse:
        """Trades that match, the latest trade date first."""
        return self.listed(request)


class TradeView(BaseAPIView):
    """One trade with its versions, its findings and the decisions on it."""

    @extend_schema(
        operation_id="get_trade",
        parameters=[
            OpenApiParameter(
                "reference", {"type": "string", "pattern": r"^T[0-9]{9,15}$"}, OpenApiParameter.PATH
            )
        ],
        responses={200: shapes.TradeDetailSerializer, **problems(*REFUSALS, 404)},
        examples=[shapes.TRADE, *problem_examples(*REFUSALS, 404)],
    )
    def get(self, request: Request, reference: str) -> HttpResponse:
        """All that is known of one trade, by our reference."""
        require_known(request, set())
        row = (
            trades_for(request)
            .filter(called(reference))
            .values("id", *sorted({column.path for column in TRADE.values()}))
            .first()
        )
        if row is None:
            raise Http404
        return as_json(
            {name: told(row, column) for name, column in TRADE.items()}
            | {
                "legs": _legs(row["id"], row["version_no"]),
                "versions": _versions(row["id"]),
                "findings": _findings(row["id"]),
                "decisions": _decisions(row["id"]),
            }
        )


def _legs(trade_id: int, version_no: int) -> list[dict[str, Any]]:
    """Return the legs of a version, as we see them: below zero we pay or deliver."""
    return [
        {
            "kind": leg.kind,
            "settlement_date": leg.settlement_date,
            "currency": leg.currency,
            "amount": None if leg.amount is None else plain(leg.amount, minor_units(leg.currency)),
            "quantity": None if leg.quantity is None else plain(leg.quantity),
        }
        for leg in selectors.legs_of(trade_id=trade_id, version_no=version_no)
    ]


def _versions(trade_id: int) -> list[dict[str, Any]]:
    paths = sorted({column.path for column in VERSION.values()})
    rows = TradeVersion.objects.filter(trade=trade_id).order_by("version_no").values(*paths)
    return [{name: told(row, column) for name, column in VERSION.items()} for row in rows]


def _findings(trade_id: int) -> list[dict[str, Any]]:
    paths = sorted({column.path for column in EXCEPTION.values()})
    found = desk.list_exceptions_of(subject_kind="trade", subject_id=trade_id)
    rows = found.with_priority(at=timezone.now()).values(*paths)
    return [
        spoken({name: told(row, column) for name, column in EXCEPTION.items()}, row) for row in rows
    ]


def _decisions(trade_id: int) -> list[dict[str, Any]]:
    rows = selectors.list_decisions(trade_id=trade_id)
    return [
        {
            "about": row.subject_kind,
            "version": row.version_no,
            "decision": row.decision,
            "by": row.checker,
            "on_behalf_of": row.on_behalf_of,
            "reason": row.reason,
            "at": row.decided_at,
        }
        for row in rows
    ]


def spoken(item: dict[str, Any], row: Row) -> dict[str, Any]:
    """Fill the stored texts of an exception, in the reader's language.

    The priority is told to the cent; what is over has none.
    """
    if "priority" in item:
        known = row["priority"] is not None and row["state"] in LIVE_EXCEPTION
        item["priority"] = f"{row['priority'].quantize(CENT, ROUND_HALF_EVEN)}" if known else None
    stored = ControlException(expected=row["expected"], found=row["found"], field=row["field"])
    for name in {"message", "fix"} & item.keys():
        item[name] = filled(row[name], stored)
    return item


class ExceptionsView(ListAPIView):
    """Exceptions as the list of the pages has them: what is open unless a status is asked for."""

    filterset_class = ExceptionFilter
    columns = EXCEPTION
    needed = frozenset({"expected", "found", "field", "state"})

    def scoped(self, request: Request) -> QuerySet[ControlException]:
        return exceptions_for(request)

    def shaped(self, item: dict[str, Any], row: Row) -> dict[str, Any]:
        return spoken(item, row)

    @extend_schema(
        operation_id="list_exceptions",
        parameters=list_parameters(ExceptionFilter, list(EXCEPTION)),
        responses={200: shapes.ExceptionPageSerializer, **problems(*REFUSALS)},
        examples=[shapes.EXCEPTION_PAGE, *problem_examples(*REFUSALS)],
    )
    def get(self, request: Request) -> HttpResponse:
        """Exceptions that match, the latest first."""
        return self.listed(request)


class EventsView(BaseAPIView):
    """What changed since, in the order of commits."""

    @extend_schema(
        operation_id="list_events",
        parameters=[
            OpenApiParameter(
                "after",
                cursor_schema(),
                description="`next` of the part before; `latest` for the end; else the beginning",
            ),
            OpenApiParameter(
                "types",
                several([*EventType]),
                explode=False,
                description="only these, with commas between",
            ),
            OpenApiParameter(
                "limit", {"type": "integer", "minimum": 1, "maximum": 1_000, "default": 100}
            ),
        ],
        responses={200: shapes.EventPageSerializer, **problems(*REFUSALS)},
        examples=[shapes.EVENT_PAGE, *problem_examples(*REFUSALS)],
    )
    def get(self, request: Request) -> HttpResponse:
        """Events after a cursor, oldest first; whatever was acknowledged before is among them."""
        require_known(request, {"after", "types", "limit"})
        events = self._events(request)
        types = _types(request.query_params.get("types", ""))
        limit = whole_number(request, "limit", default=100, most=1_000)
        telling.tell()
        said = request.query_params.get("after", "")
        after = feeds.latest(events) if said == LATEST else _number(said)
        page = feeds.page_of(events, after=after, types=types, limit=limit)
        return as_json(
            {
                "events": [_event(event) for event in page.events],
                "next": cursors.written(page.last),
                "has_more": page.has_more,
            }
        )

    @staticmethod
    def _events(request: Request) -> QuerySet[ChangeEvent]:
        source = source_of(request)
        if source is None:
            return feeds.events_for(actor_in(request))
        return feeds.events_of_source(source)


def _types(said: str) -> frozenset[str]:
    asked = {name.strip() for name in said.split(",") if name.strip()}
    unknown = sorted(asked - {kind.value for kind in EventType})
    if unknown or (said and not asked):
        refuse_query("types", (unknown or [said])[0], expected=", ".join(EventType))
    return frozenset(asked)


def _number(said: str) -> int:
    return int(cursors.read(said, int, field="after")[0]) if said else 0


def _event(event: ChangeEvent) -> dict[str, Any]:
    return {
        "id": event.pk,
        "type": event.type,
        "at": event.at,
        "data": event.data,
    }
