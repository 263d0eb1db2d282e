"""Hits of sanctions lists: the queue, the evidence of one, and clearing it by two people."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import access
from core.access import Action
from core.pages import Tab, words
from kernel.actors import Actor
from refdata import filters, models, selectors, services, tables
from refdata.forms import FalseHitForm
from refdata.models.proposals import Proposed
from refdata.states import InstructionState
from refdata.views.lists import ReferenceList
from refdata.views.proposals import DecisionPage, ProposalPage
from refdata.views.records import RecordPage

HALF_A_YEAR = timedelta(days=182)


class HitList(ReferenceList):
    title = _("Hits of sanctions lists")
    model = models.ScreeningHit
    filterset_class, table_class = filters.HitFilter, tables.HitTable
    related = ("party", "owner", "entry")
    tabs = (
        Tab(_("To look at"), "is_live=true&is_cleared=false"),
        Tab(_("Cleared"), "is_live=true&is_cleared=true"),
        Tab(_("Ended"), "is_live=false"),
        Tab(_("All")),
    )
    create_url = ""
    hidden_columns = ("ended_at", "kind")
    export_name, empty_text = "sanctions-hits", _("No hit: no party is like an entry of a list.")

    def get_queryset(self) -> QuerySet[Any]:
        cleared = selectors.cleared_on(timezone.localdate())
        hits: QuerySet[Any] = super().get_queryset().annotate(is_cleared=cleared)
        return hits


class HitPage(RecordPage):
    title = _("Hit of a sanctions list")
    model = models.ScreeningHit
    template_name = "refdata/hit.html"

    def get_queryset(self) -> QuerySet[models.ScreeningHit]:
        return models.ScreeningHit.objects.select_related("party", "owner", "entry")

    def sections(self) -> dict[str, Any]:
        hit, actor = self.object, self.request.actor
        clearances = list(hit.clearances.order_by("-pk"))
        pending = next((row for row in clearances if row.state == InstructionState.PENDING), None)
        today = timezone.localdate()
        may_decide = access.allows(actor, Action.APPROVE_REFDATA)
        may_edit = access.allows(actor, Action.EDIT_REFDATA)
        return {
            "facts": [],
            "who": hit.owner or hit.party,
            "birth_date": hit.owner.birth_date if hit.owner and (may_edit or may_decide) else None,
            "agrees": [words.named(name) for name in hit.agrees],
            "differs": [words.named(name) for name in hit.differs],
            "clearances": clearances,
            "pending": pending,
            "is_cleared": any(
                row.state == InstructionState.APPROVED and row.valid_from <= today <= row.valid_to
                for row in clearances
            ),
            "may_decide": pending and may_decide and pending.proposed_by != actor.name,
            "may_propose": hit.ended_at is None and pending is None and may_edit,
        }


class ProposeFalseHit(ProposalPage):
    title = _("Propose a false hit")
    form_class = FalseHitForm

    def initial(self) -> dict[str, Any]:
        get_object_or_404(models.ScreeningHit, pk=self.kwargs["pk"])
        return {"until": timezone.localdate() + HALF_A_YEAR}

    def propose(self, form: Any) -> models.FalseHit:
        hit = get_object_or_404(models.ScreeningHit, pk=self.kwargs["pk"])
        return services.propose_false_hit(
            hit_id=hit.pk,
            until=form.cleaned_data["until"],
            reason=form.cleaned_data["why"],
            actor=self.request.actor,
            at=timezone.localtime(),
        )


class DecideFalseHit(DecisionPage):
    model = models.FalseHit

    def decide(self, pk: int, *, approve: bool, actor: Actor, at: datetime) -> Proposed:
        return services.decide_false_hit(row_id=pk, approve=approve, actor=actor, at=at)
