"""Reference files that came in: what each held, and what was refused in it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.models import StoredFile
from core.policies import AuditPolicy


class FileImport(models.Model):
    """One loaded file; the same content of the same kind is loaded once.

    Holdings alone come again: the true statement after a wrong one.
    """

    kind = models.CharField(_("kind"), max_length=20)
    name = models.CharField(_("file"), max_length=255)
    stored = models.ForeignKey(
        StoredFile, models.PROTECT, related_name="+", verbose_name=_("stored file")
    )
    sha256 = models.CharField("SHA-256", max_length=64)
    good_rows = models.PositiveIntegerField(_("rows read"))
    bad_rows = models.PositiveIntegerField(_("rows refused"))
    counts = models.JSONField(_("outcome"), default=dict)
    findings = models.JSONField(_("findings"), default=list)
    imported_by = models.CharField(_("imported by"), max_length=150)
    imported_at = models.DateTimeField(_("imported at"))

    append_only: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="reference_file", reference=("name",))

    class Meta:
        verbose_name = _("reference file")
        verbose_name_plural = _("reference files")
        ordering = ("-imported_at", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "sha256"],
                condition=~Q(kind="holdings"),
                name="fileimport_once_but_holdings",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("refdata:import", args=[self.pk])
