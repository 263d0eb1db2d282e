"""Reference data that two people agree on, as the pages do it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db.models import Model, QuerySet

from core.roles import Role
from desk.models import Request
from desk.services import granting
from desk.states import RequestKind, RequestState
from refdata.models import InstrumentAlias, PartyAlias
from refdata.services import static_data
from tests.factories.trades import person

WHY = "letter of the counterparty"


def granted(row: Request | None = None, *, by: str = "checker") -> int:
    """Have somebody else grant a request, or all that are open about records; return how many."""
    open_ones = Request.objects.filter(
        kind=RequestKind.STATIC_DATA.value, state=RequestState.ASKED.value
    )
    rows = list(open_ones.order_by("pk")) if row is None else [row]
    for one in rows:
        granting.grant_request(
            request_id=one.pk,
            seen=one.fingerprint,
            actor=person(by, Role.SUPERVISOR),
            at=datetime.now(UTC),
        )
    return len(rows)


def changed(records: Model | QuerySet[Any], *, by: str = "maker", **values: Any) -> None:
    """Have records say something else, as one person asks and another grants."""
    for record in [records] if isinstance(records, Model) else records:
        for name, value in values.items():
            setattr(record, name, value)
        granted(
            static_data.change(
                record=record, actor=person(by, Role.AGENT), at=datetime.now(UTC), reason=WHY
            )
        )


def entered(record: Model, *, by: str = "maker") -> None:
    """Have a record entered, as one person asks and another grants."""
    actor, at = person(by, Role.AGENT), datetime.now(UTC)
    if isinstance(record, PartyAlias | InstrumentAlias):
        granted(static_data.add_alias(alias=record, actor=actor, at=at))
    else:
        granted(static_data.add(record=record, actor=actor, at=at, reason=WHY))
