"""Trades by hand: enter and amend; the same capture, with the rights of a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from django.utils.translation import gettext as _

from core.access import Action, require
from core.acts import acting
from core.reasons import reason_of
from kernel.actors import Actor
from kernel.findings import Refusal
from kernel.states import IllegalTransition
from refdata import selectors as refdata
from trades.facts import ALLOCATION_SOURCE, ExecutionFacts, Product
from trades.formats.execution_json import read_fields
from trades.models import Trade
from trades.selectors import get_trade_for_update
from trades.services import capture, loading
from trades.services.enrichment import Terms, load_reference, unknown_instrument
from trades.services.plan import Item, ItemStatus
from trades.states import Action as Asked
from trades.states import Channel, Outcome, TradeState

SOURCE: Final = "MANUAL"


class UnableToCapture(Refusal):
    """The ticket is not a trade yet; every finding says what to correct."""

    code = "UNABLE_TO_CAPTURE"


class NothingChanged(UnableToCapture):
    """The amendment says what stands already: no version is made of it."""

    code = "NOTHING_CHANGED"


class TradeChanged(Refusal):
    """The trade is not what the person saw."""

    code = "TRADE_CHANGED"
    status = status_code = 409


def enter_trade(*, reference: str, fields: Mapping[str, Any], actor: Actor, at: datetime) -> Item:
    """Book a ticket under `reference`; sent twice it is booked once.

    Raises Forbidden, or UnableToCapture with every finding.
    """
    require(actor, Action.CAPTURE_TRADE, desk=_desk(fields))
    message = {"source_reference": reference, "version": 1, "action": Asked.NEW.value}
    return _send(message | dict(fields), SOURCE, actor, at)


def amend_trade(
    *,
    trade_id: int,
    seen: str,
    fields: Mapping[str, Any],
    reason: str,
    actor: Actor,
    at: datetime,
) -> Item:
    """Give a trade new terms; it goes through controls and validation again.

    What static data knows by now is new, too. Raises Forbidden, TradeChanged, IllegalTransition
    when the trade is over, NothingChanged when the terms stay as they are, UnableToCapture.
    """
    if not reason_of(reason):
        raise UnableToCapture(_("Give a reason."))
    with acting(actor=actor, reason=reason):
        trade = locked_as_seen(trade_id=trade_id, seen=seen, actor=actor)
        require(actor, Action.AMEND_TRADE, desk=_desk(fields))
        (stood,) = loading.heads([trade.pk])
        item = _send(_identity(trade, Asked.AMEND) | dict(fields), trade.source_system, actor, at,
                     reason=reason)  # fmt: skip
        if item.trade is not None and _same(stood.terms, item.trade.terms):
            raise NothingChanged(_("There is nothing to amend: the trade says so already."))
        return item


def book_cancellation(*, trade: Trade, maker: str, reason: str, actor: Actor, at: datetime) -> Item:
    """Close a locked trade as cancelled: `maker` asked, `actor` decided. Raises UnableToCapture."""
    return _send(
        _identity(trade, Asked.CANCEL), trade.source_system, actor, at, reason=reason, maker=maker
    )


def locked_as_seen(*, trade_id: int, seen: str, actor: Actor) -> Trade:
    """Return the locked trade if it is what the person saw and may still change.

    Raises Forbidden, TradeChanged, IllegalTransition when the trade is over, UnableToCapture when
    it is a share of a block.
    """
    trade = get_trade_for_update(trade_id=trade_id)
    require(actor, Action.AMEND_TRADE, desk=trade.desk_code)
    if trade.fingerprint != seen:
        raise TradeChanged(_("The trade has changed since you saw it. Look at it again."))
    if trade.source_system == ALLOCATION_SOURCE:
        raise UnableToCapture(_("This trade is a share of a block: allocate the block again."))
    if trade.state == TradeState.CLOSED:
        raise IllegalTransition(_("The trade is over."))
    return trade


def _identity(trade: Trade, action: Asked) -> dict[str, Any]:
    return {
        "source_reference": trade.source_reference,
        "version": trade.source_version + 1,
        "action": action.value,
    }


def _same(stood: Terms, terms: Terms) -> bool:
    """Say whether two terms are the same, however their figures and moments are written."""
    one, other = (datetime.fromisoformat(each.traded_at) for each in (stood, terms))
    return one == other and msgspec.structs.replace(stood, traded_at=terms.traded_at) == terms


def _desk(fields: Mapping[str, Any]) -> str:
    """Return the desk of the book; a ticket of no desk asks for a role on all of them."""
    book = str(fields.get("book") or "")
    found = refdata.books_by_code([book]).get(book)
    return found.desk_code if found else ""


def _send(
    fields: dict[str, Any],
    source_system: str,
    actor: Actor,
    at: datetime,
    *,
    reason: str = "",
    maker: str = "",
) -> Item:
    read = read_fields(fields)
    if isinstance(read, tuple):
        raise UnableToCapture(_("The ticket is not complete."), findings=read)
    _require_instrument(read, source_system)
    captured = capture.capture(
        messages=[read],
        origin=capture.Origin(
            source_system=source_system, channel=Channel.MANUAL, reason=reason, maker=maker
        ),
        actor=actor,
        at=at,
    )
    item = captured.items[0]
    kept = item.status in (ItemStatus.CREATED, ItemStatus.REPEATED)
    if not kept or item.outcome is not Outcome.BOOKED:
        raise UnableToCapture(_("The ticket was not booked."), findings=item.findings)
    return item


def _require_instrument(read: ExecutionFacts, source_system: str) -> None:
    """Refuse what a feed would have to park: the person is here to correct it."""
    if read.action == Asked.CANCEL or read.product == Product.FX:
        return
    reference = load_reference(source_system=source_system, messages=[read])
    if reference.instrument(read) is None:
        raise UnableToCapture(
            _("The ticket is not complete."), findings=(unknown_instrument(read),)
        )
