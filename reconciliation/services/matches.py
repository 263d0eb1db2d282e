"""Matches by people: confirm what was proposed, match by hand, undo and restore exactly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import access
from core.acts import acting
from core.reasons import reason_of
from core.remarks import speaking
from kernel.actors import Actor
from kernel.findings import Finding, Refusal
from kernel.states import require_transition
from reconciliation import selectors
from reconciliation.frames import shared_out
from reconciliation.frames.items import ONE
from reconciliation.models import (
    Break,
    MatchAllocation,
    MatchGroup,
    StatementLine,
)
from reconciliation.services import queue
from reconciliation.services.known import end_explained
from reconciliation.states import (
    GROUP_TRANSITIONS,
    BreakCategory,
    BreakState,
    GroupState,
    Kind,
    PassName,
)
from trades.models import Trade

BY_HAND_SCORE: Final = 100
ITEMS_MAX: Final = 500
DEALT_WITH: Final = frozenset({"SETTLED"})  # an allocated block stands as its shares
Item = tuple[str, int, Decimal, str]


class UnableToMatch(Refusal):
    """The items do not belong in one group, or somebody else matched one of them."""

    code = "UNABLE_TO_MATCH"


class AlreadyMatched(UnableToMatch):
    """One of the items is in another live group."""

    code = "ALREADY_MATCHED"
    status_code = 409


def confirm_groups(*, group_ids: Sequence[int], actor: Actor, at: datetime) -> int:
    """Confirm proposals, all or none. Raises IllegalTransition, Forbidden."""
    access.require(actor, access.Action.MATCH)
    with acting(actor=actor):
        groups = list(
            MatchGroup.objects.select_for_update().filter(pk__in=group_ids).order_by("pk")
        )
        _require_desks(_trades_of(group_ids), actor)
        for group in groups:
            _move(group, GroupState.CONFIRMED, actor=actor, at=at, reason="")
        end_explained(group_ids=group_ids, actor=actor, at=at)
    return len(groups)


def match_by_hand(
    *,
    kind: Kind,
    trade_ids: Sequence[int],
    line_ids: Sequence[int],
    reason: str,
    actor: Actor,
    at: datetime,
) -> MatchGroup:
    """Match our trades with their lines; a difference needs a reason.

    Raises UnableToMatch (nothing on a side, several currencies, opposite signs, no reason),
    AlreadyMatched, Forbidden.
    """
    access.require(actor, access.Action.MATCH)
    with acting(actor=actor, reason=reason):
        _require_desks(trade_ids, actor)
        _require_lines(line_ids, actor)
        items = [*_our_items(kind, trade_ids), *_their_items(kind, line_ids)]
        difference = _judged(items, reason)
        group = MatchGroup.objects.create(
            kind=kind.value,
            pass_name=PassName.BY_HAND.value,
            score=BY_HAND_SCORE,
            state=GroupState.PROPOSED.value,
            difference=difference,
            currency=items[0][3],
            evidence={"difference": str(difference)},
        )
        _allocate(group, items)
        _move(group, GroupState.CONFIRMED, actor=actor, at=at, reason=reason)
        end_explained(group_ids=[group.pk], actor=actor, at=at)
    return group


def _trades_of(group_ids: Sequence[int]) -> list[int]:
    held = MatchAllocation.objects.filter(group_id__in=group_ids)
    return list(held.values_list("trade_id", flat=True))


def _require_desks(trade_ids: Sequence[int], actor: Actor) -> None:
    """Raise Forbidden when one of these trades is of a desk on which the actor may not match."""
    if access.desks_of(actor, access.Action.MATCH) is None:
        return
    desks = Trade.objects.filter(pk__in=trade_ids).order_by("desk_code")
    for desk_code in desks.values_list("desk_code", flat=True).distinct():
        access.require(actor, access.Action.MATCH, desk=desk_code)


def _require_lines(line_ids: Sequence[int], actor: Actor) -> None:
    """Raise Forbidden when one of these lines may be about another desk than the actor's."""
    if access.desks_of(actor, access.Action.MATCH) is None:
        return
    if selectors.list_lines(actor=actor).filter(pk__in=line_ids).count() < len(set(line_ids)):
        access.require_everywhere(actor, access.Action.MATCH)


def _our_items(kind: Kind, ids: Sequence[int]) -> list[Item]:
    rows = Trade.objects.select_for_update().filter(pk__in=ids, state="VALIDATED").order_by("pk")
    return [("OURS", trade.pk, signed_amount(kind, trade), trade.currency) for trade in rows]


def signed_amount(kind: Kind, trade: Trade) -> Decimal:
    """Return what the trade brings (+) or costs (-) in cash; its plain size against a broker."""
    net: Decimal = trade.net_amount
    if kind is Kind.TRADES:
        return abs(net)
    return -net if trade.side == "BUY" else net


def _their_items(kind: Kind, ids: Sequence[int]) -> list[Item]:
    live = StatementLine.objects.filter(pk__in=ids, kind=kind.value, replacement__isnull=True)
    rows = live.order_by("pk")
    return [("THEIRS", line.pk, line.amount, line.currency) for line in rows]


