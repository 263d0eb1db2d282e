"""Filters of exceptions, of people and their rights, and of the matrix."""

from __future__ import annotations

import re
from typing import Any, Final

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.models import (
    AccessReview,
    AccessReviewRow,
    Delegation,
    LoneGrant,
    RoleAction,
    RoleGrant,
    RoleProposal,
    User,
)
from core.pages import status
from core.pages.filters import (
    ChipsFilter,
    CodeFilter,
    DayFilter,
    ListFilterSet,
    MomentDayFilter,
    SearchFilter,
    YesNoFilter,
)
from core.roles import LENT, Role
from core.states import AccessReviewState, DelegationState, ProposalState, ReviewState
from desk.models import ControlException, Request, SupervisorLimit
from desk.states import LIVE_EXCEPTION, RequestKind, RequestState

STATES = [
    ("OPEN", _("Open")),
    ("ASSIGNED", _("Assigned")),
    ("RESOLVED", _("Resolved")),
    ("WAIVED", _("Waived")),
    ("CLOSED", _("Closed")),
]
SEVERITIES = [("BLOCKING", _("Blocking")), ("WARNING", _("Warning")), ("INFO", _("Information"))]
KINDS = [
    ("CONTROL", _("Control")),
    ("CAPTURE", _("Capture")),
    ("PARKED", _("Parked")),
    ("REPORT", _("Report")),
    ("SCREENING", _("Sanctions")),
    ("CONDUCT", _("Conduct")),
]


FEW: Final = 500
"""As many exceptions as a filter finds are listed by their keys."""
OWNERS_MAX: Final = 100
RULE_BEGINS: Final = re.compile(r"[A-Z]{1,3}|[A-Z]{3}-[0-9]{0,3}")


class ExceptionSearch(SearchFilter):
    """What an exception is about, its rule, what was found, or who has it: all begin with a word.

    Each is read from an index of its own: what cannot be a rule is not sought among them, and who
    is meant is asked of the people first.
    """

    def about(self, word: str) -> Q:
        people = User.objects.filter(username__istartswith=word).order_by("pk")
        owners = list(people.values_list("pk", flat=True)[:OWNERS_MAX])
        about = super().about(word) | Q(owner_id__in=owners)
        code = word.upper()
        return about | Q(rule_code__startswith=code) if RULE_BEGINS.fullmatch(code) else about


class ExceptionFilter(ListFilterSet):
    q = ExceptionSearch(fields=("subject_reference__istartswith", "found__istartswith"))
    state = ChipsFilter(choices=STATES, label=_("Status"))
    severity = ChipsFilter(choices=SEVERITIES, label=_("Severity"))
    kind = ChipsFilter(choices=KINDS, label=_("Kind"))
    desk_code = CodeFilter(label=_("Desk"))
    rule_code = CodeFilter(label=_("Rule"))
    cause = django_filters.CharFilter(label=_("Cause"))
    day = DayFilter(label=_("Business day"))
    since = MomentDayFilter(field_name="raised_at", lookup_expr="gte", label=_("Raised from"))
    until = MomentDayFilter(field_name="raised_at", lookup_expr="lte", label=_("To"))

    class Meta:
        model = ControlException
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Show what is open when no status is chosen: the list is a queue first.

        What a filter finds, if it is little, is sought once and then by key.
        """
        found: QuerySet[Any] = super().filter_queryset(queryset)
        chosen = self.form.cleaned_data
        if not chosen.get("state"):
            found = found.filter(state__in=LIVE_EXCEPTION)
        if not any(chosen.values()):
            return found
        keys = list(found.order_by().values_list("pk", flat=True)[: FEW + 1])
        return queryset.filter(pk__in=keys) if len(keys) <= FEW else found


def roles() -> list[tuple[str, Any]]:
    """Return the roles in the reader's words."""
    return [(role.value, status.look(role).label) for role in Role]


