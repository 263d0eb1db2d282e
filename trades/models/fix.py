"""FIX sessions: who may log on, where each count stands, every message, and what became of it."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.columns import NAME_LENGTH, coded, known
from core.policies import AuditPolicy
from trades.formats.fix import fills
from trades.models.allocation import Allocation
from trades.models.columns import labelled
from trades.models.messages import Execution
from trades.states import (
    AllocationAnswer,
    FixDisposition,
    FixEventKind,
    FixLineState,
    FixOutcome,
    FixVersion,
)

COMP_ID_LENGTH = 31
COMP_ID = RegexValidator(
    fills.COMP_ID, _("1 to 31 printable ASCII characters without blanks and >")
)
SOURCE = RegexValidator(fills.NAME, _("1 to 64 printable ASCII characters"))
USES_ITS_NUMBER = (
    FixDisposition.TAKEN.value,
    FixDisposition.REFUSED.value,
)


class FixSession(models.Model):
    """One counterparty that may log on: configured by an administrator, never deleted."""

    name = models.CharField(_("name"), max_length=40, unique=True)
    begin_string = models.CharField(
        _("FIX version"),
        max_length=8,
        choices=coded(FixVersion),
    )
    sender_comp_id = models.CharField(
        _("their CompID"), max_length=COMP_ID_LENGTH, validators=[COMP_ID]
    )
    target_comp_id = models.CharField(
        _("our CompID"), max_length=COMP_ID_LENGTH, validators=[COMP_ID]
    )
    source_system = models.CharField(
        _("source system"), max_length=64, unique=True, validators=[SOURCE]
    )
    default_appl_ver_id = models.CharField(
        _("application version"), max_length=2, blank=True, default=""
    )
    party_id = models.CharField(
        _("our id among the parties"), max_length=60, blank=True, default=""
    )
    heartbeat_max = models.PositiveSmallIntegerField(
        _("longest heartbeat in seconds"),
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(3600)],
    )
    addresses = ArrayField(models.CharField(max_length=43), verbose_name=_("addresses"))
    username = models.CharField(_("user name"), max_length=60, blank=True, default="")
    secret = models.CharField(max_length=200, blank=True, default="", editable=False)
    reset_on_logon = models.BooleanField(_("counts from one at each logon"), default=False)
    opens_at = models.TimeField(_("opens at"), null=True, blank=True)
    closes_at = models.TimeField(_("closes at"), null=True, blank=True)
    dictionary = models.CharField(_("data dictionary"), max_length=60, blank=True, default="")
    user_fields = models.BooleanField(_("lets tags from 5000 in"), default=True)
    is_enabled = models.BooleanField(_("started"), default=True)
    reset_at = models.DateTimeField(_("count set anew by hand"), null=True, editable=False)

    permanent: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="fix_session", hidden=("secret",), reference=("name",))

    class Meta:
        verbose_name = _("FIX session")
        verbose_name_plural = _("FIX sessions")
        ordering = ("name",)
        constraints = [
            models.UniqueConstraint(
                fields=["begin_string", "sender_comp_id", "target_comp_id"],
                name="fix_session_identity",
                violation_error_message=_("Another session has these CompIDs and this version."),
            ),
            known("begin_string", FixVersion, name="fix_session_known_version"),
            models.CheckConstraint(
                condition=Q(heartbeat_max__gte=1) & Q(heartbeat_max__lte=3600),
                name="fix_session_heartbeat",
            ),
            models.CheckConstraint(
                condition=Q(opens_at__isnull=True, closes_at__isnull=True)
                | (
                    Q(opens_at__isnull=False, closes_at__isnull=False) & ~Q(opens_at=F("closes_at"))
                ),
                name="fix_session_both_hours",
                violation_error_message=_("Give both hours, and different ones, or none."),
            ),
            models.CheckConstraint(
                condition=(Q(username="") & Q(secret="")) | (~Q(username="") & ~Q(secret="")),
                name="fix_session_user_has_secret",
                violation_error_message=_("A user name needs a password, and the other way round."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("trades:fix_session", args=[self.pk])


class FixLine(models.Model):
    """Where the count of a session stands, in the transaction that kept the last message.

    `holder` is the connection that may write: who no longer holds it, writes nothing.
    """

    session = models.OneToOneField(
        FixSession, models.PROTECT, primary_key=True, related_name="line"
    )
    epoch = models.PositiveIntegerField(_("count"), default=1)
    next_in = models.BigIntegerField(_("expected next"), default=1)
    next_out = models.BigIntegerField(_("sent next"), default=1)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=labelled(FixLineState),
        default=FixLineState.OFFLINE.value,
    )
    holder = models.UUIDField(null=True, blank=True)
    peer = models.CharField(_("address"), max_length=60, blank=True, default="")
    counted_at = models.DateTimeField(_("counts since"), null=True, blank=True)
    heard_at = models.DateTimeField(_("last heard"), null=True, blank=True)

    permanent: ClassVar = True
    audit: ClassVar = AuditPolicy(excused="moves with every message; the messages are the evidence")

    class Meta:
        verbose_name = _("FIX line")
        verbose_name_plural = _("FIX lines")
        constraints = [
            known("state", FixLineState, name="fix_line_known_state"),
            models.CheckConstraint(
                condition=Q(epoch__gte=1) & Q(next_in__gte=1) & Q(next_out__gte=1),
                name="fix_line_counts_from_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session_id}: {self.epoch}/{self.next_in}/{self.next_out}"


class FixBookmark(models.Model):
    """Up to which message a session was acted on; moves in the transaction that acted."""

    session = models.OneToOneField(
        FixSession, models.PROTECT, primary_key=True, related_name="bookmark"
    )
    acted_to = models.BigIntegerField(default=0)

    permanent: ClassVar = True
    audit: ClassVar = AuditPolicy(excused="moves with every message; the results are the evidence")

    class Meta:
        verbose_name = _("FIX bookmark")
        verbose_name_plural = _("FIX bookmarks")

    def __str__(self) -> str:
        return f"{self.session_id}: {self.acted_to}"


class FixMessage(models.Model):
    """A message of theirs or ours, byte by byte; written before anybody acts on it."""

    session = models.ForeignKey(
        FixSession, models.PROTECT, related_name="messages", db_index=False, db_constraint=False
    )
    epoch = models.PositiveIntegerField(_("count"))
    is_ours = models.BooleanField(_("sent by us"))
    number = models.BigIntegerField(_("number"))
    disposition = models.CharField(_("disposition"), max_length=8, choices=labelled(FixDisposition))
    kind = models.CharField(_("type"), max_length=8, blank=True, default="")
    key = models.CharField(_("their id"), max_length=64, blank=True, default="")
    waits = models.BooleanField(_("for the application"))
    note = models.CharField(_("note"), max_length=200, blank=True, default="")
    kept_at = models.DateTimeField(_("kept at"))
    content = models.BinaryField(_("content"))

    append_only: ClassVar = True
    permanent: ClassVar = True
    references_in_sets: ClassVar = True
    audit: ClassVar = AuditPolicy(excused="append-only evidence itself", reference=("key",))

    class Meta:
        verbose_name = _("FIX message")
        verbose_name_plural = _("FIX messages")
        constraints = [
            models.UniqueConstraint(
                fields=["session", "epoch", "number"],
                condition=Q(disposition__in=USES_ITS_NUMBER),
                name="fix_message_taken_once",
            ),
            models.UniqueConstraint(
                fields=["session", "epoch", "number"],
                condition=Q(disposition=FixDisposition.SENT.value),
                name="fix_message_sent_once",
            ),
            known("disposition", FixDisposition, name="fix_message_known_disposition"),
            models.CheckConstraint(
                condition=Q(is_ours=True, disposition=FixDisposition.SENT.value)
                | (Q(is_ours=False) & ~Q(disposition=FixDisposition.SENT.value)),
                name="fix_message_ours_is_sent",
            ),
        ]
        indexes = [
            models.Index(fields=["session", "id"], name="fix_message_latest"),
            models.Index(
                fields=["session", "id"], condition=Q(waits=True), name="fix_message_waits"
            ),
            models.Index(
                fields=["key", "id"],
                condition=~Q(key=""),
                opclasses=["varchar_pattern_ops", "int8_ops"],
                name="fix_message_key",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("trades:fix_message", args=[self.pk])


class FixResult(models.Model):
    """What became of a message of the application, once; an exception may end as something else."""

    message = models.OneToOneField(
        FixMessage,
        models.PROTECT,
        related_name="result",
        db_constraint=False,
    )
    outcome = models.CharField(_("outcome"), max_length=10, choices=labelled(FixOutcome))
    what = models.CharField(_("what it is"), max_length=64)
    reason_code = models.CharField(_("reason"), max_length=10, blank=True, default="")
    execution = models.ForeignKey(
        Execution,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="fix_results",
        db_index=False,
        db_constraint=False,
    )

    permanent: ClassVar = True
    references_in_sets: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="fix_message", key="message_id", inserts=False)

    class Meta:
        verbose_name = _("FIX result")
        verbose_name_plural = _("FIX results")
        constraints = [
            known("outcome", FixOutcome, name="fix_result_known_outcome"),
            models.CheckConstraint(
                condition=~Q(outcome=FixOutcome.CAPTURED.value) | Q(execution__isnull=False),
                name="fix_result_captured_has_execution",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=FixOutcome.EXCEPTION.value) | ~Q(reason_code=""),
                name="fix_result_exception_has_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["message"],
                condition=Q(outcome=FixOutcome.EXCEPTION.value),
                name="fix_result_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.outcome}"


class FixAllocation(models.Model):
    """An allocation that a session instructed: what was made of it, and what its sender was told.

    `said` follows `answer` in the transaction that keeps the message which says so.
    """

    message = models.OneToOneField(FixMessage, models.PROTECT, related_name="allocation")
    session = models.ForeignKey(FixSession, models.PROTECT, related_name="+", db_index=False)
    alloc_id = models.CharField(_("their id"), max_length=64)
    allocation = models.ForeignKey(
        Allocation, models.PROTECT, null=True, blank=True, related_name="instructions"
    )
    answer = models.CharField(_("answer"), max_length=10, choices=labelled(AllocationAnswer))
    said = models.CharField(
        _("told"), max_length=10, choices=labelled(AllocationAnswer), blank=True, default=""
    )
    reject_code = models.PositiveSmallIntegerField(_("code"), null=True, blank=True)
    text = models.CharField(_("reason"), max_length=200, blank=True, default="")

    permanent: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="fix_message", key="message_id")

    class Meta:
        verbose_name = _("allocation by FIX")
        verbose_name_plural = _("allocations by FIX")
        constraints = [
            known("answer", AllocationAnswer, name="fix_allocation_known_answer"),
            known("said", AllocationAnswer, name="fix_allocation_known_said", blank=True),
            models.CheckConstraint(
                condition=Q(allocation__isnull=False)
                | Q(answer=AllocationAnswer.REJECTED.value, reject_code__isnull=False),
                name="fix_allocation_made_or_rejected",
            ),
        ]
        indexes = [
            models.Index(fields=["session", "alloc_id"], name="fix_allocation_called"),
            models.Index(
                fields=["session", "id"],
                condition=Q(said__in=["", AllocationAnswer.RECEIVED.value]),
                name="fix_allocation_owed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.alloc_id} {self.answer}"


class FixEvent(models.Model):
    """The diary of a session: logons, gaps, resets, refusals, with who did what by hand."""

    session = models.ForeignKey(FixSession, models.PROTECT, related_name="events")
    at = models.DateTimeField(_("at"))
    kind = models.CharField(_("what"), max_length=10, choices=labelled(FixEventKind))
    text = models.CharField(_("detail"), max_length=500, blank=True, default="")
    actor_name = models.CharField(_("by"), max_length=NAME_LENGTH, blank=True, default="")

    append_only: ClassVar = True
    audit: ClassVar = AuditPolicy(excused="append-only evidence itself")

    class Meta:
        verbose_name = _("FIX event")
        verbose_name_plural = _("FIX events")
        constraints = [known("kind", FixEventKind, name="fix_event_known_kind")]
        indexes = [models.Index(fields=["session", "id"], name="fix_event_latest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.text}"
