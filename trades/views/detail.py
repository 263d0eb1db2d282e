"""Everything about one trade on one screen; other rooms add their panels through a setting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from core import access, asked
from core.access import Action
from core.pages import DetailPage, PageView, formats
from core.pages.fields import AskedDayField, MomentField
from desk import selectors as desk_selectors
from desk import services as desk
from desk.facts import Place
from desk.views.attachments import Download, OfAttachment, Withdraw, files_shown, uploads_in
from desk.views.mentions import tell_who_was_not_reached
from kernel.calendars import is_plausible
from kernel.findings import Refusal
from trades import selectors
from trades.facts import ALLOCATION_SOURCE
from trades.models import Trade, TradeVersion
from trades.views import settling
from trades.views.allocation import shown_on_trade
from trades.views.terms import changed_terms, charges_of, compared_terms, deal_of, side_of

MOMENTS_SHOWN = 30


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


class UnreadableMoment(Refusal):
    """What was asked for is no moment."""

    code = "UNREADABLE_MOMENT"


class NotYetCaptured(Refusal):
    """The trade was not there yet."""

    code = "NOT_YET_CAPTURED"
    status_code = 404


class TradeDetail(DetailPage):
    """A trade as it stands; with `?at=` as it stood at that moment, to read only."""

    action = Action.VIEW_TRADES
    template_name = "trades/detail.html"
    title = _("Trade")

    def get_queryset(self) -> QuerySet[Trade]:
        return selectors.list_trades(actor=self.request.actor).select_related(
            "instrument__venue", "counterparty", "settlement_instruction", "block", "share_of"
        )

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.GET.get("at"):
            return super().get(request, *args, **kwargs)
        trade: Trade = self.get_object()
        stood = selectors.trade_as_of(trade_id=trade.pk, at=moment_asked(request.GET["at"]))
        if stood is None:
            raise NotYetCaptured(_t("The trade had not been captured then."))
        versions = list(shown(stood.versions))
        message = versions[-1].version.execution
        release = selectors.find_release(execution_id=message.pk)
        return self.render(
            {
                "object": stood.trade,
                "title": trade.reference,
                "as_of": stood.at,
                "as_of_typed": formats.moment(stood.at),
                "message": message,
                "release": release if release and release.at <= stood.at else None,
                "versions": versions,
                "said": versions[0].version.terms.get("comment", ""),
                "deal": deal_of(versions[0].version.terms),
                "side": side_of(stood.trade),
                "place": settling.place_then(stood.trade, versions[0].version.terms),
                "exceptions": stood.exceptions,
                "approvals": stood.approvals,
                "comments": stood.comments,
                "asked": stood.asked,
                "stood": stood.allocated,
                "moments": _moments(trade),
            }
        )

    def extra_context(self) -> dict[str, Any]:
        trade: Trade = self.object
        actor = self.request.actor
        desk_code = trade.desk_code
        open_ = trade.state != "CLOSED"
        request = selectors.find_request(trade)
        versions = list(shown(list(selectors.list_versions(trade_id=trade.pk))))
        message = versions[-1].version.execution
        rows = _rows_about(trade)
        return {
            "title": trade.reference,
            "moments": _moments(trade, known=rows),
            "message": message,
            "release": selectors.find_release(execution_id=message.pk),
            "versions": versions,
            "said": versions[0].version.terms.get("comment", ""),
            "charges": charges_of(versions[0].version.terms),
            "deal": deal_of(versions[0].version.terms),
            "side": side_of(trade),
            "exceptions": rows["exception"],
            "approvals": rows["approval"],
            "comments": rows["comment"],
            "panels": _panels(trade),
            "nameless": open_ and trade.counterparty_id is None and trade.counterparty_code,
            "asked": request,
            "may_decide": selectors.may_decide(request, trade=trade, actor=actor),
            "may_capture": access.allows(actor, Action.CAPTURE_TRADE),
            "may_amend": open_
            and trade.source_system != ALLOCATION_SOURCE
            and access.allows(actor, Action.AMEND_TRADE, desk=desk_code),
            "may_validate": trade.state == "PENDING_VALIDATION"
            and access.allows(actor, Action.VALIDATE_TRADE, desk=desk_code),
            **shown_on_trade(self.request, trade),
            **settling.shown_on_trade(self.request, trade),
            **settling.place_on_trade(trade, versions[0].version.terms),
            "may_comment": access.allows(actor, Action.RESOLVE_EXCEPTION, desk=desk_code),
            **files_shown(self.request, url=f"/trades/{trade.pk}/attachments/", desk=desk_code),
        }


class CompareVersions(DetailPage):
    """Two versions of a trade beside each other, each with its author, reason and message."""

    action = Action.VIEW_TRADES
    template_name = "trades/compare.html"
    title = _("Versions")

    def get_queryset(self) -> QuerySet[Trade]:
        return selectors.list_trades(actor=self.request.actor)

    def extra_context(self) -> dict[str, Any]:
        trade: Trade = self.object
        versions = {one.version_no: one for one in selectors.list_versions(trade_id=trade.pk)}
        one = _chosen(self.request.GET.get("one"), versions, max(trade.version_no - 1, 1))
        other = _chosen(self.request.GET.get("other"), versions, trade.version_no)
        return {
            "subtitle": trade.reference,
            "versions": sorted(versions),
            "one": one,
            "other": other,
            "terms": list(compared_terms(one.terms, other.terms)),
        }


def _chosen(text: str | None, versions: Mapping[int, TradeVersion], otherwise: int) -> TradeVersion:
    """Return the version that was asked for; one that does not exist is not found."""
    number = otherwise if text is None else asked.number(text)
    if number is None or number not in versions:
        raise Http404
    return versions[number]


def moment_asked(text: str) -> datetime:
    """Return the moment that an address says (ISO 8601), or a box, as people type it.

    It is of the house's zone unless it says its own; a day alone is its end. Raises
    UnreadableMoment.
    """
    try:
        return _typed_moment(text.strip()).astimezone(UTC)
    except (ValueError, OverflowError, ValidationError):
        raise UnreadableMoment(_t("“%(text)s” is not a moment.") % {"text": text[:40]}) from None


def _typed_moment(text: str) -> datetime:
    if not text.isascii():
        raise ValueError(text)
    if "T" in text:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
        if not is_plausible(moment):
            raise ValueError(text)
        return moment if moment.tzinfo else timezone.make_aware(moment)
    if len(text) <= len("2026-11-20"):
        day = AskedDayField().clean(text)
        return timezone.make_aware(datetime.combine(day, time.max))
    typed: datetime = MomentField().clean(text)
    return typed


def _rows_about(trade: Trade) -> dict[str, list[Any]]:
    """Return what was found, decided and said about a trade, each read once."""
    return {
        "exception": list(
            desk_selectors.list_exceptions_of(subject_kind="trade", subject_id=trade.pk)
        ),
        "approval": list(selectors.list_decisions(trade_id=trade.pk)),
        "comment": list(desk_selectors.list_comments(subject_kind="trade", subject_id=trade.pk)),
    }


def _moments(trade: Trade, **known: Any) -> list[tuple[datetime, str]]:
    return selectors.moments_of_trade(trade_id=trade.pk, **known)[:MOMENTS_SHOWN]


class CommentTrade(PageView):
    """Say something about a trade, for ever."""

    http_method_names = ["post"]
    action = Action.RESOLVE_EXCEPTION

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        trade = get_object_or_404(selectors.list_trades(actor=self.request.actor), pk=pk)
        said = desk.comment(
            subject_kind="trade",
            subject_id=trade.pk,
            text=request.POST.get("text", ""),
            actor=self.request.actor,
            at=timezone.now(),
            uploads=uploads_in(self.request),
            place=Place(
                url=trade.get_absolute_url(), desk_code=trade.desk_code, action=Action.VIEW_TRADES
            ),
        )
        tell_who_was_not_reached(self.request, said)
        messages.success(request, _t("The comment is kept."))
        return redirect("trades:detail", trade.pk)


class OnTrade(OfAttachment):
    subject_kind = "trade"

    def find_subject(self, pk: int) -> Trade:
        return get_object_or_404(selectors.list_trades(actor=self.request.actor), pk=pk)


class DownloadAttachment(OnTrade, Download):
    """A file beside a comment on a trade."""


class WithdrawAttachment(OnTrade, Withdraw):
    """Withdraw a file beside a comment on a trade."""


def shown(versions: Sequence[TradeVersion]) -> Iterator[ShownVersion]:
    """Yield the versions, latest first as they are given, each with what it changed."""
    for version, before in zip(versions, [*versions[1:], None], strict=True):
        changes = changed_terms(before.terms, version.terms) if before else ()
        yield ShownVersion(version=version, changes=tuple(changes))


def _panels(trade: Trade) -> Sequence[Panel]:
    source = getattr(settings, "TRADE_PANELS", "")
    return tuple(import_string(source)(trade)) if source else ()
