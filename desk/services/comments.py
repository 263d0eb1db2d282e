"""Comments: said once, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from core.acts import acting
from core.text import visible
from desk.facts import Place
from desk.models import Comment
from desk.services import attachments, mentions
from kernel.actors import Actor
from kernel.findings import Refusal

LENGTH_MAX: Final = 4_000


class UnableToComment(Refusal):
    """The comment is empty or too long."""

    code = "UNABLE_TO_COMMENT"


def comment(
    *,
    subject_kind: str,
    subject_id: int,
    text: str,
    actor: Actor,
    at: datetime,
    place: Place | None = None,
    uploads: Sequence[attachments.Upload] = (),
) -> Comment:
    """Add a comment to a subject, with files beside it. Raises UnableToComment, UnableToAttach.

    With the place of the subject, whoever is named (@name) and may see it is told.
    """
    text = visible(text)
    if not text or len(text) > LENGTH_MAX:
        raise UnableToComment(_("Write between 1 and %(most)d characters.") % {"most": LENGTH_MAX})
    with acting(actor=actor):
        said = Comment.objects.create(
            subject_kind=subject_kind, subject_id=subject_id, author=actor.name, text=text, at=at
        )
        attachments.attach(comment=said, uploads=uploads, actor=actor, at=at)
        mentions.read_those_about(
            subject_kind=subject_kind, subject_id=subject_id, actor=actor, at=at
        )
        if place is not None:
            mentions.tell_named(comment=said, place=place, actor=actor, at=at)
        return said
