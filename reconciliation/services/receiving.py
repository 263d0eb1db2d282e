"""Files of banks, brokers and custodians: kept with their digest before anything is read."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import access, files, jobs
from core.acts import acting
from core.reasons import reason_of
from kernel.actors import Actor
from kernel.findings import Refusal, Severity
from kernel.states import require_transition
from reconciliation import selectors
from reconciliation.formats.known import content_of, format_of
from reconciliation.models import ColumnMapping, StatementFile
from reconciliation.selectors.rows import IMPORT_JOB
from reconciliation.states import STATEMENT_TRANSITIONS, Content, FileFormat, StatementState

BYTES_MAX: Final = 64 * 1024 * 1024
"""100,000 entries of a camt.053; a page takes less."""


class UnableToReceive(Refusal):
    """The file is empty, too large, or of a kind that cannot be told."""

    code = "UNABLE_TO_RECEIVE"


def receive_statement(
    *, name: str, content: bytes, mapping_id: int | None, actor: Actor, at: datetime
) -> StatementFile:
    """Keep the file with its digest and queue its import.

    Raises UnableToReceive, files.SameFileTwice (which leads to the first one), Forbidden.
    """
    access.require(actor, access.Action.IMPORT_STATEMENT)
    if not content.strip():
        raise UnableToReceive(_("The file %(name)s is empty.") % {"name": name})
    if len(content) > BYTES_MAX:
        raise UnableToReceive(
            _("The file has %(size)s bytes, the limit is %(most)s.")
            % {"size": len(content), "most": BYTES_MAX}
        )
    kind, mapping = _kind_and_mapping(format_of(content), mapping_id)
    digest = hashlib.sha256(content).hexdigest()
    _refuse_known(digest)
    stored = files.store(
        name=name, content=content, media_type="application/octet-stream", actor=actor, at=at
    )
    with acting(actor=actor):
        try:
            with transaction.atomic():
                file = StatementFile.objects.create(
                    kind=kind.value,
                    format=format_of(content).value,
                    name=stored.name,
                    file=stored,
                    sha256=digest,
                    mapping=mapping,
                    sender_code=mapping.sender_code if mapping else "",
                    received_by=actor.name,
                    received_at=at,
                )
        except IntegrityError:
            _refuse_known(digest)
            raise
        _queue(file, actor, at)
    return file


def _kind_and_mapping(
    file_format: FileFormat, mapping_id: int | None
) -> tuple[Content, ColumnMapping | None]:
    if file_format is not FileFormat.TABLE:
        return content_of(file_format), None
    mapping = ColumnMapping.objects.filter(pk=mapping_id).first() if mapping_id else None
    if mapping is None:
        raise UnableToReceive(_("This is a table: choose or save the mapping of its columns."))
    return Content(mapping.content), mapping


def refuse_known(content: bytes) -> None:
    """Raise SameFileTwice, which leads to the first one, when this content came in before."""
    _refuse_known(hashlib.sha256(content).hexdigest())


def _refuse_known(digest: str) -> None:
    known = selectors.find_file_by_digest(digest)
    if known is not None:
        raise files.SameFileTwice(
            _("This content came in before: file %(number)s, %(name)s, by %(who)s on %(day)s.")
            % {
                "number": known.pk,
                "name": known.name,
                "who": known.received_by,
                "day": known.received_at.date().isoformat(),
            },
            url=known.get_absolute_url(),
        )


def _queue(file: StatementFile, actor: Actor, at: datetime) -> None:
    jobs.enqueue(
        kind=IMPORT_JOB,
        parameters={"file_id": file.pk},
        title=file.name,
        actor=actor,
        at=at,
        dedupe_key=f"{IMPORT_JOB}:{file.pk}",
    )


def retry_statement(*, file_id: int, actor: Actor, at: datetime) -> StatementFile:
    """Try a quarantined file again: the statement before it may have come in since.

    One whose import was given up is still received: it is only queued again.
    """
    access.require(actor, access.Action.IMPORT_STATEMENT)
    with acting(actor=actor):
        file = StatementFile.objects.select_for_update().get(pk=file_id)
        if not selectors.import_was_given_up(file):
            fresh = {"findings": [], "accepted_by": "", "accepted_reason": ""}
            move(file, StatementState.RECEIVED, **fresh)
        _queue(file, actor, at)
    return file


def accept_statement(*, file_id: int, reason: str, actor: Actor, at: datetime) -> StatementFile:
    """Let a quarantined file be booked although something is odd about it.

    What does not prove cannot be accepted. Raises UnableToReceive, IllegalTransition, Forbidden.
    """
    access.require(actor, access.Action.IMPORT_STATEMENT)
    if not reason_of(reason):
        raise UnableToReceive(_("Give a reason."))
    with acting(actor=actor, reason=reason_of(reason)):
        file = StatementFile.objects.select_for_update().get(pk=file_id)
        if file.state == StatementState.QUARANTINED and not may_be_accepted(file):
            raise UnableToReceive(_("What does not prove is not accepted: it is corrected."))
        move(
            file,
            StatementState.RECEIVED,
            accepted_by=actor.name,
            accepted_reason=reason_of(reason),
        )
        _queue(file, actor, at)
    return file


def may_be_accepted(file: StatementFile) -> bool:
    """Say whether nothing but what is odd keeps the file in quarantine."""
    return file.state == StatementState.QUARANTINED and all(
        found["severity"] != Severity.BLOCKING for found in file.findings
    )


def reject_statement(*, file_id: int, reason: str, actor: Actor) -> StatementFile:
    """Give up a file that is quarantined, or whose import was: it stays with findings and digest.

    Raises UnableToReceive without a reason, IllegalTransition, Forbidden.
    """
    access.require(actor, access.Action.IMPORT_STATEMENT)
    if not reason_of(reason):
        raise UnableToReceive(_("Give a reason."))
    with acting(actor=actor, reason=reason_of(reason)):
        file = StatementFile.objects.select_for_update().get(pk=file_id)
        if file.state == StatementState.RECEIVED and not selectors.import_was_given_up(file):
            raise UnableToReceive(_("The file is still being read."))
        move(file, StatementState.REJECTED)
    return file


def move(file: StatementFile, target: StatementState, **changes: object) -> None:
    """Save a file in another state. Raises IllegalTransition."""
    require_transition(STATEMENT_TRANSITIONS, source=StatementState(file.state), target=target)
    file.state = target.value
    for name, value in changes.items():
        setattr(file, name, value)
    file.save()
