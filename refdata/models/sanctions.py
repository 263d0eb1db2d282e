"""Sanctions lists: the versions that were loaded, and what stands on them since when."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.columns import NAME_LENGTH, known
from core.models import StoredFile
from core.policies import AuditPolicy
from refdata.models.labels import LABELS, labelled
from refdata.states import ListedKind, SanctionsList


class ListVersion(models.Model):
    """One file of one list; the newest of a list is in force."""

    list_code = models.CharField(_("list"), max_length=20, choices=labelled(SanctionsList))
    name = models.CharField(_("file"), max_length=255)
    stored = models.ForeignKey(
        StoredFile, models.PROTECT, related_name="+", verbose_name=_("stored file")
    )
    sha256 = models.CharField("SHA-256", max_length=64)
    as_of = models.DateField(_("as of"), null=True, blank=True)
    entries = models.PositiveIntegerField(_("entries"))
    added = models.PositiveIntegerField(_("added"))
    changed = models.PositiveIntegerField(_("changed"))
    removed = models.PositiveIntegerField(_("removed"))
    bad_rows = models.PositiveIntegerField(_("rows refused"))
    counts = models.JSONField(_("outcome"), default=dict)
    findings = models.JSONField(_("findings"), default=list)
    loaded_by = models.CharField(_("loaded by"), max_length=NAME_LENGTH)
    loaded_at = models.DateTimeField(_("loaded at"))

    append_only: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="sanctions_list", reference=("name",))

    class Meta:
        verbose_name = _("version of a sanctions list")
        verbose_name_plural = _("versions of sanctions lists")
        ordering = ("-id",)
        constraints = [known("list_code", SanctionsList, name="listversion_list_known")]
        indexes = [models.Index(fields=["list_code", "-id"], name="listversion_newest")]

    def __str__(self) -> str:
        return f"{LABELS[self.list_code]} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("refdata:sanctions_version", args=[self.pk])


class ListedEntry(models.Model):
    """One entry as it stood on a list from one version until another; its content never changes.

    An entry that a new version changes ends, and a new row begins: what was decided about the old
    words is not said of the new ones.
    """

    list_code = models.CharField(_("list"), max_length=20, choices=labelled(SanctionsList))
    reference = models.CharField(_("reference"), max_length=80)
    kind = models.CharField(_("kind"), max_length=8, choices=labelled(ListedKind))
    name = models.CharField(_("name"), max_length=500)
    names = models.JSONField(_("names"))
    spellings = models.TextField(_("spellings"))
    births = ArrayField(models.CharField(max_length=12), verbose_name=_("births"))
    countries = ArrayField(models.CharField(max_length=2), verbose_name=_("countries"))
    places = models.JSONField(_("places"))
    identifiers = models.JSONField(_("numbers"))
    isins = ArrayField(models.CharField(max_length=12), null=True, verbose_name="ISIN")
    programmes = models.JSONField(_("programmes"))
    listed_on = models.DateField(_("listed on"), null=True, blank=True)
    remarks = models.TextField(_("remarks"), blank=True)
    digest = models.CharField(max_length=64)
    since = models.ForeignKey(
        ListVersion, models.PROTECT, related_name="begun", verbose_name=_("since")
    )
    until = models.ForeignKey(
        ListVersion,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="ended",
        verbose_name=_("until"),
    )

    permanent: ClassVar = True
    audit: ClassVar = AuditPolicy(
        excused="what the file of its version says; the file is kept, and the version audited"
    )

    class Meta:
        verbose_name = _("entry of a sanctions list")
        verbose_name_plural = _("entries of sanctions lists")
        ordering = ("name", "id")
        constraints = [
            known("list_code", SanctionsList, name="listedentry_list_known"),
            known("kind", ListedKind, name="listedentry_kind_known"),
            models.CheckConstraint(condition=~Q(name=""), name="listedentry_has_a_name"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=models.F("since")), name="listedentry_span"
            ),
            models.UniqueConstraint(
                fields=["list_code", "reference"],
                condition=Q(until=None),
                name="listedentry_one_in_force",
            ),
        ]
        indexes = [
            GinIndex(
                fields=["isins"],
                condition=Q(until=None, isins__isnull=False),
                name="listedentry_isins",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("refdata:sanctions_entry", args=[self.pk])
