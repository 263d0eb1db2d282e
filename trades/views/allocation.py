"""Sharing out a block on screen: rows that add up while one types, decided on the trade's page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from core import access, asked
from core.access import Action
from core.pages import PageView
from core.pages.base import ActedRequest
from core.reasons import reason_of
from refdata.models import Account
from refdata.states import AccountKind
from trades import selectors
from trades.forms import ShareForms, SharesForm
from trades.models import Allocation, AllocationRule, Trade
from trades.rules.shares import ZERO
from trades.services import allocation, blocks, sharing
from trades.services.proposals import AlreadyProposed
from trades.states import AllocationState, BlockState, TradeState

SHOWN_MAX = 50
ACCOUNTS_MAX = 500


class Allocate(PageView):
    """Propose who takes how much: by hand, or filled in by the rule of the book."""

    title = _("Allocate")
    action = Action.AMEND_TRADE
    template_name = "trades/allocate.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        trade = _trade(self.request, pk)
        rule = _rule_of(trade)
        filled = rule is not None and "rule" in request.GET
        block = _block(self.request, trade)
        rows = sharing.by_rule(block, rule, lot=sharing.lot_of(trade)) if filled and rule else []
        form = SharesForm(initial={"seen": trade.fingerprint})
        return self._shown(trade, form, ShareForms.of(rows))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        trade = _trade(self.request, pk)
        form, rows = SharesForm(request.POST), ShareForms(request.POST)
        if "more" in request.POST:
            return self._shown(trade, form, rows.longer())
        if not (form.is_valid() and rows.is_valid()):
            return self._shown(trade, form, rows, status=422)
        wanted = rows.asked()
        try:
            allocation.propose_allocation(
                trade_id=trade.pk,
                seen=form.cleaned_data["seen"],
                wish=sharing.Wish(
                    asked=wanted,
                    others=_chosen(request),
                    rule=_rule_behind(_block(self.request, trade), wanted),
                    reason=reason_of(form.cleaned_data["reason"]),
                ),
                actor=self.request.actor,
                at=timezone.now(),
            )
        except (sharing.UnableToAllocate, AlreadyProposed) as refusal:
            return self._shown(trade, form, rows, refusal=refusal, status=422)
        messages.success(request, _t("The allocation is proposed: somebody else decides."))
        return redirect("trades:detail", trade.pk)

    def _shown(
        self,
        trade: Trade,
        form: SharesForm,
        rows: ShareForms,
        *,
        status: int = 200,
        **more: Any,
    ) -> HttpResponse:
        alike = selectors.list_alike(trade, actor=self.request.actor)
        standing = trade.state == TradeState.CLOSED
        context = {
            "trade": trade,
            "subtitle": trade.reference,
            "form": form,
            "rows": rows,
            "rule": _rule_of(trade),
            "alike": () if standing else alike[:SHOWN_MAX],
            "chosen": _chosen(self.request),
            "again": standing,
            "accounts": _accounts(trade),
            **more,
        }
        return self.render(context, status=status)


class Preview(PageView):
    """What the shares come to, while they are being typed."""

    http_method_names = ["post"]
    action = Action.AMEND_TRADE
    template_name = "trades/_sharing.html"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        trade = _trade(self.request, pk)
        rows = ShareForms(request.POST)
        trades = _block(self.request, trade)
        block = sharing.Sharing(trades=trades, shares=())
        context: dict[str, Any] = {"whole": block, "currency": trade.currency}
        if not rows.is_valid():
            return self.render(context | {"unreadable": rows})
        wanted = rows.asked()
        left = block.quantity - sum(one.quantity for one in wanted)
        context |= {"left": max(left, ZERO), "over": max(-left, ZERO)}
        if not wanted:
            return self.render(context)
        try:
            return self.render(context | {"sharing": sharing.share_out(trades, wanted)})
        except sharing.UnableToAllocate as refusal:
            return self.render(context | {"findings": refusal.findings})


class Decide(PageView):
    """Approve or refuse what somebody else proposed, or take back one's own."""

    http_method_names = ["post"]
    action = Action.VIEW_TRADES

    def post(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        trade = _trade(self.request, pk)
        number = asked.number(request.POST.get("allocation", ""))
        found = get_object_or_404(Allocation, pk=number, members__trade=trade)
        said = self._decide(found, verb)
        messages.success(request, said)
        return redirect("trades:detail", trade.pk)

    def _decide(self, found: Allocation, verb: str) -> str:
        actor, at = self.request.actor, timezone.now()
        if verb == "approve":
            seen = self.request.POST.get("seen", "")
            allocation.approve_allocation(allocation_id=found.pk, seen=seen, actor=actor, at=at)
            if found.shares.exists():
                return _t("The block is allocated.")
            return _t("The allocation is undone.")
        if verb == "refuse":
            reason = reason_of(self.request.POST.get("reason", ""))
            allocation.refuse_allocation(allocation_id=found.pk, reason=reason, actor=actor, at=at)
            return _t("The proposal is refused: the block stays as it is.")
        if verb == "withdraw":
            allocation.withdraw_allocation(allocation_id=found.pk, actor=actor, at=at)
            return _t("The proposal is taken back.")
        raise Http404


class Undo(PageView):
    """Ask for the shares of an allocated trade to be cancelled and for the trade to be open."""

    http_method_names = ["post"]
    action = Action.AMEND_TRADE

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        trade = _trade(self.request, pk)
        allocation.propose_undoing(
            trade_id=trade.pk,
            seen=request.POST.get("seen", ""),
            reason=reason_of(request.POST.get("reason", "")),
            actor=self.request.actor,
            at=timezone.now(),
        )
        messages.success(request, _t("Undoing it is proposed: somebody else decides."))
        return redirect("trades:detail", trade.pk)


def shown_on_trade(request: ActedRequest, trade: Trade) -> dict[str, Any]:
    """Return what the page of a trade says about its allocation."""
    actor = request.actor
    block = getattr(trade, "block", None)
    share = getattr(trade, "share_of", None)
    found = list(selectors.allocations_of(trade)) if block or share else []
    proposed = next((one for one in found if one.state == AllocationState.PROPOSED), None)
    own = [one for one in found if share is None or one.pk != share.allocation_id]
    may = access.allows(actor, Action.AMEND_TRADE, desk=trade.desk_code) and proposed is None
    may = may and not trade.product
    allocated = trade.close_reason == "ALLOCATED"
    waits = block is not None and block.state in (BlockState.UNALLOCATED, BlockState.PROPOSED)
    due = blocks.deadlines([trade.trade_date]).get(trade.trade_date) if waits else None
    return {
        "to_share": block,
        "block_of": next((one for one in found if share and one.pk == share.allocation_id), None),
        "allocation": next((one for one in own if one.state == AllocationState.IN_FORCE), None),
        "proposal": proposed,
        "allocate_by": due,
        "allocation_late": due is not None and due < timezone.now(),
        "may_allocate": may
        and (allocated or (trade.state in allocation.OPEN and not _is_share(trade))),
        "may_undo": may and allocated,
        "may_decide_allocation": proposed is not None
        and proposed.proposed_by != actor.name
        and access.behalf_of(
            actor, Action.VALIDATE_TRADE, desk=trade.desk_code, made_by={proposed.proposed_by}
        )
        is not None,
        "may_withdraw": proposed is not None and proposed.proposed_by == actor.name,
    }


def _is_share(trade: Trade) -> bool:
    return bool(trade.account_code) and hasattr(trade, "share_of")


def _trade(request: ActedRequest, pk: int) -> Trade:
    rows = selectors.list_trades(actor=request.actor).select_related("instrument")
    return get_object_or_404(rows, pk=pk)


def _chosen(request: HttpRequest) -> list[int]:
    return asked.numbers(request.POST.getlist("with"))


def _block(request: ActedRequest, trade: Trade) -> list[Trade]:
    """Return the trade with those that are, or are to be, one block with it."""
    if trade.state != TradeState.CLOSED:
        alike = selectors.list_alike(trade, actor=request.actor).filter(pk__in=_chosen(request))
        return [trade, *alike.select_related("instrument")]
    standing = Allocation.objects.filter(members__trade=trade, state=AllocationState.IN_FORCE.value)
    rows = Trade.objects.filter(allocations__allocation__in=standing).exclude(pk=trade.pk)
    return [trade, *rows]


def _accounts(trade: Trade) -> list[tuple[str, str]]:
    """Return the accounts that may take a share, as options of a datalist."""
    cash = Q(kind=AccountKind.CASH.value) & ~Q(currency=trade.currency)
    rows = Account.objects.filter(Q(book=None) | Q(book__code=trade.book_code), status="ACTIVE")
    return list(rows.exclude(cash).order_by("code").values_list("code", "name")[:ACCOUNTS_MAX])


def _rule_of(trade: Trade) -> AllocationRule | None:
    return blocks.rule_for(
        blocks.rules_in_force([trade.book_code]),
        book=trade.book_code,
        counterparty=trade.counterparty_code,
        day=trade.trade_date,
    )


def _rule_behind(trades: Sequence[Trade], wanted: Sequence[sharing.Asked]) -> AllocationRule | None:
    """Return the rule of the book when the shares are exactly those that it gives."""
    rule = _rule_of(trades[0])
    if rule is None:
        return None
    by_rule = sharing.by_rule(trades, rule, lot=sharing.lot_of(trades[0]))
    return rule if list(wanted) == by_rule else None
