"""One rule on screen: its numbers, how often it speaks, where it is proven, and its changes."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
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
from trades import selectors
from trades.forms import RuleForm
from trades.rules import RULE_BY_CODE, shelf
from trades.rules.house import UNCHECKED, codes_of, is_house_code
from trades.rules.page import lives_in
from trades.rules.rule import BookLine
from trades.rules.scopes import ScopeKind
from trades.services import house_rules
from trades.services.book import in_force as settings_of
from trades.services.book import limits_in_force

BACK_TESTS_SHOWN: Final = 5
PARAMETERS = {
    "tolerance": _("tolerance"),
    "maximum": _("maximum"),
    "maximum_age": _("maximum age"),
    "from": _("from"),
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
    "percent": _("percent"),
    "least": _("at least"),
    "times": _("threshold"),
    "days": _("history"),
    "count": _("count"),
    "eve": _("eve"),
    "ahead": _("days ahead"),
    "away": _("off the market"),
    "times_put_off": _("put off"),
    "age": _("age"),
    "internal": _("age of internal trades"),
    "people": _("people"),
    "version": _("version"),
}


class RulePage(PageView):
    """One rule: what it says and why, its numbers over time, and a form to change them."""

    title = _("Rule book")
    action = Action.VIEW_TRADES
    template_name = "trades/rule.html"

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        return self.show(found_called(code))

    def show(self, found: shelf.Found, form: RuleForm | None = None) -> HttpResponse:
        """Show the rule; with a `form` that was refused, as it was typed."""
        rule, book = found
        code = rule.code
        today = settings_of(day=timezone.now().date())
        in_force = limits_in_force(code, today.everywhere)
        statistics = book.statistics(selectors.EVER, timezone.now())
        numbers = statistics.of(codes_of(code))
        actor = self.request.actor
        parameters = parameters_of(rule, in_force)
        changes = list(desk_selectors.list_settings().filter(code=code))
        new = not changes and is_house_code(code)
        shown = form or RuleForm(parameters=parameters, active=in_force is not None or new)
        if not can_be_tried(code):
            shown.leave_out_trades()
        return self.render(
            {
                "rule": rule,
                "subtitle": rule.code,
                "rule_title": _t(rule.title),
                "rule_source": _t(rule.source),
                "rationale": _t(rule.rationale),
                "family": _t(rule.family.label),
                **_proven(rule, book),
                "owner": _t(rule.owner.label),
                "active": in_force is not None,
                "parameters": parameters,
                "form": shown,
                "can_be_tried": can_be_tried(code),
                "changes": [
                    (row, parameters_of(rule, row.parameters), scope_label(row.scope))
                    for row in changes
                ],
                "revertible": _latest_of_each_scope(changes),
                "apart": [
                    (scope_label(scope), parameters_of(rule, own), own is not None)
                    for scope in sorted(today.scopes_of(code))
                    for own in [today.scoped[scope][code]]
                ],
                "version_in_force": (in_force or {}).get("version"),
                "versions": selectors.list_versions_of_rule(code=code),
                "back_tests": selectors.list_back_tests().filter(code=code)[:BACK_TESTS_SHOWN],
                "judged": statistics.judged,
                "numbers": numbers,
                "hit_rate": statistics.hit_rate(numbers),
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
        found = found_called(code)
        rule, _book = found
        form = RuleForm(request.POST, parameters=parameters_of(rule, {}))
        if not form.is_valid():
            return self.show(found, form)
        try:
            house_rules.require_version(code=rule.code, parameters=form.parameters())
            settings.propose_setting(
                code=rule.code,
                active=form.cleaned_data["active"],
                parameters=form.parameters(),
                scope=form.scope,
                valid_from=form.cleaned_data["valid_from"],
                reason=form.cleaned_data["reason"],
                actor=self.request.actor,
                at=timezone.now(),
            )
        except settings.UnableToPropose as refusal:
            form.add_error(None, message_of(refusal))
            return self.show(found, form)
        messages.success(request, _t("The change is proposed: somebody else must approve it."))
        return redirect("rules:rule", rule.code)


class RevertSetting(PageView):
    """Propose what stood before a change: one click of one person, one of another."""

    http_method_names = ["post"]
    action = Action.RESOLVE_EXCEPTION

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        rule = rule_called(get_object_or_404(ControlRule, pk=pk).code)
        settings.propose_revert(
            setting_id=pk,
            defaults={name: str(n) for name, n in rule.defaults().items()},
            runs_unset=not is_house_code(rule.code),
            actor=self.request.actor,
            at=timezone.now(),
        )
        messages.success(
            request, _t("What stood before is proposed: somebody else must approve it.")
        )
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


def scope_label(scope: str) -> str:
    """Write where a setting holds, as people say it."""
    kind, _colon, code = scope.partition(":")
    return f"{_t(ScopeKind(kind).label)} {code}" if code else _t("Everywhere")


def _latest_of_each_scope(changes: Sequence[ControlRule]) -> set[int]:
    """Return the changes that can be taken back: the latest approved one of each scope."""
    latest: dict[str, int] = {}
    for row in changes:
        if row.state == "APPROVED":
            latest.setdefault(row.scope, row.pk)
    return set(latest.values())


def _proven(rule: BookLine[Any], book: shelf.Book) -> dict[str, str]:
    """Return where a rule is written, and where the suite has it speak: those of the house are
    tried on the past instead.
    """
    tested_in = "" if is_house_code(rule.code) else book.tested_in
    return {"lives_in": lives_in(rule), "tested_in": tested_in}


def found_called(code: str) -> shelf.Found:
    """Return the rule of a code and the book that it stands in, or answer that there is none."""
    found = shelf.rule_called(code.removesuffix(UNCHECKED))
    if found is None:
        raise Http404
    return found


def rule_called(code: str) -> BookLine[Any]:
    """Return the rule of a code, whichever book it stands in, or answer that there is none."""
    return found_called(code)[0]


def can_be_tried(code: str) -> bool:
    """Say whether a rule is about trades: those of the past are there to be judged again."""
    return code in RULE_BY_CODE or is_house_code(code)


def parameters_of(rule: BookLine[Any], setting: Any) -> list[dict[str, Any]]:
    """Return the numbers of a rule as a setting has them, with their words."""
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
