"""Giving and taking roles: one administrator asks, another decides, one alone takes back.

What a person may not hold together, and who may not decide, is refused by the database as well.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import IntegrityError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from core import delegations, emergency
from core.access import Action, require
from core.acts import acting
from core.constraints import refused_by
from core.models import LoneGrant, RoleGrant, RoleProposal, ToxicPair, User
from core.people import require_name
from core.reasons import reason_of
from core.roles import CLIENTS, Role
from core.states import PROPOSAL_TRANSITIONS, REVIEW_TRANSITIONS, ProposalState, ReviewState
from kernel.actors import Actor, ActorKind
from kernel.findings import Refusal
from kernel.states import require_transition


class UnableToGrant(Refusal):
    """One person would hold both sides of a control, or the desk is not there."""

    code = "UNABLE_TO_GRANT"


class UnableToInstall(Refusal):
    """There is an administrator already, or the name belongs to somebody else."""

    code = "UNABLE_TO_INSTALL"


REFUSALS: Final = {
    "role_grant_toxic_pair": _("This person holds a role that may not meet this one."),
    "role_grant_not_to_oneself": _("Nobody gives a role to oneself."),
    "role_grant_known_desk": _("There is no such desk."),
    "role_grant_by_two": _("A role is given by two administrators."),
    "role_grant_by_administrators": _("A role is given by two administrators."),
    "role_proposal_one_open": _("This role is proposed already."),
    "role_grant_once": _("This person holds this role already."),
}
"""What the database refuses, by its constraint."""


def propose_role(
    *, user: User, role: Role, actor: Actor, at: datetime, reason: str, desk_code: str = ""
) -> RoleProposal:
    """Ask for a role on one desk (or all); it is held once another administrator approved.

    Raises Forbidden, UnableToGrant.
    """
    require(actor, Action.GRANT_ROLE)
    if not reason_of(reason):
        raise UnableToGrant(_t("Give a reason."))
    _require_fit(user, role, desk_code, actor)
    try:
        with acting(actor=actor, reason=reason):
            return RoleProposal.objects.create(
                user=user,
                role=role.value,
                desk_code=desk_code,
                reason=reason_of(reason),
                proposed_by=actor.name,
                proposed_at=at,
            )
    except IntegrityError as refused:
        raise _said(refused) from None


def decide_role(
    *, proposal_id: int, approve: bool, actor: Actor, at: datetime, note: str = ""
) -> RoleProposal:
    """Give the proposed role, or refuse it: never one's own proposal, never one's own role.

    Raises Forbidden, UnableToGrant, IllegalTransition when it is decided already.
    """
    require(actor, Action.GRANT_ROLE)
    if actor.kind is not ActorKind.PERSON:
        raise UnableToGrant(_t("Only a person may decide."))
    with acting(actor=actor, reason=reason_of(note)):
        row = RoleProposal.objects.select_for_update(of=("self",)).get(pk=proposal_id)
        target = ProposalState.APPROVED if approve else ProposalState.REFUSED
        require_transition(PROPOSAL_TRANSITIONS, source=ProposalState(row.state), target=target)
        _require_second_person(row, actor)
        row.state, row.decided_by, row.decided_at = target.value, actor.name, at
        row.note = reason_of(note)
        if approve:
            _require_fit(row.user, Role(row.role), row.desk_code, actor)
        elif not row.note:
            raise UnableToGrant(_t("Give a reason."))
        row.save(update_fields=["state", "decided_by", "decided_at", "note"])
        if approve:
            _give(row, actor=actor, at=at)
    return row


def revoke_role(*, user: User, role: Role, actor: Actor, desk_code: str, reason: str) -> int:
    """Take the role back; effective with the user's next request. Returns what was revoked.

    One person is enough: what is taken away harms no control. Raises Forbidden, UnableToGrant.
    """
    require(actor, Action.GRANT_ROLE)
    if not reason_of(reason):
        raise UnableToGrant(_t("Give a reason."))
    with acting(actor=actor, reason=reason_of(reason)):
        gone, _by_model = RoleGrant.objects.filter(
            user=user, role=role.value, desk_code=desk_code
        ).delete()
    return gone


def revoke_all(*, user: User, actor: Actor, at: datetime, reason: str) -> int:
    """Take every role of a person who leaves, and what that person lent or was lent.

    Who comes back is proposed and approved again.
    """
    require(actor, Action.GRANT_ROLE)
    with acting(actor=actor, reason=reason):
        delegations.withdraw_all(user=user, actor=actor, at=at, reason=reason)
        gone, _by_model = RoleGrant.objects.filter(user=user).delete()
    return gone


def review_lone_grant(
    *, lone_id: int, keep: bool, note: str, actor: Actor, at: datetime
) -> LoneGrant:
    """Keep a right that one person alone gave, or take it away at once.

    Raises Forbidden, UnableToGrant for who gave or holds it or gives no reason, IllegalTransition.
    """
    require(actor, Action.GRANT_ROLE)
    if actor.kind is not ActorKind.PERSON:
        raise UnableToGrant(_t("Only a person may decide."))
    if not reason_of(note):
        raise UnableToGrant(_t("Give a reason."))
    with acting(actor=actor, reason=reason_of(note)):
        row = LoneGrant.objects.select_for_update(of=("self",)).get(pk=lone_id)
        target = ReviewState.KEPT if keep else ReviewState.WITHDRAWN
        require_transition(REVIEW_TRANSITIONS, source=ReviewState(row.state), target=target)
        if actor.name in (row.given_by, row.user.username):
            raise UnableToGrant(_t("You gave or hold this role: somebody else must review it."))
        if keep and emergency.is_open(row, at=at):
            raise UnableToGrant(_t("It is not over: what is done under it is reviewed afterwards."))
        row.state, row.reviewed_by, row.reviewed_at = target.value, actor.name, at
        row.note = reason_of(note)
        row.save(update_fields=["state", "reviewed_by", "reviewed_at", "note"])
        if not keep:
            given = RoleGrant.objects.filter(user=row.user, role=row.role, desk_code=row.desk_code)
            given.filter(valid_until__isnull=row.until is None).delete()
    return row


def install_administrator(
    *, name: str, actor: Actor, at: datetime, reason: str, break_glass: bool = False
) -> User:
    """Create the administrator of a new house, who can then let in everybody else.

    Where one is at work already this is a way around them: it asks for `break_glass`, which also
    lets an administrator of that name in again. Raises UnableToInstall, UnableToName.
    """
    at_work = RoleGrant.objects.filter(
        role=Role.ADMINISTRATOR.value, desk_code="", user__is_active=True
    )
    if not break_glass and (known := at_work.order_by("pk").first()):
        raise UnableToInstall(f"{known.user.username} is administrator here and lets others in")
    with acting(actor=actor, reason=reason):
        user = User.objects.filter(username=name).first() or User(username=name, date_joined=at)
        if not user.pk:
            require_name(name)
        elif not user.grants.filter(role=Role.ADMINISTRATOR.value, desk_code="").exists():
            raise UnableToInstall(f"{name} is taken by someone who is no administrator")
        user.is_active = user.is_staff = True
        user.set_unusable_password()
        user.full_clean()
        user.save()
        _install(user, actor=actor, at=at, reason=reason)
    return user


def _install(user: User, *, actor: Actor, at: datetime, reason: str) -> None:
    """Give the role of the administrator, and file that nobody approved it: also to who has it."""
    held = {"user": user, "role": Role.ADMINISTRATOR.value, "desk_code": ""}
    given = {"granted_by": actor.name, "granted_at": at}
    RoleGrant.objects.get_or_create(**held, defaults=given)
    LoneGrant.objects.get_or_create(
        **held,
        state=ReviewState.OPEN.value,
        until=None,
        defaults={"given_by": actor.name, "given_at": at, "reason": reason},
    )


def _require_second_person(row: RoleProposal, actor: Actor) -> None:
    if row.proposed_by == actor.name:
        raise UnableToGrant(_t("You proposed this change: somebody else must decide."))
    if row.user.username == actor.name:
        raise UnableToGrant(str(REFUSALS["role_grant_not_to_oneself"]))


def _require_fit(user: User, role: Role, desk_code: str, actor: Actor) -> None:
    """Raise UnableToGrant for a role that this person could not be given."""
    if user.username == actor.name:
        raise UnableToGrant(str(REFUSALS["role_grant_not_to_oneself"]))
    if not user.is_active:
        raise UnableToGrant(_t("This person is not active."))
    if (role.value in CLIENTS) != user.api_tokens.exists():
        raise UnableToGrant(_t("Programs hold roles of programs, and people those of people."))
    held = set(user.grants.values_list("role", "desk_code"))
    if (role.value, desk_code) in held:
        raise UnableToGrant(str(REFUSALS["role_grant_once"]))
    pairs = {frozenset(pair) for pair in ToxicPair.objects.values_list("first", "second")}
    if any(frozenset((role.value, other)) in pairs for other, _desk in held):
        raise UnableToGrant(str(REFUSALS["role_grant_toxic_pair"]))


def _give(row: RoleProposal, *, actor: Actor, at: datetime) -> None:
    try:
        with acting(actor=actor, reason=row.reason):
            RoleGrant.objects.create(
                user=row.user,
                role=row.role,
                desk_code=row.desk_code,
                granted_by=row.proposed_by,
                approved_by=actor.name,
                granted_at=at,
            )
    except IntegrityError as refused:
        raise _said(refused) from None


def _said(refused: IntegrityError) -> UnableToGrant | IntegrityError:
    """Return what the database refused in words, or the error itself where it is none of ours."""
    constraint = refused_by(refused)
    return UnableToGrant(str(REFUSALS[constraint])) if constraint in REFUSALS else refused
