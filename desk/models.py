"""How people work: exceptions, work items, comments, decisions, limits and rule settings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.access import DeskScopedQuerySet
from core.columns import AMOUNT_LIMIT, NAME_LENGTH, known
from core.policies import AuditPolicy
from desk.states import (
    LIVE_EXCEPTION,
    Decision,
    ExceptionKind,
    ExceptionState,
    SettingState,
    WorkKind,
    WorkState,
)
from kernel.findings import Severity


def labelled(kinds: Iterable[StrEnum]) -> list[tuple[str, str]]:
    """Return choices whose label is the stable code; pages translate them."""
    return [(member.value, member.value) for member in kinds]


class Waiting(models.Model):
    """What every thing that waits for a person has: whose, until when, how much is at risk."""

    subject_kind = models.CharField(_("kind of subject"), max_length=30)
    subject_id = models.BigIntegerField(_("subject"))
    desk_code = models.CharField(_("desk"), max_length=20, blank=True, default="")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    severity = models.CharField(
        _("severity"), max_length=10, choices=labelled(Severity), default=Severity.WARNING.value
    )
    amount_at_risk = models.DecimalField(
        _("amount at risk"), max_digits=20, decimal_places=4, null=True, blank=True
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True, default="")
    url = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        abstract = True


class ControlException(Waiting):
    """A finding that waits for a decision, with what was expected, found, and on which data.

    `message` and `fix` are English source texts with {expected}, {found} and {field}; pages
    translate and fill them. `contributors` made what is judged: they may not waive it.
    """

    kind = models.CharField(_("kind"), max_length=20, choices=labelled(ExceptionKind))
    rule_code = models.CharField(_("rule"), max_length=20)
    subject_reference = models.CharField(_("reference"), max_length=100, blank=True, default="")
    version_no = models.IntegerField(_("version"), default=0)
    day = models.DateField(_("business day"), null=True, blank=True)
    field = models.CharField(_("field"), max_length=40, blank=True, default="")
    expected = models.CharField(_("expected"), max_length=200, blank=True, default="")
    found = models.CharField(_("found"), max_length=200, blank=True, default="")
    message = models.CharField(_("message"), max_length=300)
    fix = models.CharField(_("proposed repair"), max_length=300, blank=True, default="")
    evidence = models.JSONField(_("evidence"), default=dict, blank=True)
    contributors = ArrayField(
        models.CharField(max_length=NAME_LENGTH),
        default=list,
        blank=True,
        verbose_name=_("contributors"),
    )
    state = models.CharField(
        _("status"),
        max_length=10,
        choices=labelled(ExceptionState),
        default=ExceptionState.OPEN.value,
    )
    raised_at = models.DateTimeField(_("raised at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.CharField(_("ended by"), max_length=NAME_LENGTH, blank=True, default="")
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")

    audit: ClassVar = AuditPolicy(entity="exception")
    objects = DeskScopedQuerySet["ControlException"].as_manager()

    class Meta:
        verbose_name = _("exception")
        verbose_name_plural = _("exceptions")
        ordering = ("-id",)
        constraints = [
            known("state", ExceptionState, name="exception_state_known"),
            known("kind", ExceptionKind, name="exception_kind_known"),
            known("severity", Severity, name="exception_severity_known"),
            models.CheckConstraint(
                condition=Q(amount_at_risk__lt=AMOUNT_LIMIT), name="exception_amount_is_a_number"
            ),
            models.CheckConstraint(
                condition=~Q(state=ExceptionState.WAIVED.value) | (~Q(ended_by="") & ~Q(reason="")),
                name="exception_waived_by_someone_for_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state=ExceptionState.WAIVED.value, severity=Severity.BLOCKING.value)
                | ~Q(contributors__contains=[F("ended_by")]),
                name="exception_blocking_not_waived_by_its_maker",
            ),
            models.CheckConstraint(
                condition=~Q(state=ExceptionState.WAIVED.value, kind=ExceptionKind.CONDUCT.value)
                | ~Q(contributors__contains=[F("ended_by")]),
                name="exception_conduct_not_waived_by_whom_it_is_about",
            ),
            models.UniqueConstraint(
                fields=["rule_code", "subject_kind", "subject_id", "field"],
                condition=Q(state__in=LIVE_EXCEPTION),
                name="exception_one_open_per_finding",
            ),
        ]
        indexes = [
            models.Index(fields=["subject_kind", "subject_id"], name="exception_subject"),
            models.Index(fields=["day"], name="exception_of_day"),
            models.Index(
                fields=["-id"], condition=Q(state__in=LIVE_EXCEPTION), name="exception_live"
            ),
            models.Index(
                "severity",
                "due_at",
                F("amount_at_risk").desc(),
                condition=Q(state__in=LIVE_EXCEPTION),
                name="exception_queue",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_code} {self.subject_reference}"

    def get_absolute_url(self) -> str:
        return reverse("desk:exception", args=[self.pk])

    @property
    def is_live(self) -> bool:
        return self.state in LIVE_EXCEPTION

    @property
    def is_of_control(self) -> bool:
        """Whether a rule of the book found it: controlling again can end it."""
        return self.kind == ExceptionKind.CONTROL

    @property
    def is_of_report(self) -> bool:
        """Whether it keeps a report back: only a repair ends it."""
        return self.kind == ExceptionKind.REPORT

    @property
    def is_of_screening(self) -> bool:
        """Whether it says that a party may be on a list: two people clear it, on the hit's page."""
        return self.kind == ExceptionKind.SCREENING

    @property
    def is_of_conduct(self) -> bool:
        """Whether it is about how somebody deals: a supervisor decides who had no part in it."""
        return self.kind == ExceptionKind.CONDUCT


