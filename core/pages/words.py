"""How stored values are said to people: findings, evidence, audit entries, jobs and messages.

The database and the API keep codes, exact decimals and ISO days; a page says them in the reader's
language. One place decides how, so that two pages never write the same value in two ways.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Final

from django.apps import apps
from django.db import models
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.pages import formats, status
from core.roles import BROKEN_GLASS
from kernel.findings import Finding, Refusal
from kernel.states import IllegalTransition

NAMES: Final[dict[str, str | Promise]] = {"isin": "ISIN", "lei": "LEI", "bic": "BIC", "id": _("id")}
"""What the names of terms, counts and parameters are called; rooms add theirs."""

REASONS: Final[dict[str, Promise]] = {}
"""What the system gives as the reason of an act, as it is stored, in words; rooms add theirs."""

FIGURES: Final = frozenset(
    {"quantity", "price", "gross_amount", "net_amount", "fees", "accrued_interest", "amount"}
    | {"counter_amount", "end_amount"}
)
"""Terms whose whole numbers are figures too: elsewhere digits may be an identifier."""
CODED: Final = frozenset(
    {
        "action",
        "asset_class",
        "capacity",
        "close_reason",
        "collateral",
        "kind",
        "lei_status",
        "product",
        "role",
        "side",
        "severity",
        "state",
        "status",
    }
)
"""Terms whose value is one of our states or kinds."""
SENTENCES: Final = frozenset({"expected", "fix", "found", "message"})
"""Columns that keep what a rule said: English source text for the catalogue, plain figures."""
NOUNS: Final = frozenset({"entity", "field", "subject_kind"})
"""Columns whose value is the name of a term or of a kind of record."""

MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([+-]\d{2}:\d{2}|Z)?")
DAY: Final = re.compile(r"(?<![\w-])\d{4}-\d{2}-\d{2}(?![\w-])")
DECIMAL: Final = re.compile(r"(?<![\w.,:/-])-?\d{1,28}\.\d{1,20}(?![\w:/]|[.,-]\d)", re.ASCII)
HOLE: Final = re.compile(r"\{\w*\}")
NO_ROW: Final[Mapping[str, object]] = {}
COUNTED: Final = re.compile(r"([a-z]+)_([A-Z_]+)")
"""A count of what is in one state or of one kind: `break_MISSING_OURS`."""
SUBJECT: Final = re.compile(r"([a-z_]+):(\d+)")
WHOLE: Final = re.compile(r"-?\d{1,28}", re.ASCII)
THOUSANDS: Final = re.compile(r"(?<![\w.,:/-])-?[1-9]\d{3,27}(?![\w:/]|[.,-]\d)", re.ASCII)
"""A whole number long enough to be grouped, inside the text of a figure (12000 ± 5 %)."""


def named(name: str) -> str:
    """Write the name of a term, a count or a parameter as people say it."""
    if name in NAMES:
        return str(NAMES[name])
    if name.isupper() and name in status.LOOKS:
        return str(status.look(name).label)
    counted = COUNTED.fullmatch(name)
    if counted and counted[2] in status.LOOKS:
        return f"{named(counted[1])} ({status.look(counted[2]).label})"
    plain = name.removesuffix("_code").removesuffix("_id").replace("_", " ")
    return gettext(plain) if plain else ""


def said(value: object, name: str = "") -> str:
    """Write a stored value in the reader's language; `name` is the term that it belongs to."""
    if value is None or isinstance(value, bool):
        return {None: "", True: gettext("yes"), False: gettext("no")}[value]
    if isinstance(value, Mapping) and "template" in value:
        return _finding(value)
    if isinstance(value, Mapping):
        return " · ".join(
            gettext("{name}: {value}").format(name=named(str(key)), value=said(one, str(key)))
            for key, one in value.items()
        )
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(said(one, name) for one in value)
    text = str(value)
    if name in CODED and text in status.LOOKS:
        return str(status.look(text, of=name).label)
    if name in NOUNS:
        return named(text)
    if _is_figure(name, text):
        return formats.quantity(Decimal(text))
    written = _localised(gettext(text) if text else "")
    return THOUSANDS.sub(_grouped, written) if name in FIGURES else written


def _finding(kept: Mapping[str, object]) -> str:
    """Say a finding that was kept with the text of its rule: its code, its line, its sentence."""
    term = str(kept.get("field", ""))
    values = {key: str(one) if key == "template" else said(one, term) for key, one in kept.items()}
    text = values["template"]
    sentence = HOLE.sub(lambda hole: values.get(hole[0][1:-1], "…"), gettext(text))
    line = [f"{named('line')} {kept['line']}"] if kept.get("line") else []
    return " · ".join([str(kept.get("code", "")), *line, sentence])


def actor_said(name: str, behalf: str = "") -> str:
    """Say who acted, and for whom: `bea for ana` in the trail, or a name with the other's."""
    who, _for, other = name.partition(" for ")
    if not (behalf or other):
        return name
    if BROKEN_GLASS in (behalf, other):
        return gettext("%(who)s, with broken glass") % {"who": who}
    return gettext("%(who)s for %(other)s") % {"who": who, "other": behalf or other}


def reason_said(reason: str) -> str:
    """Say why something was done: the system's reason in words, that of a person as it stands."""
    return str(REASONS.get(reason, reason))