class PersonFilter(ListFilterSet):
    q = SearchFilter(
        fields=("username__istartswith", "first_name__istartswith", "last_name__istartswith")
    )
    role = ChipsFilter(choices=roles, label=_("Role"))
    desk = django_filters.CharFilter(
        field_name="desks", lookup_expr="icontains", label=_("Desk"), method="filter_desk"
    )
    is_active = YesNoFilter(label=_("Active"))
    holds = YesNoFilter(field_name="role", label=_("With a role"), method="filter_holds")
    idle_since = MomentDayFilter(
        field_name="last_login", lookup_expr="lte", label=_("Last signed in until")
    )

    class Meta:
        model = User
        fields: list[str] = []

    def filter_desk(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Who holds a role on this desk, by itself or with all of them."""
        return queryset.filter(Q(desks__contains=[value.upper()]) | Q(desks__contains=[""]))

    def filter_holds(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:  # noqa: FBT001 - django-filter's call
        return queryset.filter(role__isnull=not value)


class GrantFilter(ListFilterSet):
    q = SearchFilter(fields=("user__username__istartswith", "granted_by__istartswith"))
    role = ChipsFilter(choices=roles, label=_("Role"))
    desk_code = django_filters.CharFilter(lookup_expr="iexact", label=_("Desk"))
    is_active = YesNoFilter(field_name="user__is_active", label=_("Active"))
    since = MomentDayFilter(field_name="granted_at", lookup_expr="gte", label=_("Granted from"))
    until = MomentDayFilter(field_name="granted_at", lookup_expr="lte", label=_("To"))

    class Meta:
        model = RoleGrant
        fields: list[str] = []


class CellFilter(ListFilterSet):
    q = SearchFilter(fields=("action__icontains",))
    role = ChipsFilter(choices=roles, label=_("Role"))

    class Meta:
        model = RoleAction
        fields: list[str] = []


class ProposalFilter(ListFilterSet):
    q = SearchFilter(
        fields=(
            "user__username__istartswith",
            "proposed_by__istartswith",
            "decided_by__istartswith",
            "reason",
        )
    )
    state = ChipsFilter(
        choices=lambda: [(s.value, status.look(s).label) for s in ProposalState],
        label=_("Status"),
    )
    role = ChipsFilter(choices=roles, label=_("Role"))
    since = MomentDayFilter(field_name="proposed_at", lookup_expr="gte", label=_("Proposed from"))
    until = MomentDayFilter(field_name="proposed_at", lookup_expr="lte", label=_("To"))

    class Meta:
        model = RoleProposal
        fields: list[str] = []


class LoneGrantFilter(ListFilterSet):
    q = SearchFilter(
        fields=("user__username__istartswith", "given_by__istartswith", "reason", "note")
    )
    state = ChipsFilter(
        choices=lambda: [(s.value, status.look(s, of="lonegrant").label) for s in ReviewState],
        label=_("Status"),
    )
    role = ChipsFilter(choices=roles, label=_("Role"))
    emergency = YesNoFilter(
        field_name="until", lookup_expr="isnull", exclude=True, label=_("Broken glass")
    )
    since = MomentDayFilter(field_name="given_at", lookup_expr="gte", label=_("Given from"))
    until = MomentDayFilter(field_name="given_at", lookup_expr="lte", label=_("To"))

    class Meta:
        model = LoneGrant
        fields: list[str] = []


LIVES = ("TO_COME", "IN_FORCE", "OVER", DelegationState.WITHDRAWN.value)


class DelegationFilter(ListFilterSet):
    q = SearchFilter(
        fields=("lender__username__istartswith", "delegate__username__istartswith", "reason")
    )
    life = ChipsFilter(
        choices=lambda: [(one, status.look(one, of="delegation").label) for one in LIVES],
        label=_("Status"),
    )
    role = ChipsFilter(
        choices=lambda: [(code, said) for code, said in roles() if code in LENT], label=_("Role")
    )
    desk_code = django_filters.CharFilter(lookup_expr="iexact", label=_("Desk"))
    since = MomentDayFilter(field_name="starts_at", lookup_expr="gte", label=_("Begins from"))
    until = MomentDayFilter(field_name="starts_at", lookup_expr="lte", label=_("To"))

    class Meta:
        model = Delegation
        fields: list[str] = []


class ReviewFilter(ListFilterSet):
    q = SearchFilter(fields=("period__istartswith", "signed_by__istartswith"))
    state = ChipsFilter(
        choices=lambda: [
            (s.value, status.look(s, of="accessreview").label) for s in AccessReviewState
        ],
        label=_("Status"),
    )

    class Meta:
        model = AccessReview
        fields: list[str] = []


class ReviewRowFilter(ListFilterSet):
    q = SearchFilter(fields=("user__username__istartswith", "reviewed_by__istartswith", "reason"))
    review = django_filters.ModelChoiceFilter(
        queryset=AccessReview.objects.all(), label=_("Access review")
    )
    state = ChipsFilter(
        choices=lambda: [
            (s.value, status.look(s, of="accessreviewrow").label) for s in ReviewState
        ],
        label=_("Status"),
    )
    role = ChipsFilter(choices=roles, label=_("Role"))
    desk_code = django_filters.CharFilter(lookup_expr="iexact", label=_("Desk"))

    class Meta:
        model = AccessReviewRow
        fields: list[str] = []


class RequestFilter(ListFilterSet):
    q = SearchFilter(
        fields=(
            "subject_reference__istartswith",
            "asked_by__istartswith",
            "decided_by__istartswith",
            "reason",
        )
    )
    state = ChipsFilter(
        choices=lambda: [(s.value, status.look(s, of="request").label) for s in RequestState],
        label=_("Status"),
    )
    kind = ChipsFilter(
        choices=lambda: [(s.value, status.look(s, of="request").label) for s in RequestKind],
        label=pgettext_lazy("request", "Asked for"),
    )
    desk_code = django_filters.CharFilter(lookup_expr="iexact", label=_("Desk"))
    since = MomentDayFilter(field_name="asked_at", lookup_expr="gte", label=_("Asked from"))
    until = MomentDayFilter(field_name="asked_at", lookup_expr="lte", label=_("To"))

    class Meta:
        model = Request
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Show what waits when no status is chosen: the list is a queue first."""
        found: QuerySet[Any] = super().filter_queryset(queryset)
        chosen = self.form.cleaned_data.get("state")
        return found if chosen else found.filter(state=RequestState.ASKED.value)


class LimitFilter(ListFilterSet):
    q = SearchFilter(fields=("user__username__istartswith", "set_by__istartswith"))
    since = DayFilter(field_name="valid_from", lookup_expr="gte", label=_("Valid from"))
    until = DayFilter(field_name="valid_from", lookup_expr="lte", label=_("To"))

    class Meta:
        model = SupervisorLimit
        fields: list[str] = []