class WorkItem(Waiting):
    """One thing to be done by a person, in the one queue; it points at what must be decided."""

    kind = models.CharField(_("kind"), max_length=20, choices=labelled(WorkKind))
    title = models.CharField(_("title"), max_length=200)
    state = models.CharField(
        _("status"), max_length=10, choices=labelled(WorkState), default=WorkState.OPEN.value
    )
    opened_at = models.DateTimeField(_("opened at"))
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    done_by = models.CharField(_("done by"), max_length=NAME_LENGTH, blank=True, default="")

    audit: ClassVar = AuditPolicy(excused="a pointer; what it points at has its own entries")
    objects = DeskScopedQuerySet["WorkItem"].as_manager()

    class Meta:
        verbose_name = _("work item")
        verbose_name_plural = _("work items")
        ordering = ("-id",)
        constraints = [
            known("state", WorkState, name="workitem_state_known"),
            known("kind", WorkKind, name="workitem_kind_known"),
            known("severity", Severity, name="workitem_severity_known"),
            models.CheckConstraint(
                condition=Q(amount_at_risk__lt=AMOUNT_LIMIT), name="workitem_amount_is_a_number"
            ),
            models.UniqueConstraint(
                fields=["kind", "subject_kind", "subject_id"],
                condition=Q(state=WorkState.OPEN.value),
                name="workitem_one_open_per_subject",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Comment(models.Model):
    """What somebody said about a subject; never changed."""

    subject_kind = models.CharField(max_length=30)
    subject_id = models.BigIntegerField()
    author = models.CharField(_("author"), max_length=NAME_LENGTH)
    text = models.TextField(_("comment"), max_length=4000)
    at = models.DateTimeField(_("at"))

    append_only: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="comment")

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ("id",)
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="comment_says_something")]
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="comment_subject")]

    def __str__(self) -> str:
        return f"{self.author}: {self.text[:40]}"


class Approval(models.Model):
    """One decision on one version, bound to the fingerprint that the checker saw.

    The database refuses a checker who made or touched the version, and a second approval.
    """

    subject_kind = models.CharField(max_length=30)
    subject_id = models.BigIntegerField()
    version_no = models.IntegerField(_("version"))
    fingerprint = models.CharField(_("fingerprint"), max_length=64)
    decision = models.CharField(_("decision"), max_length=10, choices=labelled(Decision))
    maker = models.CharField(_("maker"), max_length=NAME_LENGTH)
    contributors = ArrayField(
        models.CharField(max_length=NAME_LENGTH), verbose_name=_("contributors")
    )
    checker = models.CharField(_("checker"), max_length=NAME_LENGTH)
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    decided_at = models.DateTimeField(_("decided at"), db_default=Now())

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
                condition=~Q(decision=Decision.REFUSED.value) | ~Q(reason=""),
                name="approval_refused_for_a_reason",
            ),
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "version_no"],
                condition=Q(decision=Decision.APPROVED.value),
                name="approval_one_per_version",
            ),
        ]
        indexes = [
            models.Index(fields=["subject_kind", "subject_id"], name="approval_subject"),
            BrinIndex(fields=["decided_at"], name="approval_decided_at", autosummarize=True),
        ]

    def __str__(self) -> str:
        return f"{self.decision} {self.subject_kind} {self.subject_id} v{self.version_no}"


