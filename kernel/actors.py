"""Who acts: a person, an API client or the system itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class ActorKind(StrEnum):
    PERSON = "PERSON"
    CLIENT = "CLIENT"
    SYSTEM = "SYSTEM"


@dataclass(frozen=True, slots=True)
class Actor:
    """The name that goes into the audit trail; `user_id` is None for the system only."""

    name: str
    kind: ActorKind
    user_id: int | None = None


SYSTEM: Final = Actor(name="system", kind=ActorKind.SYSTEM)
