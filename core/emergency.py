"""The broken glass: where nobody else is there, a role held elsewhere reaches a desk for an hour.

It widens where somebody acts, never what as: who enters trades does not come to validate them. The
database asks the same (`database/018_emergency.sql`), and ends it by the clock.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Case, Q, QuerySet, When
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from core import access
from core.acts import acting
from core.constraints import refused_by
from core.models import EMERGENCY_MINUTES_MAX, AuditEntry, LoneGrant, RoleGrant, User
from core.reasons import reason_of
from core.roles import BROKEN_GLASS, LENT, Action, Role
from core.states import ReviewState
from kernel.actors import SYSTEM, Actor, ActorKind
from kernel.findings import Refusal


class UnableToBreakGlass(Refusal):
    """The role is not held elsewhere, or an earlier broken glass waits for its review."""

    code = "UNABLE_TO_BREAK_GLASS"


REFUSALS: Final = {
    "emergency_same_role": _("A broken glass takes a role that you hold on another desk."),
    "emergency_is_short": _("A broken glass lasts an hour at most."),
    "emergency_for_a_reason": _("Give a reason."),
    "emergency_on_one_desk": _("A broken glass is for one desk: name it."),
    "emergency_one_open": _("Your last broken glass waits for its review."),
    "role_grant_once": _("You hold this role there already."),
    "role_grant_known_desk": _("There is no such desk."),
}
"""What the database refuses, by its constraint."""
WRITTEN_LATER: Final = timedelta(minutes=10)
"""What began in time may be written a little later, where no trigger asks the clock."""


def break_glass(
    *, role: Role, desk_code: str, minutes: int, reason: str, actor: Actor, at: datetime
) -> RoleGrant:
    """Take a role that one holds elsewhere on one desk for some minutes.

    It is filed for an administrator to review, with all that was done. Raises UnableToBreakGlass.
    """
    if actor.kind is not ActorKind.PERSON or actor.user_id is None:
        raise UnableToBreakGlass(_t("Only a person may decide."))
    missed = (
        ("emergency_for_a_reason", reason_of(reason)),
        ("emergency_is_short", 0 < minutes <= EMERGENCY_MINUTES_MAX),
        ("emergency_on_one_desk", desk_code),
    )
    for constraint in (name for name, is_met in missed if not is_met):
        raise UnableToBreakGlass(str(REFUSALS[constraint]))
    held = set(
        permanent().filter(user=actor.user_id, role=role.value).values_list("desk_code", flat=True)
    )
    if role.value not in LENT or not held:
        raise UnableToBreakGlass(str(REFUSALS["emergency_same_role"]))
    if held & {"", desk_code}:
        raise UnableToBreakGlass(str(REFUSALS["role_grant_once"]))
    try:
        with acting(actor=actor, reason=reason_of(reason)), transaction.atomic():
            _clear(RoleGrant.objects.filter(user=actor.user_id, valid_until__lte=at))
            return RoleGrant.objects.create(
                user_id=actor.user_id,
                role=role.value,
                desk_code=desk_code,
                granted_by=actor.name,
                granted_at=at,
                valid_until=at + timedelta(minutes=minutes),
            )
    except IntegrityError as refused:
        constraint = refused_by(refused)
        if constraint not in REFUSALS:
            raise
        raise UnableToBreakGlass(str(REFUSALS[constraint])) from None


def end_emergency(*, grant_id: int, reason: str, actor: Actor) -> None:
    """End it before its time: who broke the glass, or an administrator."""
    grant = RoleGrant.objects.filter(pk=grant_id, valid_until__isnull=False).first()
    if grant is None:
        return  # it ended by itself
    if grant.user_id != actor.user_id:
        access.require(actor, Action.GRANT_ROLE)
    with acting(actor=actor, reason=reason_of(reason)):
        grant.delete()


def clear_ended(*, at: datetime) -> int:
    """Take what ended by the clock off the list of roles; it gave no right any more."""
    ended = RoleGrant.objects.filter(valid_until__lte=at)
    if not ended.exists():
        return 0
    with acting(actor=SYSTEM, reason="time is up"):
        return _clear(ended)


def _clear(rows: QuerySet[RoleGrant]) -> int:
    gone, _by_model = rows.delete()
    return gone


def permanent() -> QuerySet[RoleGrant]:
    """Return the roles that have no end."""
    return RoleGrant.objects.filter(valid_until=None)


def open_now(*, at: datetime) -> QuerySet[RoleGrant]:
    """Return the glass that is broken at a moment."""
    return RoleGrant.objects.filter(valid_until__gt=at).select_related("user").order_by("pk")


def who_could(*, role: Role, but: str) -> QuerySet[User]:
    """Return who holds the role anyway, to be asked first."""
    held = permanent().filter(role=role.value).values("user")
    return (
        User.objects.filter(pk__in=held, is_active=True).exclude(username=but).order_by("username")
    )


def acts_under(lone: LoneGrant) -> QuerySet[AuditEntry]:
    """Return every change that the person made while the glass was broken, those on it first.

    What the trail marks (`mark_of`) belongs to it whenever it was written, up to the next glass
    of that person; the rest is there since no mark says that a right was not needed.
    """
    if lone.until is None:
        return AuditEntry.objects.none()
    name = lone.user.username
    marked = Q(actor=mark_of(lone))
    of_person = Q(actor=name) | Q(actor__startswith=f"{name} for ")
    found = AuditEntry.objects.filter(
        marked | (of_person & Q(at__lte=lone.until + WRITTEN_LATER)), at__gte=lone.given_at
    )
    later = LoneGrant.objects.filter(user=lone.user_id, until__isnull=False, pk__gt=lone.pk)
    following = later.order_by("pk").values_list("given_at", flat=True).first()
    if following is not None:
        found = found.filter(at__lt=following)
    return found.order_by(Case(When(marked, then=0), default=1), "pk")


def mark_of(lone: LoneGrant) -> str:
    """Return whom the trail names for what is done on a broken glass."""
    return f"{lone.user.username} for {BROKEN_GLASS}"


def is_open(lone: LoneGrant, *, at: datetime) -> bool:
    """Say whether it gives rights still: it is reviewed when it is over."""
    return (
        lone.state == ReviewState.OPEN.value
        and open_now(at=at)
        .filter(user=lone.user_id, role=lone.role, desk_code=lone.desk_code)
        .exists()
    )
