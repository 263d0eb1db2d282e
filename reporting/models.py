"""Report storage: decisions, files, what was sent in which order, and what came back."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.access import DeskScopedQuerySet
from core.columns import NAME_LENGTH, known
from core.policies import AuditPolicy
from reporting.rules.eligibility import Eligibility, Reason
from reporting.states import ReportFileState, ReportState, SchemaCheck

REGIME = "RTS22"
LANGUAGES = [("en", "English"), ("fr", "Français")]

LABELS: dict[str, Any] = {
    "NOT_REPORTABLE": _("Not reportable"),
    "REPORTABLE": _("Reportable"),
    "UNDECIDED": _("Undecided"),
    "BLOCKED": _("Blocked"),
    "READY": _("Ready"),
    "IN_FILE": _("In a file"),
    "RELEASED": _("Released"),
    "PENDING": _("Pending at the regulator"),
    "ACCEPTED": _("Accepted"),
    "REJECTED": _("Rejected"),
    "CANCELLED": _("Cancelled"),
    "GENERATED": _("Generated"),
    "PARTIAL": _("Partly accepted"),
    "VALID": _("Valid"),
    "INVALID": _("Invalid"),
    "UNCHECKED": _("Not checked"),
    "EXECUTED_ON_EEA_VENUE": _("Executed on a venue of the EEA"),
    "ADMITTED_ON_EEA_VENUE": _("Admitted to a venue of the EEA"),
    "NOT_ADMITTED": _("Admitted to no venue of the EEA on the trade date"),
    "ADMISSION_UNKNOWN": _("No reference data about admissions of this ISIN"),
    "INSTRUMENT_UNKNOWN": _("The instrument is not in reference data"),
    "VENUE_UNKNOWN": _("The venue is not in reference data"),
    "CANCELS_ITS_TRADE": _("A cancellation: what was sent is cancelled, nothing new is reported"),
    "TRADE_CANCELLED": _("The trade was cancelled before it was sent"),
    "TRADE_ALLOCATED": _("Allocated: its shares are reported"),
    "SUPERSEDED": _("A later validated version stands"),
    "NOT_A_FINANCIAL_INSTRUMENT": _("Not a financial instrument"),
    "SECURITIES_FINANCING": _("A repo or a loan of securities: reported under SFTR"),
    "FX_OFF_VENUE": _("A currency forward dealt and admitted on no venue"),
    "NOT_AN_INVESTMENT_FIRM": _("The executing entity is no investment firm"),
    "NEWT": _("New"),
    "CANC": _("Cancellation"),
}

VERDICTS: dict[str, Any] = {
    "COVERED": _("Was every version judged, or is it known why not?"),
    "FOUR_EYES": _("Did nobody check work of their own?"),
    "PROMISES": _("Does the database hold what the product promises?"),
    "TRAIL": _("Is the audit trail of the period what was written?"),
}
"""What control evidence asks of the whole."""
FIGURES = (
    *("versions", "versions_judged", "control_runs", "judged", "without_finding", "findings"),
    *("waived", "validated", "validators", "trail_entries"),
)
"""The figures of its head, in their order."""


class ItemAction(StrEnum):
    """RTS 22 field 1."""

    NEWT = "NEWT"
    CANC = "CANC"


def labelled(kind: type[StrEnum]) -> list[tuple[str, Any]]:
    """Return the choices of a field whose values are `kind`."""
    return [(member.value, LABELS[member.value]) for member in kind]


class ReportingProfile(models.Model):
    """Who reports to whom under one regime: configuration, one row per regime."""

    regime = models.CharField(_("regime"), max_length=10, unique=True, default=REGIME)
    executing_lei = models.CharField(_("executing entity (LEI)"), max_length=20)
    submitting_lei = models.CharField(_("submitting entity (LEI)"), max_length=20)
    recipient_lei = models.CharField(_("recipient (LEI)"), max_length=20)
    branch_country = models.CharField(_("branch country"), max_length=2)
    is_investment_firm = models.BooleanField(_("investment firm under MiFID II"), default=True)

    audit: ClassVar = AuditPolicy(entity="reporting_profile")

    class Meta:
        verbose_name = _("reporting profile")
        verbose_name_plural = _("reporting profiles")
        constraints = [
            models.CheckConstraint(
                condition=Q(executing_lei__regex=r"^[A-Z0-9]{18}[0-9]{2}$")
                & Q(submitting_lei__regex=r"^[A-Z0-9]{18}[0-9]{2}$")
                & Q(recipient_lei__regex=r"^[A-Z0-9]{18}[0-9]{2}$"),
                name="reporting_profile_leis",
            ),
        ]

    def __str__(self) -> str:
        return self.regime


class ReportCounter(models.Model):
    """The last number of a stream: locked, raised and written in the act that uses it."""

    stream = models.CharField(_("stream"), max_length=40, unique=True)
    last = models.BigIntegerField(_("last number"), default=0)

    audit: ClassVar = AuditPolicy(excused="every number is on an audited row")

    class Meta:
        verbose_name = _("report counter")
        verbose_name_plural = _("report counters")
        constraints = [
            models.CheckConstraint(condition=Q(last__gte=0), name="report_counter_not_negative")
        ]

    def __str__(self) -> str:
        return f"{self.stream} {self.last}"


class ReportFile(models.Model):
    """A file for the regulator: numbered without a gap, hashed, never rewritten."""

    stream = models.CharField(_("stream"), max_length=40)
    seq = models.BigIntegerField(_("number"))
    day = models.DateField(_("trade date"))
    name = models.CharField(_("file"), max_length=120)
    message_id = models.CharField(_("message"), max_length=35, unique=True)
    file = models.ForeignKey(
        "core.StoredFile", verbose_name=_("content"), on_delete=models.PROTECT, related_name="+"
    )
    sha256 = models.CharField("SHA-256", max_length=64)
    new_count = models.PositiveIntegerField(_("reports"))
    cancel_count = models.PositiveIntegerField(_("cancellations"))
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=labelled(ReportFileState),
        default=ReportFileState.GENERATED.value,
    )
    schema_check = models.CharField(
        _("schema"), max_length=10, choices=labelled(SchemaCheck), default="UNCHECKED"
    )
    schema_messages = models.JSONField(_("schema messages"), default=list, blank=True)
    schema_checked_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    generated_by = models.CharField(_("generated by"), max_length=NAME_LENGTH)
    generated_at = models.DateTimeField(_("generated at"))
    released_by = models.CharField(_("released by"), max_length=NAME_LENGTH, blank=True, default="")
    released_at = models.DateTimeField(_("released at"), null=True, blank=True)

    audit: ClassVar = AuditPolicy(entity="report_file", reference=("name", "message_id"))

    class Meta:
        verbose_name = _("report file")
        verbose_name_plural = _("report files")
        ordering = ("-id",)
        constraints = [
            known("state", ReportFileState, name="report_file_known_state"),
            known("schema_check", SchemaCheck, name="report_file_known_check"),
            models.UniqueConstraint(fields=["stream", "seq"], name="report_file_number"),
            models.CheckConstraint(condition=Q(seq__gte=1), name="report_file_from_one"),
            models.CheckConstraint(
                condition=~Q(released_by=F("generated_by")), name="report_file_two_people"
            ),
            models.CheckConstraint(
                condition=Q(state="GENERATED", released_by="", released_at__isnull=True)
                | (~Q(state="GENERATED") & ~Q(released_by="") & Q(released_at__isnull=False)),
                name="report_file_released_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(state="GENERATED") | Q(schema_check="VALID"),
                name="report_file_released_when_valid",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("reporting:file", args=[self.pk])


class RegulatoryReport(models.Model):
    """The answer for one trade version under one regime: reported or not, why, what became of it.

    `fields` and `lineage` are keyed by field number; `findings` are those of the last judgement.
    """

    regime = models.CharField(_("regime"), max_length=10, default=REGIME)
    trade = models.ForeignKey(
        "trades.Trade", verbose_name=_("trade"), on_delete=models.PROTECT, related_name="reports"
    )
    approval = models.ForeignKey(
        "desk.Approval", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    version_no = models.PositiveIntegerField(_("version"))
    trade_date = models.DateField(_("trade date"))
    desk_code = models.CharField(_("desk"), max_length=20, blank=True, default="")
    isin = models.CharField("ISIN", max_length=12, blank=True, default="")
    eligibility = models.CharField(_("eligibility"), max_length=16, choices=labelled(Eligibility))
    reason = models.CharField(_("reason"), max_length=40, choices=labelled(Reason))
    reason_source = models.CharField(_("source"), max_length=120)
    state = models.CharField(_("state"), max_length=16, choices=labelled(ReportState))
    transaction_id = models.CharField(_("transaction reference"), max_length=52, blank=True)
    fields = models.JSONField(_("fields"), default=dict, blank=True)
    lineage = models.JSONField(_("lineage"), default=dict, blank=True)
    findings = models.JSONField(_("findings"), default=list, blank=True)
    feedback = models.JSONField(_("feedback"), default=list, blank=True)
    rules_version = models.CharField(_("rules"), max_length=20)
    decided_by = models.CharField(_("decided by"), max_length=NAME_LENGTH)
    decided_at = models.DateTimeField(_("decided at"))

    objects = DeskScopedQuerySet["RegulatoryReport"].as_manager()
    audit: ClassVar = AuditPolicy(
        entity="regulatory_report", hidden=("fields",), reference=("transaction_id",)
    )

    class Meta:
        verbose_name = _("transaction report")
        verbose_name_plural = _("transaction reports")
        ordering = ("-id",)
        constraints = [
            known("eligibility", Eligibility, name="report_known_eligibility"),
            known("reason", Reason, name="report_known_reason"),
            known("state", ReportState, name="report_known_state"),
            models.UniqueConstraint(
                fields=["regime", "trade", "version_no"], name="report_once_per_version"
            ),
            models.UniqueConstraint(
                fields=["regime", "transaction_id"],
                condition=~Q(transaction_id=""),
                name="report_reference_once",
            ),
            models.CheckConstraint(
                condition=Q(state="NOT_REPORTABLE", eligibility="NOT_REPORTABLE")
                | (~Q(state="NOT_REPORTABLE") & ~Q(eligibility="NOT_REPORTABLE")),
                name="report_no_means_no",
            ),
            models.CheckConstraint(
                condition=Q(state="NOT_REPORTABLE") | Q(approval__isnull=False),
                name="report_of_validated_version",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["NOT_REPORTABLE", "BLOCKED"])
                | (Q(eligibility="REPORTABLE") & ~Q(transaction_id="")),
                name="report_sent_is_reportable",
            ),
        ]
        indexes = [
            models.Index(fields=["trade_date", "state"], name="report_day"),
            models.Index(fields=["trade", "version_no"], name="report_trade"),
        ]

    def __str__(self) -> str:
        return self.transaction_id or f"{self.trade_id} v{self.version_no}"

    def get_absolute_url(self) -> str:
        return reverse("reporting:report", args=[self.pk])


class ReportItem(models.Model):
    """One record of one file, numbered in its stream; written once.

    Streams: `RTS22` first reports, `RTS22-CANC` cancellations, `RTS22-AGAIN` reports sent again
    after the regulator rejected them.
    """

    stream = models.CharField(_("stream"), max_length=40)
    seq = models.BigIntegerField(_("number"))
    action = models.CharField(_("action"), max_length=4, choices=labelled(ItemAction))
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=1)
    report = models.ForeignKey(RegulatoryReport, on_delete=models.PROTECT, related_name="items")
    file = models.ForeignKey(ReportFile, on_delete=models.PROTECT, related_name="items")
    position = models.PositiveIntegerField(_("position"))

    append_only: ClassVar = True
    audit: ClassVar = AuditPolicy(excused="append-only evidence; its file and report are audited")

    class Meta:
        verbose_name = _("report item")
        verbose_name_plural = _("report items")
        ordering = ("id",)
        constraints = [
            known("action", ItemAction, name="report_item_known_action"),
            models.UniqueConstraint(fields=["stream", "seq"], name="report_item_number"),
            models.UniqueConstraint(fields=["file", "position"], name="report_item_position"),
            models.UniqueConstraint(
                fields=["report", "action", "attempt"], name="report_item_once"
            ),
            models.CheckConstraint(condition=Q(seq__gte=1), name="report_item_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.stream} {self.seq}"


class ReportFeedback(models.Model):
    """What the regulator said about one file, once per answer."""

    report_file = models.ForeignKey(ReportFile, on_delete=models.PROTECT, related_name="answers")
    file = models.ForeignKey("core.StoredFile", on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField("SHA-256", max_length=64)
    status = models.CharField(_("status"), max_length=4)
    counts = models.JSONField(_("counts"), default=dict)
    unknown = models.JSONField(_("references not in the file"), default=list)
    imported_by = models.CharField(_("imported by"), max_length=NAME_LENGTH)
    imported_at = models.DateTimeField(_("imported at"))

    append_only: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="report_feedback")

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["report_file", "sha256"], name="report_feedback_once")
        ]

    def __str__(self) -> str:
        return f"{self.report_file_id} {self.status}"


class EvidenceReport(models.Model):
    """What the controls of some days came to, as it was written for auditors.

    Numbered without a gap, kept as files under their digests, never rewritten: who asks again gets
    another number. `figures` are those of its head, as the page shows them.
    """

    seq = models.BigIntegerField(_("number"), unique=True)
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    desk_code = models.CharField(_("desk"), max_length=20, blank=True, default="")
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES)
    asked_by = models.CharField(_("asked by"), max_length=NAME_LENGTH)
    asked_at = models.DateTimeField(_("asked at"))
    made_at = models.DateTimeField(_("made at"))
    job_id = models.BigIntegerField(_("job"), unique=True)
    pdf = models.ForeignKey(
        "core.StoredFile", verbose_name="PDF", on_delete=models.PROTECT, related_name="+"
    )
    workbook = models.ForeignKey(
        "core.StoredFile", verbose_name="XLSX", on_delete=models.PROTECT, related_name="+"
    )
    figures = models.JSONField(_("figures"), default=dict)

    append_only: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="evidence_report")

    class Meta:
        verbose_name = _("control evidence")
        verbose_name_plural = _("control evidence")
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(condition=Q(seq__gte=1), name="evidence_report_from_one"),
            models.CheckConstraint(
                condition=Q(first_day__lte=F("last_day")), name="evidence_report_days_in_order"
            ),
            models.CheckConstraint(
                condition=Q(language__in=["en", "fr"]), name="evidence_report_language_known"
            ),
        ]

    def __str__(self) -> str:
        return str(self.seq)

    def get_absolute_url(self) -> str:
        return reverse("reporting:evidence_report", args=[self.pk])
