"""Foundations without business words: people and rights, files, jobs, events, the audit trail."""

from __future__ import annotations

import json
from typing import Any, ClassVar, Final

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.columns import coded, known
from core.policies import AuditPolicy
from core.roles import Action, Role


class Language(models.TextChoices):
    BROWSER = "", _("As the browser")
    ENGLISH = "en", "English"
    FRENCH = "fr", "Français"


class Theme(models.TextChoices):
    SYSTEM = "", _("As the system")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class DateStyle(models.TextChoices):
    LANGUAGE = "", _("As the language: 20/11/2026")
    ISO = "iso", _("ISO 8601: 2026-11-20")


class User(AbstractUser):
    """A person or an API client; what it may do comes from its role grants only."""

    language = models.CharField(_("language"), max_length=2, blank=True, choices=Language)
    theme = models.CharField(_("theme"), max_length=5, blank=True, choices=Theme)
    shortcuts_enabled = models.BooleanField(_("keyboard shortcuts"), default=True)
    date_style = models.CharField(
        _("dates"), max_length=3, blank=True, choices=DateStyle, default=DateStyle.LANGUAGE
    )

    permanent: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="user", hidden=("password",), reference=("username",))

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")


EMERGENCY_MINUTES_MAX: Final = 60
"""An hour: long enough to save a deadline, too short to work a day without a colleague."""


class RoleGrant(models.Model):
    """A role that a user holds, on one desk or on all; toxic pairs are refused by a trigger.

    Given by one administrator and approved by another, or filed as given alone (`LoneGrant`). With
    an end it is a broken glass: taken by who holds the role elsewhere, for an hour at most.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(_("role"), max_length=20, choices=coded(Role))
    desk_code = models.CharField(_("desk"), max_length=20, blank=True, default="")
    granted_by = models.CharField(_("granted by"), max_length=150, blank=True, default="")
    approved_by = models.CharField(
        _("approved by"), max_length=150, blank=True, default="", db_default=""
    )
    granted_at = models.DateTimeField(_("granted at"), db_default=Now(), editable=False)
    valid_until = models.DateTimeField(_("valid until"), null=True, editable=False)

    audit: ClassVar = AuditPolicy(entity="user", key="user_id")

    class Meta:
        verbose_name = _("role grant")
        verbose_name_plural = _("role grants")
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "desk_code"], name="role_grant_once"),
            known("role", Role, name="role_grant_known_role"),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.desk_code or '*'}"


class RoleAction(models.Model):
    """One cell of the role x action matrix; loaded from `role_matrix.py`."""

    role = models.CharField(max_length=20)
    action = models.CharField(max_length=40)

    audit: ClassVar = AuditPolicy(entity="role_action")

    class Meta:
        verbose_name = _("right of a role")
        verbose_name_plural = _("rights of roles")
        constraints = [
            models.UniqueConstraint(fields=["role", "action"], name="role_action_once"),
            known("role", Role, name="role_action_known_role"),
            known("action", Action, name="role_action_known_action"),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.action}"


class ToxicPair(models.Model):
    """Two roles that one person may never hold together."""

    first = models.CharField(max_length=20)
    second = models.CharField(max_length=20)

    audit: ClassVar = AuditPolicy(entity="toxic_pair")

    class Meta:
        verbose_name = _("pair of roles that may not meet")
        verbose_name_plural = _("pairs of roles that may not meet")
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="toxic_pair_once")]

    def __str__(self) -> str:
        return f"{self.first} + {self.second}"


class ApiToken(models.Model):
    """A bearer token of one source system; only its SHA-256 is kept."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    source_system = models.CharField(_("source system"), max_length=30)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="api_tokens")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    audit: ClassVar = AuditPolicy(entity="api_token", hidden=("token_hash",), reference=("name",))

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return self.name


class StoredFile(models.Model):
    """A file as it came in or went out, found by its digest; never changed."""

    name = models.CharField(_("name"), max_length=255)
    media_type = models.CharField(_("media type"), max_length=100)
    size = models.BigIntegerField(_("size"))
    sha256 = models.CharField("SHA-256", max_length=64, db_index=True)
    uploaded_by = models.CharField(_("uploaded by"), max_length=150)
    uploaded_at = models.DateTimeField(_("uploaded at"))

    append_only: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="file", reference=("name",))

    class Meta:
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")

    def __str__(self) -> str:
        return self.name


class JobState(models.TextChoices):
    QUEUED = "QUEUED", _("Queued")
    RUNNING = "RUNNING", _("Running")
    DONE = "DONE", _("Done")
    FAILED = "FAILED", _("Failed")


LIVE_JOB: list[str] = [JobState.QUEUED.value, JobState.RUNNING.value]


class OutboxEvent(models.Model):
    """News of a committed change; written in the same transaction, with the jobs it starts."""

    event = models.CharField(max_length=80)
    subject = models.CharField(max_length=200, blank=True)
    payload = models.JSONField(default=dict)
    actor_name = models.CharField(max_length=150)
    request_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    published_at = models.DateTimeField(null=True)

    append_only: ClassVar = True
    audit: ClassVar = AuditPolicy(excused="an event repeats a change that has its own entry")

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")

    def __str__(self) -> str:
        return f"{self.event} {self.subject}"


