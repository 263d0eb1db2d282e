"""Everything about one trade on one screen; other rooms add their panels through a setting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from core import access
from core.access import Action
from core.pages import DetailPage, PageView
from desk import selectors as desk_selectors
from desk import services as desk
from trades import selectors
from trades.models import Trade, TradeVersion
from trades.views.terms import changed_terms, charges_of


@dataclass(frozen=True, slots=True)
class Panel:
    """What another room shows about a trade: a title, a template and its context."""

    title: str | Promise
    template: str
    context: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """A version with what it changed: (label, before, after)."""

    version: TradeVersion
    changes: Sequence[tuple[str | Promise, str, str]]


class TradeDetail(DetailPage):
    action = Action.VIEW_TRADES
    template_name = "trades/detail.html"
    title = _("Trade")

    def get_queryset(self) -> QuerySet[Trade]:
        return selectors.list_trades(actor=self.request.actor).select_related(
            "instrument", "counterparty", "settlement_instruction"
        )

    def extra_context(self) -> dict[str, Any]:
        trade: Trade = self.object
        actor = self.request.actor
        desk_code = trade.desk_code
        open_ = trade.state != "CLOSED"
        asked = selectors.find_request(trade)
        versions = list(shown_versions(trade.pk))
        message = versions[-1].version.execution
        return {
            "title": trade.reference,
            "message": message,
            "release": selectors.find_release(execution_id=message.pk),
            "versions": versions,
            "said": versions[0].version.terms.get("comment", ""),
            "charges": charges_of(versions[0].version.terms),
            "exceptions": desk_selectors.list_exceptions_of(
                subject_kind="trade", subject_id=trade.pk
            ),
            "approvals": selectors.list_decisions(trade_id=trade.pk),
            "comments": desk_selectors.list_comments(subject_kind="trade", subject_id=trade.pk),
            "panels": _panels(trade),
            "asked": asked,
            "may_decide": selectors.may_decide(asked, trade=trade, actor=actor),
            "may_amend": open_ and access.allows(actor, Action.AMEND_TRADE, desk=desk_code),
            "may_validate": trade.state == "PENDING_VALIDATION"
            and access.allows(actor, Action.VALIDATE_TRADE, desk=desk_code),
            "may_comment": access.allows(actor, Action.RESOLVE_EXCEPTION, desk=desk_code),
        }


class CommentTrade(PageView):
    """Say something about a trade, for ever."""

    http_method_names = ["post"]
    action = Action.RESOLVE_EXCEPTION

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        trade = get_object_or_404(selectors.list_trades(actor=self.request.actor), pk=pk)
        desk.comment(
            subject_kind="trade",
            subject_id=trade.pk,
            text=request.POST.get("text", ""),
            actor=self.request.actor,
            at=timezone.now(),
        )
        messages.success(request, _t("The comment is kept."))
        return redirect("trades:detail", trade.pk)


def shown_versions(trade_id: int) -> Iterator[ShownVersion]:
    """Yield the versions, latest first, each with what it changed."""
    versions = list(selectors.list_versions(trade_id=trade_id))
    for version, before in zip(versions, [*versions[1:], None], strict=True):
        changes = changed_terms(before.terms, version.terms) if before else ()
        yield ShownVersion(version=version, changes=tuple(changes))


def _panels(trade: Trade) -> Sequence[Panel]:
    source = getattr(settings, "TRADE_PANELS", "")
    return tuple(import_string(source)(trade)) if source else ()
