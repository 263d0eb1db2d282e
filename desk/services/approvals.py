"""Four eyes: a decision on exactly what was seen, by somebody who did not make or touch it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core import access
from core.acts import acting
from core.constraints import refused_by
from core.reasons import reason_of
from core.remarks import speaking
from core.roles import BROKEN_GLASS, Action
from desk import selectors
from desk.facts import Seen
from desk.models import Approval
from desk.states import Decision
from kernel.actors import Actor, ActorKind
from kernel.findings import Finding, Refusal
from kernel.money import rounded

RIGHT_TO_DECIDE = frozenset(
    {
        "approval_by_a_validator",
        "request_decided_by_one_who_may",
        "setting_decided_by_one_who_may",
    }
)
"""What PostgreSQL calls it when who decides may not do so at that moment."""
BY_ANOTHER = "setting_decided_by_another"
"""What it calls it when somebody decides on what was proposed for him."""


class UnableToApprove(Refusal):
    """The decision would not be one of a second person, or it lacks its reason."""

    code = "UNABLE_TO_APPROVE"


class SeenChanged(UnableToApprove):
    """What stands there now is not what the person saw."""

    code = "SEEN_CHANGED"
    status_code = 409


class OverLimit(UnableToApprove):
    """The amount is above what this person may decide on."""

    code = "OVER_LIMIT"


class AlreadyDecided(UnableToApprove):
    """Somebody else was faster."""

    code = "ALREADY_DECIDED"
    status_code = 409


def approve(
    *,
    seen: Seen,
    amount_eur: Decimal | None,
    actor: Actor,
    at: datetime,
    reason: str = "",
) -> Approval:
    """Record the approval of one version, under the row lock that the caller holds.

    An amount that is unknown counts as above every limit. Raises SeenChanged, OverLimit,
    AlreadyDecided, and UnableToApprove for a maker or contributor.
    """
    behalf = _require_second_person(seen, actor)
    _require_limit(amount_eur, selectors.limit_of(actor=actor, day=at.date(), behalf=behalf))
    return _decide(_approval(seen, Decision.APPROVED, reason, actor, at), actor)


@dataclass(frozen=True, slots=True)
class Approved:
    """What became of many approvals, by subject: refused and why, or how many people it lacks."""

    refused: dict[int, UnableToApprove]
    lacking: dict[int, int]


def approve_in_turn(
    *, seen: Seen, amount_eur: Decimal | None, actor: Actor, at: datetime, reason: str = ""
) -> int:
    """Record the approval of one of the people that an amount takes; return how many it lacks.

    Raises as `approve` does; AlreadyDecided for who approved this version before.
    """
    outcome = approve_many(items=[(seen, amount_eur)], actor=actor, at=at, reason=reason)
    for refusal in outcome.refused.values():
        raise refusal
    return outcome.lacking.get(seen.subject_id, 0)


def approve_many(
    *,
    items: Sequence[tuple[Seen, Decimal | None]],
    actor: Actor,
    at: datetime,
    reason: str = "",
) -> Approved:
    """Record the approvals of versions of one kind, each with its amount in EUR.

    The caller holds their row locks. Returns what was refused, as `approve` raises it, and what
    needs more people: a refused one leaves the others alone.
    """
    refused: dict[int, UnableToApprove] = {}
    lacking: dict[int, int] = {}
    limits: dict[str, Decimal | None] = {}
    needed = selectors.validations_needed(day=at.date())
    decided = selectors.approved_versions(seen=[seen for seen, _amount in items])
    approvals = []
    for seen, amount_eur in items:
        try:
            behalf = _require_second_person(seen, actor)
            if behalf not in limits:
                limits[behalf] = selectors.limit_of(actor=actor, day=at.date(), behalf=behalf)
            _require_limit(amount_eur, limits[behalf])
            before = decided.get((seen.subject_id, seen.version_no), frozenset())
            _require_other_authority(actor.name, behalf, before)
        except UnableToApprove as refusal:
            refused[seen.subject_id] = refusal
        else:
            approvals.append(_approval(seen, Decision.APPROVED, reason, actor, at))
            lacks = needed(amount_eur) - len({who for who, _behalf in before}) - 1
            if lacks > 0:
                lacking[seen.subject_id] = lacks
    try:
        with acting(actor=actor, reason=reason):
            Approval.objects.bulk_create(approvals)
    except IntegrityError as error:
        require_right_still(error)
        raise
    return Approved(refused, lacking)


def refuse(*, seen: Seen, reason: str, actor: Actor, at: datetime) -> Approval:
    """Record the refusal of one version, for a reason; the request is preserved.

    Raises UnableToApprove, SeenChanged.
    """
    _require_second_person(seen, actor)
    if not reason_of(reason):
        raise UnableToApprove(_("Give a reason."))
    return _decide(_approval(seen, Decision.REFUSED, reason, actor, at), actor)


def _require_second_person(seen: Seen, actor: Actor) -> str:
    """Return on whose behalf `actor` decides: nobody's ("") by an own right."""
    if actor.kind is not ActorKind.PERSON:
        raise UnableToApprove(_("Only a person may decide."))
    if actor.name == seen.maker or actor.name in seen.contributors:
        raise UnableToApprove(_("You made or touched this version: somebody else must decide."))
    if seen.fingerprint != seen.current_fingerprint:
        raise SeenChanged(_("It has changed since you saw it. Look at it again."))
    if not access.stands_in(actor):
        return ""
    made_by = {seen.maker, *seen.contributors}
    try:
        return access.require(actor, Action.VALIDATE_TRADE, desk=seen.desk_code, made_by=made_by)
    except access.StandsIn as refused:
        raise UnableToApprove(refused.message) from refused


