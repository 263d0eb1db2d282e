"""Files of executions: how senders write them, what came, what waits to be repaired.

A file is kept once for ever by its content: the same bytes never make a second import.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.access import DeskScopedQuerySet
from core.columns import NAME_LENGTH, known, shaped
from core.policies import AuditPolicy
from core.table_mappings import TableMapping, mapping_constraints
from core.table_reading import Reading
from trades.models.columns import labelled
from trades.models.messages import CaptureBatch
from trades.states import ArrivalState, FileState, RowState

FOLDER_NAME = r"^[A-Za-z0-9]([A-Za-z0-9 ._-]{0,78}[A-Za-z0-9])?$"
"""A mapping's name is that of its folder: letters, digits and the few signs no system minds."""


class ExecutionMapping(TableMapping):
    """How one source system's table of executions reads; its name is that of its drop folder."""

    source_system = models.CharField(_("source system"), max_length=30)
    is_whole = models.BooleanField(_("all or nothing"), default=False)

    audit: ClassVar = AuditPolicy(entity="execution_mapping", reference=("name",))

    class Meta:
        verbose_name = _("mapping of executions")
        verbose_name_plural = _("mappings of executions")
        ordering = ("name",)
        constraints = [
            shaped("name", FOLDER_NAME, name="execution_mapping_folder_name"),
            *mapping_constraints("execution_mapping"),
        ]

    def get_absolute_url(self) -> str:
        return reverse("trades:mapping", args=[self.pk])


