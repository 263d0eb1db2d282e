"""Records as the audit trail names them: the word of their kind, and the reference people know."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import CharField, Q, Value
from django.utils.module_loading import import_string
from django.utils.text import capfirst

from core.models import AuditEntry
from core.pages import words
from core.sync import our_models, policy_of

Chain = tuple[str, int]

WRITTEN_CHAIN: Final = re.compile(r"([a-z_]{1,63}):(\d{1,18})", re.ASCII)
NUMBER: Final = re.compile(r"\d{1,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Kind:
    """What chains of one kind are about: the model of its word, the table that its keys number."""

    entity: str
    model: type[models.Model]
    numbered: type[models.Model] | None
    indexed: tuple[str, ...]

    @property
    def label(self) -> str:
        """Return the word of the kind in the reader's language."""
        return capfirst(words.model_label(self.model))


@cache
def kinds() -> Mapping[str, Kind]:
    """Return every kind of chain by its name."""
    found: dict[str, Kind] = {}
    for model in our_models():
        policy = policy_of(model)
        entity = policy.entity or model._meta.db_table
        own = policy.key == "id"
        if not policy.excused and (own or entity not in found):
            found[entity] = _kind(entity, model, model if own else _target(model, policy.key))
    return found


def labels() -> list[tuple[str, str]]:
    """Return the kinds as choices, in the order of their words."""
    return sorted(((name, kind.label) for name, kind in kinds().items()), key=lambda pair: pair[1])


def names_of(chains: Iterable[Chain]) -> dict[Chain, str]:
    """Name records in words (Trade T000004083), by number where no reference is known.

    One query per kind.
    """
    keys: dict[str, set[int]] = defaultdict(set)
    for entity, key in chains:
        keys[entity].add(key)
    names: dict[Chain, str] = {}
    for entity, wanted in keys.items():
        kind = kinds().get(entity)
        label = kind.label if kind else entity
        known = references_of(kind.numbered, wanted) if kind and kind.numbered else {}
        for key in wanted:
            names[entity, key] = f"{label} {known.get(key) or key}"
    return names


def references_of(model: type[models.Model], keys: Collection[int]) -> dict[int, str]:
    """Return what people call the rows of a table: one query, none where it declares no name."""
    columns = policy_of(model).reference
    if not columns:
        return {}
    rows = model._default_manager.filter(pk__in=keys)  # noqa: SLF001 - Django's public name for it
    return {
        int(pk): next((str(value) for value in values if value), "")
        for pk, *values in rows.values_list("pk", *columns)
    }


def address_of(entity: str, key: int) -> str:
    """Return the page of a record; '' when it has none, or the record is gone."""
    kind = kinds().get(entity)
    if kind is None or kind.numbered is None or not hasattr(kind.numbered, "get_absolute_url"):
        return ""
    record = kind.numbered._default_manager.filter(pk=key).first()  # noqa: SLF001 - Django's public name for it
    return str(record.get_absolute_url()) if record is not None else ""


def find(text: str) -> Q | None:
    """Return what keeps the entries about the record called `text`; None when no record is.

    It may be written as a page writes it (the word of its kind and its reference), or by its chain
    (trade:4083), its reference or its number alone. Each is found by an index.
    """
    written = WRITTEN_CHAIN.fullmatch(text)
    if written:
        return _that_exist(Q(entity=written[1], key=int(written[2])))
    label, _blank, name = text.rpartition(" ")
    asked = {
        e for e, kind in kinds().items() if not label or kind.label.casefold() == label.casefold()
    }
    called = Q()
    for entity, keys in _called(name, asked).items():
        called |= Q(entity=entity, key__in=keys)
    if NUMBER.fullmatch(name) and asked:
        called |= Q(entity__in=sorted(asked), key=int(name))
    return _that_exist(called) if called else None


def _that_exist(about: Q) -> Q | None:
    return about if AuditEntry.objects.filter(about).exists() else None


def _called(name: str, entities: Collection[str]) -> dict[str, list[int]]:
    """Return the keys of the records with this reference, by kind.

    One query for all kinds, but for those that have a way of their own.
    """
    parts = [
        kind.numbered._default_manager.order_by()  # noqa: SLF001 - Django's public name for it
        .filter(**{f"{column}__in": {name, name.upper()}})
        .values_list(Value(entity, output_field=CharField()), "pk")
        for entity, kind in kinds().items()
        if entity in entities and kind.numbered is not None
        for column in kind.indexed
        if NUMBER.fullmatch(name) or not _is_number(kind.numbered, column)
    ]
    found: dict[str, list[int]] = defaultdict(list)
    if parts:
        for entity, key in parts[0].union(*parts[1:]):
            found[entity].append(key)
    for entity in sorted(entities):
        found_by = policy_of(kinds()[entity].model).found_by
        if keys := import_string(found_by)(name) if found_by else ():
            found[entity] += keys
    return found


def _kind(entity: str, model: type[models.Model], numbered: type[models.Model] | None) -> Kind:
    columns = policy_of(numbered).reference if numbered else ()
    indexed = tuple(name for name in columns if numbered and _is_indexed(numbered, name))
    return Kind(entity, model, numbered, indexed)


def _target(model: type[models.Model], column: str) -> type[models.Model] | None:
    """Return the table whose rows a key column numbers, when it is a foreign key."""
    try:
        field = model._meta.get_field(column.removesuffix("_id"))
    except FieldDoesNotExist:
        return None
    return field.related_model if isinstance(field, models.ForeignKey) else None


def _is_number(model: type[models.Model], column: str) -> bool:
    return isinstance(model._meta.get_field(column), models.IntegerField)


def _is_indexed(model: type[models.Model], column: str) -> bool:
    """Whether an index of the whole table begins with the column."""
    meta = model._meta
    field = meta.get_field(column)
    begun = [
        *(one.fields[:1] for one in meta.indexes if one.condition is None),
        *(
            one.fields[:1]
            for one in meta.constraints
            if isinstance(one, models.UniqueConstraint) and one.condition is None
        ),
    ]
    alone = isinstance(field, models.Field) and (field.unique or getattr(field, "db_index", False))
    return alone or any(list(first) == [column] for first in begun)
