"""What templates write with: figures, days, badges, icons, audit trails."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.template.defaultfilters import linebreaksbr
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from core import access
from core.models import Job
from core.pages import columns, formats, status, words
from kernel.findings import Refusal
from kernel.money import Money

register = template.Library()


@register.simple_tag(takes_context=True)
def spoken_to(
    context: template.Context, text: str, people: Iterable[tuple[str, str]]
) -> SafeString:
    """Write what somebody said: its lines, and each `@name` of these people marked; it leads to
    the sheet of the person for who may see it.
    """
    may_open = access.allows(context["request"].actor, access.Action.VIEW_AUDIT)
    marks = {
        f"@{name}".lower(): format_html('<a class="spoken-to" href="{}">@{}</a>', address, name)
        if may_open
        else format_html('<strong class="spoken-to">@{}</strong>', name)
        for name, address in people
    }
    parts = re.split(r"(?<![\w.@+-])(@[A-Za-z0-9][A-Za-z0-9.@_+-]*[A-Za-z0-9_]|@[A-Za-z0-9])", text)
    written = format_html_join("", "{}", ((marks.get(part.lower(), part),) for part in parts))
    return SafeString(linebreaksbr(written))


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """Draw an icon of the sprite; it says nothing to screen readers."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        css,
        static("vendor/tabler-icons-3.51.0/icons.svg"),
        name,
    )


@register.simple_tag
def status_badge(value: object, of: str = "") -> SafeString:
    """Show a state as its coloured, translated badge; `of` is the model that it is a state of."""
    return columns.badge(value, of=of)


@register.simple_tag
def word(value: object, of: str = "") -> str:
    """Write a state or a kind as its word alone."""
    return str(status.look(value, of=of).label) if value not in (None, "") else ""


@register.simple_tag
def said(value: object, name: str = "") -> str:
    """Write a stored value (code, decimal, ISO day) in the reader's language."""
    return words.said(value, name)


@register.simple_tag
def who(name: str, behalf: str = "") -> str:
    """Write who acted, and for whom."""
    return words.actor_said(name, behalf)


@register.simple_tag
def named(name: str) -> str:
    """Write the name of a term, a count or a parameter."""
    return str(capfirst(words.named(name)))


@register.simple_tag
def badge(label: object, colour: str = "grey") -> SafeString:
    """Show any words as a badge of one of the six colours."""
    return format_html(
        '<span class="status status-{}">{}</span>', status.Look("", colour).colour, label
    )


@register.simple_tag
def amount(value: Decimal | None, currency: str = "") -> str:
    """Write an amount; the currency decides the decimals and is not repeated."""
    return formats.amount(value, currency)


@register.simple_tag
def amount_short(value: Decimal | None) -> str:
    """Write an amount to the unit, where the cents are noise."""
    return formats.integer(None if value is None else round(value))


@register.simple_tag
def money(value: Money | Decimal | None, currency: str = "") -> SafeString:
    """Write an amount followed by its currency."""
    if value is None:
        return SafeString("")
    figure, code = (value.amount, value.currency) if isinstance(value, Money) else (value, currency)
    return format_html(
        '<span class="money">{} <span class="ccy">{}</span></span>',
        formats.amount(figure, code),
        code,
    )


@register.simple_tag
def job_title(job: Job) -> str:
    """Name a job by the words of its kind and what it is about."""
    return words.job_title(job.kind, job.title)


@register.simple_tag
def quantity(value: Decimal | int | None) -> str:
    """Write a quantity with all its digits."""
    return formats.quantity(value)


@register.simple_tag
def price(value: Decimal | None) -> str:
    """Write a price or a rate with all its digits."""
    return formats.price(value)


@register.simple_tag
def integer(value: int | None) -> str:
    """Write a count."""
    return formats.integer(value)


@register.simple_tag
def percent(value: Decimal | None, decimals: int = 1) -> str:
    """Write a ratio as a percentage."""
    return formats.percent(value, decimals)


@register.simple_tag
def day(value: date | None) -> str:
    """Write a day as the reader prefers."""
    return formats.day(value)


@register.simple_tag
def moment(value: datetime | None) -> SafeString:
    """Write a moment in local time inside `<time>`, with the zone in its machine form."""
    if value is None:
        return SafeString("")
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), formats.moment(value))


@register.simple_tag
def moment_short(value: datetime | None) -> SafeString:
    """Write a moment to the minute."""
    if value is None:
        return SafeString("")
    written = formats.moment_short(value)
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), written)


@register.inclusion_tag("core/_empty.html")
def empty(text: object, hint: object = "", icon_name: str = "inbox") -> dict[str, Any]:
    """Say that there is nothing here, and what would put something here."""
    return {"text": text, "hint": hint, "icon_name": icon_name}


@register.inclusion_tag("core/_pager.html", takes_context=True)
def pager(context: template.Context) -> dict[str, Any]:
    """Draw previous and next of a ListPage."""
    page, window = context["page"], context["window"]
    return {
        "window": window,
        "previous_url": page.turned(window.previous) if window.previous else "",
        "next_url": page.turned(window.following) if window.following else "",
        "count": context["count"],
        "is_counted": context["is_counted"],
    }


@register.inclusion_tag("core/_audit_trail.html")
def audit_trail(entity: str, key: int) -> dict[str, Any]:
    """Show who changed what and why, latest first, for one entity."""
    from core.pages.trail import entries_of  # noqa: PLC0415 - the audit room reads models

    return {"entries": entries_of(entity, key), "entity": entity, "key": key}


@register.inclusion_tag("core/_chart.html")
def chart(name: str, option: dict[str, Any], title: object, height: str = "m") -> dict[str, Any]:
    """Draw an ECharts figure from plain data; put a table with the same figures beside it."""
    return {"name": name, "option": option, "title": title, "height": height}


@register.simple_tag(takes_context=True)
def sort_url(context: template.Context, column: Any) -> str:
    """Return the address that sorts the list by `column`, or turns its order."""
    page = context["page"]
    return str(page.turned({"sort": str(column.order_by_alias.next)}))


@register.simple_tag
def filter_input(field: Any) -> SafeString:
    """Draw a text filter whose label stands inside it; a day keeps its label before it."""
    hidden = "" if "class" in field.field.widget.attrs else "visually-hidden"
    label = format_html(
        '<label for="{}" class="{}">{}</label>', field.id_for_label, hidden, field.label
    )
    shown = field.as_widget(attrs={"placeholder": field.label} if hidden else None)
    return format_html("{}{}", label, shown)


@register.filter
def field_kind(bound_field: Any) -> str:
    """Name the family of a form field's widget, for the layout of filter bars."""
    name = type(bound_field.field.widget).__name__
    return {
        "CheckboxSelectMultiple": "chips",
        "CheckboxInput": "check",
        "Select": "select",
        "NullBooleanSelect": "select",
        "BooleanWidget": "select",
        "SelectMultiple": "select",
        "FileInput": "file",
        "ClearableFileInput": "file",
    }.get(name, "text")


@register.simple_tag
def finding_message(finding: Any) -> str:
    """Write a finding's message in the reader's language with its values."""
    return words.finding_sentence(finding)


@register.simple_tag
def finding_value(finding: Any, value: object) -> str:
    """Write what was expected or found: in the reader's words, but as it stood when in a file."""
    return words.finding_value(finding, value)


@register.simple_tag
def refusal_message(refusal: Refusal) -> str:
    """Write why something was refused, in the reader's language."""
    return words.refusal_sentence(refusal)
