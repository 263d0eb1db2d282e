"""Roles that are lent, as two people agree on it, and a clock that is moved for them."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta

import psycopg2
from django.db import connection
from django.utils import timezone

from backoffice.launcher import places
from core.delegations import Loan
from core.models import Delegation, User
from core.people import actor_of
from core.roles import Role
from desk.models import Request
from desk.services import delegations, granting
from kernel.actors import Actor
from tests.factories.refdata import known_desk
from tests.factories.trades import person


def loan(
    lender: Actor,
    delegate: Actor,
    *,
    role: Role = Role.SUPERVISOR,
    desk: str = "",
    begins_in: int = 0,
    days: int = 3,
) -> Loan:
    """Return a role of one person for another, from today on unless said otherwise."""
    first = timezone.localdate() + timedelta(days=begins_in)
    return Loan(
        lender=User.objects.get(pk=lender.user_id),
        delegate=User.objects.get(pk=delegate.user_id),
        role=role,
        desk_code=known_desk(desk),
        first_day=first,
        last_day=first + timedelta(days=days - 1),
    )


def asked(lent: Loan, *, by: Actor | None = None) -> Request:
    """Return what the lender (or an administrator) asks for."""
    who = by or actor_of(lent.lender)
    return delegations.ask_delegation(loan=lent, reason="on leave", actor=who, at=datetime.now(UTC))


def granted(request: Request, *, by: str = "root") -> Delegation:
    """Return the delegation that an administrator grants."""
    granting.grant_request(
        request_id=request.pk,
        seen=request.fingerprint,
        actor=person(by, Role.ADMINISTRATOR),
        at=datetime.now(UTC),
    )
    return Delegation.objects.get(request_id=request.pk)


def lent(lender: Actor, delegate: Actor, **terms: object) -> Delegation:
    """Return a delegation that two people made, in force unless it begins later."""
    return granted(asked(loan(lender, delegate, **terms)))  # type: ignore[arg-type]  # as `loan` takes them


def let_pass(delegation: Delegation, *, starts: str, ends: str) -> None:
    """Move the days of a delegation, so that the clock stands elsewhere in them: as time does."""
    parts = connection.settings_dict
    opened = psycopg2.connect(
        host=parts["HOST"], user="postgres", password=places.TEST_PASSWORD, dbname=parts["NAME"]
    )
    with contextlib.closing(opened), opened, opened.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "UPDATE core_delegation SET starts_at = clock_timestamp() + %s::interval,"
            " ends_at = clock_timestamp() + %s::interval WHERE id = %s",
            [starts, ends, delegation.pk],
        )
