"""Filters of the lists of this room."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any, ClassVar, Final

import django_filters
from django import forms
from django.core.validators import EMPTY_VALUES
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.access import Action
from core.pages.filters import (
    ChipsFilter,
    DayFilter,
    KeyFilter,
    ListFilterSet,
    MomentDayFilter,
    SearchFilter,
)
from kernel.actors import Actor
from kernel.numbering import spans
from refdata import selectors as refdata
from trades import selectors
from trades.models import (
    PRODUCT_CLASSES,
    AllocationRule,
    BackTest,
    BackTestTrade,
    CaptureBatch,
    Execution,
    FixMessage,
    FixSession,
    KnownAs,
    Replayed,
    Tally,
    Trade,
    TradeQuerySet,
    labelled,
)
from trades.states import (
    BackTestState,
    BlockState,
    Channel,
    FixDisposition,
    FixLineState,
    FixOutcome,
    Outcome,
    Side,
    TradeState,
)

OWN_REFERENCE: Final = re.compile(r"T\d{3,15}", re.ASCII)
PROPOSALS: Final = [
    ("PROPOSED", _("Proposed")),
    ("APPROVED", _("Approved")),
    ("REFUSED", _("Refused")),
]


class TradeSearch(SearchFilter):
    """Our reference, the sender's reference, or what an instrument is called; each by an index.

    Of several words one may start the sender's reference; all others name the instrument together.
    """

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        named: dict[str, set[int]] = {}
        for word in (value or "").split():
            if OWN_REFERENCE.fullmatch(word.upper()):
                qs = qs.filter(_numbered(word[1:]))
            else:
                named[word] = set(refdata.find_instruments(word))
        return qs.filter(_either(named)) if named else qs


def _numbered(digits: str) -> Q:
    """Return "our reference starts with these digits": it is the number of the trade."""
    wanted = Q()
    for first, last in spans(digits):
        wanted |= Q(pk__gte=first, pk__lte=last)
    return wanted


def called(reference: str) -> Q:
    """Return "this is our reference of the trade", in a way that an index answers."""
    if not OWN_REFERENCE.fullmatch(reference):
        return Q(pk__in=[])
    return Q(_numbered(reference[1:]), reference=reference)


def _either(named: Mapping[str, set[int]]) -> Q:
    """Return "these words, each with the instruments that it may mean, are about the trade".

    One index answers what an instrument is called; only a word that does start a reference asks
    for a second one, and for both to be put together.
    """
    meant = Q(instrument__in=sorted(set.intersection(*named.values())))
    for word in named:
        told = selectors.sent_as(word)
        if told == Q(pk__in=[]):
            continue
        others = [ids for other, ids in named.items() if other != word]
        if others:
            told &= Q(instrument__in=sorted(set.intersection(*others)))
        meant |= told
    return meant


class TalliedFilterSet(ListFilterSet):
    """A filter of trades; `tallied_by` are those of its fields by which tallies can be kept apart.

    Each with the lookup that says of tallies what the field says of trades.
    """

    tallied_by: ClassVar[Mapping[str, str]] = {}

    def tallied(self, *, actor: Actor) -> QuerySet[Tally] | None:
        """Return the tallies of exactly what the filter keeps; None where none say it."""
        if not self.is_valid():
            return None
        given = self.form.cleaned_data.items()
        asked = {
            name: value for name, value in given if value is not False and value not in EMPTY_VALUES
        }
        if not asked.keys() <= self.tallied_by.keys():
            return None
        alike = {self.tallied_by[name]: value for name, value in asked.items()}
        return selectors.list_tallies(actor=actor, action=Action.VIEW_TRADES).filter(**alike)


class TradeFilter(TalliedFilterSet):
    tallied_by = {
        "state": "state__in",
        "side": "side__in",
        "desk": "desk_code",
        "currency": "currency__iexact",
        "product": "product_class__in",
        "since": "trade_date__gte",
        "until": "trade_date__lte",
    }
    q = TradeSearch()
    state = ChipsFilter(method="filter_state", choices=labelled(TradeState), label=_("State"))
    side = ChipsFilter(choices=labelled(Side), label=_("Side"))
    desk = django_filters.CharFilter(field_name="desk_code", label=_("Desk"))
    book = django_filters.CharFilter(field_name="book_code", label=_("Book"))
    trader = django_filters.CharFilter(field_name="trader_code", label=_("Trader"))
    counterparty = django_filters.CharFilter(
        field_name="counterparty_code", label=_("Counterparty")
    )
    currency = django_filters.CharFilter(method="filter_currency", label=_("Currency"))
    since = DayFilter(field_name="trade_date", lookup_expr="gte", label=_("Traded from"))
    until = DayFilter(field_name="trade_date", lookup_expr="lte", label=_("Traded to"))
    settles = DayFilter(field_name="settlement_date", label=_("Settles on"))
    batch = KeyFilter(method="filter_batch", label=_("Import"))
    product = ChipsFilter(field_name="product_class", choices=PRODUCT_CLASSES, label=_("Product"))
    allocation = ChipsFilter(
        field_name="block__state", choices=labelled(BlockState), label=_("Allocation")
    )
    allocation_late = django_filters.BooleanFilter(
        method="filter_allocation_late",
        label=_("Allocation late"),
        widget=forms.CheckboxInput,
    )

    class Meta:
        model = Trade
        fields: list[str] = []

    def filter_state(self, queryset: TradeQuerySet, name: str, value: list[str]) -> TradeQuerySet:
        """Keep the trades in one of these states."""
        return queryset.in_states(*value) if value else queryset

    def filter_currency(self, queryset: TradeQuerySet, name: str, value: str) -> TradeQuerySet:
        """Keep the trades in this currency, written as an index has it."""
        return queryset.filter(currency=value.upper())

    def filter_allocation_late(
        self,
        queryset: TradeQuerySet,
        name: str,
        value: bool,  # noqa: FBT001 - django-filter's call
    ) -> TradeQuerySet:
        """Keep what is to be allocated and past its deadline."""
        return selectors.late_to_allocate(queryset, at=timezone.now()) if value else queryset

    def filter_batch(self, queryset: TradeQuerySet, name: str, value: Decimal) -> TradeQuerySet:
        """Keep the trades of an import, also those whose message waited and went on later."""
        return queryset.filter(selectors.of_batch(batch_id=int(value)))


class AllocationRuleFilter(ListFilterSet):
    q = SearchFilter(
        fields=("book_code__istartswith", "counterparty_code__istartswith", "percents", "reason")
    )
    state = ChipsFilter(choices=PROPOSALS, label=_("Status"))

    class Meta:
        model = AllocationRule
        fields: list[str] = []


class MessageSearch(SearchFilter):
    """The sender's reference or the name of the sender, from their beginning."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        for word in (value or "").split():
            sent = selectors.came_by(Q(source_system__startswith=word))
            qs = qs.filter(selectors.told_as(word) | sent)
        return qs


