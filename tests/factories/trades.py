"""Messages and captured trades for tests: each default is one valid row."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.test import Client

from core.models import RoleGrant, User
from core.roles import Role
from kernel.actors import Actor, ActorKind
from refdata.models import Currency
from tests.factories import refdata as refdata_factories
from tests.factories.refdata import known_desk
from trades.facts import ExecutionFacts
from trades.models import Trade
from trades.services import capture
from trades.states import Channel

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
OMS = Actor(name="oms", kind=ActorKind.CLIENT)
AGENT = Actor(name="agent", kind=ActorKind.PERSON)
ISIN = "FR0000120271"
SOURCE = "OMS"


def message(**changes: Any) -> dict[str, Any]:
    """Return the JSON of one good execution; a field set to None is left out."""
    fields: dict[str, Any] = {
        "source_reference": "X-1",
        "version": 1,
        "action": "NEW",
        "isin": ISIN,
        "side": "BUY",
        "quantity": "100",
        "price": "101.5",
        "currency": "EUR",
        "traded_at": "2026-11-20T10:01:02.123456+01:00",
        "venue": "XPAR",
        "counterparty": "BNPP",
        "book": "EQ-PAR-1",
        "trader": "T-ANA",
        "capacity": "DEAL",
    } | changes
    return {name: value for name, value in fields.items() if value is not None}


def facts(**changes: Any) -> ExecutionFacts:
    """Return the facts of one good execution."""
    fields = message(**changes)
    moment = datetime.fromisoformat(fields.pop("traded_at"))
    return ExecutionFacts(**fields, traded_at=moment)


def cancel(**changes: Any) -> ExecutionFacts:
    """Return a cancellation, which needs nothing but its identity."""
    return ExecutionFacts(
        **({"source_reference": "X-1", "version": 9, "action": "CANCEL"} | changes)
    )


def small_world() -> None:
    """Make the instrument, counterparty, book and trader that `message` names."""
    if Currency.objects.filter(code="EUR").exists():
        return
    refdata_factories.CurrencyFactory.create(code="EUR")
    desk = refdata_factories.DeskFactory.create(code="EQUITY")
    refdata_factories.BookFactory.create(code="EQ-PAR-1", desk=desk)
    refdata_factories.TraderFactory.create(code="T-ANA", desk=desk)
    refdata_factories.PartyFactory.create(code="BNPP", is_counterparty=True)
    refdata_factories.InstrumentFactory.create(isin=ISIN, code="TTE", currency="EUR")


def send(
    *messages: capture.Read,
    actor: Actor = OMS,
    source_system: str = SOURCE,
    channel: Channel = Channel.BULK,
    at: datetime = AT,
) -> capture.Captured:
    """Capture messages as the API does."""
    return capture.capture(
        messages=messages,
        origin=capture.Origin(source_system=source_system, channel=channel),
        actor=actor,
        at=at,
    )


def booked(**changes: Any) -> Trade:
    """Return a trade that came through the real capture, in a small world."""
    small_world()
    captured = send(facts(**changes))
    row = captured.items[0].trade
    assert row is not None, captured.items[0].findings
    return Trade.objects.get(pk=row.id)


def person(name: str = "agent", role: Role = Role.AGENT, *, desk: str = "") -> Actor:
    """Return a person who holds this role, on one desk or on all."""
    user, _new = User.objects.get_or_create(username=name)
    RoleGrant.objects.get_or_create(user=user, role=role.value, desk_code=known_desk(desk))
    return Actor(name=name, kind=ActorKind.PERSON, user_id=user.pk)


def signed_in(role: Role = Role.AGENT, *, desk: str = "", name: str = "ana") -> Client:
    """Return the browser of a person who holds this role, on one desk or on all."""
    actor = person(name, role, desk=desk)
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client
