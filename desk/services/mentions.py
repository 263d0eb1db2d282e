"""Mentions: who is named in a comment has it in the own work until it is read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Final

from django.db.models import Q

from core import access
from core.acts import acting
from core.models import User
from core.people import actor_of
from desk.facts import Place, Subject
from desk.models import Comment, Mention
from desk.services import work
from desk.states import WorkKind
from kernel.actors import Actor
from kernel.findings import Severity

SUBJECT_KIND: Final = "mention"
NAMED: Final = re.compile(r"(?<![\w.@+-])@([A-Za-z0-9][A-Za-z0-9.@_+-]{0,149})")
"""A name after an @ that does not stand inside a word, as in an address of mail."""
NAMES_MAX: Final = 20
TITLE_LENGTH: Final = 120


def named_in(text: str) -> list[str]:
    """Return the names that a text speaks to, in lower case, each once, in their order."""
    found = (name.rstrip(".@+-").lower() for name in NAMED.findall(text))
    return list(dict.fromkeys(name for name in found if name))[:NAMES_MAX]


def tell_named(*, comment: Comment, place: Place, actor: Actor, at: datetime) -> list[Mention]:
    """Let the people who are named in a comment know, as work of their own.

    Whoever may not see what it is about, is not active or wrote it is not told.
    """
    mentions = [
        Mention.objects.create(comment=comment, user=user, url=place.url)
        for user in _people(named_in(comment.text))
        if user.get_username() != actor.name
        and access.allows(actor_of(user), place.action, desk=place.desk_code)
    ]
    for mention in mentions:
        _open(mention, place, actor, at)
    return mentions


def read_mention(*, mention_id: int, actor: Actor, at: datetime) -> Mention:
    """Note that the person who was named has read it. Raises DoesNotExist for anybody else."""
    with acting(actor=actor):
        own = Mention.objects.select_for_update(of=("self",)).filter(user=actor.user_id)
        mention = own.get(pk=mention_id)
        _read([mention], actor, at)
        return mention


def read_those_about(*, subject_kind: str, subject_id: int, actor: Actor, at: datetime) -> None:
    """Note that who answers has read what was said to them about a subject."""
    unread = Mention.objects.select_for_update(of=("self",)).filter(
        user=actor.user_id,
        read_at__isnull=True,
        comment__subject_kind=subject_kind,
        comment__subject_id=subject_id,
    )
    _read(list(unread), actor, at)


def _people(names: Sequence[str]) -> list[User]:
    if not names:
        return []
    called = reduce(or_, (Q(username__iexact=name) for name in names))
    return list(User.objects.filter(called, is_active=True).order_by("username"))


def _open(mention: Mention, place: Place, actor: Actor, at: datetime) -> None:
    comment = mention.comment
    said = " ".join(comment.text.split())[:TITLE_LENGTH]
    subject = Subject(
        kind=SUBJECT_KIND,
        id=mention.pk,
        desk_code=place.desk_code or "",
        url=mention.get_absolute_url(),
    )
    task = work.Task(subject=subject, title=f"{comment.author}: {said}", severity=Severity.INFO)
    work.open_work(kind=WorkKind.MENTION, tasks=[task], actor=actor, at=at)
    work.assign_work(
        kind=WorkKind.MENTION,
        subject_kind=SUBJECT_KIND,
        subject_id=mention.pk,
        owner_id=mention.user_id,
        actor=actor,
    )


def _read(mentions: Sequence[Mention], actor: Actor, at: datetime) -> None:
    fresh = [mention for mention in mentions if mention.read_at is None]
    for mention in fresh:
        mention.read_at = at
        mention.save(update_fields=["read_at"])
    work.close_work(
        kind=WorkKind.MENTION,
        subject_kind=SUBJECT_KIND,
        subject_ids=[mention.pk for mention in fresh],
        actor=actor,
        at=at,
    )
