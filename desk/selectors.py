"""Reads of the desk: exceptions, work, comments, decisions, limits, rule settings, rights."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Protocol

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import (
    Case,
    Count,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Now

from core.access import Action, DeskScopedQuerySet, allows, desks_of
from core.emergency import permanent
from core.models import AuditEntry, Delegation, IdempotencyRecord, RoleGrant, User
from core.roles import BROKEN_GLASS
from core.states import DelegationState
from desk.facts import Seen
from desk.models import (
    Approval,
    Attachment,
    Comment,
    ControlException,
    ControlRule,
    ExceptionQuerySet,
    Request,
    SeveralValidations,
    SupervisorLimit,
    WorkItem,
)
from desk.states import (
    Decision,
    ExceptionKind,
    ExceptionState,
    RequestKind,
    RequestState,
    SettingState,
    WorkKind,
    WorkState,
)
from kernel.actors import Actor
from kernel.findings import Severity

MEDIAN: Final = """
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM ended_at - raised_at)),
       count(*)
  FROM ({decided}) decided
"""


SEEN_BY_ALL: Final = (RequestKind.WAIVER.value, RequestKind.STATIC_DATA.value)
"""Requests that are not about the rights or the conduct of somebody."""


class Versioned(Protocol):
    """A row whose version is approved."""

    pk: int
    version_no: int
    fingerprint: str


LOOKED_BACK_MAX: Final = 50_000
"""Who acted last is sought among so many of the latest acts: no index knows their authors."""


def list_exceptions(*, actor: Actor) -> ExceptionQuerySet:
    """Return the exceptions of the desks that the actor may see, latest first.

    What is about somebody's conduct is for who may read the audit trail.
    """
    found = ControlException.objects.visible_to(actor, Action.VIEW_TRADES)
    if allows(actor, Action.VIEW_AUDIT):
        return found
    return found.exclude(kind=ExceptionKind.CONDUCT.value)


def get_exception_for_update(*, exception_id: int) -> ControlException:
    """Return one exception under its row lock, or raise DoesNotExist."""
    return ControlException.objects.select_for_update(of=("self",)).get(pk=exception_id)


def list_exceptions_of(*, subject_kind: str, subject_id: int) -> ExceptionQuerySet:
    """Return everything ever found about a subject, open first, then the latest."""
    return ControlException.objects.filter(
        subject_kind=subject_kind, subject_id=subject_id
    ).order_by("ended_at", "-id")


def list_work(*, actor: Actor) -> DeskScopedQuerySet[WorkItem]:
    """Return the open work of the desks that the actor may see, and work that has no desk.

    What names a person is for that person alone.
    """
    desks = desks_of(actor, Action.VIEW_TRADES)
    items = WorkItem.objects.filter(state=WorkState.OPEN.value)
    items = items.exclude(~Q(owner=actor.user_id), kind=WorkKind.MENTION.value)
    if not allows(actor, Action.VIEW_AUDIT):  # who may not see rights and conduct of others
        items = items.exclude(kind__in=[WorkKind.ACCESS.value, WorkKind.CONDUCT.value])
    return items if desks is None else items.filter(Q(desk_code__in=desks) | Q(desk_code=""))


def due_of(*, kind: WorkKind, subject_kind: str, subject_id: int) -> datetime | None:
    """Return by when the open work of this kind about a subject is due, if there is any."""
    return (
        WorkItem.objects.filter(
            kind=kind.value,
            subject_kind=subject_kind,
            subject_id=subject_id,
            state=WorkState.OPEN.value,
        )
        .values_list("due_at", flat=True)
        .first()
    )


def list_comments(*, subject_kind: str, subject_id: int) -> QuerySet[Comment]:
    """Return what was said about a subject, oldest first."""
    found = Comment.objects.filter(subject_kind=subject_kind, subject_id=subject_id)
    return found.prefetch_related("mentions__user", "attachments__file", "attachments__withdrawal")


def find_attachment(*, attachment_id: int, subject_kind: str, subject_id: int) -> Attachment | None:
    """Return a file beside a comment about a subject, or None."""
    return (
        Attachment.objects.select_related("file", "withdrawal")
        .filter(
            pk=attachment_id,
            comment__subject_kind=subject_kind,
            comment__subject_id=subject_id,
        )
        .first()
    )


def list_approvals(*, subject_kind: str, subject_id: int) -> QuerySet[Approval]:
    """Return every decision on a subject, oldest first."""
    return Approval.objects.filter(subject_kind=subject_kind, subject_id=subject_id)


def find_approved(*, subject_kind: str, subject_id: int) -> Approval | None:
    """Return the latest approval of a subject, or None: the version that others may rely on."""
    return (
        Approval.objects.filter(
            subject_kind=subject_kind, subject_id=subject_id, decision="APPROVED", is_last=True
        )
        .order_by("-version_no")
        .first()
    )


def limit_of(*, actor: Actor, day: date, behalf: str = "") -> Decimal | None:
    """Return up to how many euros the actor may validate on that day; None means nothing at all.

    On somebody's behalf it is the smaller of the two limits: nobody lends more than he has, and
    nobody becomes more by standing in.
    """
    names = {actor.name, behalf} - {"", BROKEN_GLASS}
    rows = (
        SupervisorLimit.objects.filter(user__username__in=names, valid_from__lte=day)
        .order_by("user", "-valid_from", "-pk")
        .distinct("user")
    )
    limits = [row.amount_eur for row in rows]
    return min(limits) if len(limits) == len(names) else None


def approved_versions(*, seen: Sequence[Seen]) -> dict[tuple[int, int], frozenset[tuple[str, str]]]:
    """Return (subject, version) -> who approved it already, and on whose behalf; of one kind."""
    rows = Approval.objects.filter(
        subject_kind__in={one.subject_kind for one in seen},
        subject_id__in=[one.subject_id for one in seen],
        decision=Decision.APPROVED.value,
    )
    found: defaultdict[tuple[int, int], frozenset[tuple[str, str]]] = defaultdict(frozenset)
    for subject_id, version_no, checker, behalf in rows.values_list(
        "subject_id", "version_no", "checker", "on_behalf_of"
    ):
        found[subject_id, version_no] |= {(checker, behalf)}
    return dict(found)


def approvals_of_versions(subject_kind: str, *, of: Versioned | None = None) -> QuerySet[Approval]:
    """Return the approvals of the version that stands: of one row, or of that of an outer query."""
    named = {
        "subject_id": OuterRef("pk") if of is None else of.pk,
        "version_no": OuterRef("version_no") if of is None else of.version_no,
        "fingerprint": OuterRef("fingerprint") if of is None else of.fingerprint,
    }
    return Approval.objects.filter(
        subject_kind=subject_kind, decision=Decision.APPROVED.value, **named
    )


def approvers_of(subject_kind: str) -> ArraySubquery:
    """Annotate rows with who approved the version that stands, in the order in which they did."""
    return ArraySubquery(approvals_of_versions(subject_kind).values("checker"))


def several_in_force(*, day: date) -> list[SeveralValidations]:
    """Return from what amounts on trades take several supervisors on that day, if they do."""
    rows = (
        SeveralValidations.objects.filter(valid_from__lte=day)
        .order_by("people", "-valid_from", "-pk")
        .distinct("people")
    )
    return [row for row in rows if row.from_eur is not None]


def validations_needed(*, day: date) -> Callable[[Decimal | None], int]:
    """Return how many supervisors a trade takes, by its amount in EUR (None: not known).

    The database asks the same (`guard.validations_needed`).
    """
    in_force = several_in_force(day=day)

    def needed(amount: Decimal | None) -> int:
        return max(
            (row.people for row in in_force if amount is None or amount >= (row.from_eur or 0)),
            default=1,
        )

    return needed


def list_requests(*, actor: Actor) -> DeskScopedQuerySet[Request]:
    """Return the requests that the actor may see: those of the desks, and of rights for who may."""
    rows = Request.objects.all()
    if not allows(actor, Action.VIEW_AUDIT):  # who may not see the rights of others
        rows = rows.filter(Q(kind__in=SEEN_BY_ALL) | Q(asked_by=actor.name))
    desks = desks_of(actor, Action.VIEW_TRADES)
    return rows if desks is None else rows.filter(Q(desk_code__in=desks) | Q(desk_code=""))


def find_request(*, subject_kind: str, subject_id: int) -> Request | None:
    """Return the open request about a subject, if there is one."""
    return Request.objects.filter(
        subject_kind=subject_kind, subject_id=subject_id, state=RequestState.ASKED.value
    ).first()


def settings_in_force(*, day: date) -> dict[str, Mapping[str, Decimal] | None]:
    """Return code -> parameters for every rule that is set for everything; None: switched off."""
    return settings_by_scope(day=day).get("", {})


def settings_by_scope(*, day: date) -> dict[str, dict[str, Mapping[str, Decimal] | None]]:
    """Return scope -> code -> parameters of what is set there, "" for everything; None: off."""
    rows = (
        ControlRule.objects.filter(state=SettingState.APPROVED.value, valid_from__lte=day)
        .order_by("scope", "code", "-valid_from", "-id")
        .distinct("scope", "code")
    )
    found: dict[str, dict[str, Mapping[str, Decimal] | None]] = {}
    for row in rows:
        if not row.inherits:
            found.setdefault(row.scope, {})[row.code] = _numbers(row)
    return found


def _numbers(row: ControlRule) -> Mapping[str, Decimal] | None:
    if not row.active:
        return None
    return {name: Decimal(text) for name, text in row.parameters.items()}


def get_setting_for_update(*, setting_id: int) -> ControlRule:
    """Return one setting under its row lock, or raise DoesNotExist."""
    return ControlRule.objects.select_for_update().get(pk=setting_id)


def list_settings() -> QuerySet[ControlRule]:
    """Return every setting of every rule, the latest first within a rule."""
    return ControlRule.objects.all()


def median_handling(*, code: str) -> tuple[int | None, int]:
    """Return how many seconds people took over a finding of a rule, from when it was raised to
    their decision, in the median, and of how many that tells; None while they decided on none.
    """
    people = User.objects.values("username")
    decided = ControlException.objects.filter(
        rule_code=code,
        state__in=[ExceptionState.RESOLVED.value, ExceptionState.WAIVED.value],
        ended_by__in=people,
    ).exclude(severity=Severity.INFO.value)
    sql, values = decided.values("raised_at", "ended_at").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(MEDIAN.format(decided=sql), values)
        median, count = cursor.fetchone()
    return (None if median is None else round(median), count)


def list_people() -> QuerySet[User]:
    """Return everybody with `role` (nobody holds two), `desks`, `since` when and by whom.

    `acts_for` names for whom somebody stands in at this moment.
    """
    held = Q(grants__isnull=False, grants__valid_until=None)
    latest = permanent().filter(user=OuterRef("pk")).order_by("-granted_at", "-pk")
    return User.objects.annotate(
        role=Subquery(latest.values("role")[:1]),
        desks=ArrayAgg("grants__desk_code", filter=held, default=[]),
        since=Min("grants__granted_at", filter=held),
        granted_by=Subquery(latest.values("granted_by")[:1]),
        life=Case(When(is_active=True, then=Value("ACTIVE")), default=Value("INACTIVE")),
        acts_for=ArraySubquery(
            _in_force().filter(delegate=OuterRef("pk")).values("lender__username")
        ),
    )


def list_grants() -> QuerySet[RoleGrant]:
    """Return who holds which role on which desk."""
    return RoleGrant.objects.select_related("user")


def _in_force() -> QuerySet[Delegation]:
    return Delegation.objects.filter(
        state=DelegationState.GRANTED.value, starts_at__lte=Now(), ends_at__gt=Now()
    ).order_by("lender__username")


def count_standing_in() -> dict[str, int]:
    """Return role -> how many people act in it for somebody at this moment."""
    rows = _in_force().order_by().values_list("role")
    return dict(rows.annotate(n=Count("delegate", distinct=True)))


def list_delegations(*, actor: Actor, at: datetime) -> QuerySet[Delegation]:
    """Return what is lent, with its `life` at a moment: all, or what is lent by or to the actor."""
    over = DelegationState.WITHDRAWN.value
    rows = Delegation.objects.select_related("lender", "delegate").annotate(
        life=Case(
            When(state=over, then=Value(over)),
            When(ends_at__lte=at, then=Value("OVER")),
            When(starts_at__gt=at, then=Value("TO_COME")),
            default=Value("IN_FORCE"),
        )
    )
    if allows(actor, Action.VIEW_AUDIT):
        return rows
    return rows.filter(Q(lender=actor.user_id) | Q(delegate=actor.user_id))


def count_people() -> dict[str, int]:
    """Return role -> how many active people hold it, on whatever desks."""
    rows = permanent().filter(user__is_active=True).values_list("role")
    return dict(rows.annotate(n=Count("user", distinct=True)).order_by("role"))


def count_holders() -> list[tuple[str, str, int]]:
    """Return (role, desk, how many active people hold it there); '' stands for all desks."""
    rows = permanent().filter(user__is_active=True).values_list("role", "desk_code")
    return list(rows.annotate(n=Count("user", distinct=True)).order_by("role", "desk_code"))


def roles_held_before(*, user_id: int) -> dict[str, datetime]:
    """Return role -> when a person last lost it, told from the audit trail."""
    entries = AuditEntry.objects.filter(
        entity="user", key=user_id, table=RoleGrant._meta.db_table, action="DELETE"
    )
    return {entry.changes["role"]: entry.at for entry in entries.order_by("seq")}


def last_act_of(*, name: str) -> datetime | None:
    """Return when somebody last changed or sent anything, among what the house did lately."""
    own = Q(actor=name) | Q(actor__startswith=f"{name} for ")
    acts = AuditEntry.objects.filter(own, pk__in=_latest(AuditEntry.objects.all()))
    sent = IdempotencyRecord.objects.filter(
        pk__in=_latest(IdempotencyRecord.objects.all()), client=name
    )
    found = [acts.aggregate(at=Max("at"))["at"], sent.aggregate(at=Max("created_at"))["at"]]
    return max((at for at in found if at is not None), default=None)


def _latest(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.order_by("-pk").values("pk")[:LOOKED_BACK_MAX]
