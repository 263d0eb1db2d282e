"""Blocks of the small demo world: one allocated, one proposed, one that a rule wants allocated."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from core.models import User
from core.people import actor_of
from refdata.models import Account
from trades.models import Trade
from trades.services import allocation, allocation_rules
from trades.services.sharing import Asked, Wish


def live(*, day: date, at: datetime) -> None:
    """Share out two validated trades by hand; a rule wants others allocated."""
    agent, supervisor = (
        actor_of(User.objects.get(username=name)) for name in ("agent", "supervisor")
    )
    account = Account.objects.filter(book=None, kind="SECURITIES", status="ACTIVE").first()
    assert account is not None
    validated = Trade.objects.filter(state="VALIDATED").exclude(instrument=None)
    first, second = validated.order_by("risk_amount_eur", "pk")[:2]
    waiting = Trade.objects.filter(state="PENDING_VALIDATION", trade_date=day).order_by("pk")
    for trade, rest in ((first, 1), (second, 0)):
        found = allocation.propose_allocation(
            trade_id=trade.pk,
            seen=trade.fingerprint,
            wish=Wish(asked=[Asked(account.code, trade.quantity - rest)], reason="client order"),
            actor=agent,
            at=at,
        )
        if rest:
            allocation.approve_allocation(
                allocation_id=found.pk, seen=found.fingerprint, actor=supervisor, at=at
            )
    rule = allocation_rules.propose_rule(
        terms=allocation_rules.RuleTerms(
            book=waiting[0].book_code,
            percents=[(account.code, Decimal(60))],
            residual_account="",
            valid_from=day,
        ),
        reason="mandate",
        actor=agent,
        at=at,
    )
    allocation_rules.decide_rule(rule_id=rule.pk, approve=True, actor=supervisor, at=at)
