"""The supervisors' queue: in risk order, each version with its difference, one or many decided."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.contrib import messages
from django.db.models import Exists, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from core import access, asked, bulk
from core.access import Action
from core.pages import BulkAction, DetailPage, ListPage, PageView, Tab, Whole, selection, words
from core.pages.columns import (
    AmountColumn,
    DayColumn,
    LinkColumn,
    MomentColumn,
    PriceColumn,
    QuantityColumn,
    StatusColumn,
)
from core.pages.filters import AmountFilter, ChipsFilter, DayFilter, SearchFilter
from core.reasons import reason_of
from core.roles import BROKEN_GLASS
from desk import selectors as desk_selectors
from desk.views.attachments import files_shown
from kernel.actors import Actor
from refdata import selectors as refdata
from trades import selectors
from trades.filters import TalliedFilterSet
from trades.models import Trade, TradeVersion
from trades.services import validation
from trades.states import TradeState
from trades.tables import DealtColumn
from trades.views import totals
from trades.views.terms import changed_terms, deal_of, side_of

SIDES = [("BUY", _("Buy")), ("SELL", _("Sell"))]


class QueueSearch(SearchFilter):
    """What is shown of a trade: references, parties, and what its instrument is called."""

    def about(self, word: str) -> Q:
        return super().about(word) | Q(instrument__in=refdata.find_instruments(word))


class ValidationFilter(TalliedFilterSet):
    tallied_by = {
        "side": "side__in",
        "since": "trade_date__gte",
        "until": "trade_date__lte",
    }
    q = QueueSearch(
        fields=(
            "reference__istartswith",
            "source_reference__istartswith",
            "isin__istartswith",
            "counterparty_code__istartswith",
            "trader_code__istartswith",
        )
    )
    side = ChipsFilter(choices=SIDES, label=_("Side"))
    since = DayFilter(field_name="trade_date", lookup_expr="gte", label=_("Trade date from"))
    until = DayFilter(field_name="trade_date", lookup_expr="lte", label=_("To"))
    above = AmountFilter(field_name="risk_amount_eur", lookup_expr="gte", label=_("From EUR"))
    cancellation = ChipsFilter(
        method="filter_cancellation", choices=[("ASKED", _("Asked"))], label=_("Cancellation")
    )
    second = ChipsFilter(
        method="filter_second", choices=[("yes", _("Begun"))], label=_("Several supervisors")
    )
    amended = ChipsFilter(
        method="filter_amended", choices=[("yes", _("Amended"))], label=_("Version")
    )

    class Meta:
        model = Trade
        fields: list[str] = []

    def filter_cancellation(
        self, queryset: QuerySet[Trade], name: str, value: list[str]
    ) -> QuerySet[Trade]:
        """Keep what somebody asks to be cancelled."""
        return queryset.filter(cancellation_requests__state="ASKED") if value else queryset

    def filter_second(
        self, queryset: QuerySet[Trade], name: str, value: list[str]
    ) -> QuerySet[Trade]:
        """Keep what somebody validated and others must, too."""
        if not value:
            return queryset
        begun = desk_selectors.approvals_of_versions("trade")
        return queryset.filter(Exists(begun))

    def filter_amended(
        self, queryset: QuerySet[Trade], name: str, value: list[str]
    ) -> QuerySet[Trade]:
        """Keep what is not a first version."""
        return queryset.filter(version_no__gt=1) if value else queryset


class ValidatedColumn(tables.Column):
    """Who validated a trade already that takes several supervisors."""

    def __init__(self) -> None:
        super().__init__(verbose_name=_("Validated by"), orderable=False, empty_values=(None, []))

    def render(self, value: list[str]) -> str:
        return ", ".join(value)

    def value(self, value: list[str]) -> str:
        return ", ".join(value)


class ValidationTable(tables.Table):
    reference = LinkColumn("validation:trade", verbose_name=_("Reference"))
    risk_amount_eur = AmountColumn(verbose_name=_("Risk in EUR"))
    request_state = StatusColumn(verbose_name=pgettext_lazy("request", "Cancel"), orderable=False)
    validated_by = ValidatedColumn()
    side = StatusColumn(verbose_name=_("Side"))
    isin = tables.Column(verbose_name="ISIN")
    instrument = DealtColumn(verbose_name=_("Instrument"))
    quantity = QuantityColumn(verbose_name=_("Quantity"))
    price = PriceColumn(verbose_name=_("Price"))
    net_amount = AmountColumn(verbose_name=_("Net amount"))
    currency = tables.Column(verbose_name=_("Currency"))
    counterparty_code = tables.Column(verbose_name=_("Counterparty"))
    trade_date = DayColumn(verbose_name=_("Trade date"))
    version_no = QuantityColumn(verbose_name=_("Version"))
    maker = tables.Column(verbose_name=_("Captured by"))
    book_code = tables.Column(verbose_name=_("Book"))
    trader_code = tables.Column(verbose_name=_("Trader"))
    settlement_date = DayColumn(verbose_name=_("Settlement date"))
    received_at = MomentColumn(verbose_name=_("Received at"))

    class Meta:
        order_by = ("-risk_amount_eur", "pk")


class ValidationQueue(ListPage):
    title = _("Validation")
    action = Action.VIEW_TRADES
    template_name = "trades/validation.html"
    filterset_class = ValidationFilter
    table_class = ValidationTable
    revision_field = "fingerprint"
    tabs = (
        Tab(_("All")),
        Tab(_("Second validation"), "second=yes"),
        Tab(_("Amended"), "amended=yes"),
        Tab(_("Cancellation asked"), "cancellation=ASKED"),
        Tab(_("From 1 million EUR"), "above=1000000"),
    )
    bulk_actions = (
        BulkAction(
            "validate",
            _("Validate"),
            "validation:validate",
            key="v",
            primary=True,
            action=Action.VALIDATE_TRADE,
        ),
        BulkAction(
            "refuse",
            _("Refuse"),
            "validation:refuse",
            danger=True,
            needs_reason=True,
            action=Action.VALIDATE_TRADE,
        ),
    )
    hidden_columns = (
        *("isin", "settlement_date", "received_at", "trader_code", "book_code", "validated_by"),
        "maker",  # amounts of a hundred million need the room; one's own cannot be decided anyway
    )
    export_name = "validation"
    empty_text = _("Nothing waits for validation.")

    def get_queryset(self) -> QuerySet[Trade]:
        return (
            Trade.objects.visible_to(self.request.actor, Action.VIEW_TRADES)
            .in_states(TradeState.PENDING_VALIDATION.value)
            .select_related("instrument")
            .annotate(
                request_state=selectors.open_request(),
                validated_by=desk_selectors.approvers_of("trade"),
            )
        )

    def measure(self, queryset: QuerySet[Trade]) -> Whole:
        tallies = self.filterset.tallied(actor=self.request.actor)
        if tallies is None:
            return totals.of_rows(queryset, cap=self.cap)
        return totals.of_tallies(tallies.filter(state=TradeState.PENDING_VALIDATION.value))

    def row_url(self, record: Trade) -> str:
        return reverse("validation:trade", args=[record.pk])

    def extra_context(self) -> dict[str, Any]:
        limit = desk_selectors.limit_of(actor=self.request.actor, day=timezone.now().date())
        may = access.allows(self.request.actor, Action.VALIDATE_TRADE)
        return {"limit": limit, "may_validate": may}


class ValidationDetail(DetailPage):
    """One version to decide on: its difference, its risk, who made it, and what was waived."""

    title = _("Validation")
    action = Action.VIEW_TRADES
    template_name = "trades/validation_trade.html"

    def get_queryset(self) -> QuerySet[Trade]:
        visible = Trade.objects.visible_to(self.request.actor, Action.VIEW_TRADES)
        return visible.select_related("instrument", "counterparty")

    def extra_context(self) -> dict[str, Any]:
        trade: Trade = self.object
        actor = self.request.actor
        versions = {version.version_no: version for version in trade.versions.all()}
        current = versions.get(trade.version_no)
        before = _last_approved(trade, versions)
        standing = _standing(trade, actor)
        limit = desk_selectors.limit_of(
            actor=actor, day=timezone.now().date(), behalf=standing["behalf"]
        )
        amount = trade.risk_amount_eur
        waiting = selectors.find_request(trade)
        return {
            "asked": waiting,
            "may_decide": selectors.may_decide(waiting, trade=trade, actor=actor),
            "subtitle": trade.reference,
            "version": current,
            "said": current.terms.get("comment", "") if current else "",
            "side": side_of(trade),
            "deal": deal_of(current.terms) if current else None,
            "before": before,
            "difference": tuple(
                changed_terms(before.terms if before else {}, current.terms if current else {})
            ),
            "limit": limit,
            "over_limit": limit is None or amount is None or amount > limit,
            "is_mine": actor.name == trade.maker or actor.name in trade.contributors,
            **standing,
            **_eyes(trade, actor.name, standing["behalf"]),
            "may_validate": trade.state == TradeState.PENDING_VALIDATION
            and access.allows(actor, Action.VALIDATE_TRADE, desk=trade.desk_code),
            "findings": desk_selectors.list_exceptions_of(
                subject_kind="trade", subject_id=trade.pk
            ),
            "approvals": desk_selectors.list_approvals(subject_kind="trade", subject_id=trade.pk),
            "comments": desk_selectors.list_comments(subject_kind="trade", subject_id=trade.pk),
            **files_shown(
                self.request, url=f"/trades/{trade.pk}/attachments/", desk=trade.desk_code
            ),
        }


class DecideOne(PageView):
    """The decision on one version, bound to the fingerprint that the page showed."""

    http_method_names = ["post"]
    action = Action.VALIDATE_TRADE
    approve = True

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        seen = request.POST.get("seen", "")
        reason = request.POST.get("reason", "")
        at = timezone.now()
        if self.approve:
            trade = validation.validate_trade(
                trade_id=pk,
                seen=seen,
                actor=self.request.actor,
                at=at,
                reason=reason,
                asked=asked.number(request.POST.get("asked", "")),
            )
            if trade.state == TradeState.VALIDATED:
                said = _t("%(trade)s is validated.")
            else:
                said = _t("%(trade)s: your validation counts. Somebody else must validate it, too.")
            messages.success(request, said % {"trade": trade.reference})
        else:
            trade = validation.refuse_trade(
                trade_id=pk, seen=seen, reason=reason, actor=self.request.actor, at=at
            )
            messages.success(request, _t("%(trade)s is refused.") % {"trade": trade.reference})
        return redirect("validation:queue")


class DecideMany(PageView):
    """Decisions on a selection: at once when they are few, by a job with progress when many."""

    http_method_names = ["post"]
    action = Action.VALIDATE_TRADE
    title = _("Validation")
    approve = True

    def post(self, request: HttpRequest) -> HttpResponse:
        chosen = selection.resolve(request, path=reverse("validation:queue"))
        seen = {pk: chosen.revisions.get(pk, "") for pk in chosen.ids}
        reason = reason_of(request.POST.get("reason", ""))
        at = timezone.now()
        actor = self.request.actor
        if len(seen) > bulk.AT_ONCE_MAX:
            job = bulk.enqueue(
                kind=validation.JOB_KIND,
                seen=seen,
                parameters={"approve": self.approve, "reason": reason},
                actor=actor,
                at=at,
            )
            return redirect("core:job", job.pk)
        outcomes = validation.decide_many(
            seen=seen, approve=self.approve, reason=reason, actor=actor, at=at
        )
        refused = validation.refusals(outcomes)
        done = len(outcomes) - len(refused)
        waiting = sum(outcome.lacking > 0 for outcome in outcomes)
        (messages.success if done else messages.warning)(request, self.said(done - waiting))
        if waiting:
            messages.info(request, _said_of_waiting(waiting))
        if refused:
            context = {"refused": refused, "done": done, "count": len(outcomes)}
            return self.render(context, template="trades/validation_outcomes.html")
        query = request.POST.get("list_query", "")
        back = reverse("validation:queue")
        return redirect(f"{back}?{query}" if query else back)

    def said(self, count: int) -> str:
        """Say how many were decided."""
        if self.approve:
            return ngettext("%(n)s trade validated", "%(n)s trades validated", count) % {"n": count}
        return ngettext("%(n)s trade refused", "%(n)s trades refused", count) % {"n": count}


def _standing(trade: Trade, actor: Actor) -> dict[str, Any]:
    """Return for whom the reader would decide, or for whom the reader may not, who made it."""
    made_by = {trade.maker, *trade.contributors}
    right, desk = Action.VALIDATE_TRADE, trade.desk_code
    behalf = access.behalf_of(actor, right, desk=desk, made_by=made_by)
    barred = access.lenders_of(actor, right, desk=desk) if behalf is None else []
    return {
        "behalf": behalf or "",
        "barred_for": barred,
        "with_broken_glass": behalf == BROKEN_GLASS,
    }


def _eyes(trade: Trade, name: str, behalf: str) -> dict[str, Any]:
    """Return how many supervisors the trade takes, who validated it so far, if the reader did."""
    needed = desk_selectors.validations_needed(day=timezone.now().date())(trade.risk_amount_eur)
    by = desk_selectors.approvals_of_versions("trade", of=trade)
    waits = trade.state == TradeState.PENDING_VALIDATION
    so_far = list(by.values_list("checker", "on_behalf_of")) if waits else []
    lent = behalf not in ("", BROKEN_GLASS)
    did = any(name in pair or (lent and behalf in pair) for pair in so_far)
    said = [words.actor_said(*pair) for pair in so_far]
    return {"needed": needed, "so_far": said, "did_already": did}


def _said_of_waiting(count: int) -> str:
    return ngettext(
        "%(n)s trade takes somebody else, too: your validation of it counts",
        "%(n)s trades take somebody else, too: your validation of them counts",
        count,
    ) % {"n": count}


def _last_approved(trade: Trade, versions: dict[int, TradeVersion]) -> TradeVersion | None:
    """Return what to compare with: the version approved last, else the one before."""
    approved = desk_selectors.find_approved(subject_kind="trade", subject_id=trade.pk)
    if approved is not None and approved.version_no < trade.version_no:
        return versions.get(approved.version_no)
    return versions.get(trade.version_no - 1)
