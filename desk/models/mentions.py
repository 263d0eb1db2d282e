"""Who was spoken to in a comment, and what was laid beside it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.columns import NAME_LENGTH
from core.models import StoredFile
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


class Attachment(models.Model):
    """A file beside a comment, as it came in; never changed, never removed."""

    comment = models.ForeignKey(
        Comment, models.PROTECT, related_name="attachments", verbose_name=_("comment")
    )
    file = models.ForeignKey(
        StoredFile, models.PROTECT, related_name="+", verbose_name=_("stored file")
    )

    append_only: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="attachment")

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ("id",)

    def __str__(self) -> str:
        return self.file.name

    @property
    def is_withdrawn(self) -> bool:
        return hasattr(self, "withdrawal")


class AttachmentWithdrawal(models.Model):
    """That a file was laid there by mistake: said once, by whom, when and why."""

    attachment = models.OneToOneField(
        Attachment, models.PROTECT, related_name="withdrawal", verbose_name=_("attachment")
    )
    withdrawn_by = models.CharField(_("withdrawn by"), max_length=NAME_LENGTH)
    at = models.DateTimeField(_("at"))
    reason = models.CharField(_("reason"), max_length=500)

    append_only: ClassVar = True
    audit: ClassVar = AuditPolicy(entity="attachment", key="attachment_id")

    class Meta:
        verbose_name = _("withdrawal of an attachment")
        verbose_name_plural = _("withdrawals of attachments")
        constraints = [
            models.CheckConstraint(
                condition=~Q(withdrawn_by="") & ~Q(reason=""),
                name="attachment_withdrawn_by_someone_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attachment_id}: {self.withdrawn_by}"
