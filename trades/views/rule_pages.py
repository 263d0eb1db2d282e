"""The rule book on screen: every rule with its numbers, how often it speaks, and their changes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from core import access
from core.access import Action
from core.pages import PageView
from core.unreadable import message_of
from desk import selectors as desk_selectors
from desk.models import ControlRule
from desk.services import settings
from trades.forms import RuleForm
from trades.rules import RULE_BOOK, RULE_BY_CODE
from trades.rules.rule import Rule

FAMILIES = {
    "TRD-1": _("Completeness and identifiers"),
    "TRD-2": _("Dates and calendars"),
    "TRD-3": _("Economics"),
    "TRD-4": _("Prices"),
    "TRD-5": _("Duplicates"),
    "TRD-6": _("Limits"),
    "TRD-7": _("Timeliness"),
    "TRD-8": _("Currencies, repos and loans"),
}

PARAMETERS = {
    "tolerance": _("tolerance"),
    "maximum": _("maximum"),
    "maximum_age": _("maximum age"),
    "within": _("within"),
    "cut_off": _("cut-off"),
    "equity": _("share"),
    "bond": _("bond"),
    "etf": "ETF",
    "fund": _("fund"),
    "derivative": _("derivative"),
    "security": _("purchase or sale"),
    "exchange": _("exchange of currencies"),
    "spot": _("spot"),
    "forward": _("forward"),
    "rate": _("rate"),
    "fee": _("lending fee"),
    "haircut": _("haircut"),
    "margin": _("margin"),
    "start": _("start of a repo or loan"),
    "night_from": _("night from"),
    "night_to": _("night to"),
    "share": _("share of the limit"),
}


class RuleBookPage(PageView):
    title = _("Rule book")
    action = Action.VIEW_TRADES
    template_name = "trades/rules.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        in_force = desk_selectors.settings_in_force(day=timezone.now().date())
        judged, hits = desk_selectors.hit_rates()
        waiting = set(
            desk_selectors.list_settings().filter(state="PROPOSED").values_list("code", flat=True)
        )
        rows = [
            {
                "rule": rule,
                "family": FAMILIES[rule.family],
                "title": _t(rule.title),
                "active": in_force.get(rule.code, {}) is not None,
                "parameters": _parameters(rule, in_force.get(rule.code, {})),
                "hits": hits.get(rule.code, 0),
                "rate": Decimal(hits.get(rule.code, 0)) / judged if judged else None,
                "waiting": rule.code in waiting,
            }
            for rule in RULE_BOOK
        ]
        return self.render({"rows": rows, "judged": judged})


class RulePage(PageView):
    """One rule: what it says and why, its numbers over time, and a form to change them."""

    title = _("Rule book")
    action = Action.VIEW_TRADES
    template_name = "trades/rule.html"

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        return self.show(_rule(code))

    def show(self, rule: Rule, form: RuleForm | None = None) -> HttpResponse:
        """Show the rule; with a `form` that was refused, as it was typed."""
        code = rule.code
        in_force = desk_selectors.settings_in_force(day=timezone.now().date()).get(code, {})
        judged, hits = desk_selectors.hit_rates()
        actor = self.request.actor
        parameters = _parameters(rule, in_force)
        return self.render(
            {
                "rule": rule,
                "subtitle": rule.code,
                "rule_title": _t(rule.title),
                "rule_source": _t(rule.source),
                "rationale": _t(rule.rationale),
                "active": in_force is not None,
                "parameters": parameters,
                "form": form or RuleForm(parameters=parameters, active=in_force is not None),
                "changes": [
                    (row, _parameters(rule, row.parameters))
                    for row in desk_selectors.list_settings().filter(code=code)
                ],
                "judged": judged,
                "hits": hits.get(code, 0),
                "may_propose": access.allows(actor, Action.RESOLVE_EXCEPTION),
                "may_decide": access.allows(actor, Action.WAIVE_EXCEPTION),
            },
            status=422 if form else 200,
        )


class ProposeSetting(RulePage):
    """Ask for a change; it is in force only after somebody else approved it."""

    http_method_names = ["post"]
    action = Action.RESOLVE_EXCEPTION

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        rule = _rule(code)
        form = RuleForm(request.POST, parameters=_parameters(rule, {}))
        if not form.is_valid():
            return self.show(rule, form)
        try:
            settings.propose_setting(
                code=rule.code,
                active=form.cleaned_data["active"],
                parameters=form.parameters(),
                valid_from=form.cleaned_data["valid_from"],
                reason=form.cleaned_data["reason"],
                actor=self.request.actor,
                at=timezone.now(),
            )
        except settings.UnableToPropose as refusal:
            form.add_error(None, message_of(refusal))
            return self.show(rule, form)
        messages.success(request, _t("The change is proposed: somebody else must approve it."))
        return redirect("rules:rule", rule.code)


class DecideSetting(PageView):
    http_method_names = ["post"]
    action = Action.WAIVE_EXCEPTION
    approve = True

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not ControlRule.objects.filter(pk=pk).exists():
            raise Http404
        row = settings.decide_setting(
            setting_id=pk, approve=self.approve, actor=self.request.actor, at=timezone.now()
        )
        said = _t("The change is approved.") if self.approve else _t("The change is refused.")
        messages.success(request, said)
        return redirect("rules:rule", row.code)


def _rule(code: str) -> Rule:
    if code not in RULE_BY_CODE:
        raise Http404
    return RULE_BY_CODE[code]


def _parameters(rule: Rule, setting: Any) -> list[dict[str, Any]]:
    return [
        {
            "name": parameter.name,
            "label": PARAMETERS.get(parameter.name, parameter.name),
            "unit": _t(parameter.unit),
            "default": parameter.default,
            "value": Decimal((setting or {}).get(parameter.name, parameter.default)),
        }
        for parameter in rule.parameters
    ]
