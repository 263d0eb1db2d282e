"""The feed of changes."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.access import DeskScopedQuerySet
from core.columns import EvidenceField
from core.policies import AuditPolicy


class ChangeEvent(models.Model):
    """One committed change as others are told of it; its number is its place in the feed.

    Numbers are given by one writer at a time, after the change was committed: whoever has read up
    to a number has missed nothing below it (`services/numbering.py`).
    """

    type = models.CharField(_("event"), max_length=40)
    source_system = models.CharField(_("source system"), max_length=64)
    source_reference = models.CharField(_("source reference"), max_length=64)
    desk_code = models.CharField(_("desk"), max_length=20, blank=True, default="")
    data = EvidenceField(_("content"))
    at = models.DateTimeField(_("at"))

    append_only: ClassVar = True
    audit: ClassVar = AuditPolicy(excused="it repeats a change that has its own entry")
    objects = DeskScopedQuerySet["ChangeEvent"].as_manager()

    class Meta:
        verbose_name = _("change event")
        verbose_name_plural = _("change events")
        ordering = ("id",)
        indexes = [
            models.Index(fields=["source_system", "id"], name="change_of_source"),
            models.Index(fields=["desk_code", "id"], name="change_of_desk"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.source_reference}"
