"""Files beside comments: kept as everything that comes in, withdrawn but never removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from core import access, files
from core.acts import acting
from core.reasons import reason_of
from core.roles import Action
from desk.formats.attached import ENDINGS, AttachedKind, kind_of
from desk.models import Attachment, AttachmentWithdrawal, Comment
from kernel.actors import Actor
from kernel.findings import Refusal

BYTES_MAX: Final = 10 * 1024 * 1024
FILES_MAX: Final = 3
MEGABYTE: Final = 1024 * 1024


class UnableToAttach(Refusal):
    """Not a file that we take, or more of them than one comment may have."""

    code = "UNABLE_TO_ATTACH"


class TooLargeToAttach(UnableToAttach):
    """The file is larger than a comment may have beside it."""

    code = "TOO_LARGE_TO_ATTACH"
    status_code = 413


class UnableToWithdraw(Refusal):
    """Somebody else laid it there, it is withdrawn already, or no reason is given."""

    code = "UNABLE_TO_WITHDRAW"


class AttachmentWithdrawn(Refusal):
    """The file was withdrawn: only who reads the audit trail still opens it."""

    code = "ATTACHMENT_WITHDRAWN"
    status_code = 410


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent."""

    name: str
    content: bytes


def require_taken(uploads: Sequence[Upload]) -> list[AttachedKind]:
    """Return what these files are. Raises UnableToAttach, TooLargeToAttach."""
    if len(uploads) > FILES_MAX:
        raise UnableToAttach(_("At most %(most)d files beside one comment.") % {"most": FILES_MAX})
    kinds = []
    for one in uploads:
        require_size(one.name, len(one.content))
        kind = kind_of(one.name, one.content)
        if kind is None:
            raise UnableToAttach(
                _("“%(name)s” is not taken, or is not what its name says. Taken are: %(endings)s.")
                % {"name": one.name[:100], "endings": ", ".join(ENDINGS)}
            )
        kinds.append(kind)
    return kinds


def require_size(name: str, size: int) -> None:
    """Raise TooLargeToAttach for a file that is too large, before it is read."""
    if size > BYTES_MAX:
        raise TooLargeToAttach(
            _("“%(name)s” is larger than %(most)d MB.")
            % {"name": name[:100], "most": BYTES_MAX // MEGABYTE}
        )


def attach(*, comment: Comment, uploads: Sequence[Upload], actor: Actor, at: datetime) -> None:
    """Lay files beside a comment. Raises UnableToAttach, TooLargeToAttach."""
    kinds = require_taken(uploads)
    with acting(actor=actor):
        for one, kind in zip(uploads, kinds, strict=True):
            stored = files.store(
                name=one.name, content=one.content, media_type=kind.media_type, actor=actor, at=at
            )
            Attachment.objects.create(comment=comment, file=stored)


def withdraw_attachment(
    *, attachment: Attachment, desk: str | None, reason: str, actor: Actor, at: datetime
) -> AttachmentWithdrawal:
    """Mark a file as laid there by mistake: it stays, with who withdrew it, when and why.

    Who laid it there may, and a supervisor of the desk. Raises UnableToWithdraw.
    """
    why = reason_of(reason)
    if not why:
        raise UnableToWithdraw(_("Give a reason."))
    is_own = attachment.file.uploaded_by == actor.name
    if not is_own and not access.allows(actor, Action.WAIVE_EXCEPTION, desk=desk):
        raise UnableToWithdraw(_("Only who attached it withdraws it, or a supervisor."))
    with acting(actor=actor, reason=why):
        withdrawal, is_new = AttachmentWithdrawal.objects.get_or_create(
            attachment=attachment,
            defaults={"withdrawn_by": actor.name, "at": at, "reason": why},
        )
    if not is_new:
        raise UnableToWithdraw(_("It is withdrawn already."))
    return withdrawal


def content_of(*, attachment: Attachment, actor: Actor) -> bytes:
    """Return the bytes as they came in. Raises AttachmentWithdrawn, DamagedFile."""
    if attachment.is_withdrawn and not access.allows(actor, Action.VIEW_AUDIT):
        raise AttachmentWithdrawn(_("The file was withdrawn."))
    return files.open_stored(attachment.file)
