"""What waits for a person: exceptions, work items, and what is said about them."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.access import DeskScopedQuerySet
from core.columns import AMOUNT_LIMIT, NAME_LENGTH, coded, known
from core.policies import AuditPolicy
from desk.models.priorities import ExceptionQuerySet
from desk.states import (
    LIVE_EXCEPTION,
    OVER_EXCEPTION,
    CauseKind,
    ExceptionKind,
    ExceptionState,
    WorkKind,
    WorkState,
)
from kernel.findings import Severity


class About(models.Model):
    """What it is about: a subject and its page, its desk, until when, how much is at risk."""

    subject_kind = models.CharField(_("kind of subject"), max_length=30)
    subject_id = models.BigIntegerField(_("subject"))
    desk_code = models.CharField(_("desk"), max_length=20, blank=True, default="")
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    amount_at_risk = models.DecimalField(
        _("amount at risk"), max_digits=20, decimal_places=4, null=True, blank=True
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True, default="")
    url = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        abstract = True


class Waiting(About):
    """What waits for a person, whose it is, and how grave."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )
    severity = models.CharField(
        _("severity"), max_length=10, choices=coded(Severity), default=Severity.WARNING.value
    )

    class Meta:
        abstract = True


class ControlException(Waiting):
    """A finding that waits for a decision, with what was expected, found, and on which data.

    `message` and `fix` are English source texts with {expected}, {found} and {field}; pages
    translate and fill them. `contributors` made what is judged: they may not waive it. `cause` is
    what in the outside is wrong, by its code: one repair ends all that have it; empty where the
    subject itself is.
    """

    kind = models.CharField(_("kind"), max_length=20, choices=coded(ExceptionKind))
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
        choices=coded(ExceptionState),
        default=ExceptionState.OPEN.value,
    )
    raised_at = models.DateTimeField(_("raised at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.CharField(_("ended by"), max_length=NAME_LENGTH, blank=True, default="")
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    cause_kind = models.CharField(
        _("kind of cause"),
        max_length=12,
        choices=coded(CauseKind),
        blank=True,
        default="",
        db_default="",
    )
    cause = models.CharField(_("cause"), max_length=64, blank=True, default="", db_default="")

    priority: Decimal | None
    """Where the queryset adds it (`with_priority`): it depends on the moment."""

    audit: ClassVar = AuditPolicy(entity="exception")
    objects = ExceptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("exception")
        verbose_name_plural = _("exceptions")
        ordering = ("-id",)
        constraints = [
            known("state", ExceptionState, name="exception_state_known"),
            known("kind", ExceptionKind, name="exception_kind_known"),
            known("severity", Severity, name="exception_severity_known"),
            known("cause_kind", CauseKind, name="exception_cause_known", blank=True),
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
            models.Index(fields=["ended_at"], name="exception_ended"),
            models.Index(
                fields=["-id"], condition=Q(state__in=LIVE_EXCEPTION), name="exception_live"
            ),
            models.Index(
                F("amount_at_risk").desc(nulls_last=True),
                include=["due_at", "currency", "severity", "desk_code", "kind", "id"],
                condition=Q(state__in=LIVE_EXCEPTION),
                name="exception_priority",
            ),
            models.Index(
                fields=["rule_code", "cause_kind", "cause"],
                include=[
                    "due_at",
                    "amount_at_risk",
                    "currency",
                    "severity",
                    "desk_code",
                    "kind",
                    "id",
                ],
                condition=Q(state__in=LIVE_EXCEPTION),
                name="exception_cause",
            ),
            models.Index(Upper("subject_reference"), name="exception_reference"),
            models.Index(Upper("found"), name="exception_found"),
            models.Index(
                fields=["state", "-id"],
                include=["desk_code", "kind"],
                condition=Q(state__in=OVER_EXCEPTION),
                name="exception_over",
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
    def takes_two(self) -> bool:
        """Whether one asks for its waiver and another grants it."""
        return self.severity == Severity.BLOCKING or self.is_of_conduct

    @property
    def is_of_conduct(self) -> bool:
        """Whether it is about how somebody deals: a supervisor decides who had no part in it."""
        return self.kind == ExceptionKind.CONDUCT


class WorkItem(Waiting):
    """One thing to be done by a person, in the one queue; it points at what must be decided."""

    kind = models.CharField(_("kind"), max_length=20, choices=coded(WorkKind))
    title = models.CharField(_("title"), max_length=200)
    state = models.CharField(
        _("status"), max_length=10, choices=coded(WorkState), default=WorkState.OPEN.value
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

    @property
    def people(self) -> list[tuple[str, str]]:
        """Who is named in it and was told: name and sheet."""
        named = [mention.user for mention in self.mentions.all()]
        return [(one.get_username(), reverse("rights:person", args=[one.pk])) for one in named]
