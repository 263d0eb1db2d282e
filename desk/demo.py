"""The desk's part of the demo world: what each supervisor may validate, what was asked for."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Final

from core.acts import acting
from core.models import User
from desk import services
from desk.models import ControlException, Request, SeveralValidations, SupervisorLimit
from desk.services import granting, limits
from desk.states import ExceptionKind, ExceptionState, RequestKind
from kernel.actors import SYSTEM, Actor
from kernel.findings import Severity

SEVERAL_FROM_EUR: Final = Decimal(1_000_000)
"""From here on a trade takes two supervisors; below their limits, so that both may."""
WAIVED: Final = ("TRD-402", "TRD-302", "TRD-501")
"""Of exceptions of these rules one is let pass, and another waits for that."""
LIMITS: Final = {"supervisor": Decimal(5_000_000), "supervisor2": Decimal(100_000_000)}


def seed(*, business_date: date, at: datetime) -> None:
    """Give the two supervisors of the demo their limits; again, it changes nothing."""
    with acting(actor=SYSTEM, reason="demo day"):
        for username, amount in LIMITS.items():
            user = User.objects.filter(username=username).first()
            if user is not None:
                SupervisorLimit.objects.get_or_create(
                    user=user,
                    valid_from=date(2000, 1, 1),
                    defaults={"amount_eur": amount, "set_by": SYSTEM.name},
                )


def ask(
    *, agent: Actor, supervisor: Actor, admin: Actor, second_admin: Actor, at: datetime
) -> None:
    """Have two administrators ask for a second supervisor, and an agent for two waivers: one is
    granted, the other waits. Again, it changes nothing.
    """
    if not SeveralValidations.objects.exists():
        asked = limits.ask_several(
            people=2,
            from_eur=SEVERAL_FROM_EUR,
            valid_from=at.date(),
            reason="grosses opérations : deux superviseurs, comité de contrôle interne",
            actor=admin,
            at=at,
        )
        granting.grant_request(
            request_id=asked.pk, seen=asked.fingerprint, actor=second_admin, at=at
        )
    if Request.objects.filter(kind=RequestKind.WAIVER.value).exists():
        return
    found = ControlException.objects.filter(
        kind=ExceptionKind.CONTROL.value,
        rule_code__in=WAIVED,
        severity=Severity.BLOCKING.value,
        state=ExceptionState.OPEN.value,
    ).order_by("pk")[:2]
    for n, row in enumerate(found):
        wish = services.waive_exception(
            exception_id=row.pk,
            reason="vérifié par écrit avec la contrepartie, courriel au dossier",
            actor=agent,
            at=at,
        )
        if n == 0 and wish is not None:
            granting.grant_request(
                request_id=wish.pk,
                seen=wish.fingerprint,
                actor=supervisor,
                at=at,
                note="confirmation vue",
            )
