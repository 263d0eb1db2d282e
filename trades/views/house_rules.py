"""Rules of the house on screen: written with a check at each key, and kept as versions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from core.access import Action
from core.pages import PageView
from core.unreadable import message_of
from trades import selectors
from trades.forms import HouseRuleForm
from trades.rules.grammar import LENGTH_MAX
from trades.rules.house import is_house_code
from trades.rules.vocabulary import FUNCTIONS, TERMS, Term
from trades.services import house_rules
from trades.views.rule_pages import rule_called


class WriteRule(PageView):
    """A new rule of the house, or the next version of one."""

    title = _("Write a rule")
    action = Action.RESOLVE_EXCEPTION
    template_name = "trades/house_rule.html"

    def get(self, request: HttpRequest, code: str = "") -> HttpResponse:
        return self.show(HouseRuleForm(initial=_standing(code)), code)

    def post(self, request: HttpRequest, code: str = "") -> HttpResponse:
        form = HouseRuleForm(request.POST)
        _standing(code)
        if form.is_valid():
            try:
                row = house_rules.write_rule(
                    draft=form.draft(), code=code, actor=self.request.actor, at=timezone.now()
                )
            except house_rules.UnableToWriteRule as refusal:
                form.add_error(None, message_of(refusal))
            else:
                said = _t("The rule is written. It is silent until somebody else approves it.")
                messages.success(request, said)
                return redirect("rules:rule", row.code)
        return self.show(form, code, status=422)

    def show(self, form: HouseRuleForm, code: str, *, status: int = 200) -> HttpResponse:
        """Show the form beside the names that a rule may use."""
        text = str(form["expression"].value() or "")
        return self.render(
            {
                "form": form,
                "subtitle": code,
                "terms": [_told(term) for term in TERMS],
                "functions": [(one.name, _t(one.meaning)) for one in FUNCTIONS],
                **(_checked(text) if text else {}),
            },
            status=status,
        )


class CheckExpression(PageView):
    """What a text says, or where it is wrong, while it is typed."""

    http_method_names = ["post"]
    action = Action.RESOLVE_EXCEPTION

    def post(self, request: HttpRequest) -> HttpResponse:
        text = request.POST.get("expression", "")[: LENGTH_MAX + 1]
        return self.render(_checked(text) if text.strip() else {}, template="trades/_checked.html")


def _standing(code: str) -> dict[str, Any]:
    """Return what the latest version of a rule says, to be changed; 404 where there is none."""
    if not code:
        return {}
    rule = rule_called(code)
    row = selectors.list_versions_of_rule(code=rule.code).first() if is_house_code(code) else None
    if row is None:
        raise Http404
    names = ("title", "expression", "severity", "owner", "source", "rationale")
    return {name: getattr(row, name) for name in names}


def _checked(text: str) -> dict[str, Any]:
    try:
        expression = house_rules.read_expression(text)
    except house_rules.UnableToWriteRule as refusal:
        return {"wrong": message_of(refusal)}
    return {"used": [_told(term) for term in expression.terms], "is_right": True}


def _told(term: Term) -> tuple[str, str, str]:
    return term.name, _t(term.kind.label), _t(term.meaning)
