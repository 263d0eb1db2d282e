"""Asking for what another must grant; a request ends with what it is about."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import access
from core.acts import acting
from core.constraints import refused_by
from core.reasons import reason_of
from core.roles import Action
from desk.facts import Subject
from desk.models import Request
from desk.services.work import Task, close_work, open_work
from desk.states import RequestKind, RequestState, WorkKind
from kernel.actors import Actor, ActorKind
from kernel.findings import Refusal

WORK = {
    RequestKind.WAIVER: WorkKind.WAIVER,
    RequestKind.CONDUCT_WAIVER: WorkKind.CONDUCT,
    RequestKind.VALIDATION_LIMIT: WorkKind.ACCESS,
    RequestKind.SEVERAL_VALIDATIONS: WorkKind.ACCESS,
    RequestKind.DELEGATION: WorkKind.ACCESS,
    RequestKind.STATIC_DATA: WorkKind.STATIC_DATA,
}
ASKED_WITH = {
    RequestKind.WAIVER: Action.RESOLVE_EXCEPTION,
    RequestKind.CONDUCT_WAIVER: Action.WAIVE_EXCEPTION,
    RequestKind.VALIDATION_LIMIT: Action.CONFIGURE,
    RequestKind.SEVERAL_VALIDATIONS: Action.CONFIGURE,
    RequestKind.STATIC_DATA: Action.EDIT_REFDATA,
}
GRANTED_WITH = {
    RequestKind.WAIVER: Action.WAIVE_EXCEPTION,
    RequestKind.CONDUCT_WAIVER: Action.WAIVE_EXCEPTION,
    RequestKind.VALIDATION_LIMIT: Action.GRANT_ROLE,
    RequestKind.SEVERAL_VALIDATIONS: Action.GRANT_ROLE,
    RequestKind.DELEGATION: Action.GRANT_ROLE,
    RequestKind.STATIC_DATA: Action.APPROVE_REFDATA,
}
"""The rights to ask and to grant, as `desk/database/requests.sql` asks for them again.

