"""Which trades an allocation over FIX is about: those of its session, and those with its sender."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from django.db.models import Q, QuerySet

from kernel.findings import Finding
from refdata import selectors as refdata
from trades import selectors
from trades.formats.fix import allocations
from trades.formats.fix.allocations import Instruction
from trades.formats.fix.wire import Garbled, read
from trades.models import Execution, FixMessage, FixSession, Trade
from trades.services.enrichment import alias_source


class NotMatched(Exception):
    """The instruction cannot be acted on, for this reason."""

    def __init__(self, wrong: Finding) -> None:
        super().__init__(wrong.code)
        self.wrong = wrong


def block_of(said: Instruction, *, session: FixSession) -> list[Trade]:
    """Return the trades that an instruction names, by execution or else by order.

    Raises NotMatched for a name that is no trade of this session and none with its sender.
    """
    ids: set[int] = set()
    for name in said.executions:
        found = _of_executions(said, session, name)
        if not found:
            raise NotMatched(allocations.finding("FIX-018", 17, found=name))
        ids |= found
    for names in said.orders if not said.executions else ():
        found = _of_order(said, session, names)
        if not found:
            raise NotMatched(allocations.finding("FIX-018", 11, found="/".join(sorted(names))))
        ids |= found
    return list(Trade.objects.filter(pk__in=ids).order_by("pk"))


def _within_reach(said: Instruction, session: FixSession) -> QuerySet[Trade]:
    """Return the trades that a session may speak of: its own, and those dealt with its sender."""
    sender = session.sender_comp_id
    parties = refdata.counterparties_by_code({sender}, alias_source(session.source_system))
    rows = Trade.objects.filter(
        Q(source_system=session.source_system)
        | Q(counterparty_id__in=[party.party_id for party in parties.values()])
    )
    day = allocations.day_of(said.day)
    return rows if day is None else rows.filter(trade_date=day)


def _of_executions(said: Instruction, session: FixSession, name: str) -> set[int]:
    """Return the trades of a report of this session, or those that we or their sender call so."""
    told = Execution.objects.filter(
        source_system=session.source_system, message_id=name, trade__isnull=False
    )
    ids = set(told.values_list("trade_id", flat=True))
    reach = _within_reach(said, session)
    found = set(reach.filter(pk__in=ids).values_list("pk", flat=True))
    return found or _called(reach, {name})


def _called(reach: QuerySet[Trade], names: Collection[str]) -> set[int]:
    """Return the trades that we, or their sender, call exactly so."""
    ids = {pk for name in names for pk in selectors.trade_ids_called(name)}
    ours = [name.upper() for name in names]
    found = reach.filter(Q(reference__in=ours) | Q(source_reference__in=names), pk__in=ids)
    return set(found.values_list("pk", flat=True))


def _of_order(said: Instruction, session: FixSession, names: frozenset[str]) -> set[int]:
    """Return the trades called so, or those of fills whose kept report names the order."""
    reach = _within_reach(said, session)
    if called := _called(reach, names):
        return called
    if not said.day:
        return set()
    told = dict(_narrowed(said))
    fills = reach.filter(source_system=session.source_system, **told)
    ids = dict(
        Execution.objects.filter(trade__in=fills)
        .exclude(message_id="")
        .values_list("message_id", "trade_id")
    )
    reports = FixMessage.objects.filter(session=session, key__in=ids, waits=True)
    return {
        ids[report.key]
        for report in reports.iterator()
        if names & _orders_of(bytes(report.content))
    }


def _narrowed(said: Instruction) -> Iterator[tuple[str, str]]:
    if said.isin:
        yield "isin", said.isin
    if said.side:
        yield "side", said.side


def _orders_of(content: bytes) -> set[str]:
    message = read(content)
    return set() if isinstance(message, Garbled) else {message.get(11), message.get(37)} - {""}