class Job(models.Model):
    """A piece of background work: a row that one worker at a time holds by a lease."""

    kind = models.CharField(_("kind"), max_length=80)
    title = models.CharField(_("title"), max_length=200)
    queue = models.CharField(_("queue"), max_length=40, default="default")
    parameters = models.JSONField(default=dict)
    state = models.CharField(
        _("state"), max_length=10, choices=JobState, default=JobState.QUEUED.value
    )
    progress_done = models.BigIntegerField(default=0)
    progress_total = models.BigIntegerField(default=0)
    counts = models.JSONField(default=dict)
    log = models.TextField(blank=True, default="")
    error = models.TextField(blank=True, default="")
    result_url = models.CharField(max_length=300, blank=True, default="")
    actor_name = models.CharField(_("started by"), max_length=150)
    actor_kind = models.CharField(max_length=10)
    actor_user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    request_id = models.CharField(max_length=64, blank=True, default="")
    event = models.ForeignKey(OutboxEvent, null=True, on_delete=models.PROTECT, related_name="jobs")
    dedupe_key = models.CharField(max_length=200, blank=True, default="")
    due_key = models.CharField(max_length=200, blank=True, default="")
    attempts = models.IntegerField(default=0)
    due_at = models.DateTimeField(db_default=Now())
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now())
    started_at = models.DateTimeField(_("started at"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)

    permanent: ClassVar = True
    audit: ClassVar = AuditPolicy(excused="progress, no business content; effects have entries")

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints = [
            known("state", JobState, name="job_known_state"),
            models.UniqueConstraint(
                fields=["dedupe_key"],
                condition=models.Q(state__in=LIVE_JOB) & ~models.Q(dedupe_key=""),
                name="job_one_live_per_dedupe_key",
            ),
            models.UniqueConstraint(
                fields=["due_key"], condition=~models.Q(due_key=""), name="job_one_per_due_key"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"], condition=models.Q(state__in=LIVE_JOB), name="job_live"
            ),
            models.Index(fields=["-created_at"], name="job_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.title} #{self.pk}"


class IdempotencyRecord(models.Model):
    """The one outcome of an Idempotency-Key; stored in the transaction of the effect."""

    client = models.CharField(max_length=150)
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    code = models.IntegerField()
    answer = models.BinaryField()
    media_type = models.CharField(max_length=100)
    created_at = models.DateTimeField(db_default=Now())

    append_only: ClassVar = True
    audit: ClassVar = AuditPolicy(excused="a copy of an answer; its effect has entries")

    class Meta:
        verbose_name = _("answer kept")
        verbose_name_plural = _("answers kept")
        constraints = [
            models.UniqueConstraint(fields=["client", "key"], name="idempotency_key_once")
        ]

    def __str__(self) -> str:
        return f"{self.client} {self.key}"


class AuditEntry(models.Model):
    """One change of one row, linked to the one before it; written by triggers only."""

    entity = models.CharField(_("entity"), max_length=63)
    key = models.BigIntegerField(_("key"))
    seq = models.IntegerField(_("number"))
    table = models.CharField(_("table"), max_length=63)
    action = models.CharField(_("action"), max_length=6)
    row = models.BigIntegerField(_("row"))
    actor = models.TextField(_("who"))
    reason = models.TextField(_("why"))
    request_id = models.TextField(_("request"))
    at = models.DateTimeField(_("at"))
    xid = models.BigIntegerField(_("transaction"))
    payload = models.TextField(_("change"))
    prev = models.BinaryField(_("previous hash"))
    hash = models.BinaryField(_("hash"))

    read_only: ClassVar = True
    audit: ClassVar = AuditPolicy(excused="it is the trail")

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        constraints = [
            models.UniqueConstraint(fields=["entity", "key", "seq"], name="audit_chain_seq")
        ]
        indexes = [
            BrinIndex(fields=["xid"], name="audit_xid", pages_per_range=32),
            BrinIndex(fields=["at"], name="audit_at", pages_per_range=32),
        ]

    def __str__(self) -> str:
        return f"{self.chain} #{self.seq}"

    @property
    def chain(self) -> str:
        return f"{self.entity}:{self.key}"

    @property
    def changes(self) -> dict[str, Any]:
        """Return the row as inserted or deleted, or `{column: [before, after]}` of an update."""
        return dict(json.loads(self.payload))


class SavedView(models.Model):
    """A list as somebody likes it, under a name: filter, columns in their order, and sorting.

    Of one person, or shared with everyone.
    """

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_views")
    path = models.CharField(_("page"), max_length=200)
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(_("filter"), max_length=2000, blank=True)
    columns = models.JSONField(_("columns"), default=list, db_default=[], blank=True)
    sort = models.JSONField(_("order"), default=list, db_default=[], blank=True)
    is_shared = models.BooleanField(_("shared"), default=False)

    audit: ClassVar = AuditPolicy(excused="a person's own filter; it decides nothing")

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = [
            models.UniqueConstraint(fields=["owner", "path", "name"], name="saved_view_once")
        ]

    def __str__(self) -> str:
        return self.name
