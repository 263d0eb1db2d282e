"""Trade storage: columns, constraints, querysets. No decisions are taken here.

Foreign keys of captured rows carry `db_constraint=False`: triggers of the owner check them once per
statement instead of once per row (`core/reference_triggers.py`).
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.access import DeskScopedQuerySet
from core.policies import AuditPolicy
from trades.states import Action, Capacity, Channel, CloseReason, Outcome, Side, TradeState

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LABELS: dict[str, Any] = {
    "RECEIVED": _("Received"),
    "REJECTED": _("Rejected"),
    "ENRICHED": _("Enriched"),
    "ON_HOLD": _("On hold"),
    "PENDING_VALIDATION": _("To validate"),
    "VALIDATED": _("Validated"),
    "CLOSED": _("Closed"),
    "SETTLED": _("Settled"),
    "CANCELLED": _("Cancelled"),
    "ALLOCATED": _("Allocated"),
    "MATURED": _("Matured"),
    "TERMINATED": _("Terminated"),
    "NOVATED": _("Novated"),
    "EXERCISED": _("Exercised"),
    "EXPIRED": _("Expired"),
    "NEW": _("New"),
    "AMEND": _("Amendment"),
    "CANCEL": _("Cancellation"),
    "BUY": _("Buy"),
    "SELL": _("Sell"),
    "DEAL": _("Own account (DEAL)"),
    "MTCH": _("Matched principal (MTCH)"),
    "AOTC": _("Other capacity (AOTC)"),
    "API": _("API, one by one"),
    "BULK": _("API, bulk"),
    "FILE": _("File"),
    "FIX": _("FIX log"),
    "MANUAL": _("By hand"),
    "BOOKED": _("Booked"),
    "PARKED": _("Parked"),
    "EXCEPTION": _("Exception"),
    "IGNORED": _("Ignored"),
}


def labelled(kind: type[StrEnum]) -> list[tuple[str, Any]]:
    """Return the choices of a field whose values are `kind`."""
    return [(member.value, LABELS[member.value]) for member in kind]


def known(
    field: str, kind: type[StrEnum], *, name: str, blank: bool = False
) -> models.CheckConstraint:
    """Return the database's own check that `field` holds a member of `kind`."""
    values = [member.value for member in kind] + ([""] if blank else [])
    return models.CheckConstraint(condition=Q(**{f"{field}__in": values}), name=name)


LIMITS: dict[str, Decimal] = {"quantity": Decimal(10) ** 18, "price": Decimal(10) ** 10}
AMOUNT_LIMIT = Decimal(10) ** 16


def numbers(*fields: str, name: str) -> models.CheckConstraint:
    """Return the check that every column holds a finite number.

    PostgreSQL orders NaN above every number, so the upper bound is what refuses it.
    """
    condition = Q()
    for field in fields:
        condition &= Q(**{f"{field}__lt": LIMITS.get(field, AMOUNT_LIMIT)})
    return models.CheckConstraint(condition=condition, name=name)


def money(
    label: StrOrPromise, *, default: int | None = None, null: bool = False
) -> models.DecimalField[Any, Any]:
    """Return an amount column; without a default it must be given."""
    options: dict[str, Any] = {} if default is None else {"default": default}
    return models.DecimalField(
        label, max_digits=20, decimal_places=4, null=null, blank=null, **options
    )


FILTERED: dict[str, str] = {
    "instrument": "instrument",
    "counterparty": "counterparty_code",
    "book": "book_code",
    "trader": "trader_code",
    "desk": "desk_code",
}
"""What the list of trades is narrowed to; each has the index that finds its latest trades."""


class CaptureBatch(models.Model):
    """What came in together: one call, one file, or the single calls of one minute."""

    channel = models.CharField(_("channel"), max_length=10, choices=labelled(Channel))
    source_system = models.CharField(_("source system"), max_length=64)
    window_key = models.CharField(max_length=100, null=True, unique=True, editable=False)  # noqa: DJ001 - unique where it is set
    file = models.ForeignKey(
        "core.StoredFile",
        verbose_name=_("file"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    actor_name = models.CharField(_("by"), max_length=150)
    counts = models.JSONField(_("counts"), default=dict)
    findings = models.JSONField(_("findings"), default=list)
    received_at = models.DateTimeField(_("received at"))

    permanent: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="capture_batch")

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints = [known("channel", Channel, name="capture_batch_known_channel")]
        indexes = [models.Index(fields=["-received_at", "-id"], name="capture_batch_latest")]

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}"


