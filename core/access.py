"""May this actor do that, and on which desks? Answered from the grants and the matrix as they are.

Rights are read once per request or job; a revoked role is gone at the next one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final, Generic, Self, TypeVar

from django.db import connection, models
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import context
from core.acts import act_for
from core.role_matrix import HOUSE_WIDE, HUMAN_DECISIONS, LOOKS
from core.roles import BROKEN_GLASS, Action, Role
from kernel.actors import Actor, ActorKind
from kernel.findings import Refusal

__all__ = [
    "Action",
    "DeskScopedQuerySet",
    "Forbidden",
    "Role",
    "StandsIn",
    "allows",
    "desk_or_any",
    "desks_of",
    "require",
]

ModelT = TypeVar("ModelT", bound=models.Model)

#: What an active `person` may do, on which desk and on whose behalf, as an array; for a query that
#: knows one.
RIGHTS_OF_PERSON: Final = """
ARRAY(SELECT DISTINCT ARRAY[cell.action, held.desk_code, held.on_behalf_of]
        FROM core_heldrole held JOIN core_roleaction cell USING (role)
       WHERE held.user_id = person.id)
"""
RIGHTS: Final = f"SELECT {RIGHTS_OF_PERSON} FROM core_user person WHERE id = %s AND is_active"  # noqa: S608 - a constant of ours


DEEDS: Final[dict[Action, str | Promise]] = {
    Action.VIEW_TRADES: _("see the trades"),
    Action.CAPTURE_TRADE: _("enter a trade"),
    Action.AMEND_TRADE: _("amend or cancel a trade"),
    Action.VALIDATE_TRADE: _("validate or refuse a trade"),
    Action.RESOLVE_EXCEPTION: _("work on an exception"),
    Action.WAIVE_EXCEPTION: _("waive a blocking exception"),
    Action.VIEW_REFDATA: _("see the reference data"),
    Action.EDIT_REFDATA: _("change the reference data"),
    Action.APPROVE_REFDATA: _("approve a change of the reference data"),
    Action.IMPORT_FILE: _("import a file"),
    Action.IMPORT_STATEMENT: _("receive a statement"),
    Action.MATCH: _("match and resolve breaks"),
    Action.VIEW_RECONCILIATION: _("see the reconciliation"),
    Action.VIEW_CONFIRMATIONS: _("see the confirmations"),
    Action.CONFIRM: _("work on a confirmation"),
    Action.GENERATE_REPORT: _("generate transaction reports"),
    Action.RELEASE_REPORT: _("release a report file"),
    Action.VIEW_REPORTS: _("see the reports"),
    Action.VIEW_AUDIT: _("read the audit trail"),
    Action.RUN_JOB: _("start a job"),
    Action.VIEW_JOBS: _("see the jobs"),
    Action.GRANT_ROLE: _("grant a role"),
    Action.CONFIGURE: _("change the settings"),
    Action.SHARE_VIEW: _("share a view with everyone"),
    Action.POST_EXECUTION: _("post executions"),
    Action.POST_CONFIRMATION: _("post confirmations"),
}
"""What each action is called when somebody may not do it."""


class Forbidden(Refusal):
    """The actor's roles do not allow the act, on this desk or at all."""

    code = "FORBIDDEN"


class StandsIn(Forbidden):
    """The right is one of somebody who made or touched what it is about."""

    code = "STANDS_IN"


def allows(actor: Actor, action: Action, *, desk: str | None = None) -> bool:
    """Say whether `actor` may do `action`; with a desk, whether on that desk.

    What is about the whole house asks for a role on all desks.
    """
    desks = desks_of(actor, action)
    if desks is None or action in HOUSE_WIDE:
        return desks is None
    return bool(desks) if desk is None else desk in desks


def require(
    actor: Actor, action: Action, *, desk: str | None = None, made_by: Collection[str] = ()
) -> str:
    """Return on whose behalf `actor` may do `action` (on that desk); "": by an own right.

    The trail says so of what is done from here on. A right that somebody of `made_by` lends is
    none: who stands in would approve what the lender made. Raises Forbidden, StandsIn.
    """
    if not allows(actor, action, desk=desk):
        told = gettext("%(who)s may not do this: %(what)s") % {
            "who": actor.name,
            "what": DEEDS[action],
        }
        raise Forbidden(f"{told} ({desk})" if desk else told)
    behalf = behalf_of(actor, action, desk=desk, made_by=made_by)
    if behalf is None:
        raise StandsIn(
            gettext(
                "You stand in for %(who)s, who made or touched this: somebody else must decide."
            )
            % {"who": ", ".join(lenders_of(actor, action, desk=desk))}
        )
    if action not in LOOKS:
        act_for(actor=actor, other=behalf)
    return behalf


