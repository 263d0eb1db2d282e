"""An act: one transaction whose actor, reason and request the audit triggers can read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from core import context
from core.reasons import reason_of
from core.roles import BROKEN_GLASS
from kernel.actors import Actor

SET_ACT = """
SELECT set_config('denouement.actor', %s, true),
       set_config('denouement.reason', %s, true),
       set_config('denouement.request_id', %s, true)
"""
SET_FOR = "SELECT set_config('denouement.acting_for', %s, true)"
"""On whose right somebody acts; the triggers add it to the name of that actor alone."""
CURRENT_ACT = """
SELECT coalesce(current_setting('denouement.actor', true), ''),
       coalesce(current_setting('denouement.reason', true), ''),
       coalesce(current_setting('denouement.request_id', true), '')
"""


@contextmanager
def acting(*, actor: Actor, reason: str = "", request_id: str = "") -> Iterator[None]:
    """Open a transaction (or a savepoint) in which every change carries this actor and reason.

    Inside another act the outer one is restored on the way out. `request_id` defaults to the id of
    the web request or job that runs. A reason is kept whole or refused: raises ReasonTooLong.
    """
    reason = reason_of(reason)
    nested = connection.in_atomic_block
    depth = context.acts_open.set(context.acts_open.get() + 1)
    try:
        with _declared(actor=actor, reason=reason, request_id=request_id, nested=nested):
            yield
    finally:
        context.acts_open.reset(depth)
        if not context.acts_open.get():
            context.mark_is_spent.set(True)


@contextmanager
def _declared(*, actor: Actor, reason: str, request_id: str, nested: bool) -> Iterator[None]:
    with transaction.atomic(), connection.cursor() as cursor:
        outer = None
        if nested:
            cursor.execute(CURRENT_ACT)
            outer = cursor.fetchone()
        cursor.execute(SET_ACT, declared(actor=actor, reason=reason, request_id=request_id))
        if context.acts_open.get() == 1 and context.acting_for.get():
            cursor.execute(SET_FOR, [context.acting_for.get()])
        yield
        if outer is not None:
            cursor.execute(SET_ACT, outer)


def declared(*, actor: Actor, reason: str = "", request_id: str = "") -> list[str]:
    """Return the parameters of SET_ACT, for a statement that declares the act on its way."""
    return [actor.name, reason, request_id or context.request_id.get()]


def act_for(*, actor: Actor, other: str) -> None:
    """Say that what `actor` does from here on is done on a right of `other`; "": on an own one.

    It holds for the act that runs, or for the next one of this request or job. A weaker right
    stays said to the end of its act, whatever stronger one is asked for after it.
    """
    said = f"{actor.name} for {other}" if other else ""
    before = context.acting_for.get()
    if not said and before is None:
        return  # nobody lent anything: the common case costs nothing
    if (
        before
        and not context.mark_is_spent.get()
        and _weakness(actor, before) > _weakness(actor, said)
    ):
        said = before
    context.acting_for.set(said)
    context.mark_is_spent.set(not _lasts())
    if connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute(SET_FOR, [said])


def _weakness(actor: Actor, said: str) -> int:
    """Rank what is said of whose right it is: one's own, a lent one, a broken glass."""
    if not said.startswith(f"{actor.name} for "):
        return 0
    return 2 if said == f"{actor.name} for {BROKEN_GLASS}" else 1


def _lasts() -> bool:
    """Say whether an act, or a request or job with its next one, is there to carry the mark."""
    return context.acts_open.get() > 0 or context.rights_read.get() is not None
