"""What has just happened to confirmations and is not in the feed yet."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from core.policies import AuditPolicy


class ConfirmationNews(models.Model):
    """A note left in the transaction of a change, taken when the feed is told of it.

    `ids` are decisions, messages received, or chasers, by the type of the event
    (`services/news.py`).
    """

    type = models.CharField(max_length=40)
    ids = ArrayField(models.BigIntegerField())
    at = models.DateTimeField()

    audit: ClassVar = AuditPolicy(excused="a note to the feed, gone when it is told")

    class Meta:
        verbose_name = "news of confirmations"
        verbose_name_plural = "news of confirmations"

    def __str__(self) -> str:
        return f"{self.type} {len(self.ids)}"
