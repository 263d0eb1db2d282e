"""Set-wise upsert: what a file says against what is known, first as a plan, then as writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from django.db.models import Model

ModelT = TypeVar("ModelT", bound=Model)
Key = tuple[Any, ...]
BATCH_ROWS: Final = 2_000


@dataclass(slots=True)
class Plan(Generic[ModelT]):
    """The writes that a file asks for; rows that already say so are counted and left alone."""

    model: type[ModelT]
    new: list[ModelT] = field(default_factory=list)
    changed: list[ModelT] = field(default_factory=list)
    columns: set[str] = field(default_factory=set)
    unchanged: int = 0
    to_ask: list[tuple[ModelT, dict[str, Any]]] = field(default_factory=list)
    """Rows that stand and what the file says otherwise of them that takes two people."""

    def counts(self, name: str) -> dict[str, int]:
        """Return the outcome for a person: `<name>_new`, `<name>_changed`, `<name>_unchanged`, and
        `<name>_to_ask` where a second person must look at some.
        """
        counted = {
            f"{name}_new": len(self.new),
            f"{name}_changed": len(self.changed),
            f"{name}_unchanged": self.unchanged,
        }
        return counted | ({f"{name}_to_ask": len(self.to_ask)} if self.to_ask else {})


def plan_upsert(
    model: type[ModelT],
    *,
    key: tuple[str, ...],
    wanted: Mapping[Key, Mapping[str, Any]],
    create: Mapping[str, Any] | None = None,
    by_two: frozenset[str] = frozenset(),
) -> Plan[ModelT]:
    """Compare `wanted` (values by key) with the rows that have these keys.

    `create` holds further values for new rows only; what a row that stands has in the columns
    `by_two` is never written, it is asked for. Nothing is written.
    """
    plan = Plan(model)
    missing = dict(wanted)
    for row in _existing(model, key, wanted):
        values = missing.pop(tuple(getattr(row, name) for name in key), None)
        if values is None:
            continue
        different = {name for name, value in values.items() if getattr(row, name) != value}
        if asked := different & by_two:
            plan.to_ask.append((row, {name: values[name] for name in sorted(asked)}))
        different -= by_two
        for name in different:
            setattr(row, name, values[name])
        if different:
            plan.changed.append(row)
            plan.columns |= different
        elif not asked:
            plan.unchanged += 1
    plan.new = [
        model(**dict(zip(key, found, strict=True)), **values, **(create or {}))
        for found, values in missing.items()
    ]
    return plan


def apply(plan: Plan[Any]) -> None:
    """Write the plan in batches, inside the caller's transaction."""
    manager = plan.model._default_manager  # noqa: SLF001 - Django's documented manager
    manager.bulk_create(plan.new, batch_size=BATCH_ROWS)
    if plan.changed:
        manager.bulk_update(plan.changed, sorted(plan.columns), batch_size=BATCH_ROWS)


def _existing(model: type[ModelT], key: tuple[str, ...], wanted: Iterable[Key]) -> Iterator[ModelT]:
    """Yield the rows whose first key column is wanted, a batch of keys at a time."""
    first = sorted({found[0] for found in wanted})
    for start in range(0, len(first), BATCH_ROWS):
        part = first[start : start + BATCH_ROWS]
        yield from model._default_manager.filter(**{f"{key[0]}__in": part}).iterator()  # noqa: SLF001 - Django's documented manager