class Execution(models.Model):
    """One message of the front office, as it came, with what became of it."""

    source_system = models.CharField(_("source system"), max_length=64)
    source_reference = models.CharField(_("source reference"), max_length=64)
    source_version = models.BigIntegerField(_("source version"))
    action = models.CharField(_("action"), max_length=6, choices=labelled(Action))
    message_id = models.CharField(_("message"), max_length=64, blank=True, default="")
    content = models.JSONField(_("content"))
    content_hash = models.CharField(max_length=64)
    channel = models.CharField(_("channel"), max_length=10, choices=labelled(Channel))
    batch = models.ForeignKey(
        CaptureBatch, models.PROTECT, related_name="executions", db_index=False, db_constraint=False
    )
    maker = models.CharField(_("sent by"), max_length=150)
    outcome = models.CharField(_("outcome"), max_length=10, choices=labelled(Outcome))
    reason_code = models.CharField(_("reason"), max_length=10, blank=True, default="")
    trade = models.ForeignKey(
        "trades.Trade",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="executions",
        db_index=False,
        db_constraint=False,
    )
    received_at = models.DateTimeField(_("received at"), db_default=Now())

    permanent: ClassVar = True
    references_in_sets: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="execution", inserts=False)

    class Meta:
        verbose_name = _("execution")
        verbose_name_plural = _("executions")
        constraints = [
            models.UniqueConstraint(
                fields=["source_system", "source_reference", "source_version", "action"],
                name="execution_once",
            ),
            known("action", Action, name="execution_known_action"),
            known("channel", Channel, name="execution_known_channel"),
            known("outcome", Outcome, name="execution_known_outcome"),
            models.CheckConstraint(
                condition=~Q(outcome="BOOKED") | Q(trade__isnull=False),
                name="execution_booked_has_trade",
            ),
        ]
        indexes = [
            models.Index(
                fields=["source_system", "source_reference"],
                condition=Q(outcome__in=["PARKED", "EXCEPTION"]),
                name="execution_waiting",
            ),
            models.Index(
                fields=["source_system", "message_id"],
                condition=~Q(message_id=""),
                name="execution_message",
            ),
            models.Index(fields=["batch", "id"], name="execution_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.source_system} {self.source_reference} v{self.source_version} {self.action}"


class Terms(models.Model):
    """The typed columns that a trade and each of its versions share."""

    isin = models.CharField("ISIN", max_length=12, blank=True, default="")
    side = models.CharField(_("side"), max_length=4, choices=labelled(Side))
    quantity = models.DecimalField(_("quantity"), max_digits=28, decimal_places=10)
    price = models.DecimalField(_("price"), max_digits=20, decimal_places=10)
    currency = models.CharField(_("currency"), max_length=3)
    gross_amount = money(_("gross amount"))
    accrued_interest = money(_("accrued interest"), default=0)
    fees = money(_("fees"), default=0)
    net_amount = money(_("net amount"))
    trade_date = models.DateField(_("trade date"))
    traded_at = models.DateTimeField(_("traded at"))
    settlement_date = models.DateField(_("settlement date"), null=True, blank=True)

    class Meta:
        abstract = True


class Trade(Terms):
    """A booked market operation: one identity for ever, its current terms on the row."""

    reference = models.CharField(_("reference"), max_length=20)
    source_system = models.CharField(_("source system"), max_length=64)
    source_reference = models.CharField(_("source reference"), max_length=64)
    source_version = models.BigIntegerField(_("source version"))
    version_no = models.PositiveIntegerField(_("version"), default=1)
    state = models.CharField(
        _("state"), max_length=20, choices=labelled(TradeState), default=TradeState.RECEIVED.value
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
    maker = models.CharField(_("captured by"), max_length=150)
    contributors = ArrayField(
        models.CharField(max_length=150), verbose_name=_("contributors"), default=list, blank=True
    )
    fingerprint = models.CharField(max_length=64)
    risk_amount_eur = money(_("risk in EUR"), null=True)
    received_at = models.DateTimeField(_("received at"), db_default=Now())
    touched_by_hand_at = models.DateTimeField(_("touched by hand at"), null=True, blank=True)

    objects = DeskScopedQuerySet.as_manager()

    permanent: ClassVar = True
    references_in_sets: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="trade")

    class Meta:
        verbose_name = _("trade")
        verbose_name_plural = _("trades")
        constraints = [
            models.UniqueConstraint(  # reference first: it serves the search by prefix, too
                fields=["source_reference", "source_system"],
                name="trade_source_reference",
                opclasses=["varchar_pattern_ops", "varchar_ops"],
            ),
            models.UniqueConstraint(  # this operator class serves the search by prefix, too
                fields=["reference"], name="trade_reference", opclasses=["varchar_pattern_ops"]
            ),
            known("state", TradeState, name="trade_known_state"),
            known("close_reason", CloseReason, name="trade_known_close_reason", blank=True),
            known("side", Side, name="trade_known_side"),
            known("capacity", Capacity, name="trade_known_capacity", blank=True),
            models.CheckConstraint(
                condition=(Q(state="CLOSED") & ~Q(close_reason=""))
                | (~Q(state="CLOSED") & Q(close_reason="")),
                name="trade_closed_for_a_reason",
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="trade_quantity_positive"),
            models.CheckConstraint(condition=Q(version_no__gte=1), name="trade_version_from_one"),
            numbers(
                "quantity",
                "price",
                "gross_amount",
                "accrued_interest",
                "fees",
                "net_amount",
                "risk_amount_eur",
                name="trade_numbers",
            ),
        ]
        indexes = [
            models.Index(fields=["-trade_date", "-id"], name="trade_latest"),
            *(
                models.Index(fields=[field, "-trade_date", "-id"], name=f"trade_by_{name}")
                for name, field in FILTERED.items()
            ),
            models.Index(fields=["settlement_date", "-id"], name="trade_settling"),
            models.Index(
                fields=["state", "-id"],
                condition=~Q(state__in=["VALIDATED", "CLOSED"]),
                name="trade_open",
            ),
            models.Index(
                F("risk_amount_eur").desc(),
                "id",
                condition=Q(state="PENDING_VALIDATION"),
                name="trade_to_validate",
            ),
            BrinIndex(fields=["traded_at"], name="trade_traded_at"),
        ]

    def __str__(self) -> str:
        return self.reference


class TradeVersion(Terms):
    """The terms as they stood after one message; never changed, numbered from 1 without a gap."""

    trade = models.ForeignKey(
        Trade, models.PROTECT, related_name="versions", db_index=False, db_constraint=False
    )
    version_no = models.PositiveIntegerField(_("version"))
    action = models.CharField(_("action"), max_length=6, choices=labelled(Action))
    source_version = models.BigIntegerField(_("source version"))
    terms = models.JSONField(_("terms"))
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
    audit: ClassVar = AuditPolicy(
        excused="append-only evidence itself; the entry of its trade names the fingerprint"
    )

    class Meta:
        verbose_name = _("trade version")
        verbose_name_plural = _("trade versions")
        constraints = [
            models.UniqueConstraint(fields=["trade", "version_no"], name="trade_version_once"),
            models.CheckConstraint(
                condition=Q(version_no__gte=1), name="trade_version_number_from_one"
            ),
            known("action", Action, name="trade_version_known_action"),
            known("side", Side, name="trade_version_known_side"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="trade_version_quantity_positive"
            ),
            numbers(
                "quantity",
                "price",
                "gross_amount",
                "accrued_interest",
                "fees",
                "net_amount",
                name="trade_version_numbers",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trade_id} v{self.version_no}"
