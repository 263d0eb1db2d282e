"""An act: one transaction whose actor, reason and request the audit triggers can read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from core import context
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
    the web request or job that runs.
    """
    nested = connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        outer = None
        if nested:
            cursor.execute(CURRENT_ACT)
            outer = cursor.fetchone()
        cursor.execute(SET_ACT, declared(actor=actor, reason=reason, request_id=request_id))
        if not nested and context.acting_for.get():
            cursor.execute(SET_FOR, [context.acting_for.get()])
        yield
        if outer is not None:
            cursor.execute(SET_ACT, outer)


def declared(*, actor: Actor, reason: str = "", request_id: str = "") -> list[str]:
    """Return the parameters of SET_ACT, for a statement that declares the act on its way."""
    return [actor.name, reason, request_id or context.request_id.get()]


def act_for(*, actor: Actor, other: str) -> None:
    """Say that what `actor` does from here on is done on a right of `other`; "": on an own one.

    It holds for the transaction that runs, or for the next one of this request or job.
    """
    said = f"{actor.name} for {other}" if other else ""
    if not said and context.acting_for.get() is None:
        return  # nobody lent anything: the common case costs nothing
    context.acting_for.set(said)
    if connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute(SET_FOR, [said])
