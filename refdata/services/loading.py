"""Loading reference files: one file, one transaction; the same content is loaded once.

Of holdings the latest file counts: one that was loaded before another comes again after it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from django.db import connection
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import files, outbox, tabular
from core.access import Action, allows, require
from core.acts import acting
from core.reasons import reason_of
from core.remarks import kept
from core.unreadable import unreadable
from kernel.actors import Actor, ActorKind
from kernel.findings import Finding, Refusal
from refdata.facts import Reading
from refdata.formats import (
    agreements_csv,
    ecb,
    firds,
    holdings_csv,
    lei,
    mic,
    owners_csv,
    prices_csv,
)
from refdata.models import FileImport
from refdata.models.proposals import Proposed
from refdata.services import holding_plans, plans, proposal_plans, static_data, upsert

FINDINGS_KEPT: Final = 1_000
BY_TWO: Final = Finding(
    code="REF-018",
    field="",
    message="The file says {found}, the record {expected}: a person must ask for the change",
)


class UnknownFileKind(Refusal):
    """No reader is registered for this kind of file."""

    code = "UNKNOWN_FILE_KIND"


class AlreadyLoaded(Refusal):
    """The same content was loaded before; the message says when, by whom, as which import."""

    code = "FILE_ALREADY_LOADED"

    def __init__(self, earlier: FileImport) -> None:
        self.import_id = earlier.pk
        super().__init__(
            _("The same content was loaded by %(who)s on %(when)s UTC as %(name)s (import %(id)s).")
            % {
                "who": earlier.imported_by,
                "when": f"{earlier.imported_at:%Y-%m-%d %H:%M}",
                "name": earlier.name,
                "id": earlier.pk,
            }
        )


def _as_read(reading: Reading[Any], _today: date) -> Reading[Any]:
    """Return what a file says whose days may lie ahead."""
    return reading


@dataclass(frozen=True, slots=True)
class FileKind:
    """How one kind of file is read, which writes it asks for, and what it may say by a day."""

    label: str | Promise
    read: Callable[[bytes], Reading[Any]]
    plan: Callable[[Reading[Any]], plans.FilePlan]
    media_types: tuple[str, ...]
    latest_counts: bool = False
    """Whether a file takes the place of what others said, and so may come again after them."""
    by_day: Callable[[Reading[Any], date], Reading[Any]] = _as_read


FILE_KINDS: Final[dict[str, FileKind]] = {
    "mic": FileKind(
        gettext_lazy("Market identifiers (ISO 10383)"), mic.read, plans.venues, (".xml", ".csv")
    ),
    "lei": FileKind(
        gettext_lazy("Legal entities (GLEIF)"), lei.read, plans.parties, (".json", ".csv")
    ),
    "firds": FileKind(gettext_lazy("Instruments (FIRDS)"), firds.read, plans.listings, (".xml",)),
    "ecb": FileKind(gettext_lazy("Exchange rates (ECB)"), ecb.read, plans.rates, (".csv",)),
    "prices": FileKind(gettext_lazy("Closing prices"), prices_csv.read, plans.prices, (".csv",)),
    "agreements": FileKind(
        gettext_lazy("Agreements with parties"),
        agreements_csv.read,
        proposal_plans.agreements,
        (".csv",),
    ),
    "owners": FileKind(
        gettext_lazy("Beneficial owners of parties"),
        owners_csv.read,
        proposal_plans.owners,
        (".csv",),
    ),
    "holdings": FileKind(
        gettext_lazy("Holdings of accounts"),
        holdings_csv.read,
        holding_plans.holdings,
        (".csv",),
        latest_counts=True,
        by_day=holdings_csv.by_day,
    ),
}


@dataclass(frozen=True, slots=True)
class Preview:
    """What loading the file would do."""

    kind: str
    seen: int
    good_rows: int
    findings: tuple[Finding, ...]
    counts: dict[str, int]
    sample: tuple[Any, ...]


def preview_file(*, kind: str, content: bytes, at: datetime) -> Preview:
    """Read the file and plan its writes of that moment; nothing is written.

    Raises UnknownFileKind, UnreadableReferenceFile or AlreadyLoaded.
    """
    found = _kind(kind)
    _refuse_known(kind, hashlib.sha256(content).hexdigest(), at)
    reading = _read(found, content, at)
    plan = found.plan(reading)
    return Preview(
        kind=kind,
        seen=reading.seen,
        good_rows=len(reading.rows) - len(plan.findings),
        findings=(*reading.findings, *plan.findings),
        counts=_counts(plan, reading),
        sample=reading.rows[:10],
    )


def load_file(
    *,
    kind: str,
    name: str,
    content: bytes,
    actor: Actor,
    at: datetime,
    asked_at: datetime | None = None,
) -> FileImport:
    """Load every good row of a file and keep the file; return the record of the import.

    `asked_at` says when somebody asked for it, so that a job that runs again does not do it twice.
    Rows that are refused are findings of the import. Raises Forbidden, UnknownFileKind,
    UnreadableReferenceFile or AlreadyLoaded; then nothing is changed.
    """
    require(actor, Action.IMPORT_FILE)
    found = _kind(kind)
    digest = hashlib.sha256(content).hexdigest()
    reading = _read(found, content, at)
    with acting(actor=actor, reason=f"file {name}"):
        _one_at_a_time(kind)
        _refuse_known(kind, digest, asked_at or at)
        plan = found.plan(reading)
        for part in plan.parts.values():
            _sign(part, f"file {name}", actor, at)
            upsert.apply(part)
        for event, payload in plan.news(actor.name):
            outbox.announce(event, subject=f"{kind}:{name}"[:200], payload=payload)
        findings = (*reading.findings, *plan.findings, *_ask(plan, name, actor, at))
        return FileImport.objects.create(
            kind=kind,
            name=name[:255],
            stored=files.store(
                name=name, content=content, media_type="text/plain", actor=actor, at=at
            ),
            sha256=digest,
            good_rows=len(reading.rows) - len(plan.findings),
            bad_rows=len(reading.findings) + len(plan.findings),
            counts=_counts(plan, reading),
            findings=[kept(finding) for finding in findings[:FINDINGS_KEPT]],
            imported_by=actor.name,
            imported_at=at,
        )


def _sign(part: upsert.Plan[Any], reason: str, actor: Actor, at: datetime) -> None:
    """Say who proposes the rows of a table that is set by two people: they wait for the other."""
    if issubclass(part.model, Proposed):
        for row in part.new:
            row.reason, row.proposed_by, row.proposed_at = reason_of(reason), actor.name, at


def _ask(plan: plans.FilePlan, name: str, actor: Actor, at: datetime) -> Iterator[Finding]:
    """Ask for what the file says otherwise of records that stand; yield what nobody may ask for.

    Who loads at the console is no person of the house: such a file is loaded on the page.
    """
    for part in plan.parts.values():
        if actor.kind is ActorKind.PERSON and allows(actor, Action.EDIT_REFDATA):
            static_data.change_many(wanted=part.to_ask, actor=actor, at=at, reason=f"file {name}")
            continue
        for row, values in part.to_ask:
            for column, value in values.items():
                yield replace(BY_TWO, field=column, expected=getattr(row, column), found=value)


def _read(found: FileKind, content: bytes, at: datetime) -> Reading[Any]:
    """Read the file, unless its first bytes are those of another kind; what it may not say yet on
    the day of the house is a finding.
    """
    tabular.refuse_other_kinds(content)
    if content.startswith(b"PK\x03\x04"):
        raise unreadable("FILE-013", "This is {found}, not a file of this kind",
                         line=1, column="1", found="ZIP")  # fmt: skip
    return found.by_day(found.read(content), timezone.localtime(at).date())


COUNTS: Final = (
    *(name.lower() for name in (*firds.CHANGES.values(), ecb.NOT_QUOTED)),
    "parties_to_ask",
    *(
        f"{table}_{what}"
        for table in (
            "venues",
            "parties",
            "listings",
            "instruments",
            "rates",
            "prices",
            "agreements",
            "owners",
            "holdings",
        )
        for what in ("new", "changed", "unchanged")
    ),
)
"""What the loaders count: records by their change, then what each table gained."""


def _counts(plan: plans.FilePlan, reading: Reading[Any]) -> dict[str, int]:
    counts = {name.lower(): number for name, number in sorted(reading.notes.items())}
    for name, part in plan.parts.items():
        counts |= part.counts(name)
    return counts


def _kind(kind: str) -> FileKind:
    if kind not in FILE_KINDS:
        raise UnknownFileKind(f"{kind}; known: {', '.join(sorted(FILE_KINDS))}")
    return FILE_KINDS[kind]


def _refuse_known(kind: str, digest: str, asked_at: datetime) -> None:
    """Refuse what was loaded before; where the latest counts, what is the latest, and what was
    loaded since somebody asked for it.
    """
    of_kind = FileImport.objects.filter(kind=kind).order_by("-pk")
    earlier = of_kind.filter(sha256=digest).first()
    if earlier is None:
        return
    is_latest = earlier == of_kind.first()
    if is_latest or earlier.imported_at >= asked_at or not FILE_KINDS[kind].latest_counts:
        raise AlreadyLoaded(earlier)


def _one_at_a_time(kind: str) -> None:
    """Let a second load of this kind wait for the first: its plan must see the first one's rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"refdata:{kind}"])