def finding_sentence(finding: Finding) -> str:
    """Say a finding with its values as the reader writes them."""
    return _filled(
        finding.message,
        finding.field,
        expected=finding_value(finding, finding.expected),
        found=finding_value(finding, finding.found),
        line=getattr(finding, "line", ""),
        column=getattr(finding, "column", ""),
    )


def stored_sentence(text: str, *, field: str, expected: str, found: str) -> str:
    """Say what was kept of a finding, its message or repair; an empty text says nothing."""
    values = {"expected": said(expected, field), "found": said(found, field)}
    return str(capfirst(_filled(text, field, **values)))


def _filled(text: str, field: str, **values: object) -> str:
    return gettext(text).format(**values, field=named(field)) if text else ""


def finding_value(finding: Finding, value: object) -> str:
    """Say what was expected or found; what stood in a line of a file is quoted as it stood."""
    if getattr(finding, "line", None) is not None:
        return gettext(str(value)) if value else ""
    return said(value, finding.field)


def refusal_sentence(refusal: Refusal) -> str:
    """Say why something was refused, in the reader's language and notation."""
    if isinstance(refusal, IllegalTransition) and refusal.source:
        state = status.look(refusal.source).label
        return gettext("Its state is now “%(state)s”: this can no longer be done.") % {
            "state": state
        }
    if refusal.says_its_finding and refusal.findings:
        return finding_sentence(refusal.findings[0])
    return dated(refusal.message)


def dated(text: str) -> str:
    """Write the ISO days inside a text as the reader writes days."""
    return DAY.sub(_day, text)


def _is_figure(name: str, text: str) -> bool:
    whole = name in FIGURES and WHOLE.fullmatch(text)
    return bool(whole or (name == "quantity" and DECIMAL.fullmatch(text)))


def said_of(
    model: type[models.Model] | None, column: str, value: object, row: Mapping[str, object] = NO_ROW
) -> str:
    """Write the value of a column as its field asks: states by their word, amounts as amounts.

    A sentence with holes is filled from the other columns of its row.
    """
    field = _columns(model).get(column) if model else None
    if value in (None, "") or field is None or model is None:
        return said(value, column)
    if field.choices or column in CODED:
        return _state(model, field, str(value))
    if isinstance(field, models.DecimalField):
        figure = Decimal(str(value)) if DECIMAL.fullmatch(str(value)) else None
        write = formats.quantity if column == "quantity" else formats.price
        return said(value, column) if figure is None else write(figure)
    if isinstance(field, models.CharField | models.TextField) and column not in SENTENCES | NOUNS:
        return str(value)
    if column in SENTENCES:
        term = str(row.get("field", ""))
        return HOLE.sub(lambda hole: said(row.get(hole[0][1:-1]), term) or "…", said(value, column))
    return said(value, column)


def targets_of(model: type[models.Model] | None) -> dict[str, type[models.Model]]:
    """Return the columns of a model that name rows of another, with that other."""
    columns = _columns(model) if model else {}
    return {
        column: field.related_model
        for column, field in columns.items()
        if isinstance(field, models.ForeignKey)
    }


def job_title(kind: str, title: str) -> str:
    """Name a job: the words of its kind, then what it is about (a file, a day, `batch:12`)."""
    label, about = str(status.look(kind).label), title.removeprefix(kind).strip()
    subject = SUBJECT.fullmatch(about)
    if subject:
        about = f"{named(subject[1])} {subject[2]}"
    return f"{label} · {said(about)}" if about else label


def model_label(model: type[models.Model]) -> str:
    """Write what a row is, as its model says it; what joins two models is named by them."""
    owner: Any = model._meta.auto_created
    if not owner:
        return str(model._meta.verbose_name)
    fields = owner._meta.local_many_to_many
    joined = next(field for field in fields if field.remote_field.through is model)
    return f"{owner._meta.verbose_name} · {joined.verbose_name}"


def column_label(model: type[models.Model] | None, column: str) -> str:
    """Write the name of a column as its model says it."""
    field = _columns(model).get(column) if model else None
    given = field is not None and isinstance(field.verbose_name, Promise)
    return str(capfirst(field.verbose_name if field is not None and given else named(column)))


def _state(model: type[models.Model], field: models.Field[Any, Any], value: str) -> str:
    of = str(model._meta.model_name)
    if value in status.LOOKS or f"{of}:{value}" in status.LOOKS:
        return str(status.look(value, of=of).label)
    return str(dict(field.flatchoices).get(value, value))


@cache
def model_of(table: str) -> type[models.Model] | None:
    """Return the model that is kept in a table; None when no model is."""
    return next((model for model in apps.get_models() if model._meta.db_table == table), None)


@cache
def _columns(model: type[models.Model]) -> dict[str, Any]:
    return {str(field.column): field for field in model._meta.concrete_fields}


def _localised(text: str) -> str:
    """Write the moments, days and decimals inside a text as the reader does."""
    text = MOMENT.sub(_moment, text)
    text = DAY.sub(_day, text)
    return DECIMAL.sub(lambda found: formats.decimal(Decimal(found[0])), text)


def _moment(found: re.Match[str]) -> str:
    try:
        return formats.moment(datetime.fromisoformat(found[0]))
    except ValueError:
        return found[0]


def _grouped(found: re.Match[str]) -> str:
    return formats.integer(Decimal(found[0]))


def _day(found: re.Match[str]) -> str:
    try:
        return formats.day(date.fromisoformat(found[0]))
    except ValueError:
        return found[0]
