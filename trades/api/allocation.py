"""REST: `trades/<reference>/allocation/`: propose how a block is shared out, and ask how far it is.

A client speaks of the trades of its own source system; a signed-in person of those of their desks.
Whoever proposes, a second person decides in the browser.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_  # noqa: N812 - the mark of texts
from rest_framework.request import Request
from rest_framework.response import Response

from core.access import Action, require
from core.api.idempotency import key_of, once
from core.api.lists import require_known
from core.api.problems import of_refusal
from core.api.views import BaseAPIView, actor_in
from core.reasons import reason_of
from core.tokens import Client
from kernel.findings import Finding, Refusal
from kernel.money import UnreadableDecimal, decimal_from_text
from trades import selectors
from trades.api import allocation_described as described
from trades.models import Allocation, Trade
from trades.services import allocation, blocks
from trades.services.manual import TradeChanged
from trades.services.sharing import Asked, Wish
from trades.states import AllocationState

LIVE: Final = (AllocationState.PROPOSED.value, AllocationState.IN_FORCE.value)
MEMBERS: Final = frozenset({"shares", "with", "reason", "trade_version"})
MESSAGES: Final = {
    "ALC-201": N_("{field} is not known here"),
    "ALC-202": N_("{field} must be a list of objects with account and quantity"),
    "ALC-203": N_("{field} must be a text of a decimal number, not {found}"),
    "ALC-204": N_("{field} must be a text of at most 500 characters"),
    "ALC-205": N_("{field} must be a list of references of trades"),
    "ALC-206": N_("{field} must be a whole number"),
}


class UnreadableAllocation(Refusal):
    """The body does not say how to share out a block; every finding says where."""

    code = "ALLOCATION_INVALID"


class AllocationView(BaseAPIView):
    """How a trade is shared out, or is to be."""

    @described.GET
    def get(self, request: Request, reference: str) -> Response:
        """The status of the block, by when it must be allocated, and its allocations that count."""
        require_known(request, set())
        return Response(shape(_trade(request, reference, Action.VIEW_TRADES)))

    @described.POST
    def post(self, request: Request, reference: str) -> HttpResponse:
        """201 proposed, 200 an exact repeat, 409 something else waits, 422 every finding."""
        trade = _trade(request, reference, Action.AMEND_TRADE)
        raw: HttpRequest = request._request  # noqa: SLF001 - DRF's own way to the request
        body = str(request.data).encode()
        key = key_of(raw, actor=actor_in(request), body=body, required=False)

        def effect() -> HttpResponse:
            try:
                found, is_new = _propose(request, trade)
            except Refusal as refusal:
                return of_refusal(refusal)
            trade.refresh_from_db()
            return JsonResponse(shape(found), status=201 if is_new else 200)

        return once(key, effect)


def shape(trade: Trade) -> dict[str, Any]:
    """Return the JSON of a block: its status, its deadline, what is in force and what waits."""
    block = getattr(trade, "block", None)
    live = selectors.allocations_of(trade).filter(members__trade=trade, state__in=LIVE)
    by_state = {found.state: _of_allocation(found) for found in live}
    due = blocks.deadlines([trade.trade_date]).get(trade.trade_date)
    return {
        "trade": trade.reference,
        "trade_version": trade.version_no,
        "status": block.state if block else None,
        "allocate_by": due.isoformat() if block and due else None,
        "allocation": by_state.get(AllocationState.IN_FORCE.value),
        "proposal": by_state.get(AllocationState.PROPOSED.value),
    }


def _of_allocation(found: Allocation) -> dict[str, Any]:
    return {
        "id": found.pk,
        "state": found.state,
        "proposed_by": found.proposed_by,
        "proposed_at": found.proposed_at.isoformat(),
        "trades": [member.trade.reference for member in found.members.all()],
        "shares": [
            {
                "account": share.account_code or None,
                "is_remainder": share.is_residual,
                "quantity": f"{share.quantity.normalize():f}",
                "gross_amount": f"{share.gross_amount:f}",
                "accrued_interest": f"{share.accrued_interest:f}",
                "fees": f"{share.fees:f}",
                "net_amount": f"{share.net_amount:f}",
                "trade": share.trade.reference if share.trade else None,
                "trade_state": share.trade.state if share.trade else None,
            }
            for share in found.shares.all()
        ],
    }


def _trade(request: Request, reference: str, deed: Action) -> Trade:
    """Return the trade within reach of the caller, or raise Http404 or Forbidden."""
    actor = actor_in(request)
    ids = selectors.trade_ids_called(reference)
    rows = Trade.objects.select_related("block").filter(pk__in=ids, reference=reference.upper())
    if isinstance(request.auth, Client):
        require(actor, Action.POST_EXECUTION)
        found = rows.filter(source_system=request.auth.source_system).first()
    else:
        require(actor, deed)
        found = rows.visible_to(actor, Action.VIEW_TRADES).first()
    if found is None:
        raise Http404
    return found


def _propose(request: Request, trade: Trade) -> tuple[Trade, bool]:
    """Return the trade, and whether this call proposed something that did not stand yet."""
    actor = actor_in(request)
    wish, version = _read(request, trade)
    if version is not None and version != trade.version_no:
        raise TradeChanged(_("The trade has changed since you saw it. Look at it again."))
    if _stands(trade, wish, actor.name):
        return trade, False
    is_client = isinstance(request.auth, Client)
    allocation.propose_allocation(
        trade_id=trade.pk,
        seen=trade.fingerprint,
        wish=wish,
        actor=actor,
        at=timezone.now(),
        deed=Action.POST_EXECUTION if is_client else Action.AMEND_TRADE,
    )
    return Trade.objects.select_related("block").get(pk=trade.pk), True


def _stands(trade: Trade, wish: Wish, name: str) -> bool:
    """Say whether exactly this was proposed by the same caller and counts still."""
    wanted = [(one.account, one.quantity) for one in wish.asked]
    for found in selectors.allocations_of(trade).filter(members__trade=trade, state__in=LIVE):
        shares = [(s.account_code, s.quantity) for s in found.shares.all() if s.account_code]
        members = {member.trade_id for member in found.members.all()}
        if (shares, members, found.proposed_by) == (wanted, {trade.pk, *wish.others}, name):
            return True
    return False


def _read(request: Request, trade: Trade) -> tuple[Wish, int | None]:
    """Return what the body asks for. Raises UnreadableAllocation with every finding."""
    body = request.data if isinstance(request.data, Mapping) else {}
    findings = list(_unreadable(body))
    if findings:
        raise UnreadableAllocation(_("The allocation cannot be read"), findings=tuple(findings))
    others = [_trade(request, name, Action.AMEND_TRADE).pk for name in body.get("with", [])]
    wish = Wish(
        asked=[Asked(one["account"], decimal_from_text(one["quantity"])) for one in body["shares"]],
        others=[pk for pk in others if pk != trade.pk],
        reason=reason_of(body.get("reason", "")),
    )
    return wish, body.get("trade_version")


def _unreadable(body: Mapping[str, Any]) -> Iterator[Finding]:
    for name in body.keys() - MEMBERS:
        yield _finding("ALC-201", str(name), "")
    reason = body.get("reason", "")
    if not isinstance(reason, str) or len(reason) > described.REASON_MAX:
        yield _finding("ALC-204", "reason", "")
    version = body.get("trade_version", 1)
    if isinstance(version, bool) or not isinstance(version, int):
        yield _finding("ALC-206", "trade_version", "")
    others = body.get("with", [])
    if not (isinstance(others, list) and all(isinstance(one, str) for one in others)):
        yield _finding("ALC-205", "with", "")
    shares = body.get("shares")
    if not (isinstance(shares, list) and all(isinstance(one, Mapping) for one in shares)):
        yield _finding("ALC-202", "shares", "")
        return
    for n, one in enumerate(shares, start=1):
        yield from _unreadable_share(n, one)


def _unreadable_share(n: int, share: Mapping[str, Any]) -> Iterator[Finding]:
    for name in share.keys() - {"account", "quantity"}:
        yield _finding("ALC-201", f"shares[{n}].{name}", "")
    if not isinstance(share.get("account"), str):
        yield _finding("ALC-204", f"shares[{n}].account", "")
    quantity = share.get("quantity")
    try:
        decimal_from_text(quantity if isinstance(quantity, str) else "")
    except UnreadableDecimal:
        yield _finding("ALC-203", f"shares[{n}].quantity", str(quantity)[:40])


def _finding(code: str, field: str, found: str) -> Finding:
    return Finding(code=code, field=field, message=MESSAGES[code], found=found)
