"""Where and when markets trade and pay: currencies, calendars, venues, settlement cycles."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.columns import known, shaped
from core.policies import AuditPolicy
from refdata.models.labels import labelled
from refdata.models.validators import validate_mic
from refdata.states import AssetClass, CalendarKind, RecordState


class Calendar(models.Model):
    """Closed weekdays between `first_day` and `last_day`; outside of them nothing is known.

    Of an exchange also the hours of its session, in its own time, where they are known.
    """

    code = models.CharField(_("code"), max_length=12, unique=True)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=8, choices=labelled(CalendarKind))
    first_day = models.DateField(_("known from"))
    last_day = models.DateField(_("known to"))
    source = models.CharField(_("source"), max_length=80, blank=True)
    opens_at = models.TimeField(_("session from"), null=True, blank=True)
    closes_at = models.TimeField(_("session to"), null=True, blank=True)

    audit: ClassVar = AuditPolicy(entity="calendar", reference=("code",))

    class Meta:
        verbose_name = _("calendar")
        verbose_name_plural = _("calendars")
        ordering = ("code",)
        constraints = [
            known("kind", CalendarKind, name="calendar_kind_known"),
            models.CheckConstraint(
                condition=models.Q(first_day__lte=models.F("last_day")), name="calendar_span"
            ),
            models.CheckConstraint(
                condition=models.Q(opens_at__isnull=True, closes_at__isnull=True)
                | models.Q(opens_at__lt=models.F("closes_at")),
                name="calendar_session",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("refdata:calendar", args=[self.pk])

    @property
    def session(self) -> str:
        """The hours of the session in the time of the exchange; empty where they are not known."""
        if self.opens_at is None or self.closes_at is None:
            return ""
        return f"{self.opens_at:%H:%M} – {self.closes_at:%H:%M}"


class CalendarDay(models.Model):
    """One closed weekday."""

    calendar = models.ForeignKey(
        Calendar, models.CASCADE, related_name="days", verbose_name=_("calendar")
    )
    day = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=120, blank=True)

    audit: ClassVar = AuditPolicy(entity="calendar", key="calendar_id")

    class Meta:
        verbose_name = _("closed day")
        verbose_name_plural = _("closed days")
        ordering = ("calendar", "day")
        constraints = [models.UniqueConstraint(fields=["calendar", "day"], name="calendarday_once")]

    def __str__(self) -> str:
        return f"{self.calendar_id} {self.day}"


class Currency(models.Model):
    code = models.CharField(_("code"), max_length=3, unique=True)
    name = models.CharField(_("name"), max_length=80)
    minor_units = models.PositiveSmallIntegerField(_("decimals"), default=2)
    calendar = models.ForeignKey(
        Calendar,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="currencies",
        verbose_name=_("payment calendar"),
    )

    audit: ClassVar = AuditPolicy(entity="currency", reference=("code",))

    class Meta:
        verbose_name = _("currency")
        verbose_name_plural = _("currencies")
        ordering = ("code",)
        constraints = [
            shaped("code", "^[A-Z]{3}$", name="currency_code_shape"),
            models.CheckConstraint(
                condition=models.Q(minor_units__lte=4), name="currency_minor_units"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("refdata:currency", args=[self.pk])


class Venue(models.Model):
    """A market identifier (ISO 10383); `valid_to` is its expiry date, empty while it lives."""

    mic = models.CharField("MIC", max_length=4, unique=True, validators=[validate_mic])
    operating_mic = models.CharField(_("operating MIC"), max_length=4, db_index=True)
    name = models.CharField(_("name"), max_length=200)
    legal_entity = models.CharField(_("legal entity"), max_length=200, blank=True)
    lei = models.CharField("LEI", max_length=20, blank=True)
    category = models.CharField(_("category"), max_length=4, blank=True)
    acronym = models.CharField(_("acronym"), max_length=60, blank=True)
    country = models.CharField(_("country"), max_length=2)
    city = models.CharField(_("city"), max_length=80, blank=True)
    website = models.CharField(_("website"), max_length=120, blank=True)
    status = models.CharField(_("status"), max_length=8, choices=labelled(RecordState))
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    audit: ClassVar = AuditPolicy(entity="venue", reference=("mic",))

    class Meta:
        verbose_name = _("venue")
        verbose_name_plural = _("venues")
        ordering = ("mic",)
        constraints = [
            shaped("mic", "^[A-Z0-9]{4}$", name="venue_mic_shape"),
            known("status", RecordState, name="venue_status_known"),
        ]

    def __str__(self) -> str:
        return self.mic

    def get_absolute_url(self) -> str:
        return reverse("refdata:venue", args=[self.pk])


class SettlementCycle(models.Model):
    """Business days from trade to settlement, for trade dates from `valid_from`.

    `market` is EU, UK, CH, US… ; an empty market or asset class means all others.
    """

    market = models.CharField(_("market"), max_length=8, blank=True)
    asset_class = models.CharField(
        _("asset class"), max_length=10, choices=labelled(AssetClass), blank=True
    )
    valid_from = models.DateField(_("for trade dates from"))
    days = models.PositiveSmallIntegerField(_("business days"))
    note = models.CharField(_("note"), max_length=200, blank=True)

    audit: ClassVar = AuditPolicy(entity="settlement_cycle")

    class Meta:
        verbose_name = _("settlement cycle")
        verbose_name_plural = _("settlement cycles")
        ordering = ("market", "asset_class", "valid_from")
        constraints = [
            models.UniqueConstraint(
                fields=["market", "asset_class", "valid_from"], name="settlementcycle_once"
            ),
            models.CheckConstraint(
                condition=models.Q(days__lte=10), name="settlementcycle_days_sane"
            ),
            known("asset_class", AssetClass, name="settlementcycle_asset_class_known", blank=True),
        ]

    def __str__(self) -> str:
        return f"{self.market or '*'} {self.asset_class or '*'} T+{self.days} {self.valid_from}"
