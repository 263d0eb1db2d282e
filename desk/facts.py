"""What another room hands over: the subject that waits, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from core.roles import Action
from desk.states import CauseKind
from kernel.findings import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What an exception or a work item is about; `url` is the page where it can be repaired.

    `day` is the business day that it belongs to, where it belongs to one.
    """

    kind: str
    id: int
    reference: str = ""
    version_no: int = 0
    desk_code: str = ""
    amount_at_risk: Decimal | None = None
    currency: str = ""
    url: str = ""
    contributors: tuple[str, ...] = ()
    due_at: datetime | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The page of a subject, and who may see it: whoever may do `action` on its desk.

    Without a desk (None) on any desk.
    """

    url: str
    desk_code: str | None
    action: Action


@dataclass(frozen=True, slots=True)
class Cause:
    """What is wrong outside the subject, by the code that people know: repaired once for all."""

    kind: CauseKind
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """One finding about one subject; `fix` is the proposed repair, with the same placeholders.

    `cause` is what several subjects may have in common; None where the subject itself is wrong.
    """

    subject: Subject
    finding: Finding
    fix: str = ""
    cause: Cause | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One version as the person who decides saw it: `fingerprint` is what the page showed."""

    subject_kind: str
    subject_id: int
    version_no: int
    fingerprint: str
    current_fingerprint: str
    maker: str
    contributors: tuple[str, ...]
    desk_code: str = ""
