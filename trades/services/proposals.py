"""Proposals to share out a block, or to undo that; each waits for a second person."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.reasons import reason_of
from kernel.actors import Actor
from kernel.findings import Refusal
from trades.models import Allocation, AllocationMember, AllocationShare, Trade
from trades.services import blocks
from trades.services.sharing import Share, Sharing, Wish
from trades.states import AllocationState, BlockState


class AlreadyProposed(Refusal):
    """Somebody was faster: an allocation of this block waits for its decision."""

    code = "ALREADY_PROPOSED"
    status = status_code = 409


def open_proposal(
    sharing: Sharing, *, replaces: Allocation | None, wish: Wish, actor: Actor, at: datetime
) -> Allocation:
    """Keep a proposal about locked trades and put it in the queue. Raises AlreadyProposed."""
    allocation = Allocation(
        rule=wish.rule,
        replaces=replaces,
        fingerprint=sharing.fingerprint(replaces.pk if replaces else None),
        reason=reason_of(wish.reason),
        proposed_by=actor.name,
        proposed_at=at,
    )
    try:
        with transaction.atomic():
            allocation.save()
            AllocationMember.objects.bulk_create(
                AllocationMember(allocation=allocation, trade=trade, version_no=trade.version_no)
                for trade in sharing.trades
            )
    except IntegrityError as error:
        if "_once" in str(error):
            raise AlreadyProposed(
                _("An allocation of this block waits for its decision already.")
            ) from error
        raise
    AllocationShare.objects.bulk_create(
        _row(allocation, n, share) for n, share in enumerate(sharing.shares, start=1)
    )
    if replaces is None:
        ids = [trade.pk for trade in sharing.trades]
        blocks.set_state(ids, BlockState.PROPOSED, actor=actor, at=at)
    blocks.ask_decision(allocation, sharing.trades, actor=actor, at=at)
    return allocation


def _row(allocation: Allocation, n: int, share: Share) -> AllocationShare:
    return AllocationShare(
        allocation=allocation,
        n=n,
        account_code=share.account_code,
        is_residual=share.is_residual,
        quantity=share.quantity,
        gross_amount=share.gross_amount,
        accrued_interest=share.accrued_interest,
        fees=share.fees,
        net_amount=share.net_amount,
    )


def undo_for_source(*, trade_ids: Collection[int], actor: Actor, at: datetime) -> None:
    """Propose to undo the allocations of these trades: their source changed or cancelled them.

    The message waits until that is decided. What somebody else proposed about the block meanwhile
    rests on what no longer holds, and lapses.
    """
    standing = Allocation.objects.filter(
        members__trade__in=trade_ids, state=AllocationState.IN_FORCE.value
    )
    for allocation in list(standing.distinct().order_by("pk")):
        waiting = allocation.successors.filter(state=AllocationState.PROPOSED.value).first()
        if waiting is not None and not waiting.shares.exists():
            continue
        if waiting is not None:
            blocks.end_proposal(waiting, AllocationState.LAPSED, actor=actor, at=at)
        trades = list(Trade.objects.filter(allocations__allocation=allocation).order_by("pk"))
        reason = _("The source amended or cancelled the block after its allocation.")
        open_proposal(
            Sharing(trades=trades, shares=()),
            replaces=allocation,
            wish=Wish(asked=(), reason=reason),
            actor=actor,
            at=at,
        )