class SupervisorLimit(models.Model):
    """Up to how many euros a supervisor may validate one trade, from a day on; set by another."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="limits", verbose_name=_("user")
    )
    amount_eur = models.DecimalField(_("limit (EUR)"), max_digits=20, decimal_places=4)
    valid_from = models.DateField(_("valid from"), default=date(2000, 1, 1))
    set_by = models.CharField(_("set by"), max_length=NAME_LENGTH)

    audit: ClassVar = AuditPolicy(entity="supervisor_limit", key="user_id")

    class Meta:
        verbose_name = _("supervisor limit")
        verbose_name_plural = _("supervisor limits")
        ordering = ("user", "-valid_from")
        constraints = [
            models.UniqueConstraint(fields=["user", "valid_from"], name="limit_one_per_day"),
            models.CheckConstraint(
                condition=Q(amount_eur__gte=0) & Q(amount_eur__lt=AMOUNT_LIMIT),
                name="limit_amount_is_a_number",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.amount_eur} EUR {self.valid_from}"


class ControlRule(models.Model):
    """A setting of one rule from a day on: switched on or off, with these parameters.

    Proposed by one person, approved by another; rows are never changed afterwards. Parameters are
    decimal texts; what a setting leaves out keeps the default of the rule book. `back_test_id` is
    the back-test that a change rests on, `reverts` the change that it takes back.
    """

    code = models.CharField(_("rule"), max_length=20, db_index=True)
    active = models.BooleanField(_("active"), default=True)
    parameters = models.JSONField(_("parameters"), default=dict, blank=True)
    valid_from = models.DateField(_("valid from"))
    state = models.CharField(
        _("status"),
        max_length=10,
        choices=labelled(SettingState),
        default=SettingState.PROPOSED.value,
    )
    reason = models.CharField(_("reason"), max_length=500)
    proposed_by = models.CharField(_("proposed by"), max_length=NAME_LENGTH)
    proposed_at = models.DateTimeField(_("proposed at"))
    decided_by = models.CharField(_("decided by"), max_length=NAME_LENGTH, blank=True, default="")
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    back_test_id = models.BigIntegerField(_("back-test"), null=True, blank=True)
    reverts = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reverted_by",
        verbose_name=_("takes back"),
    )

    audit: ClassVar = AuditPolicy(entity="control_rule", reference=("code",))

    class Meta:
        verbose_name = _("rule setting")
        verbose_name_plural = _("rule settings")
        ordering = ("code", "-valid_from", "-id")
        constraints = [
            known("state", SettingState, name="controlrule_state_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="controlrule_has_a_reason"),
            models.CheckConstraint(
                condition=~Q(decided_by=F("proposed_by")), name="controlrule_two_people"
            ),
            models.CheckConstraint(
                condition=Q(state=SettingState.PROPOSED.value, decided_by="")
                | (~Q(state=SettingState.PROPOSED.value) & ~Q(decided_by="")),
                name="controlrule_decided_means_someone",
            ),
            models.UniqueConstraint(
                fields=["code", "valid_from"],
                condition=Q(state=SettingState.PROPOSED.value),
                name="controlrule_one_proposal_per_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.valid_from}"


class ControlRun(models.Model):
    """Evidence that the rule book ran: how many were judged, and how often each rule spoke.

    Also when it found nothing.
    """

    job_id = models.BigIntegerField(_("job"), null=True)
    judged = models.IntegerField(_("judged"))
    clean_count = models.IntegerField(_("without finding"), db_column="clean")
    hits = models.JSONField(_("findings per rule"), default=dict)
    ended_at = models.DateTimeField(_("ended at"))

    append_only: ClassVar = True
    audit: ClassVar = AuditPolicy(excused="it is evidence itself, append-only")

    class Meta:
        verbose_name = _("control run")
        verbose_name_plural = _("control runs")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.judged} {self.ended_at}"
