"""What has just happened and is not in the feed yet."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from core.policies import AuditPolicy


class News(models.Model):
    """A note left in the transaction of a change, taken when the feed is told of it.

    `ids` are messages where the event is about messages (`services/news.py`), else trades, each
    with the number of its version then.
    """

    type = models.CharField(max_length=40)
    ids = ArrayField(models.BigIntegerField())
    versions = ArrayField(models.IntegerField(), default=list)
    at = models.DateTimeField()

    audit: ClassVar = AuditPolicy(excused="a note to the feed, gone when it is told")

    class Meta:
        verbose_name = "news"
        verbose_name_plural = "news"

    def __str__(self) -> str:
        return f"{self.type} {len(self.ids)}"
