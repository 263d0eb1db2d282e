"""Settlement instructions: propose, look, approve or refuse."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import asked
from core.access import Action
from core.pages import PageView
from refdata import services
from refdata.forms import InstructionForm
from refdata.models import SettlementInstruction
from refdata.states import InstructionState
from refdata.views.proposals import ProposalPage, ProposedPage
from refdata.views.records import facts_of

COMPARED = (
    "currency",
    "asset_class",
    "account",
    "place_of_settlement",
    "agent_bic",
    "account_number",
    "valid_from",
    "valid_to",
)


class InstructionPage(ProposedPage):
    title = _("Standing settlement instruction")
    model = SettlementInstruction
    template_name = "refdata/instruction.html"
    decide_url = "refdata:instruction_decide"
    replaceable = True

    def get_queryset(self) -> QuerySet[SettlementInstruction]:
        return SettlementInstruction.objects.select_related("party", "account", "replaces__account")

    def sections(self) -> dict[str, Any]:
        return super().sections() | {
            "seen": services.fingerprint(self.object),
            "differences": differences(self.object),
        }


def differences(instruction: SettlementInstruction) -> list[tuple[str, str, str]]:
    """Return (column, before, after) of what a change would alter; empty for a new one."""
    replaced = instruction.replaces
    if replaced is None:
        return []
    before = {str(fact.label): fact.value for fact in facts_of(replaced)}
    after = {str(fact.label): fact.value for fact in facts_of(instruction)}
    columns = {column.name: str(column.verbose_name) for column in replaced._meta.concrete_fields}
    labels = [columns[name][:1].upper() + columns[name][1:] for name in COMPARED]
    return [
        (label, before.get(label, ""), after.get(label, ""))
        for label in labels
        if before.get(label, "") != after.get(label, "")
    ]


class ProposePage(ProposalPage):
    """A new instruction, with `?replaces=` a change of an approved one, with `?like=` one beside
    another: what else the address says of it goes before.
    """

    title = _("Propose a settlement instruction")
    form_class = InstructionForm
    refused = services.UnableToPropose

    def initial(self) -> dict[str, Any]:
        initial = super().initial()
        replaced = asked.number(self.request.GET.get("replaces", ""))
        party = asked.number(self.request.GET.get("party", ""))
        if replaced is not None:
            old = get_object_or_404(
                SettlementInstruction, pk=replaced, state=InstructionState.APPROVED
            )
            same = ("party", "account", *COMPARED[:6])
            initial |= {name: getattr(old, name) for name in same} | {"replaces": old.pk}
        elif party is not None:
            initial |= self._beside(party)
        return initial

    def _beside(self, party: int) -> dict[str, Any]:
        """Return the terms of one that lies beside `like`, for what the address says."""
        given = self.request.GET
        said: dict[str, Any] = {"party": party}
        like = asked.number(given.get("like", ""))
        if like is not None:
            near = get_object_or_404(SettlementInstruction, pk=like, party=party)
            said |= {name: getattr(near, name) for name in COMPARED[:6]}
        if given.get("any_account"):
            said["account"] = None
        said |= {name: given[name] for name in ("currency", "asset_class") if name in given}
        days = {name: asked.day(given.get(name, "")) for name in ("valid_from", "valid_to")}
        return said | {name: day for name, day in days.items() if day is not None}

    def propose(self, form: InstructionForm) -> SettlementInstruction:
        return services.propose_instruction(
            instruction=form.save(commit=False),
            actor=self.request.actor,
            at=timezone.now(),
            reason=form.cleaned_data["why"],
        )


class DecisionPage(PageView):
    """POST of a decision on a pending instruction, with the fingerprint that was shown."""

    action = Action.APPROVE_REFDATA
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int, decision: str) -> HttpResponse:
        decide = {
            "approve": services.approve_instruction,
            "refuse": services.refuse_instruction,
        }[decision]
        get_object_or_404(SettlementInstruction, pk=pk)
        saved = decide(
            instruction_id=pk,
            seen=request.POST.get("seen", ""),
            actor=self.request.actor,
            at=timezone.now(),
            reason=request.POST.get("reason", ""),
        )
        messages.success(request, gettext("Your decision is recorded."))
        return redirect(saved.get_absolute_url())