Who lends a role asks for it by holding it: `delegations` looks at that.
"""
ON_ANY_DESK = frozenset({RequestKind.STATIC_DATA})
"""What belongs to no desk and is asked for and granted by who has the right on whichever."""
SUBJECT_KIND = "request"


class UnableToAsk(Refusal):
    """The request lacks its reason, its figure, or the same is asked for already."""

    code = "UNABLE_TO_ASK"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for. `seen` are the words of the subject that the request is bound to."""

    kind: RequestKind
    subject: Subject
    content: Mapping[str, Any] = field(default_factory=dict)
    seen: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Return the digest of all that a second person must have seen."""
        said = msgspec.json.encode(
            [
                self.kind.value,
                self.subject.kind,
                self.subject.id,
                sorted(self.content.items()),
                self.seen,
            ],
            order="deterministic",  # a database keeps the keys of an object in an order of its own
        )
        return hashlib.sha256(said).hexdigest()


def ask(*, wish: Wish, reason: str, actor: Actor, at: datetime) -> Request:
    """Write the request and let it wait in the queue. Raises Forbidden, UnableToAsk."""
    _require_asker(wish, reason, actor)
    with acting(actor=actor, reason=reason):
        row = _written(wish, reason_of(reason), actor, at)
        open_work(kind=WORK[wish.kind], tasks=[_task(row, wish)], actor=actor, at=at)
        return row


def ask_many(*, wishes: Sequence[Wish], reason: str, actor: Actor, at: datetime) -> list[Request]:
    """Write requests of one kind that belongs to no desk, set-wise, and let them wait.

    A subject for which something is asked already keeps what was, and what was refused of a subject
    that is as it was then is not asked again. Raises as `ask` does.
    """
    if not wishes:
        return []
    kind = wishes[0].kind
    _require_asker(wishes[0], reason, actor)
    with acting(actor=actor, reason=reason):
        new = _not_asked(wishes)
        rows = Request.objects.bulk_create(
            [_row(wish, reason_of(reason), actor, at) for wish in new]
        )
        tasks = [_task(row, wish) for row, wish in zip(rows, new, strict=True)]
        open_work(kind=WORK[kind], tasks=tasks, actor=actor, at=at)
        return rows


def _not_asked(wishes: Sequence[Wish]) -> list[Wish]:
    known = Request.objects.filter(
        kind=wishes[0].kind.value,
        subject_kind=wishes[0].subject.kind,
        subject_id__in=[wish.subject.id for wish in wishes],
        state__in=[RequestState.ASKED.value, RequestState.REFUSED.value],
    )
    waiting, refused = set(), set()
    for subject_id, state, fingerprint in known.values_list("subject_id", "state", "fingerprint"):
        if state == RequestState.ASKED:
            waiting.add(subject_id)
        else:
            refused.add(fingerprint)
    return [
        wish
        for wish in wishes
        if wish.subject.id not in waiting and wish.fingerprint not in refused
    ]


def _require_asker(wish: Wish, reason: str, actor: Actor) -> None:
    if wish.kind in ASKED_WITH:
        desk = desk_of(wish.kind, wish.subject.desk_code)
        access.require(actor, ASKED_WITH[wish.kind], desk=desk, made_by=_barred(wish))
    if actor.kind is not ActorKind.PERSON:
        raise UnableToAsk(_("Only a person may ask for this."))
    if not reason_of(reason):
        raise UnableToAsk(_("Give a reason."))


def _task(row: Request, wish: Wish) -> Task:
    """Return what waits in the queue: the request, for whoever may grant it."""
    subject = wish.subject
    return Task(
        subject=Subject(
            kind=SUBJECT_KIND,
            id=row.pk,
            url=row.get_absolute_url(),
            desk_code=subject.desk_code,
            amount_at_risk=subject.amount_at_risk,
            currency=subject.currency,
            due_at=subject.due_at,
        ),
        title=f"{wish.kind} {subject.reference}",
    )


def desk_of(kind: RequestKind, desk_code: str) -> str | None:
    """Return the desk on which the rights to a request are asked for; None: on any of them."""
    return None if kind in ON_ANY_DESK else desk_code


def _row(wish: Wish, reason: str, actor: Actor, at: datetime) -> Request:
    subject = wish.subject
    return Request(
        kind=wish.kind.value,
        subject_kind=subject.kind,
        subject_id=subject.id,
        subject_reference=subject.reference[:100],
        desk_code=subject.desk_code,
        amount_at_risk=subject.amount_at_risk,
        currency=subject.currency,
        url=subject.url,
        due_at=subject.due_at,
        contributors=list(subject.contributors),
        content=dict(wish.content),
        fingerprint=wish.fingerprint,
        reason=reason,
        asked_by=actor.name,
        asked_at=at,
    )


def _written(wish: Wish, reason: str, actor: Actor, at: datetime) -> Request:
    row = _row(wish, reason, actor, at)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            return row
    except IntegrityError as error:
        if "request_one_open" in str(error):
            raise UnableToAsk(_("This is asked for already.")) from error
        if refused_by(error) == "request_of_one_who_may":
            raise UnableToAsk(_("Your right to ask for this has just ended.")) from error
        raise


def _barred(wish: Wish) -> tuple[str, ...]:
    """Return who lends no right to ask: conduct is not explained away by who stands in for it."""
    return wish.subject.contributors if wish.kind is RequestKind.CONDUCT_WAIVER else ()


def lapse(*, subject_kind: str, subject_ids: Collection[int], actor: Actor, at: datetime) -> None:
    """End the open requests about subjects that changed or are gone."""
    if not subject_ids:
        return
    rows = Request.objects.filter(
        subject_kind=subject_kind, subject_id__in=subject_ids, state=RequestState.ASKED.value
    )
    with acting(actor=actor):
        found = list(rows.select_for_update().values_list("pk", "kind"))
        if found:
            rows.filter(pk__in=[pk for pk, _kind in found]).update(
                state=RequestState.LAPSED.value, decided_by=actor.name, decided_at=at
            )
        for kind in {RequestKind(kind) for _pk, kind in found}:
            end_work([pk for pk, of in found if of == kind], kind, actor, at)


def end_work(request_ids: Collection[int], kind: RequestKind, actor: Actor, at: datetime) -> None:
    """Take decided requests out of the queue."""
    close_work(
        kind=WORK[kind], subject_kind=SUBJECT_KIND, subject_ids=request_ids, actor=actor, at=at
    )
