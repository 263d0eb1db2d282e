"""What trades move on our accounts: as the trigger counted it, and as the rules reckon it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.factories.trades import AT
from trades.models import AccountUse, Trade
from trades.services.control_data import Library
from trades.services.control_facts import lock_facts
from trades.services.provision import COUNTED, moves_of
from trades.states import TradeState

ZERO = Decimal(0)
Moved = dict[tuple[str, str, date], tuple[Decimal, Decimal]]


def counted() -> Moved:
    rows = AccountUse.objects.exclude(outgoing=0, incoming=0)
    return {(r.account_code, r.what, r.day): (r.outgoing, r.incoming) for r in rows}


def reckoned() -> Moved:
    ids = Trade.objects.filter(state__in=COUNTED).exclude(account_code="")
    facts = lock_facts(list(ids.values_list("pk", flat=True)), states=list(TradeState))
    class_of = Library(at=AT).product_of(facts)
    found: Moved = {}
    for one in facts:
        for move in moves_of(one, class_of(one)):
            out, come = found.get((one.account_code, move.what, move.day), (ZERO, ZERO))
            come += max(move.delta, ZERO) if one.state == "VALIDATED" else ZERO
            out += max(-move.delta, ZERO)
            found[one.account_code, move.what, move.day] = (out, come)
    return {key: sums for key, sums in found.items() if any(sums)}
