"""Rows for pages: breaks by desk, groups, and what is still open on either side."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from core.access import Action, desks_of
from core.models import Job, JobState
from kernel.actors import Actor
from reconciliation.models import (
    Break,
    MatchAllocation,
    MatchGroup,
    Statement,
    StatementFile,
    StatementLine,
)
from reconciliation.states import BreakState, GroupState, Kind, StatementState
from trades.models import Trade

LIVE: Final = (GroupState.PROPOSED, GroupState.CONFIRMED)
IMPORT_JOB: Final = "reconciliation.import_statement"


def list_breaks(*, actor: Actor) -> QuerySet[Break]:
    """Return the breaks of the desks that the actor may see, and those that no desk owns yet."""
    desks = desks_of(actor, Action.VIEW_RECONCILIATION)
    found = Break.objects.select_related("owner", "trade", "line")
    return found if desks is None else found.filter(Q(desk_code__in=desks) | Q(desk_code=""))


def count_open_breaks(*, actor: Actor) -> int:
    """Count the open breaks that the actor may see."""
    return list_breaks(actor=actor).exclude(state=BreakState.RESOLVED).count()


def list_groups(*, actor: Actor) -> QuerySet[MatchGroup]:
    """Return the match groups, with their run, of trades that are all within the actor's reach."""
    groups = MatchGroup.objects.select_related("run")
    if desks_of(actor, Action.VIEW_RECONCILIATION) is None:
        return groups
    visible = Trade.objects.visible_to(actor, Action.VIEW_RECONCILIATION)
    held = MatchAllocation.objects.filter(group_id=OuterRef("pk"))
    outside = held.filter(~Exists(visible.filter(pk=OuterRef("trade_id"))))
    return groups.filter(~Exists(outside))


def breaks_of_day(breaks: QuerySet[Break], day: date) -> QuerySet[Break]:
    """Keep the breaks of a business day: that of their trade, else the one their line names."""
    of_day = Coalesce("trade__trade_date", "line__trade_date", "line__value_date", "day")
    return breaks.alias(of_day=of_day).filter(of_day=day)


def groups_of_day(groups: QuerySet[MatchGroup], day: date) -> QuerySet[MatchGroup]:
    """Keep the groups that hold a trade of a business day."""
    trades = Trade.objects.filter(trade_date=day).values("pk")
    held = MatchAllocation.objects.filter(trade_id__in=trades)
    return groups.filter(pk__in=held.values("group_id"))


def files_of_day(files: QuerySet[StatementFile], day: date) -> QuerySet[StatementFile]:
    """Keep the statement files of a business day: received on it, or closing on it."""
    closing = Statement.objects.filter(source=OuterRef("pk"), period_to=day)
    return files.filter(Q(received_at__date=day) | Exists(closing))


def find_file_by_digest(digest: str) -> StatementFile | None:
    """Return the statement file that has this content, if it came in before."""
    return StatementFile.objects.filter(sha256=digest).first()


def import_was_given_up(file: StatementFile) -> bool:
    """Say whether a file is still only received because the last job that read it has failed."""
    if file.state != StatementState.RECEIVED:
        return False
    asked = Job.objects.filter(parameters__file_id=file.pk, kind=IMPORT_JOB)
    return asked.order_by("-id").values_list("state", flat=True).first() == JobState.FAILED


def list_lines(*, actor: Actor) -> QuerySet[StatementLine]:
    """Return the statement lines that tell the actor nothing of another desk's trades.

    A statement is about the whole house: who sees some desks sees the lines that a match or a break
    ties to those desks alone, and those whose break no desk owns yet. What nothing ties to a desk
    may be of any.
    """
    lines = StatementLine.objects.all()
    desks = desks_of(actor, Action.VIEW_RECONCILIATION)
    if desks is None:
        return lines
    visible = Trade.objects.visible_to(actor, Action.VIEW_RECONCILIATION)
    held = MatchAllocation.objects.filter(line_id=OuterRef("pk")).exclude(state=GroupState.UNDONE)
    found = Break.objects.filter(line_id=OuterRef("pk"))
    return lines.filter(Exists(held) | Exists(found)).exclude(
        Exists(held.filter(~Exists(visible.filter(pk=OuterRef("trade_id")))))
        | Exists(found.exclude(Q(desk_code__in=desks) | Q(desk_code="")))
    )


def open_lines(kind: Kind, *, actor: Actor) -> QuerySet[StatementLine]:
    """Return the statement lines within the actor's reach that no live match explains.

    What the line of a statement replaced is open there, not here.
    """
    taken = MatchAllocation.objects.filter(line_id=OuterRef("pk"), claims_line=True)
    taken = taken.exclude(state=GroupState.UNDONE)
    live = list_lines(actor=actor).filter(~Exists(taken), kind=kind)
    return live.filter(replacement__isnull=True)


def open_trades(kind: Kind, *, actor: Actor) -> QuerySet[Trade]:
    """Return the validated trades that no live match of this kind explains."""
    taken = MatchAllocation.objects.filter(trade_id=OuterRef("pk"), kind=kind, claims_trade=True)
    taken = taken.exclude(state=GroupState.UNDONE)
    visible = Trade.objects.visible_to(actor, Action.VIEW_RECONCILIATION)
    return visible.filter(~Exists(taken), state="VALIDATED")


def matches_of_trade(trade_id: int) -> QuerySet[MatchGroup]:
    """Return every group that ever held the trade, latest first."""
    return _holding([trade_id])


def matches_named(reference: str) -> QuerySet[MatchGroup]:
    """Return every group that ever held the trade of this reference, ours or its sender's."""
    named = Q(reference=reference.upper()) | Q(source_reference=reference)
    return _holding(list(Trade.objects.filter(named).values_list("pk", flat=True)))


def _holding(trade_ids: list[int]) -> QuerySet[MatchGroup]:
    held = MatchAllocation.objects.filter(trade_id__in=trade_ids, claims_trade=True)
    # Live and undone ones have an index each.
    held = held.filter(Q(state__in=LIVE) | Q(state=GroupState.UNDONE))
    groups = MatchGroup.objects.filter(pk__in=held.values("group_id"))
    return groups.select_related("run").order_by("-id")


def breaks_of_trade(trade_id: int) -> QuerySet[Break]:
    """Return every break of a trade, open first, then the latest."""
    return Break.objects.filter(trade_id=trade_id).order_by("resolved_at", "-id")
