"""Loading a version of a sanctions list: what it adds, changes and removes is told beforehand.

A version is in force when its transaction ends, and the parties are screened against what is new.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection
from django.utils.translation import gettext as _

from core import files, outbox, tabular
from core.access import Action, require
from core.acts import acting
from core.remarks import kept
from kernel.actors import Actor
from kernel.findings import Finding, Refusal, Severity
from refdata.facts import ListedRow, ListReading
from refdata.formats import csl, eu_journal, eu_list, ofac, un_list
from refdata.models import ListedEntry, ListVersion
from refdata.services.news import SANCTIONS_LOADED
from refdata.states import IdentifierScheme, SanctionsList

READERS: Final[Mapping[SanctionsList, Callable[[bytes], ListReading]]] = {
    SanctionsList.OFAC_SDN: ofac.read,
    SanctionsList.OFAC_CONSOLIDATED: ofac.read,
    SanctionsList.UN: un_list.read,
    SanctionsList.US_CSL: csl.read,
    SanctionsList.EU: eu_list.read,
    SanctionsList.EU_JOURNAL: eu_journal.read,
}
LIST_COUNTS: Final = ("entries", "entries_added", "entries_changed", "entries_removed")
READING_COUNTS: Final = (
    *("countries_unread", "births_unread", "listing_dates_unread", "names_shortened"),
)
FINDINGS_KEPT: Final = 1_000
BATCH_ROWS: Final = 1_000
SHRINK_MAX_PERCENT: Final = 5
"""A list of this much fewer entries is loaded only by who says that he has seen it."""
SHRUNK: Final = Finding(
    code="REF-050",
    field="entries",
    message="{found} entries of {expected} in force are not in this file",
    severity=Severity.WARNING,
)
OLDER: Final = Finding(
    code="REF-051",
    field="as_of",
    message="The file is of {found}, older than the version in force of {expected}",
    severity=Severity.WARNING,
)


class VersionInForce(Refusal):
    """The same content is in force; the message says since when and by whom."""

    code = "LIST_VERSION_IN_FORCE"

    def __init__(self, version: ListVersion) -> None:
        self.version_id = version.pk
        super().__init__(
            _("The same content is in force as version %(id)s: %(who)s loaded it on %(when)s UTC.")
            % {
                "id": version.pk,
                "who": version.loaded_by,
                "when": f"{version.loaded_at:%Y-%m-%d %H:%M}",
            }
        )


class UnusualVersion(Refusal):
    """The file lacks much of what is in force, or is older: somebody must say that it is meant."""

    code = "LIST_VERSION_UNUSUAL"


@dataclass(frozen=True, slots=True)
class ListPlan:
    """What a file says against the version in force."""

    reading: ListReading
    current: ListVersion | None
    new: tuple[ListedRow, ...]
    changed: tuple[ListedRow, ...]
    ended: tuple[int, ...]
    removed: int
    unusual: tuple[Finding, ...]

    def counts(self) -> dict[str, int]:
        """Return the outcome for a person, and what could not be said exactly."""
        notes = {name: n for name, n in self.reading.notes.items() if n}
        return {
            "entries": len(self.reading.rows),
            "entries_added": len(self.new),
            "entries_changed": len(self.changed),
            "entries_removed": self.removed,
        } | notes


def preview_list(*, code: SanctionsList, content: bytes) -> ListPlan:
    """Read the file and compare it; nothing is written.

    Raises UnreadableReferenceFile, or VersionInForce.
    """
    _refuse_same(_current(code), hashlib.sha256(content).hexdigest())
    return _plan(code, _read(code, content))


def load_list(
    *,
    code: SanctionsList,
    name: str,
    content: bytes,
    is_meant: bool,
    actor: Actor,
    at: datetime,
) -> ListVersion:
    """Put a file in force as the newest version of its list, and announce it.

    `is_meant` says that a much shorter or older file has been looked at. Raises Forbidden,
    UnreadableReferenceFile, VersionInForce or UnusualVersion; then nothing is changed.
    """
    require(actor, Action.IMPORT_FILE)
    digest = hashlib.sha256(content).hexdigest()
    reading = _read(code, content)
    with acting(actor=actor, reason=f"file {name}"):
        _one_at_a_time(code)
        _refuse_same(_current(code), digest)
        plan = _plan(code, reading)
        if plan.unusual and not is_meant:
            raise UnusualVersion(
                _("This file differs much from the version in force: confirm that it is meant."),
                findings=plan.unusual,
            )
        stored = files.store(
            name=name, content=content, media_type="text/plain", actor=actor, at=at
        )
        version = _version(code, name, digest, plan)
        version.stored, version.loaded_by, version.loaded_at = stored, actor.name, at
        version.save(force_insert=True)
        _write(version, plan)
        outbox.announce(
            SANCTIONS_LOADED,
            subject=f"sanctions_list:{version.pk}",
            payload={"version_id": version.pk, "list": code.value},
        )
        return version


def digest_of(row: ListedRow) -> str:
    """Return the hash of all that an entry says; where it stands in its file is not part of it."""
    said = dataclasses.asdict(row) | {"line": 0, "listed_on": str(row.listed_on or "")}
    text = json.dumps(said, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _read(code: SanctionsList, content: bytes) -> ListReading:
    tabular.refuse_other_kinds(content)
    return READERS[code](content)


def _current(code: SanctionsList) -> ListVersion | None:
    return ListVersion.objects.filter(list_code=code).order_by("-pk").first()


def _refuse_same(current: ListVersion | None, digest: str) -> None:
    if current is not None and current.sha256 == digest:
        raise VersionInForce(current)


def _plan(code: SanctionsList, reading: ListReading) -> ListPlan:
    rows = ListedEntry.objects.filter(list_code=code, until=None)
    known = {
        reference: (key, digest)
        for key, reference, digest in rows.values_list("pk", "reference", "digest")
    }
    new, changed, ended, same = [], [], [], 0
    for row in reading.rows:
        key, digest = known.pop(row.reference, (0, ""))
        if not key:
            new.append(row)
        elif digest != digest_of(row):
            changed.append(row)
            ended.append(key)
        else:
            same += 1
    current = _current(code)
    in_force = len(known) + len(ended) + same
    return ListPlan(
        reading=reading,
        current=current,
        new=tuple(new),
        changed=tuple(changed),
        ended=(*ended, *(key for key, _digest in known.values())),
        removed=len(known),
        unusual=tuple(_unusual(reading, current, len(known), in_force)),
    )


def _unusual(
    reading: ListReading, current: ListVersion | None, removed: int, in_force: int
) -> Iterator[Finding]:
    if removed * 100 > in_force * SHRINK_MAX_PERCENT:
        yield dataclasses.replace(SHRUNK, found=str(removed), expected=str(in_force))
    as_of = current.as_of if current else None
    if as_of is not None and reading.as_of is not None and reading.as_of < as_of:
        yield dataclasses.replace(OLDER, found=str(reading.as_of), expected=str(as_of))


def _version(code: SanctionsList, name: str, digest: str, plan: ListPlan) -> ListVersion:
    reading = plan.reading
    return ListVersion(
        list_code=code,
        name=name[:255],
        sha256=digest,
        as_of=reading.as_of,
        entries=len(reading.rows),
        added=len(plan.new),
        changed=len(plan.changed),
        removed=plan.removed,
        bad_rows=len(reading.findings),
        counts=plan.counts(),
        findings=[kept(finding) for finding in reading.findings[:FINDINGS_KEPT]],
    )


def _write(version: ListVersion, plan: ListPlan) -> None:
    ListedEntry.objects.filter(pk__in=plan.ended).update(until=version)
    ListedEntry.objects.bulk_create(
        (_entry(version, row) for row in (*plan.new, *plan.changed)), batch_size=BATCH_ROWS
    )


def _entry(version: ListVersion, row: ListedRow) -> ListedEntry:
    return ListedEntry(
        list_code=version.list_code,
        reference=row.reference,
        kind=row.kind,
        name=row.names[0].text,
        names=[[name.text, name.strong] for name in row.names],
        spellings="\n".join(name.text for name in row.names),
        births=list(row.births),
        countries=list(row.countries),
        places=list(row.places),
        identifiers=[[number.scheme, number.value] for number in row.identifiers],
        isins=[n.value for n in row.identifiers if n.scheme == IdentifierScheme.ISIN] or None,
        programmes=list(row.programmes),
        listed_on=row.listed_on,
        remarks=row.remarks,
        digest=digest_of(row),
        since=version,
    )


def _one_at_a_time(code: SanctionsList) -> None:
    """Let a second load of this list wait for the first: it is compared with what that left."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"list:{code}"])