class CaptureFile(models.Model):
    """One file of executions, once for ever by its content, with how it was read and counted.

    `reading` is the mapping as it stood then; `declared` and `totals` are the control figures of
    the sender and ours.
    """

    name = models.CharField(_("file"), max_length=255)
    file = models.ForeignKey("core.StoredFile", models.PROTECT, related_name="+")
    sha256 = models.CharField("SHA-256", max_length=64, unique=True)
    source_system = models.CharField(_("source system"), max_length=30)
    mapping = models.ForeignKey(
        ExecutionMapping,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="files",
        verbose_name=_("column mapping"),
    )
    reading = models.JSONField(_("reading"), default=dict)
    columns = models.JSONField(_("columns"), default=list)
    is_workbook = models.BooleanField(_("workbook"), default=False)
    is_whole = models.BooleanField(_("all or nothing"), default=False)
    declared = models.JSONField(_("declared totals"), default=dict)
    totals = models.JSONField(_("totals"), default=dict)
    state = models.CharField(
        _("status"),
        max_length=8,
        choices=labelled(FileState),
        default=FileState.RECEIVED.value,
    )
    findings = models.JSONField(_("findings"), default=list)
    batch = models.OneToOneField(
        CaptureBatch,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="came_as",
        verbose_name=_("import"),
    )
    received_by = models.CharField(_("received by"), max_length=NAME_LENGTH)
    received_at = models.DateTimeField(_("received at"))
    imported_at = models.DateTimeField(_("imported at"), null=True, blank=True)

    permanent: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="capture_file", reference=("name",))

    class Meta:
        verbose_name = _("file of executions")
        verbose_name_plural = _("files of executions")
        ordering = ("-id",)
        constraints = [
            known("state", FileState, name="capture_file_state_known"),
            models.CheckConstraint(
                condition=~Q(state=FileState.IMPORTED.value)
                | Q(batch__isnull=False, imported_at__isnull=False),
                name="capture_file_imported_as_a_batch",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("trades:file", args=[self.pk])

    @property
    def as_read(self) -> Reading:
        """How it is read."""
        return Reading.of(self.reading)


class QuarantinedRow(models.Model):
    """One row of a file that could not be captured: as it came, as it is now, what is wrong.

    `repaired` holds the cells that a person corrected, by their place in the row.
    """

    source = models.ForeignKey(CaptureFile, models.PROTECT, related_name="rows")
    line = models.PositiveIntegerField(_("line"))
    cells = models.JSONField(_("cells"))
    repaired = models.JSONField(_("repaired cells"), default=dict, blank=True)
    repaired_by = models.JSONField(_("repaired by"), default=list, blank=True)
    findings = models.JSONField(_("findings"), default=list)
    reference = models.CharField(_("source reference"), max_length=64, blank=True, default="")
    desk_code = models.CharField(_("desk"), max_length=20, blank=True, default="")
    state = models.CharField(
        _("status"), max_length=9, choices=labelled(RowState), default=RowState.OPEN.value
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    batch = models.ForeignKey(
        CaptureBatch,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("import"),
    )
    revision = models.PositiveIntegerField(_("revision"), default=0)
    ended_by = models.CharField(_("ended by"), max_length=NAME_LENGTH, blank=True, default="")
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    permanent: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="quarantined_row")
    objects = DeskScopedQuerySet["QuarantinedRow"].as_manager()

    class Meta:
        verbose_name = _("row in quarantine")
        verbose_name_plural = _("rows in quarantine")
        ordering = ("source", "line")
        constraints = [
            known("state", RowState, name="quarantined_row_state_known"),
            models.UniqueConstraint(fields=["source", "line"], name="quarantined_row_once"),
            models.CheckConstraint(
                condition=~Q(state=RowState.DISCARDED.value) | ~Q(reason=""),
                name="quarantined_row_discarded_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(state=RowState.REPAIRED.value, batch__isnull=False)
                | ~Q(state=RowState.REPAIRED.value) & Q(batch__isnull=True),
                name="quarantined_row_repaired_in_a_batch",
            ),
            models.CheckConstraint(
                condition=Q(state=RowState.OPEN.value) | ~Q(ended_by=""),
                name="quarantined_row_ended_by_someone",
            ),
        ]
        indexes = [
            models.Index(
                fields=["source", "line"], condition=Q(state="OPEN"), name="quarantined_row_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source_id}:{self.line}"

    def get_absolute_url(self) -> str:
        return reverse("trades:quarantined", args=[self.pk])

    @property
    def current(self) -> tuple[str, ...]:
        """The cells as they are now."""
        return tuple(self.repaired.get(str(n), cell) for n, cell in enumerate(self.cells))


class DropArrival(models.Model):
    """One file in the drop folder, from its first sight to the folder where it ended.

    `size` and `modified_ns` are what was seen last: what still changes is not whole yet.
    """

    folder = models.CharField(_("folder"), max_length=255, blank=True, default="")
    name = models.CharField(_("file"), max_length=255)
    size = models.BigIntegerField(_("size"))
    modified_ns = models.BigIntegerField(editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True, default="")
    state = models.CharField(
        _("status"),
        max_length=8,
        choices=labelled(ArrivalState),
        default=ArrivalState.SEEN.value,
    )
    findings = models.JSONField(_("findings"), default=list)
    source = models.ForeignKey(
        CaptureFile,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="arrivals",
        verbose_name=_("file of executions"),
    )
    seen_at = models.DateTimeField(_("seen at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    is_filed = models.BooleanField(_("moved away"), default=False)

    permanent: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="drop_arrival", reference=("name",))

    class Meta:
        verbose_name = _("dropped file")
        verbose_name_plural = _("dropped files")
        ordering = ("-id",)
        constraints = [
            known("state", ArrivalState, name="drop_arrival_state_known"),
            models.UniqueConstraint(
                fields=["folder", "name"],
                condition=Q(state=ArrivalState.SEEN.value),
                name="drop_arrival_seen_once",
            ),
            models.CheckConstraint(
                condition=~Q(state=ArrivalState.IMPORTED.value) | Q(source__isnull=False),
                name="drop_arrival_imported_as_a_file",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(state__in=["SEEN", "TAKEN"]) | Q(is_filed=False),
                name="drop_arrival_unfinished",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("trades:arrival", args=[self.pk])

    @property
    def kept_name(self) -> str:
        """The name under which it is taken and filed: no two arrivals share it."""
        return f"{self.pk}-{self.name}"
