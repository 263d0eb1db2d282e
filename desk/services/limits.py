"""Up to what a supervisor validates, and from what on a trade takes several: set by two."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from core.models import User
from desk.facts import Subject
from desk.models import SEVERAL, Request, SeveralValidations, SupervisorLimit
from desk.services import asking
from desk.states import RequestKind
from kernel.actors import Actor

EUR: Final = "EUR"
USER_KIND: Final = "user"
SEVERAL_KIND: Final = "several_validations"


def ask_limit(
    *,
    user: User,
    amount_eur: Decimal,
    valid_from: date,
    reason: str,
    actor: Actor,
    at: datetime,
) -> Request:
    """Ask that a person may validate trades up to an amount, from a day that is not past.

    Nobody asks for oneself. Raises Forbidden, UnableToAsk.
    """
    if actor.name == user.username:
        raise asking.UnableToAsk(_("Nobody asks for a limit of one's own."))
    _require_day(valid_from, at)
    subject = Subject(
        kind=USER_KIND,
        id=user.pk,
        reference=user.username,
        amount_at_risk=amount_eur,
        currency=EUR,
        url=reverse("rights:person", args=[user.pk]),
        contributors=(user.username,),
    )
    content = {"amount_eur": f"{amount_eur:f}", "valid_from": valid_from.isoformat()}
    wish = asking.Wish(kind=RequestKind.VALIDATION_LIMIT, subject=subject, content=content)
    return asking.ask(wish=wish, reason=reason, actor=actor, at=at)


def ask_several(
    *,
    people: int,
    from_eur: Decimal | None,
    valid_from: date,
    reason: str,
    actor: Actor,
    at: datetime,
) -> Request:
    """Ask that trades from an amount on take so many supervisors (no amount: none does any more).

    Raises Forbidden, UnableToAsk.
    """
    if people not in SEVERAL:
        raise asking.UnableToAsk(_("A trade takes two or three supervisors."))
    _require_day(valid_from, at)
    subject = Subject(
        kind=SEVERAL_KIND,
        id=people,
        reference=str(people),
        amount_at_risk=from_eur,
        currency="" if from_eur is None else EUR,
        url=reverse("rights:limits"),
    )
    content = {"valid_from": valid_from.isoformat()}
    if from_eur is not None:
        content["amount_eur"] = f"{from_eur:f}"
    wish = asking.Wish(kind=RequestKind.SEVERAL_VALIDATIONS, subject=subject, content=content)
    return asking.ask(wish=wish, reason=reason, actor=actor, at=at)


def give_limit(request: Request, actor: Actor, at: datetime) -> None:
    """Put the limit of a granted request in force."""
    SupervisorLimit.objects.create(
        user_id=request.subject_id,
        amount_eur=Decimal(request.content["amount_eur"]),
        valid_from=date.fromisoformat(request.content["valid_from"]),
        set_by=request.asked_by,
        request_id=request.pk,
    )


def set_several(request: Request, actor: Actor, at: datetime) -> None:
    """Put in force how many supervisors a trade takes, as granted."""
    amount = request.content.get("amount_eur")
    SeveralValidations.objects.create(
        people=request.subject_id,
        from_eur=None if amount is None else Decimal(amount),
        valid_from=date.fromisoformat(request.content["valid_from"]),
        set_by=request.asked_by,
        request_id=request.pk,
    )


def _require_day(valid_from: date, at: datetime) -> None:
    if valid_from < at.date():
        raise asking.UnableToAsk(_("A change cannot begin in the past."))
