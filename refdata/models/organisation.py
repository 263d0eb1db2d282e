"""Our own house: desks, books, traders and accounts."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.columns import known, shaped
from core.policies import AuditPolicy
from refdata.models.labels import labelled
from refdata.models.parties import Party
from refdata.models.validators import validate_iban
from refdata.states import AccountKind, RecordState


class Desk(models.Model):
    """Who deals; for the entity of ours that it names, or our own firm where there is but one."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=120)
    entity = models.ForeignKey(
        Party,
        models.PROTECT,
        null=True,
        blank=True,
        limit_choices_to={"is_own_firm": True},
        related_name="desks",
        verbose_name=_("legal entity"),
    )

    audit: ClassVar = AuditPolicy(entity="desk", reference=("code",))

    class Meta:
        verbose_name = _("desk")
        verbose_name_plural = _("desks")
        ordering = ("code",)

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("refdata:desk", args=[self.pk])


class Book(models.Model):
    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=120)
    desk = models.ForeignKey(Desk, models.PROTECT, related_name="books", verbose_name=_("desk"))
    status = models.CharField(
        _("status"), max_length=8, choices=labelled(RecordState), default=RecordState.ACTIVE
    )

    audit: ClassVar = AuditPolicy(entity="book", reference=("code",))

    class Meta:
        verbose_name = _("book")
        verbose_name_plural = _("books")
        ordering = ("code",)
        constraints = [known("status", RecordState, name="book_status_known")]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("refdata:book", args=[self.pk])


class Trader(models.Model):
    """A person who deals; birth date and country make the identifier of transaction reports."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=120)
    first_name = models.CharField(_("first name"), max_length=80, blank=True)
    last_name = models.CharField(_("last name"), max_length=80, blank=True)
    birth_date = models.DateField(_("birth date"), null=True, blank=True)
    country = models.CharField(_("nationality"), max_length=2, blank=True)
    branch_country = models.CharField(_("branch country"), max_length=2, blank=True)
    national_id = models.CharField(_("national identifier"), max_length=35, blank=True)
    desk = models.ForeignKey(Desk, models.PROTECT, related_name="traders", verbose_name=_("desk"))
    books = models.ManyToManyField(
        Book, blank=True, related_name="traders", verbose_name=_("books")
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="trader",
        verbose_name=_("signs in as"),
        help_text=_("What is found about the trader's conduct is not decided on by that person"),
    )
    status = models.CharField(
        _("status"), max_length=8, choices=labelled(RecordState), default=RecordState.ACTIVE
    )

    audit: ClassVar = AuditPolicy(
        entity="trader", hidden=("birth_date", "national_id"), reference=("code",)
    )

    class Meta:
        verbose_name = _("trader")
        verbose_name_plural = _("traders")
        ordering = ("code",)
        constraints = [known("status", RecordState, name="trader_status_known")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("refdata:trader", args=[self.pk])

    @property
    def active(self) -> bool:
        return self.status == RecordState.ACTIVE


class Account(models.Model):
    """One of our accounts: cash (with its IBAN) or securities, at a custodian or bank."""

    code = models.CharField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=10, choices=labelled(AccountKind))
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    iban = models.CharField("IBAN", max_length=34, blank=True, validators=[validate_iban])
    number = models.CharField(_("number"), max_length=35, blank=True)
    custodian = models.ForeignKey(
        Party, models.PROTECT, related_name="accounts", verbose_name=_("custodian or bank")
    )
    book = models.ForeignKey(
        Book,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="accounts",
        verbose_name=_("book"),
    )
    status = models.CharField(
        _("status"), max_length=8, choices=labelled(RecordState), default=RecordState.ACTIVE
    )

    audit: ClassVar = AuditPolicy(entity="account", reference=("code",))

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ("code",)
        constraints = [
            known("kind", AccountKind, name="account_kind_known"),
            known("status", RecordState, name="account_status_known"),
            shaped("currency", "^([A-Z]{3})?$", name="account_currency_shape"),
            models.CheckConstraint(
                condition=~models.Q(kind=AccountKind.CASH.value) | ~models.Q(currency=""),
                name="account_cash_has_currency",
            ),
            models.UniqueConstraint(
                fields=["iban", "currency"],
                condition=~models.Q(iban=""),
                name="account_iban_once_per_currency",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("refdata:account", args=[self.pk])
