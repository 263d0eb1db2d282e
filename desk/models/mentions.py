"""Who was spoken to in a comment, and what was laid beside it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.policies import AuditPolicy
from desk.models.exceptions import Comment


class Mention(models.Model):
    """A person who is named in a comment and may see what it is about; read once."""

    comment = models.ForeignKey(
        Comment, models.PROTECT, related_name="mentions", verbose_name=_("comment")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("person")
    )
    url = models.CharField(_("page"), max_length=200)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    permanent: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="comment", key="comment_id")

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["comment", "user"], name="mention_once"),
        ]

    def __str__(self) -> str:
        return f"@{self.user}"

    def get_absolute_url(self) -> str:
        return reverse("desk:mention", args=[self.pk])
