"""Trades and their versions.

That one identity makes one trade is kept by `MessageKey`: a trade is made by the NEW of its
identity, and there is one. A reference of ours is the number of the trade, written out.

Foreign keys of captured rows carry `db_constraint=False`: triggers of the owner check them once per
statement instead of once per row (`core/reference_triggers.py`).
"""

from __future__ import annotations

from typing import ClassVar, Final, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.access import DeskScopedQuerySet
from core.columns import (
    AMOUNT_LIMIT,
    PRICE_LIMIT,
    QUANTITY_LIMIT,
    EvidenceField,
    amount,
    finite,
    known,
)
from core.policies import AuditPolicy
from refdata.models.labels import labelled as refdata_labelled
from refdata.states import AssetClass
from trades.facts import Product
from trades.models.columns import Terms, labelled
from trades.models.messages import CaptureBatch, Execution
from trades.states import OPEN, Action, Capacity, CloseReason, Side, TradeState

FILTERED: dict[str, str] = {
    "instrument": "instrument",
    "counterparty": "counterparty_code",
    "book": "book_code",
    "trader": "trader_code",
    "desk": "desk_code",
    "settlement": "settlement_date",
    "currency": "currency",
    "product": "product_class",
    "source": "source_system",
}
"""What the list of trades is narrowed to; each has the index that finds its latest trades."""


PRODUCT_CLASSES: Final = [*refdata_labelled(AssetClass), *labelled(Product)]


class TradeQuerySet(DeskScopedQuerySet["Trade"]):
    """Trades, narrowed in the ways that an index answers."""

    def in_states(self, *states: str) -> Self:
        """Narrow to these states: `state` itself is in no index, the open trades have one."""
        found = self.filter(state__in=states)
        return found.filter(is_open=True) if OPEN.issuperset(states) else found


class Trade(Terms):
    """A booked market operation: one identity for ever, its current terms on the row."""

    reference = models.GeneratedField(
        expression=models.Func("id", template="('T' || number_text(%(expressions)s))::varchar"),
        output_field=models.CharField(max_length=20),
        db_persist=True,
        verbose_name=_("reference"),
    )
    source_system = models.CharField(_("source system"), max_length=64)
    source_reference = models.CharField(_("source reference"), max_length=64)
    source_version = models.BigIntegerField(_("source version"))
    version_no = models.PositiveIntegerField(_("version"), default=1)
    state = models.CharField(
        _("state"), max_length=20, choices=labelled(TradeState), default=TradeState.RECEIVED.value
    )
    is_open = models.GeneratedField(
        expression=models.ExpressionWrapper(
            ~Q(state__in=sorted(frozenset(TradeState) - OPEN)), output_field=models.BooleanField()
        ),
        output_field=models.BooleanField(),
        db_persist=True,
        verbose_name=_("open"),
    )
    close_reason = models.CharField(
        _("close reason"), max_length=12, blank=True, default="", choices=labelled(CloseReason)
    )
    batch = models.ForeignKey(
        CaptureBatch,
        verbose_name=_("import"),
        on_delete=models.PROTECT,
        related_name="trades",
        db_constraint=False,
    )
    symbol = models.CharField(_("symbol"), max_length=64, blank=True, default="")
    instrument = models.ForeignKey(
        "refdata.Instrument",
        verbose_name=_("instrument"),
        db_index=False,
        db_constraint=False,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="trades",
    )
    venue = models.CharField(_("venue"), max_length=4, blank=True, default="")
    counterparty = models.ForeignKey(
        "refdata.Party",
        verbose_name=_("counterparty"),
        db_index=False,
        db_constraint=False,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="trades",
    )
    counterparty_code = models.CharField(_("counterparty"), max_length=35, blank=True, default="")
    desk_code = models.CharField(_("desk"), max_length=20, blank=True, default="")
    book_code = models.CharField(_("book"), max_length=35, blank=True, default="")
    trader_code = models.CharField(_("trader"), max_length=35, blank=True, default="")
    account_code = models.CharField(_("account"), max_length=35, blank=True, default="")
    settlement_instruction = models.ForeignKey(
        "refdata.SettlementInstruction",
        verbose_name=_("settlement instruction"),
        db_index=False,
        db_constraint=False,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="trades",
    )
    capacity = models.CharField(
        _("capacity"), max_length=4, blank=True, default="", choices=labelled(Capacity)
    )
    product = models.CharField(
        _("product"),
        max_length=8,
        blank=True,
        default="",
        db_default="",
        choices=labelled(Product),
    )
    product_class = models.CharField(
        _("product"),
        max_length=10,
        blank=True,
        default="",
        db_default="",
        choices=PRODUCT_CLASSES,
        help_text=_("Its product, or the asset class that its instrument had when it was booked"),
    )
    maker = models.CharField(_("captured by"), max_length=150)
    contributors = ArrayField(
        models.CharField(max_length=150), verbose_name=_("contributors"), default=list, blank=True
    )
    fingerprint = models.CharField(max_length=64)
    risk_amount_eur = amount(_("risk in EUR"), null=True)
    received_at = models.DateTimeField(_("received at"), db_default=Now())
    touched_by_hand_at = models.DateTimeField(_("touched by hand at"), null=True, blank=True)

    objects = TradeQuerySet.as_manager()

    permanent: ClassVar = True
    references_in_sets: ClassVar = True
    partitioned_by: ClassVar = "id"
    fillfactor: ClassVar = 45
    audit: ClassVar = AuditPolicy(
        entity="trade", reference=("reference",), found_by="trades.selectors.trade_ids_called"
    )

    class Meta:
        verbose_name = _("trade")
        verbose_name_plural = _("trades")
        constraints = [
            known("state", TradeState, name="trade_known_state"),
            known("close_reason", CloseReason, name="trade_known_close_reason", blank=True),
            known("side", Side, name="trade_known_side"),
            known("capacity", Capacity, name="trade_known_capacity", blank=True),
            known("product", Product, name="trade_known_product", blank=True),
            known(
                "product_class",
                [*AssetClass, *Product],
                name="trade_known_product_class",
                blank=True,
            ),
            models.CheckConstraint(
                condition=(Q(state="CLOSED") & ~Q(close_reason=""))
                | (~Q(state="CLOSED") & Q(close_reason="")),
                name="trade_closed_for_a_reason",
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="trade_quantity_positive"),
            models.CheckConstraint(condition=Q(version_no__gte=1), name="trade_version_from_one"),
            finite(
                name="trade_numbers",
                quantity=QUANTITY_LIMIT,
                price=PRICE_LIMIT,
                gross_amount=AMOUNT_LIMIT,
                accrued_interest=AMOUNT_LIMIT,
                fees=AMOUNT_LIMIT,
                net_amount=AMOUNT_LIMIT,
                risk_amount_eur=AMOUNT_LIMIT,
            ),
        ]
        indexes = [
            # Latest first is read backwards: what is new is added at the end, where pages fill up.
            models.Index(fields=["trade_date", "id"], name="trade_latest"),
            *(
                models.Index(fields=[field, "trade_date", "id"], name=f"trade_by_{name}")
                for name, field in FILTERED.items()
            ),
            models.Index(
                fields=["source_reference", "id"],
                opclasses=["varchar_pattern_ops", "int8_ops"],
                name="trade_by_reference",
            ),
            # No index names `state`: its change need not touch any of them.
            models.Index(fields=["trade_date", "id"], condition=Q(is_open=True), name="trade_open"),
            models.Index(
                F("risk_amount_eur").desc(), "id", condition=Q(is_open=True), name="trade_queue"
            ),
            BrinIndex(fields=["traded_at"], name="trade_traded_at", autosummarize=True),
        ]

    def __str__(self) -> str:
        return str(self.reference)

    def get_absolute_url(self) -> str:
        return reverse("trades:detail", args=[self.pk])


