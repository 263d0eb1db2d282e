"""Lending a role for some days: what two people agreed on begins and ends by itself.

Everything here is refused by the database as well (`database/017_delegations.sql`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from core import access
from core.acts import acting
from core.constraints import refused_by
from core.models import DAYS_MAX, Delegation, ToxicPair, User
from core.reasons import reason_of
from core.rights_words import reason_against
from core.roles import LENT, Action, Role
from core.states import DELEGATION_TRANSITIONS, DelegationState
from kernel.actors import Actor
from kernel.findings import Refusal
from kernel.states import require_transition

MOMENT: Final = timedelta(microseconds=1)


class UnableToDelegate(Refusal):
    """The role is not held, may not be lent, or not to this person on these days."""

    code = "UNABLE_TO_DELEGATE"


REFUSALS: Final = {
    "delegation_toxic_pair": _("This person holds a role that may not meet this one."),
    "delegation_in_no_chain": _(
        "On these days one of the two stands in or aside already: who stands in lends nothing."
    ),
    "delegation_of_a_role_held": _("Who lends a role holds it, on this desk, by a grant."),
    "delegation_to_a_person": _("Only an active person stands in for another."),
    "delegation_by_two": _("Who lends, and who stands in, does not grant it."),
    "delegation_is_to_come": _("These days are over."),
    "role_grant_known_desk": _("There is no such desk."),
}
"""What the database refuses, by its constraint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loan:
    """A role of `lender` in which `delegate` acts, from a day to a day; no desk: on all of his."""

    lender: User
    delegate: User
    role: Role
    first_day: date
    last_day: date
    desk_code: str = ""

    @property
    def starts_at(self) -> datetime:
        """The midnight at which it begins, where the house is."""
        return _midnight(self.first_day)

    @property
    def ends_at(self) -> datetime:
        """The midnight at which it ends: no moment of its last day is without it."""
        return _midnight(self.last_day + timedelta(days=1))


def require_fit(loan: Loan, *, at: datetime) -> None:
    """Raise UnableToDelegate, in words, for what the database would refuse."""
    _require_days(loan, at)
    if loan.role.value not in LENT:
        raise UnableToDelegate(_t("This role is not lent: another person is given it by two."))
    if loan.lender == loan.delegate:
        raise UnableToDelegate(_t("Nobody stands in for oneself."))
    held = loan.lender.grants.filter(role=loan.role.value, valid_until=None)
    if loan.desk_code:
        held = held.filter(desk_code__in=["", loan.desk_code])
    if not held.exists():
        raise UnableToDelegate(str(REFUSALS["delegation_of_a_role_held"]))
    if not loan.delegate.is_active or loan.delegate.api_tokens.exists():
        raise UnableToDelegate(str(REFUSALS["delegation_to_a_person"]))
    _require_no_pair(loan, at)
    if _near(loan).exists():
        raise UnableToDelegate(str(REFUSALS["delegation_in_no_chain"]))


def _require_days(loan: Loan, at: datetime) -> None:
    days = (loan.last_day - loan.first_day).days + 1
    if days < 1 or loan.first_day < timezone.localdate(at):
        raise UnableToDelegate(_t("It begins today or later, and ends no earlier than it begins."))
    if days > DAYS_MAX:
        raise UnableToDelegate(
            _t("It lasts %(days)s days: %(most)s at most.") % {"days": days, "most": DAYS_MAX}
        )


def lend(
    loan: Loan, *, request_id: int, asked_by: str, reason: str, actor: Actor, at: datetime
) -> Delegation:
    """Put in force what was asked for and granted. Raises UnableToDelegate."""
    try:
        with acting(actor=actor, reason=reason), transaction.atomic():
            return Delegation.objects.create(
                lender=loan.lender,
                delegate=loan.delegate,
                role=loan.role.value,
                desk_code=loan.desk_code,
                starts_at=loan.starts_at,
                ends_at=loan.ends_at,
                reason=reason,
                asked_by=asked_by,
                granted_by=actor.name,
                granted_at=at,
                request_id=request_id,
            )
    except IntegrityError as refused:
        constraint = refused_by(refused)
        if constraint not in REFUSALS:
            raise
        raise UnableToDelegate(str(REFUSALS[constraint])) from None


def withdraw(*, delegation_id: int, reason: str, actor: Actor, at: datetime) -> Delegation:
    """End it at once: who lends, who stands in, or an administrator; one is enough.

    Raises Forbidden, UnableToDelegate without a reason or when its days are over,
    IllegalTransition when it is withdrawn already.
    """
    if not reason_of(reason):
        raise UnableToDelegate(_t("Give a reason."))
    with acting(actor=actor, reason=reason_of(reason)):
        row = Delegation.objects.select_for_update(of=("self",)).get(pk=delegation_id)
        if not may_withdraw(row, actor):
            access.require(actor, Action.GRANT_ROLE)
        if row.ends_at <= at:
            raise UnableToDelegate(str(REFUSALS["delegation_is_to_come"]))
        target = DelegationState.WITHDRAWN
        require_transition(DELEGATION_TRANSITIONS, source=DelegationState(row.state), target=target)
        row.state, row.withdrawn_by, row.withdrawn_at = target.value, actor.name, at
        row.note = reason_of(reason)
        row.save(update_fields=["state", "withdrawn_by", "withdrawn_at", "note"])
    return row


def withdraw_all(*, user: User, actor: Actor, at: datetime, reason: str) -> None:
    """End what a person who leaves lent or was lent."""
    for row in living(at=at).filter(Q(lender=user) | Q(delegate=user)):
        withdraw(delegation_id=row.pk, reason=reason, actor=actor, at=at)


def may_withdraw(row: Delegation, actor: Actor) -> bool:
    """Say whether `actor` may end it: one of the two, or who gives roles."""
    return actor.user_id in (row.lender_id, row.delegate_id) or access.allows(
        actor, Action.GRANT_ROLE
    )


def living(*, at: datetime) -> QuerySet[Delegation]:
    """Return what is in force at a moment or begins later."""
    return Delegation.objects.filter(
        state=DelegationState.GRANTED.value, ends_at__gt=at
    ).select_related("lender", "delegate")


def _require_no_pair(loan: Loan, at: datetime) -> None:
    roles = set(loan.delegate.grants.values_list("role", flat=True))
    roles |= set(living(at=at).filter(delegate=loan.delegate).values_list("role", flat=True))
    pairs = {frozenset(pair) for pair in ToxicPair.objects.values_list("first", "second")}
    for other in sorted(roles):
        if frozenset((other, loan.role.value)) in pairs:
            raise UnableToDelegate(
                f"{REFUSALS['delegation_toxic_pair']} {reason_against(Role(other), loan.role)}"
            )


def _near(loan: Loan) -> QuerySet[Delegation]:
    """Return what makes a chain or a circle of it: one of the two in the other part, these days."""
    return Delegation.objects.filter(
        Q(lender=loan.delegate) | Q(delegate=loan.lender),
        state=DelegationState.GRANTED.value,
        starts_at__lt=loan.ends_at,
        ends_at__gt=loan.starts_at,
    )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