def desk_or_any(desk_code: str) -> str | None:
    """Return the desk on which a right is asked of what may wait before a desk owns it.

    An alleged confirmation, a break or a piece of work without a desk is for whoever may do the
    act on any desk. A trade or an exception without one is for who may do it on all of them: ask
    for that as it is.
    """
    return desk_code or None


def lenders_of(actor: Actor, action: Action, *, desk: str | None = None) -> list[str]:
    """Return on whose behalf `actor` may do `action`: oneself ("") first, a broken glass last."""
    if actor.kind is ActorKind.SYSTEM:
        return [""]
    everywhere = action in HOUSE_WIDE
    found = {
        lender
        for granted, held, lender in _rights(actor)
        if granted == action and (held == "" or (not everywhere and desk in (None, held)))
    }
    return sorted(found, key=lambda name: (name == BROKEN_GLASS, name))


def behalf_of(
    actor: Actor, action: Action, *, desk: str | None = None, made_by: Collection[str] = ()
) -> str | None:
    """Return on whose behalf `actor` may do `action`, as `require` does; None: may not."""
    lenders = lenders_of(actor, action, desk=desk)
    return next((name for name in lenders if not name or name not in made_by), None)


def say_for(actor: Actor, action: Action, *, desks: Iterable[str]) -> None:
    """Tell the trail on whose right `actor` acts where the list of desks was asked for."""
    if not stands_in(actor):
        return
    found = {behalf_of(actor, action, desk=desk) or "" for desk in desks}
    for behalf in sorted(found, key=lambda name: (name == BROKEN_GLASS, name)):
        act_for(actor=actor, other=behalf)


def stands_in(actor: Actor) -> bool:
    """Say whether `actor` has a role at this moment that somebody lends, or by a broken glass."""
    return actor.kind is not ActorKind.SYSTEM and any(name for *_, name in _rights(actor))


def require_everywhere(actor: Actor, action: Action) -> None:
    """Raise Forbidden unless `actor` may do `action` on all desks: what is shown has them all."""
    require(actor, action)
    if desks_of(actor, action) is not None:
        raise Forbidden(
            gettext("%(who)s may not do this: %(what)s")
            % {"who": actor.name, "what": gettext("see all desks at once")}
        )


def desks_of(actor: Actor, action: Action) -> frozenset[str] | None:
    """Return the desks on which `actor` may do `action`; None means every desk."""
    if actor.kind is ActorKind.SYSTEM:
        return frozenset() if action in HUMAN_DECISIONS else None
    held = {desk for granted, desk, _lender in _rights(actor) if granted == action}
    return None if "" in held else frozenset(held)


def has_broken_glass(actor: Actor) -> bool:
    """Say whether `actor` has a role at this moment by a broken glass."""
    return any(name == BROKEN_GLASS for *_, name in _rights(actor))


class DeskScopedQuerySet(models.QuerySet[ModelT], Generic[ModelT]):
    """A queryset over a model with `desk_code`: what lies outside is absent, not forbidden."""

    def visible_to(self, actor: Actor, action: Action) -> Self:
        desks = desks_of(actor, action)
        return self if desks is None else self.filter(desk_code__in=desks)


def _rights(actor: Actor) -> context.Rights:
    if actor.user_id is None:
        return frozenset()
    read = context.rights_read.get()
    if read is not None and actor.user_id in read:
        return read[actor.user_id]
    with connection.cursor() as cursor:
        cursor.execute(RIGHTS, [actor.user_id])
        found = cursor.fetchone()
    return remember(actor.user_id, found[0] if found else [])


def remember(user_id: int, held: Iterable[Sequence[str]]) -> context.Rights:
    """Keep rights that were just read until the request or job ends, and return them."""
    rights = frozenset((action, desk, lender) for action, desk, lender in held)
    read = context.rights_read.get()
    if read is not None:
        read[user_id] = rights
    return rights
