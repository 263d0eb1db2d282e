"""Filters that every list shares: one FilterSet serves page, API, export and selection."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any, Final

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters.widgets import BooleanWidget

from core.asked import KEY_MAX
from core.pages import formats, status
from core.pages.fields import AskedDayField, SharedFigureField

SEARCH_LENGTH_MAX = 100


class DayFilter(django_filters.Filter):
    """One bound of a range of days: `lookup_expr` is gte, lte or exact."""

    field_class = AskedDayField


class MomentDayFilter(DayFilter):
    """A day applied to a timestamp column, in local time: from its first moment, or to its last."""

    def filter(self, qs: QuerySet[Any], value: date | None) -> QuerySet[Any]:
        if not value:
            return qs
        last = self.lookup_expr == "lte"
        midnight = datetime.combine(value + timedelta(days=last), time.min)
        moment = timezone.make_aware(midnight)
        return qs.filter(**{f"{self.field_name}__{'lt' if last else 'gte'}": moment})


LOOKUPS: Final = (
    *("__startswith", "__istartswith", "__exact", "__icontains", "__contains"),
    "__called",
)


class SearchFilter(django_filters.CharFilter):
    """The search box (`/`): every word must be found in one of `fields` (lookups allowed)."""

    def __init__(self, *args: Any, fields: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **{"label": _("Search"), **kwargs})
        self.fields = fields
        self.extra["max_length"] = SEARCH_LENGTH_MAX

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        for word in (value or "").split():
            qs = qs.filter(self.about(word))
        return qs

    def about(self, word: str) -> Q:
        """Return "this word says what the row is"."""
        return reduce(or_, (Q(**{self._lookup(name): word}) for name in self.fields))

    @staticmethod
    def _lookup(name: str) -> str:
        return name if name.endswith(LOOKUPS) else f"{name}__icontains"


class ChipsFilter(django_filters.MultipleChoiceFilter):
    """Several choices shown as chips; never DISTINCT, which PostgreSQL refuses to lock."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        widget = forms.CheckboxSelectMultiple
        super().__init__(*args, **{"distinct": False, "widget": widget, **kwargs})


class CodeFilter(django_filters.CharFilter):
    """A code of the house, typed as one likes: codes are in capitals, and found by an index."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        return super().filter(qs, value.upper() if value else value)  # type: ignore[no-any-return]  # django-filter is untyped


class AmountFilter(django_filters.Filter):
    """A bound on an amount, typed as the reader writes amounts."""

    field_class = SharedFigureField


class KeyFilter(django_filters.NumberFilter):
    """The number of a record: whole, and one that a record can have."""

    field_class = forms.IntegerField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"min_value": 1, "max_value": KEY_MAX, **kwargs})


class YesNoFilter(django_filters.BooleanFilter):
    """Yes, no, or either; the library calls the last one unknown."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget = BooleanWidget()
        widget.choices = [("", _("Either")), ("true", _("Yes")), ("false", _("No"))]
        self.extra.setdefault("widget", widget)


class ListFilterSet(django_filters.FilterSet):
    """Base of the filters of a list; the field named `q` is its search box.

    A chip says the same word as the badge of the state that it stands for. A value that cannot be
    read finds nothing: what it was meant to leave out must not be shown, exported or decided on.
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

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.form.errors:
            return queryset.none()
        return super().filter_queryset(queryset)  # type: ignore[no-any-return]  # django-filter is untyped

    def shared_values(self) -> dict[str, str]:
        """Return the figures of this filter as its address must carry them, in any language."""
        return {
            name: formats.shared(value)
            for name, value in (self.form.cleaned_data if self.form.is_valid() else {}).items()
            if isinstance(value, Decimal) and isinstance(self.form.fields[name], SharedFigureField)
        }
