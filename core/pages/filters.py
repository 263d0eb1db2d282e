"""Filters that every list shares: one FilterSet serves page, API, export and selection."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters.widgets import BooleanWidget

from core.pages import formats, status
from kernel.calendars import is_plausible

DAY_FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y")
SEARCH_LENGTH_MAX = 100


def require_plausible(day: date) -> None:
    """Raise ValidationError for a day or a moment that no business is about."""
    if not is_plausible(day):
        raise ValidationError(_("“%(value)s” is not a day."), params={"value": day.isoformat()})


class DayField(forms.Field):
    """A day typed as dd/mm/yyyy or yyyy-mm-dd, in any language: links stay valid when shared."""

    widget = forms.TextInput(
        attrs={"placeholder": _("dd/mm/yyyy"), "size": 10, "maxlength": 10, "class": "day"}
    )

    def prepare_value(self, value: Any) -> Any:
        """Show a day as the reader writes it."""
        return formats.day(value) if isinstance(value, date) else value

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        if isinstance(value, date):
            return value
        for pattern in DAY_FORMATS:
            try:
                day = datetime.strptime(str(value).strip(), pattern).date()  # noqa: DTZ007 - a day has no zone
            except ValueError:
                continue
            if is_plausible(day):
                return day
        raise ValidationError(_("“%(value)s” is not a day."), params={"value": value})


class DayFilter(django_filters.Filter):
    """One bound of a range of days: `lookup_expr` is gte, lte or exact."""

    field_class = DayField


class MomentDayFilter(DayFilter):
    """A day applied to a timestamp column, in local time: from its first moment, or to its last."""

    def filter(self, qs: QuerySet[Any], value: date | None) -> QuerySet[Any]:
        if not value:
            return qs
        last = self.lookup_expr == "lte"
        midnight = datetime.combine(value + timedelta(days=last), time.min)
        moment = timezone.make_aware(midnight)
        return qs.filter(**{f"{self.field_name}__{'lt' if last else 'gte'}": moment})


class SearchFilter(django_filters.CharFilter):
    """The search box (`/`): every word must be found in one of `fields` (lookups allowed)."""

    def __init__(self, *args: Any, fields: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **{"label": _("Search"), **kwargs})
        self.fields = fields
        self.extra["max_length"] = SEARCH_LENGTH_MAX

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        for word in (value or "").split():
            qs = qs.filter(reduce(or_, (Q(**{self._lookup(name): word}) for name in self.fields)))
        return qs

    @staticmethod
    def _lookup(name: str) -> str:
        known = ("__startswith", "__istartswith", "__exact", "__icontains", "__contains")
        return name if name.endswith(known) else f"{name}__icontains"


class ChipsFilter(django_filters.MultipleChoiceFilter):
    """Several choices shown as chips; never DISTINCT, which PostgreSQL refuses to lock."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        widget = forms.CheckboxSelectMultiple
        super().__init__(*args, **{"distinct": False, "widget": widget, **kwargs})


class AmountFilter(django_filters.NumberFilter):
    """A bound on an amount."""

    def filter(self, qs: QuerySet[Any], value: Decimal | None) -> QuerySet[Any]:
        return super().filter(qs, value)  # type: ignore[no-any-return]  # django-filter is untyped


class YesNoFilter(django_filters.BooleanFilter):
    """Yes, no, or either; the library calls the last one unknown."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget = BooleanWidget()
        widget.choices = [("", _("Either")), ("true", _("Yes")), ("false", _("No"))]
        self.extra.setdefault("widget", widget)


class ListFilterSet(django_filters.FilterSet):
    """Base of the filters of a list; the field named `q` is its search box.

    A chip says the same word as the badge of the state that it stands for.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        subject = str(self._meta.model._meta.model_name)
        for found in self.filters.values():
            if isinstance(found, django_filters.ModelChoiceFilter):
                found.extra["empty_label"] = _("Any")
            if isinstance(found, ChipsFilter):
                given = found.extra["choices"]
                pairs = given() if callable(given) else given
                found.extra["choices"] = [
                    (code, status.word(code, label, of=subject)) for code, label in pairs
                ]
