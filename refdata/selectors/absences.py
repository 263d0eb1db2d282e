"""Who is away: people by themselves, and as the traders that they sign in as."""

from __future__ import annotations

from datetime import date

from django.db.models import OuterRef, Q, QuerySet, Subquery

from refdata.models import Absence


def away_on(day: date) -> QuerySet[Absence]:
    """Return the absences that a day lies in, those that end last first."""
    return Absence.objects.filter(first_day__lte=day, last_day__gte=day).order_by("-last_day", "pk")


def absences_of(user_id: int) -> QuerySet[Absence]:
    """Return when a person was, is and will be away, the latest first."""
    return Absence.objects.filter(Q(user=user_id) | Q(trader__user=user_id)).order_by("-first_day")


def away_until(day: date, *, person: str) -> Subquery:
    """Annotate rows with the last day of the absence of who their column `person` names."""
    of_person = Q(user=OuterRef(person)) | Q(trader__user=OuterRef(person))
    return Subquery(away_on(day).filter(of_person).values("last_day")[:1])
