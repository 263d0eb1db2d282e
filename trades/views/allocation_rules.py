"""Allocation rules on screen: the list, one rule, and a form to propose the next."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import access, asked
from core.access import Action
from core.pages import DetailPage, ListPage, PageView, Tab
from desk.states import SettingState
from trades import selectors
from trades.filters import AllocationRuleFilter
from trades.forms import AllocationRuleForm, PercentForms
from trades.models import AllocationRule
from trades.services import allocation_rules
from trades.tables import AllocationRuleTable


class RuleList(ListPage):
    title = _("Allocation rules")
    action = Action.VIEW_TRADES
    filterset_class = AllocationRuleFilter
    table_class = AllocationRuleTable
    tabs = (
        Tab(_("All")),
        Tab(_("To approve"), "state=PROPOSED"),
        Tab(pgettext_lazy("rule", "Approved"), "state=APPROVED"),
    )
    create_url, create_label = "/trades/allocation-rules/new/", _("Propose a rule")
    create_action = Action.EDIT_REFDATA
    export_name = "allocation-rules"
    empty_text = _("No allocation rule yet: blocks are shared out by hand.")

    def get_queryset(self) -> QuerySet[AllocationRule]:
        return selectors.list_allocation_rules(actor=self.request.actor)


class RulePage(DetailPage):
    title = _("Allocation rule")
    action = Action.VIEW_TRADES
    template_name = "trades/allocation_rule.html"

    def get_queryset(self) -> QuerySet[AllocationRule]:
        return selectors.list_allocation_rules(actor=self.request.actor)

    def extra_context(self) -> dict[str, Any]:
        rule: AllocationRule = self.object
        actor = self.request.actor
        waits = rule.state == SettingState.PROPOSED
        return {
            "subtitle": str(rule),
            "percents": [(account, Decimal(text)) for account, text in rule.percents.items()],
            "left": Decimal(100) - sum(map(Decimal, rule.percents.values())),
            "may_decide": waits
            and rule.proposed_by != actor.name
            and access.allows(actor, Action.APPROVE_REFDATA),
            "is_own": waits and rule.proposed_by == actor.name,
            "may_propose": access.allows(actor, Action.EDIT_REFDATA),
        }


class ProposeRule(PageView):
    """A rule from a day on; from another one, what that says stands there already."""

    title = _("Propose an allocation rule")
    action = Action.EDIT_REFDATA
    template_name = "trades/allocation_rule_new.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        rules = selectors.list_allocation_rules(actor=self.request.actor)
        before = rules.filter(pk=asked.number(request.GET.get("from", "")) or 0).first()
        return self._shown(AllocationRuleForm.of(before), PercentForms.of(before))

    def post(self, request: HttpRequest) -> HttpResponse:
        form, rows = AllocationRuleForm(request.POST), PercentForms(request.POST)
        if "more" in request.POST:
            return self._shown(form, rows.longer())
        if not (form.is_valid() and rows.is_valid()):
            return self._shown(form, rows, status=422)
        try:
            rule = allocation_rules.propose_rule(
                terms=allocation_rules.RuleTerms(percents=rows.percents(), **form.terms()),
                reason=form.cleaned_data["reason"],
                actor=self.request.actor,
                at=timezone.localtime(),
            )
        except allocation_rules.UnableToSetRule as refusal:
            return self._shown(form, rows, refusal=refusal, status=422)
        messages.success(request, _t("Proposed. Somebody else must approve it."))
        return redirect(rule)

    def _shown(
        self, form: AllocationRuleForm, rows: PercentForms, *, status: int = 200, **more: Any
    ) -> HttpResponse:
        return self.render({"form": form, "rows": rows, **more}, status=status)


class DecideRule(PageView):
    """Put a proposed rule in force, or refuse it."""

    http_method_names = ["post"]
    action = Action.APPROVE_REFDATA
    approve = True

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        rules = selectors.list_allocation_rules(actor=self.request.actor)
        rule = get_object_or_404(rules, pk=pk)
        allocation_rules.decide_rule(
            rule_id=rule.pk, approve=self.approve, actor=self.request.actor, at=timezone.now()
        )
        messages.success(request, _t("Your decision is recorded."))
        return redirect(rule)