class TradeVersion(Terms):
    """The terms as they stood after one message; never changed, numbered from 1 without a gap."""

    pk = models.CompositePrimaryKey("trade_id", "version_no")
    trade = models.ForeignKey(
        Trade, models.PROTECT, related_name="versions", db_index=False, db_constraint=False
    )
    version_no = models.PositiveIntegerField(_("version"))
    action = models.CharField(_("action"), max_length=6, choices=labelled(Action))
    source_version = models.BigIntegerField(_("source version"))
    terms = EvidenceField(_("terms"))
    maker = models.CharField(_("captured by"), max_length=150)
    contributors = ArrayField(models.CharField(max_length=150), default=list, blank=True)
    fingerprint = models.CharField(max_length=64)
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())
    execution = models.ForeignKey(
        Execution, models.PROTECT, related_name="versions", db_index=False, db_constraint=False
    )

    append_only: ClassVar = True
    references_in_sets: ClassVar = True
    partitioned_by: ClassVar = "trade_id"
    audit: ClassVar = AuditPolicy(
        excused="append-only evidence itself; the entry of its trade names the fingerprint"
    )

    class Meta:
        verbose_name = _("trade version")
        verbose_name_plural = _("trade versions")
        constraints = [
            models.CheckConstraint(
                condition=Q(version_no__gte=1), name="trade_version_number_from_one"
            ),
            known("action", Action, name="trade_version_known_action"),
            known("side", Side, name="trade_version_known_side"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="trade_version_quantity_positive"
            ),
            finite(
                name="trade_version_numbers",
                quantity=QUANTITY_LIMIT,
                price=PRICE_LIMIT,
                gross_amount=AMOUNT_LIMIT,
                accrued_interest=AMOUNT_LIMIT,
                fees=AMOUNT_LIMIT,
                net_amount=AMOUNT_LIMIT,
            ),
        ]
        indexes = [
            BrinIndex(fields=["recorded_at"], name="version_recorded_at", autosummarize=True),
        ]

    def __str__(self) -> str:
        return f"{self.trade_id} v{self.version_no}"