def _judged(items: Sequence[Item], reason: str) -> Decimal:
    """Return theirs - ours, or raise UnableToMatch."""
    sums = {
        side: sum((item[2] for item in items if item[0] == side), start=Decimal(0))
        for side in ("OURS", "THEIRS")
    }
    if {item[0] for item in items} != {"OURS", "THEIRS"}:
        raise UnableToMatch(_("Choose at least one item on each side; matched ones do not count."))
    if len(items) > ITEMS_MAX:
        raise UnableToMatch(_("A group holds at most %(most)s items.") % {"most": ITEMS_MAX})
    if len({item[3] for item in items}) != 1:
        raise UnableToMatch(_("A group holds items of one currency."))
    if sums["OURS"] * sums["THEIRS"] <= 0:
        raise UnableToMatch(_("The two sides must go the same way."))
    difference = sums["THEIRS"] - sums["OURS"]
    if difference and not reason_of(reason):
        raise speaking(
            UnableToMatch,
            Finding(
                code=UnableToMatch.code,
                field="difference",
                message="A difference of {found} needs a reason.",
                found=f"{difference:f}",
            ),
        )
    return difference


def _allocate(group: MatchGroup, items: Sequence[Item]) -> None:
    """Allocate every item; the heavier side is cut by the difference, as the engine does."""
    ours, theirs = (
        [(number, int(size * ONE)) for named, number, size, _ in items if named == side]
        for side in ("OURS", "THEIRS")
    )
    rows = [
        MatchAllocation(
            group=group,
            kind=group.kind,
            trade_id=share.ours,
            line_id=share.theirs,
            amount=Decimal(share.amount) / ONE,
            state=group.state,
            claims_trade=share.claims_trade,
            claims_line=share.claims_line,
        )
        for share in shared_out(ours, theirs)
    ]
    try:
        with transaction.atomic():
            MatchAllocation.objects.bulk_create(rows)
    except IntegrityError as error:
        if "_claimed_once" not in str(error):
            raise
        raise AlreadyMatched(
            _("One of these items has been matched in the meantime. Look again.")
        ) from error


def _move(
    group: MatchGroup, target: GroupState, *, actor: Actor, at: datetime, reason: str
) -> None:
    """Move the group and its allocations together."""
    require_transition(GROUP_TRANSITIONS, source=GroupState(group.state), target=target)
    group.state, group.decided_by, group.decided_at = target.value, actor.name, at
    group.reason = reason_of(reason) or group.reason
    group.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    group.allocations.update(state=target.value)


def undo_group(*, group_id: int, reason: str, actor: Actor, at: datetime) -> MatchGroup:
    """Undo a match or refuse a proposal: its items are open again, as they were before.

    Breaks that the match ended come back with their owner and comments; an item that never had a
    break gets one. Raises UnableToMatch without a reason, IllegalTransition, Forbidden.
    """
    access.require(actor, access.Action.MATCH)
    if not reason_of(reason):
        raise UnableToMatch(_("Give a reason."))
    with acting(actor=actor, reason=reason):
        group = MatchGroup.objects.select_for_update().get(pk=group_id)
        _require_desks(_trades_of([group_id]), actor)
        take_apart(group, reason=reason, actor=actor, at=at)
    return group


def take_apart(group: MatchGroup, *, reason: str, actor: Actor, at: datetime) -> None:
    """Undo a group whose row the caller has locked; its breaks are back in the queue."""
    _move(group, GroupState.UNDONE, actor=actor, at=at, reason=reason)
    queue.open_work([*_reopen(group), *_open_missing(group, at)], actor=actor, at=at)


def _reopen(group: MatchGroup) -> list[Break]:
    """Reopen the breaks that the group ended, but not beside another one of the same item."""
    ended = list(Break.objects.select_for_update().filter(resolved_group=group).order_by("pk"))
    for found in ended:
        found.state = (BreakState.ASSIGNED if found.owner_id else BreakState.OPEN).value
        found.resolution, found.resolved_by = "", ""
        found.resolved_at, found.resolved_group = None, None
    return [found for found in ended if _opened(found)]


def _open_missing(group: MatchGroup, at: datetime) -> list[Break]:
    """Open a break for each leg that has none now; a trade that waits for validation has none."""
    opened = []
    for (side, item_id), allocated in sorted(_legs(group).items()):
        ours = side == "OURS"
        trade = Trade.objects.filter(pk=item_id).first() if ours else None
        if trade is not None and not _is_reconciled(trade):
            continue
        line = None if ours else StatementLine.objects.filter(pk=item_id).first()
        category = BreakCategory.MISSING_THEIRS if ours else BreakCategory.MISSING_OURS
        found = Break(
            kind=group.kind,
            scope=group.run.scope if group.run else "",
            category=category.value,
            trade=trade,
            line=line,
            reference=trade.reference if trade else line.reference if line else "",
            isin=trade.isin if trade else line.isin if line else "",
            currency=group.currency,
            difference=-allocated if ours else allocated,
            day=_day(trade, line, at),
            evidence={"undone": group.pk},
            desk_code=trade.desk_code if trade else "",
            opened_at=at,
        )
        if _opened(found):
            opened.append(found)
    return opened


def _opened(found: Break) -> bool:
    """Save an open break; say whether its items had none: another statement may have opened one."""
    try:
        with transaction.atomic():
            found.save()
    except IntegrityError as error:
        if "break_one_open_per_" not in str(error):
            raise
        return False
    return True


def _legs(group: MatchGroup) -> dict[tuple[str, int], Decimal]:
    """Return what the group allocates of each item, on either side."""
    legs: defaultdict[tuple[str, int], Decimal] = defaultdict(Decimal)
    for found in group.allocations.all():
        legs["OURS", found.trade_id] += found.amount
        legs["THEIRS", found.line_id] += found.amount
    return legs


def _is_reconciled(trade: Trade) -> bool:
    """Say whether runs take the trade: one that waits for validation, or is cancelled, is none."""
    return trade.state == "VALIDATED" or trade.close_reason in DEALT_WITH


def _day(trade: Trade | None, line: StatementLine | None, at: datetime) -> date:
    if trade is not None:
        return trade.settlement_date or trade.trade_date
    return line.value_date if line is not None else at.date()
