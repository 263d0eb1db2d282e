"""Pages of data that one person proposes and another decides."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from core import access, asked, bulk
from core.access import Action
from core.pages import BulkAction, BulkPage, Done, PageView, Selection, words
from kernel.actors import Actor
from kernel.findings import Refusal
from refdata import services
from refdata.models import SettlementInstruction
from refdata.models.proposals import Proposed
from refdata.services import selections
from refdata.states import InstructionState
from refdata.views.records import RecordPage


class ProposedPage(RecordPage):
    """A row that waits for a second person, or what became of it."""

    template_name = "refdata/proposal.html"
    decide_url: ClassVar[str]
    replaceable: ClassVar[bool] = False
    like_url: ClassVar[str] = ""

    def sections(self) -> dict[str, Any]:
        row, actor = self.object, self.request.actor
        pending = row.state == InstructionState.PENDING
        return {
            "may_decide": pending
            and access.allows(actor, Action.APPROVE_REFDATA)
            and row.proposed_by != actor.name,
            "is_own": pending and row.proposed_by == actor.name,
            "may_replace": self.replaceable
            and row.state == InstructionState.APPROVED
            and access.allows(actor, Action.EDIT_REFDATA),
            "like_url": reverse(self.like_url) if self.like_url else "",
            "refuse_url": reverse(self.decide_url, args=[row.pk, "refuse"]),
            "approve_url": reverse(self.decide_url, args=[row.pk, "approve"]),
        }


class DecisionPage(PageView):
    """POST of a decision on a proposed row of `model`."""

    action = Action.APPROVE_REFDATA
    http_method_names = ("post",)
    model: ClassVar[type[Proposed]]

    def post(self, request: HttpRequest, pk: int, decision: str) -> HttpResponse:
        get_object_or_404(self.model, pk=pk)
        saved = self.decide(
            pk, approve=decision == "approve", actor=self.request.actor, at=timezone.now()
        )
        messages.success(request, gettext("Your decision is recorded."))
        return redirect(saved.get_absolute_url())

    def decide(self, pk: int, *, approve: bool, actor: Actor, at: datetime) -> Proposed:
        """Put the row in force or refuse it."""
        return services.decide(model=self.model, row_id=pk, approve=approve, actor=actor, at=at)


class DecideOnePage(DecisionPage):
    """POST of a decision on a row of `table`, which is told to whom it matters."""

    table: ClassVar[str]

    def decide(self, pk: int, *, approve: bool, actor: Actor, at: datetime) -> Proposed:
        return services.decide_one(table=self.table, row_id=pk, approve=approve, actor=actor, at=at)


class DecideManyPage(BulkPage):
    """POST of a decision on the rows of a list of `table`, at once or by a job."""

    action = Action.APPROVE_REFDATA
    job_kind = selections.DECIDE_JOB
    table: ClassVar[str]
    approve: ClassVar[bool]

    def parameters(self, reason: str) -> dict[str, Any]:
        return {"table": self.table, "approve": self.approve}

    def perform(self, chosen: Selection, reason: str) -> Done:
        step = bulk.Step(
            seen=dict.fromkeys(chosen.ids, ""),
            parameters=self.parameters(reason),
            actor=self.request.actor,
            at=timezone.now(),
        )
        n = 0
        for one in bulk.at_once(selections.decide_step, step):
            n += one.refusal is None
            if one.refusal is not None:
                why = words.refusal_sentence(one.refusal)
                messages.warning(self.request, f"{one.label}: {why}" if one.label else why)
        return Done(n, _decided(n, approve=self.approve), explained=True)


def _decided(n: int, *, approve: bool) -> str:
    if approve:
        return ngettext("%(n)s row is approved.", "%(n)s rows are approved.", n) % {"n": n}
    return ngettext("%(n)s row is refused.", "%(n)s rows are refused.", n) % {"n": n}


def decisions(approve_url: str, refuse_url: str) -> tuple[BulkAction, BulkAction]:
    """Return what a list of proposals does with the rows that a person selected."""
    may = Action.APPROVE_REFDATA
    return (
        BulkAction("approve", _("Approve"), approve_url, key="v", primary=True, action=may),
        BulkAction("refuse", _("Refuse"), refuse_url, danger=True, action=may),
    )


class ProposalPage(PageView):
    """A form whose content waits for a second person; what the service refuses stands above it."""

    action = Action.EDIT_REFDATA
    template_name = "refdata/form.html"
    form_class: ClassVar[type[forms.BaseForm]]
    refused: ClassVar[type[Refusal]] = services.UnableToSet
    may_be_past: ClassVar[bool] = False

    def initial(self) -> dict[str, Any]:
        """Return what the empty form starts from."""
        return {"valid_from": timezone.localdate()}

    def propose(self, form: Any) -> Proposed | SettlementInstruction:
        """Save the proposal; raises `refused`."""
        row: Proposed = form.save(commit=False)
        return services.propose(
            row=row,
            actor=self.request.actor,
            at=timezone.localtime(),
            reason=form.cleaned_data["why"],
            may_be_past=self.may_be_past,
        )

    def get(self, request: HttpRequest, **_address: Any) -> HttpResponse:
        return self._shown(self.form_class(initial=self.initial()))

    def post(self, request: HttpRequest, **_address: Any) -> HttpResponse:
        form = self.form_class(request.POST)
        if not form.is_valid():
            return self._shown(form, status=422)
        try:
            saved = self.propose(form)
        except self.refused as refusal:
            return self._shown(form, refusal=refusal, status=422)
        messages.success(request, gettext("Proposed. Somebody else must approve it."))
        return redirect(saved.get_absolute_url())

    def _shown(
        self, form: forms.BaseForm, *, refusal: Refusal | None = None, status: int = 200
    ) -> HttpResponse:
        context: dict[str, Any] = {"form": form, "save_label": _("Propose")}
        if refusal is not None:
            context["refusal"] = refusal
        return self.render(context, status=status)


class LikePage(ProposalPage):
    """A proposal about a party (`?party=`), or one that starts from another row (`?like=`); it may
    have been so for long.
    """

    model: ClassVar[type[Proposed]]
    may_be_past = True

    def initial(self) -> dict[str, Any]:
        like = asked.number(self.request.GET.get("like", ""))
        party = asked.number(self.request.GET.get("party", ""))
        if like is None:
            return super().initial() | ({} if party is None else {"party": party})
        row = get_object_or_404(self.model, pk=like)
        columns: list[str] = self.form_class.Meta.fields  # type: ignore[attr-defined]  # a model form
        same = {name: getattr(row, name) for name in columns if not name.startswith("valid_")}
        return super().initial() | same
