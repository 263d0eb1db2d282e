"""The lives of webhooks and of what they send."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class EndpointState(StrEnum):
    """PAUSED by a person, DISABLED because it failed for days: what happens meanwhile waits."""

    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    DISABLED = "DISABLED"
    ENDED = "ENDED"


ENDPOINT_TRANSITIONS: Final[Mapping[EndpointState, frozenset[EndpointState]]] = {
    EndpointState.ACTIVE: frozenset(
        {EndpointState.PAUSED, EndpointState.DISABLED, EndpointState.ENDED}
    ),
    EndpointState.PAUSED: frozenset({EndpointState.ACTIVE, EndpointState.ENDED}),
    EndpointState.DISABLED: frozenset({EndpointState.ACTIVE, EndpointState.ENDED}),
    EndpointState.ENDED: frozenset(),
}


class DeliveryState(StrEnum):
    """FAILED: no attempt is left, until a person sends it again; DROPPED: its webhook ended."""

    WAITING = "WAITING"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"
    DROPPED = "DROPPED"


DELIVERY_TRANSITIONS: Final[Mapping[DeliveryState, frozenset[DeliveryState]]] = {
    DeliveryState.WAITING: frozenset(
        {DeliveryState.DELIVERED, DeliveryState.FAILED, DeliveryState.DROPPED}
    ),
    DeliveryState.DELIVERED: frozenset({DeliveryState.WAITING}),
    DeliveryState.FAILED: frozenset({DeliveryState.WAITING}),
    DeliveryState.DROPPED: frozenset(),
}

COLOURS: Final[Mapping[StrEnum, str]] = {
    EndpointState.ACTIVE: "green",
    EndpointState.PAUSED: "amber",
    EndpointState.DISABLED: "red",
    EndpointState.ENDED: "grey",
    DeliveryState.WAITING: "amber",
    DeliveryState.DELIVERED: "green",
    DeliveryState.FAILED: "red",
    DeliveryState.DROPPED: "grey",
}
