"""Roles and rights: the matrix, who holds what, and one person's rights with all that led there."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.access import DEEDS, Action, allows
from core.models import (
    ApiToken,
    LoneGrant,
    RoleAction,
    RoleGrant,
    RoleProposal,
    ToxicPair,
    User,
)
from core.pages import DetailPage, ListPage, PageView, Tab
from core.rights_words import GROUPS, reason_against
from core.roles import Role
from desk import selectors
from desk.filters import (
    CellFilter,
    GrantFilter,
    LoneGrantFilter,
    PersonFilter,
    ProposalFilter,
)
from desk.forms import LimitForm, RoleForm
from desk.tables import (
    CellTable,
    GrantTable,
    LoneGrantTable,
    PersonTable,
    ProposalTable,
    desks_said,
)

ROLES = tuple(Role)


class Matrix(PageView):
    """Role × action as the database holds it, what may not meet, and how many hold what."""

    title = _("Roles and rights")
    subtitle = _("who may do what, and who may never do both")
    action = Action.VIEW_AUDIT
    template_name = "desk/rights.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        cells = set(RoleAction.objects.values_list("role", "action"))
        groups = [
            (label, [(DEEDS[deed], deed, [(r, deed) in cells for r in ROLES]) for deed in deeds])
            for label, deeds in GROUPS
        ]
        return self.render(
            {
                "roles": ROLES,
                "groups": groups,
                "pairs": [
                    (pair, reason_against(Role(pair.first), Role(pair.second)))
                    for pair in ToxicPair.objects.order_by("first", "second")
                ],
                **_holders(),
            }
        )


def _holders() -> dict[str, Any]:
    """Return how many people hold each role: in all, and by desk."""
    counted = selectors.count_holders()
    by_desk = {(role, desk): n for role, desk, n in counted}
    desks = sorted({desk for _role, desk, _n in counted})
    people = selectors.count_people()
    standing_in = selectors.count_standing_in()
    return {
        "standing_in": [standing_in.get(role.value, 0) for role in ROLES] if standing_in else [],
        "holders": [(role, people.get(role.value, 0)) for role in ROLES],
        "by_desk": [
            (desks_said([desk]), [by_desk.get((role.value, desk), 0) for role in ROLES])
            for desk in desks
        ],
    }


class MatrixRows(ListPage):
    """The matrix as rows, to filter and to take away."""

    title = _("Rights of the roles")
    action = Action.VIEW_AUDIT
    model = RoleAction
    filterset_class = CellFilter
    table_class = CellTable
    per_page = 100
    export_name = "role-matrix"
    empty_text = _("No role may do this.")


class People(ListPage):
    title = _("People and their rights")
    action = Action.VIEW_AUDIT
    filterset_class = PersonFilter
    table_class = PersonTable
    tabs = (
        Tab(_("All")),
        Tab(_("With a role"), "holds=true&is_active=true"),
        Tab(_("Without a role"), "holds=false"),
        Tab(_("Left, with a role"), "holds=true&is_active=false"),
    )
    hidden_columns = ("date_joined",)
    export_name = "people"
    empty_text = _("Nobody is here yet.")

    def get_queryset(self) -> QuerySet[User]:
        return selectors.list_people()

    def row_url(self, record: User) -> str:
        return reverse("rights:person", args=[record.pk])


class Grants(ListPage):
    title = _("Who holds which role")
    action = Action.VIEW_AUDIT
    filterset_class = GrantFilter
    table_class = GrantTable
    export_name = "role-grants"
    empty_text = _("Nobody holds a role yet.")

    def get_queryset(self) -> QuerySet[RoleGrant]:
        return selectors.list_grants()

    def row_url(self, record: RoleGrant) -> str:
        return reverse("rights:person", args=[record.user_id])


class Proposals(ListPage):
    title = _("Proposed roles")
    action = Action.VIEW_AUDIT
    filterset_class = ProposalFilter
    table_class = ProposalTable
    tabs = (
        Tab(_("All")),
        Tab(_("To decide"), "state=PROPOSED"),
        Tab(_("Refused"), "state=REFUSED"),
    )
    hidden_columns = ("note", "decided_at")
    export_name = "proposed-roles"
    empty_text = _("No role was proposed yet: propose one on the page of a person.")

    def get_queryset(self) -> QuerySet[RoleProposal]:
        return RoleProposal.objects.select_related("user")


class GivenAlone(ListPage):
    title = _("Roles given by one person")
    subtitle = _("from the console, by a broken glass, or as somebody was made active again")
    action = Action.VIEW_AUDIT
    filterset_class = LoneGrantFilter
    table_class = LoneGrantTable
    tabs = (
        Tab(_("All")),
        Tab(_("To review"), "state=OPEN"),
        Tab(_("Broken glass"), "emergency=true"),
        Tab(_("Withdrawn"), "state=WITHDRAWN"),
    )
    hidden_columns = ("note", "reviewed_at")
    export_name = "roles-given-alone"
    empty_text = _("Every role was given by two people.")

    def get_queryset(self) -> QuerySet[LoneGrant]:
        return LoneGrant.objects.select_related("user")

    def row_url(self, record: LoneGrant) -> str:
        return record.get_absolute_url()


class Person(DetailPage):
    """One person: roles and desks, since when and by whom, last activity, tokens, what is near."""

    title = _("Person")
    action = Action.VIEW_AUDIT
    template_name = "desk/person.html"

    def get_queryset(self) -> QuerySet[User]:
        return selectors.list_people()

    def extra_context(self) -> dict[str, Any]:
        person: User = self.object
        return {
            "title": person.username,
            "subtitle": person.get_full_name(),
            "grants": person.grants.order_by("role", "desk_code"),
            "me": self.request.actor.name,
            "last_act": selectors.last_act_of(name=person.username),
            "tokens": [
                (token, _life_of(token)) for token in person.api_tokens.order_by("-created_at")
            ],
            "pairs": _pairs_near(person),
            "proposals": person.role_proposals.all(),
            "lone_grants": person.lone_grants.all(),
            "delegations": selectors.list_delegations(
                actor=self.request.actor, at=timezone.now()
            ).filter(Q(lender=person) | Q(delegate=person)),
            "limits": person.limits.order_by("-valid_from", "-pk"),
            "asked_limit": selectors.find_request(subject_kind="user", subject_id=person.pk),
            **self._acts(person),
        }

    def _acts(self, person: User) -> dict[str, Any]:
        """Return what the reader may do here: nobody does it to oneself."""
        actor = self.request.actor
        may = allows(actor, Action.GRANT_ROLE) and actor.name != person.username
        if not may:
            return {}
        form = RoleForm(for_program=person.api_tokens.exists())
        validates = person.grants.filter(role=Role.SUPERVISOR.value).exists()
        return {
            "may_grant": True,
            "form": form if person.is_active else None,
            "limit_form": LimitForm() if validates and person.is_active else None,
        }


def _life_of(token: ApiToken) -> str:
    if token.revoked_at is not None:
        return "REVOKED"
    return "EXPIRED" if token.expires_at and token.expires_at <= timezone.now() else "ACTIVE"


def _pairs_near(person: User) -> list[dict[str, Any]]:
    """Return the roles that a person could forge a control with, and when they were held before.

    What was held before counts: who made with one role must not check that with the other.
    """
    held = {Role(role) for role in person.grants.values_list("role", flat=True)}
    before = selectors.roles_held_before(user_id=person.pk)
    refused = ToxicPair.objects.values_list("first", "second")
    pairs = [pair for first, second in refused for pair in ((first, second), (second, first))]
    return [
        {
            "held": Role(one),
            "other": Role(other),
            "reason": reason_against(Role(one), Role(other)),
            "held_until": before.get(other),
        }
        for one, other in sorted(pairs, key=lambda pair: (pair[1] not in before, pair))
        if Role(one) in held
    ]
