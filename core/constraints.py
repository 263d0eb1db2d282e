"""What the database refused, by the name of its constraint."""

from __future__ import annotations

from django.db import IntegrityError


def refused_by(error: IntegrityError) -> str:
    """Return the constraint that a statement met, or that a trigger named; '' where none is."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""
