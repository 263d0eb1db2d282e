"""Delegations as work: asked for by who lends (or an administrator), granted by another one."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.urls import reverse
from django.utils import timezone

from core import access, delegations
from core.delegations import Loan, UnableToDelegate
from core.models import User
from core.roles import Action, Role
from desk.facts import Subject
from desk.models import Request
from desk.services import asking
from desk.services.roles import evening_after
from desk.states import RequestKind
from kernel.actors import Actor

DELEGATE_KIND: Final = "delegate"


def ask_delegation(*, loan: Loan, reason: str, actor: Actor, at: datetime) -> Request:
    """Ask that a colleague may act in a role for some days, until the next evening of work.

    Who holds the role asks; for who is ill, an administrator who gains nothing by it.
    Raises Forbidden, UnableToDelegate, UnableToAsk.
    """
    if actor.user_id != loan.lender.pk:
        access.require(actor, Action.GRANT_ROLE)
    if actor.user_id == loan.delegate.pk:
        raise UnableToDelegate(str(delegations.REFUSALS["delegation_by_two"]))
    delegations.require_fit(loan, at=at)
    lender, delegate = loan.lender.username, loan.delegate.username
    content = {
        "lender": lender,
        "delegate": delegate,
        "role": loan.role.value,
        "starts_at": loan.starts_at.isoformat(),
        "ends_at": loan.ends_at.isoformat(),
    }
    if loan.desk_code:
        content["desk_code"] = loan.desk_code
    subject = Subject(
        kind=DELEGATE_KIND,
        id=loan.delegate.pk,
        reference=f"{lender} → {delegate}",
        url=reverse("rights:delegations"),
        contributors=tuple(sorted((lender, delegate))),
        due_at=evening_after(at),
    )
    wish = asking.Wish(kind=RequestKind.DELEGATION, subject=subject, content=content)
    return asking.ask(wish=wish, reason=reason, actor=actor, at=at)


def give_delegation(request: Request, actor: Actor, at: datetime) -> None:
    """Put a granted delegation in force."""
    said = request.content
    starts, ends = (datetime.fromisoformat(said[key]) for key in ("starts_at", "ends_at"))
    loan = Loan(
        lender=User.objects.get(username=said["lender"]),
        delegate=User.objects.get(username=said["delegate"]),
        role=Role(said["role"]),
        desk_code=said.get("desk_code", ""),
        first_day=timezone.localdate(starts),
        last_day=timezone.localdate(ends - delegations.MOMENT),
    )
    delegations.lend(
        loan,
        request_id=request.pk,
        asked_by=request.asked_by,
        reason=request.reason,
        actor=actor,
        at=at,
    )
