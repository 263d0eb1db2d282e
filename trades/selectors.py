"""Reads of trades: rows for pages, facts for rules, status for senders."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import (
    Case,
    Count,
    DateField,
    Exists,
    Func,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, JSONObject, Left, NullIf, TruncDate

from core.access import Action, DeskScopedQuerySet, allows, desks_of
from core.audit import history
from core.columns import said
from desk.models import Approval
from kernel import numbering
from kernel.actors import Actor
from refdata import selectors as refdata
from trades.facts import TradeFacts
from trades.formats.fix.wire import Garbled, read, text
from trades.models import (
    CancellationRequest,
    CaptureBatch,
    Execution,
    FixBookmark,
    FixMessage,
    FixResult,
    FixSession,
    MessageKey,
    Trade,
    TradeVersion,
)
from trades.states import FixOutcome, Outcome, RequestState


def list_trades(*, actor: Actor) -> DeskScopedQuerySet[Trade]:
    """Return the trades of the desks that the actor may see, latest first."""
    return Trade.objects.visible_to(actor, Action.VIEW_TRADES).order_by("-trade_date", "-id")


def list_trades_of_source(source_system: str) -> DeskScopedQuerySet[Trade]:
    """Return the trades that a source system sent, latest first."""
    return Trade.objects.filter(source_system=source_system).order_by("-trade_date", "-id")


def get_trade_for_update(*, trade_id: int) -> Trade:
    """Return one trade under its row lock, or raise DoesNotExist."""
    return Trade.objects.select_for_update(of=("self",)).get(pk=trade_id)


def list_versions(*, trade_id: int) -> QuerySet[TradeVersion]:
    """Return the versions of a trade, the latest first."""
    return (
        TradeVersion.objects.filter(trade=trade_id)
        .select_related("execution__batch")
        .order_by("-version_no")
    )


def list_decisions(*, trade_id: int) -> QuerySet[Approval]:
    """Return the decisions on the versions of a trade and on asked cancellations, oldest first."""
    requests = CancellationRequest.objects.filter(trade=trade_id).values("pk")
    return Approval.objects.filter(
        Q(subject_kind="trade", subject_id=trade_id)
        | Q(subject_kind="cancellation", subject_id__in=requests)
    ).order_by("id")


def find_request(trade: Trade) -> CancellationRequest | None:
    """Return the request to cancel the trade that waits for a decision, if there is one."""
    return trade.cancellation_requests.filter(state=RequestState.ASKED.value).first()


def open_request() -> Subquery:
    """Return, for an annotation of trades, ASKED where somebody asks for the cancellation."""
    asked = CancellationRequest.objects.filter(trade=OuterRef("pk"), state=RequestState.ASKED.value)
    return Subquery(asked.values("state")[:1])


def may_decide(asked: CancellationRequest | None, *, trade: Trade, actor: Actor) -> bool:
    """Say whether the actor is the second person who may grant or refuse the request."""
    return (
        asked is not None
        and asked.asked_by != actor.name
        and allows(actor, Action.VALIDATE_TRADE, desk=trade.desk_code or None)
    )


class Merged(Func):
    """Two JSON objects as one; the right one wins."""

    arg_joiner = " || "
    template = "(%(expressions)s)"
    output_field = JSONField()


def list_batches() -> QuerySet[CaptureBatch]:
    """Return what came in together, the latest first, with `told`: its messages by outcome.

    What an import was counted as when it came in may have moved on since: a message that waited is
    a trade now. Those that had some waiting are counted again; so is what shares the batch of its
    minute, which has no end at which it was counted. A message that was booked stays so.
    """
    outcomes = {
        outcome.value.lower(): Count("pk", filter=Q(outcome=outcome.value)) for outcome in Outcome
    }
    counted = (
        Execution.objects.filter(batch=OuterRef("pk"))
        .order_by()
        .values("batch")
        .annotate(told=JSONObject(**outcomes))
        .values("told")
    )
    moves = Q(window_key__isnull=False) | Q(counts__exception__gt=0) | Q(counts__parked__gt=0)
    told = Case(
        When(moves, then=Merged("counts", Subquery(counted))),
        default="counts",
        output_field=JSONField(),
    )
    rows = CaptureBatch.objects.select_related("file").annotate(told=told)
    return rows.order_by("-received_at", "-id")


def trade_ids_of_batch(*, batch_id: int) -> QuerySet[Any, int]:
    """Return the ids of the trades that a batch made, amended or cancelled.

    Its messages name them, also those that waited and went on later; a repair makes trades of
    messages that came in an earlier batch, and those carry the repair's own.
    """
    told = Execution.objects.filter(batch_id=batch_id, trade__isnull=False)
    made = Trade.objects.filter(batch_id=batch_id)
    return told.values_list("trade_id", flat=True).union(made.values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class Release:
    """Who let a message go on that had waited, and when."""

    actor: str
    at: datetime


def find_release(*, execution_id: int) -> Release | None:
    """Return who released a message that did not become a trade at once; None when it did."""
    for entry in history("execution", execution_id):
        if entry.changes.get("outcome", [None, None])[1] == Outcome.BOOKED.value:
            return Release(actor=entry.actor, at=entry.at)
    return None


def list_executions(*, actor: Actor) -> QuerySet[Execution]:
    """Return the messages of the desks that the actor may see, the latest first.

    A message is of the desk of its trade; while it has none, of the desk of the book that it names.
    One that names no book we know is seen by those who see every desk.
    """
    rows = Execution.objects.order_by("-id")
    desks = desks_of(actor, Action.VIEW_TRADES)
    if desks is None:
        return rows
    books = refdata.books_of_desks(desks)
    unbooked = Q(trade__isnull=True, book__in=books)
    return rows.alias(book=said("content", "book")).filter(Q(trade__desk_code__in=desks) | unbooked)


def list_waiting(*, actor: Actor) -> QuerySet[Execution]:
    """Return the messages that wait for a person or for their NEW, the latest first."""
    return list_executions(actor=actor).filter(
        outcome__in=[Outcome.PARKED.value, Outcome.EXCEPTION.value]
    )


def messages_of(*, source_system: str, source_reference: str) -> QuerySet[Execution]:
    """Return every message kept under an identity, in the order in which they came."""
    keys = MessageKey.objects.filter(source_system=source_system, source_reference=source_reference)
    return Execution.objects.filter(pk__in=keys.values("execution_id")).order_by("id")


def find_messages(prefix: str, *, at_most: int) -> list[int] | None:
    """Return the numbers of the messages whose reference starts so; None when they are more."""
    keys = MessageKey.objects.filter(source_reference__startswith=prefix)
    found = list(keys.values_list("execution_id", flat=True)[: at_most + 1])
    return found if len(found) <= at_most else None


def message_ids_called(reference: str) -> list[int]:
    """Return the messages that a sender calls so, whichever version and sender."""
    keys = MessageKey.objects.filter(source_reference=reference)
    return list(keys.values_list("execution_id", flat=True))


def trade_ids_called(reference: str) -> list[int]:
    """Return the trades called so: by us (the number written out), or by a sender."""
    ours = numbering.number_of(reference[1:]) if reference[:1] in "Tt" else None
    if ours is not None:
        return [ours]
    told = Execution.objects.filter(pk__in=message_ids_called(reference), trade__isnull=False)
    return sorted(set(told.values_list("trade", flat=True)))


def executions_of_day(rows: QuerySet[Execution], day: date) -> QuerySet[Execution]:
    """Keep the messages about a business day: that of their trade, else stated, else of arrival."""
    stated = Coalesce(
        NullIf(said("content", "trade_date"), Value("")), Left(said("content", "traded_at"), 10)
    )
    of_day = Coalesce("trade__trade_date", Cast(stated, DateField()), TruncDate("received_at"))
    return rows.alias(of_day=of_day).filter(of_day=day)


# ---------------------------------------------------------------------- days
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
    )


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


def list_fix_sessions() -> QuerySet[FixSession]:
    """Return every session with its line and how many of its messages wait for a person."""
    waiting = Count(
        "messages__result", filter=Q(messages__result__outcome=FixOutcome.EXCEPTION.value)
    )
    return FixSession.objects.select_related("line").annotate(waiting=waiting).order_by("name")


def list_fix_messages() -> QuerySet[FixMessage]:
    """Return every message with its session and what became of it, the latest first."""
    return FixMessage.objects.select_related("session", "result__execution").order_by("-id")


def count_fix_messages(*, session: FixSession) -> Mapping[str, int]:
    """Return how many messages of a session ended how."""
    rows = FixResult.objects.filter(message__session=session).values_list("outcome")
    return dict(rows.annotate(n=Count("pk")).order_by("outcome"))


def count_fix_behind(*, session: FixSession | None = None) -> int:
    """Return how many kept messages nobody acted on yet, of one session or of all."""
    marks = FixBookmark.objects.filter(session=OuterRef("session"), acted_to__lt=OuterRef("pk"))
    rows = FixMessage.objects.filter(Exists(marks), waits=True)
    return (rows if session is None else rows.filter(session=session)).count()


def fix_fields(message: FixMessage) -> list[tuple[int, str]]:
    """Return the fields of a message as people read them; none of what is no message."""
    whole = read(bytes(message.content))
    if isinstance(whole, Garbled):
        return []
    return [(tag, text(value)) for tag, value in whole.fields]
