"""Decisions of a second person, and up to which amount each supervisor may take them."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Final

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.columns import AMOUNT_LIMIT, NAME_LENGTH, coded, known
from core.policies import AuditPolicy
from desk.states import Decision

SEVERAL: Final = (2, 3)
"""How many supervisors a large trade may take."""


class Approval(models.Model):
    """One decision on one version, bound to the fingerprint that the checker saw.

    The database refuses a checker who made or touched the version, and a second approval of the
    same person, or of another once the version has as many as it takes. A trigger says of each
    approval of a trade whether it is the last one: with it the version is approved. It writes on
    whose behalf somebody decided (`on_behalf_of`), who made nothing of it either.
    """

    subject_kind = models.CharField(max_length=30)
    subject_id = models.BigIntegerField()
    version_no = models.IntegerField(_("version"))
    fingerprint = models.CharField(_("fingerprint"), max_length=64)
    decision = models.CharField(_("decision"), max_length=10, choices=coded(Decision))
    maker = models.CharField(_("maker"), max_length=NAME_LENGTH)
    contributors = ArrayField(
        models.CharField(max_length=NAME_LENGTH), verbose_name=_("contributors")
    )
    checker = models.CharField(_("checker"), max_length=NAME_LENGTH)
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    decided_at = models.DateTimeField(_("decided at"), db_default=Now())
    is_last = models.BooleanField(_("last of those it takes"), default=True, db_default=True)
    on_behalf_of = models.CharField(
        _("on behalf of"), max_length=NAME_LENGTH, blank=True, default="", db_default=""
    )

    append_only: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="approval")

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ("id",)
        constraints = [
            known("decision", Decision, name="approval_decision_known"),
            models.CheckConstraint(
                condition=~Q(checker="") & ~Q(maker="") & ~Q(fingerprint=""),
                name="approval_names_everyone",
            ),
            models.CheckConstraint(
                condition=~Q(checker=F("maker")), name="approval_checker_is_not_the_maker"
            ),
            models.CheckConstraint(
                condition=~Q(contributors__contains=[F("checker")]),
                name="approval_checker_did_not_contribute",
            ),
            models.CheckConstraint(
                condition=Q(on_behalf_of="")
                | (
                    ~Q(on_behalf_of=F("maker"))
                    & ~Q(on_behalf_of=F("checker"))
                    & ~Q(contributors__contains=[F("on_behalf_of")])
                ),
                name="approval_not_on_behalf_of_a_maker",
            ),
            models.CheckConstraint(
                condition=~Q(decision=Decision.REFUSED.value) | ~Q(reason=""),
                name="approval_refused_for_a_reason",
            ),
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "version_no"],
                condition=Q(decision=Decision.APPROVED.value, is_last=True),
                name="approval_last_per_version",
            ),
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "version_no", "checker"],
                condition=Q(decision=Decision.APPROVED.value),
                name="approval_one_per_checker",
            ),
        ]
        indexes = [
            models.Index(fields=["subject_kind", "subject_id"], name="approval_subject"),
            BrinIndex(fields=["decided_at"], name="approval_decided_at", autosummarize=True),
        ]

    def __str__(self) -> str:
        return f"{self.decision} {self.subject_kind} {self.subject_id} v{self.version_no}"


class SupervisorLimit(models.Model):
    """Up to how many euros a supervisor may validate one trade, from a day on.

    One administrator asks for it, another grants it (`desk.Request`), and neither is the person.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="limits", verbose_name=_("user")
    )
    amount_eur = models.DecimalField(_("limit (EUR)"), max_digits=20, decimal_places=4)
    valid_from = models.DateField(_("valid from"), default=date(2000, 1, 1))
    set_by = models.CharField(_("set by"), max_length=NAME_LENGTH)
    request_id = models.BigIntegerField(_("request"), null=True, editable=False)

    append_only: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="supervisor_limit", key="user_id")

    class Meta:
        verbose_name = _("supervisor limit")
        verbose_name_plural = _("supervisor limits")
        ordering = ("user", "-valid_from")
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_eur__gte=0) & Q(amount_eur__lt=AMOUNT_LIMIT),
                name="limit_amount_is_a_number",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.amount_eur} EUR {self.valid_from}"


class SeveralValidations(models.Model):
    """From what amount in EUR on a trade takes so many supervisors, from a day on.

    Without an amount, no trade takes so many any more. Asked for by one administrator, granted by
    another (`desk.Request`). Where no row is in force, one supervisor validates.
    """

    people = models.PositiveSmallIntegerField(_("supervisors"))
    from_eur = models.DecimalField(_("from (EUR)"), max_digits=20, decimal_places=4, null=True)
    valid_from = models.DateField(_("valid from"))
    set_by = models.CharField(_("set by"), max_length=NAME_LENGTH)
    request_id = models.BigIntegerField(_("request"), null=True, editable=False)

    append_only: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="several_validations", key="people")

    class Meta:
        verbose_name = _("several validations")
        verbose_name_plural = _("several validations")
        ordering = ("people", "-valid_from", "-id")
        constraints = [
            models.CheckConstraint(
                condition=Q(people__in=SEVERAL), name="several_validations_are_two_or_three"
            ),
            models.CheckConstraint(
                condition=Q(from_eur__isnull=True)
                | (Q(from_eur__gte=0) & Q(from_eur__lt=AMOUNT_LIMIT)),
                name="several_validations_amount_is_a_number",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.people} {self.from_eur} EUR {self.valid_from}"