class BatchFilter(ListFilterSet):
    q = SearchFilter(fields=("source_system", "actor_name", "file__name"))
    channel = ChipsFilter(choices=labelled(Channel), label=_("Channel"))
    since = MomentDayFilter(field_name="received_at", lookup_expr="gte", label=_("From"))
    until = MomentDayFilter(field_name="received_at", lookup_expr="lte", label=_("To"))

    class Meta:
        model = CaptureBatch
        fields: list[str] = []


class ExecutionFilter(ListFilterSet):
    q = MessageSearch()
    outcome = ChipsFilter(choices=labelled(Outcome), label=_("Outcome"))
    channel = ChipsFilter(method="filter_channel", choices=labelled(Channel), label=_("Channel"))
    batch = KeyFilter(field_name="batch_id", label=_("Import"))
    day = DayFilter(method="filter_day", label=_("Not booked, of the business day"))

    class Meta:
        model = Execution
        fields: list[str] = []

    def filter_channel(
        self, queryset: QuerySet[Execution], name: str, value: list[str]
    ) -> QuerySet[Execution]:
        """Keep what came in by one of these channels."""
        return queryset.filter(selectors.came_by(Q(channel__in=value))) if value else queryset

    def filter_day(
        self, queryset: QuerySet[Execution], name: str, value: date
    ) -> QuerySet[Execution]:
        """Keep what is not booked of the messages about one business day."""
        waiting = queryset.exclude(outcome=Outcome.BOOKED.value)
        return selectors.executions_of_day(waiting, value)


class BackTestFilter(ListFilterSet):
    q = SearchFilter(fields=("code__istartswith", "asked_by"))
    state = ChipsFilter(choices=labelled(BackTestState), label=_("Status"))
    since = MomentDayFilter(field_name="asked_at", lookup_expr="gte", label=_("From"))
    until = MomentDayFilter(field_name="asked_at", lookup_expr="lte", label=_("To"))

    class Meta:
        model = BackTest
        fields: list[str] = []


class BackTestTradeFilter(ListFilterSet):
    q = SearchFilter(fields=("trade__reference__istartswith", "trade__counterparty_code"))
    replayed = ChipsFilter(choices=labelled(Replayed), label=_("Effect"))
    known_as = ChipsFilter(choices=labelled(KnownAs), label=_("People said"))

    class Meta:
        model = BackTestTrade
        fields: list[str] = []


class FixSessionFilter(ListFilterSet):
    q = SearchFilter(fields=("name", "sender_comp_id", "target_comp_id", "source_system"))
    state = ChipsFilter(field_name="line__state", choices=labelled(FixLineState), label=_("State"))

    class Meta:
        model = FixSession
        fields: list[str] = []


class FixMessageFilter(ListFilterSet):
    """Their id by its beginning, or a number."""

    q = SearchFilter(fields=("key__startswith",))
    session = django_filters.ModelChoiceFilter(
        queryset=FixSession.objects.order_by("name"), label=_("Session"), empty_label=_("Session")
    )
    kind = django_filters.CharFilter(field_name="kind", label=_("Type"))
    number = django_filters.NumberFilter(field_name="number", label=_("Number"))
    outcome = ChipsFilter(
        field_name="result__outcome", choices=labelled(FixOutcome), label=_("Outcome")
    )
    disposition = ChipsFilter(choices=labelled(FixDisposition), label=_("Disposition"))
    only = ChipsFilter(
        method="filter_only",
        choices=[("application", _("For the application")), ("ours", pgettext_lazy("fix", "Ours"))],
        label=_("Only"),
    )
    since = MomentDayFilter(field_name="kept_at", lookup_expr="gte", label=_("From"))
    until = MomentDayFilter(field_name="kept_at", lookup_expr="lte", label=_("To"))

    class Meta:
        model = FixMessage
        fields: list[str] = []

    def filter_only(
        self, queryset: QuerySet[FixMessage], name: str, value: list[str]
    ) -> QuerySet[FixMessage]:
        """Keep what the application acts on, or what we sent."""
        chosen = {"application": Q(waits=True), "ours": Q(is_ours=True)}
        return queryset.filter(reduce(or_, map(chosen.__getitem__, value))) if value else queryset