def _require_other_authority(name: str, behalf: str, before: Collection[tuple[str, str]]) -> None:
    """Several supervisors are several authorities: one counts once, whoever uses it."""
    lent = behalf not in ("", BROKEN_GLASS)
    if any(name in pair or (lent and behalf in pair) for pair in before):
        raise AlreadyDecided(_("You validated this version already: somebody else must, too."))


@contextmanager
def deciding() -> Iterator[None]:
    """Write a decision on a setting; what PostgreSQL refuses of it is said to the person.

    Raises UnableToApprove.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if refused_by(error) == BY_ANOTHER:
            raise UnableToApprove(
                _("It was proposed on your behalf: somebody else must decide.")
            ) from error
        require_right_still(error)
        raise


def require_right_still(error: IntegrityError) -> None:
    """Raise UnableToApprove where a right ended between the look at it and the decision."""
    if refused_by(error) in RIGHT_TO_DECIDE:
        raise UnableToApprove(_("Your right to decide has just ended.")) from error


def _require_limit(amount_eur: Decimal | None, limit: Decimal | None) -> None:
    if amount_eur is None:
        raise OverLimit(_("The amount in EUR is not known: it counts as above every limit."))
    if limit is None or amount_eur > limit:
        raise speaking(
            OverLimit,
            Finding(
                code=OverLimit.code,
                field="amount",
                message="The amount of {found} EUR is above your limit of {expected} EUR.",
                expected=f"{rounded(limit or Decimal(0), 'EUR'):f}",
                found=f"{rounded(amount_eur, 'EUR'):f}",
            ),
        )


def _approval(seen: Seen, decision: Decision, reason: str, actor: Actor, at: datetime) -> Approval:
    return Approval(
        subject_kind=seen.subject_kind,
        subject_id=seen.subject_id,
        version_no=seen.version_no,
        fingerprint=seen.current_fingerprint,
        decision=decision.value,
        maker=seen.maker,
        contributors=sorted({seen.maker, *seen.contributors}),
        checker=actor.name,
        reason=reason_of(reason),
        decided_at=at,
    )


def _decide(approval: Approval, actor: Actor) -> Approval:
    try:
        with acting(actor=actor, reason=approval.reason), transaction.atomic():
            approval.save()
    except IntegrityError as error:
        if "approval_last_per_version" in str(error):
            raise AlreadyDecided(_("This version is already validated.")) from error
        require_right_still(error)
        raise
    return approval
