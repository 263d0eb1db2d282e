"""Columns of list tables: each knows its alignment, its format and what it exports."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.pages import formats, status

NUMBER_ATTRS = {"td": {"class": "num"}, "th": {"class": "num"}}


class TextColumn(tables.Column):
    """Text; cut with an ellipsis past `width` characters, whole in the title."""

    def __init__(self, *args: Any, width: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.width = width

    def render(self, value: Any) -> str | SafeString:
        text = str(value)
        if self.width and len(text) > self.width:
            return format_html('<span title="{}">{}…</span>', text, text[: self.width - 1])
        return text

    def value(self, value: Any) -> Any:
        return value


class CutColumn(tables.Column):
    """Text that gives way: cut where the screen has no room, whole in the title."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"attrs": {"td": {"class": "cut"}}, **kwargs})

    def render(self, value: Any) -> SafeString:
        return format_html('<span title="{}">{}</span>', value, value)

    def value(self, value: Any) -> Any:
        return value


class LinkColumn(tables.Column):
    """The row's own link: its reference, leading to `url_name` with the primary key."""

    def __init__(self, url_name: str, *args: Any, key: str = "pk", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.url_name, self.key = url_name, key

    def render(self, value: Any, record: Any) -> SafeString:
        key = tables.A(self.key).resolve(record)
        if key in (None, ""):
            return format_html("{}", value)
        return format_html('<a href="{}">{}</a>', reverse(self.url_name, args=[key]), value)

    def value(self, value: Any) -> Any:
        return value


class AmountColumn(tables.Column):
    """An amount with the minor units of the currency found at `currency` on the same row."""

    def __init__(self, *args: Any, currency: str = "currency", **kwargs: Any) -> None:
        super().__init__(*args, **{"attrs": NUMBER_ATTRS, **kwargs})
        self.currency = currency

    def render(self, value: Any, record: Any) -> str:
        currency = tables.A(self.currency).resolve(record, quiet=True) or ""
        return formats.amount(value, str(currency))

    def value(self, value: Any) -> Any:
        return value


class QuantityColumn(tables.Column):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"attrs": NUMBER_ATTRS, **kwargs})

    def render(self, value: Any) -> str:
        return formats.quantity(value)

    def value(self, value: Any) -> Any:
        return value


class PriceColumn(QuantityColumn):
    def render(self, value: Any) -> str:
        return formats.price(value)


class DayColumn(tables.Column):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"attrs": {"td": {"class": "date"}}, **kwargs})

    def render(self, value: Any) -> str:
        return formats.day(value)

    def value(self, value: Any) -> Any:
        return value


class MomentColumn(DayColumn):
    def render(self, value: Any) -> SafeString:
        return format_html(
            '<time datetime="{}">{}</time>', value.isoformat(), formats.moment(value)
        )


class DueColumn(MomentColumn):
    """Until when, to the minute; the row says when that is past."""

    def render(self, value: Any) -> SafeString:
        written = formats.moment(value, seconds=False)
        return format_html('<time datetime="{}">{}</time>', value.isoformat(), written)


class CodedColumn(tables.Column):
    """Base of what the pages say in words: exported as its words, and as its code beside them."""

    def code(self, record: Any, bound_column: Any) -> str:
        """Return what the words stand for: the same in every language."""
        return str(bound_column.accessor.resolve(record))


class StatusColumn(CodedColumn):
    """A state or a kind as its word, coloured when it is a state."""

    def render(self, record: Any, bound_column: Any) -> SafeString:
        return badge(bound_column.accessor.resolve(record), of=_model_name(record))

    def value(self, record: Any, bound_column: Any) -> str:
        found = bound_column.accessor.resolve(record)
        return "" if found in (None, "") else str(status.look(found, of=_model_name(record)).label)


def _model_name(record: Any) -> str:
    return str(record._meta.model_name) if isinstance(record, Model) else ""


def badge(value: object, *, of: str = "") -> SafeString:
    """Return the badge of a state: colour and words, never colour alone."""
    if value in (None, ""):
        return SafeString("")
    look = status.look(value, of=of)
    if look.is_plain:
        return format_html('<span class="word-{}">{}</span>', str(value).lower(), look.label)
    return format_html('<span class="status status-{}">{}</span>', look.colour, look.label)
