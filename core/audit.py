"""Reading the audit trail. Nothing here writes it: triggers of another database role do."""

from __future__ import annotations

from django.db.models import QuerySet

from core.models import AuditEntry
from core.policies import AuditPolicy

__all__ = ["AuditPolicy", "history", "list_entries"]


def history(entity: str, key: int) -> list[AuditEntry]:
    """Return every entry of one chain, oldest first."""
    return list(AuditEntry.objects.filter(entity=entity, key=key).order_by("seq"))


def list_entries() -> QuerySet[AuditEntry]:
    """Return the whole trail, latest first, for a page that filters and cuts it."""
    return AuditEntry.objects.order_by("-id")
