"""Static data by two people: what a record is to say is asked for, shown, and written once granted.

What parties and instruments are, and what others call them, changes by a request alone, whoever
asks (`refdata/database/static_data.sql`); `AT_ONCE` names the columns that deceive nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.db.models import Model, Q
from django.db.models.expressions import DatabaseDefault
from django.utils.translation import gettext as _

from core.access import Action, require
from core.acts import acting
from core.sequences import next_ids
from desk.facts import Subject
from desk.models import Request
from desk.services import asking
from desk.services.asking import UnableToAsk
from desk.services.roles import evening_after
from desk.states import RequestKind, RequestState
from kernel.actors import Actor
from refdata.models import Instrument, InstrumentAlias, Party, PartyAlias
from refdata.services import naming
from refdata.services.records import check

RECORDS: Final[Mapping[str, type[Model]]] = {
    "party": Party,
    "instrument": Instrument,
    "party_alias": PartyAlias,
    "instrument_alias": InstrumentAlias,
}
"""The records that two people change, by the kind of subject of their requests."""
KINDS: Final = {model: kind for kind, model in RECORDS.items()}
AT_ONCE: Final[Mapping[type[Model], frozenset[str]]] = {
    Party: frozenset({"language"}),
    Instrument: frozenset({"short_name", "tick_size"}),
}
"""What one person changes alone. Whatever else a record has, or will have, takes two."""
OF_REGISTERS: Final[Mapping[type[Model], frozenset[str]]] = {
    Party: frozenset({"lei_status", "lei_next_renewal"}),
}
"""What files of registers keep up to date: it moves while a request about something else waits."""
Values = Mapping[str, Any]
Changes = dict[str, tuple[Any, Any]]
Called = tuple[str, str]
"""A source system, and what it calls a record."""


def change(*, record: Model, actor: Actor, at: datetime, reason: str) -> Request | None:
    """Write what takes effect at once, and ask for the rest of what an edited record says.

    Returns the request that waits for a second person; None: there is nothing to ask for.
    Raises Forbidden, UncleanText, UnableToSave, UnableToAsk.
    """
    require(actor, Action.EDIT_REFDATA)
    check(record)
    with acting(actor=actor, reason=reason):
        stands = _locked(type(record), record.pk)
        if stands is None:
            raise UnableToAsk(_("There is no such record."))
        changes = _changes(_values(stands), _values(record))
        free = [name for name in changes if name in AT_ONCE.get(type(record), ())]
        for name in free:
            setattr(stands, name, getattr(record, name))
            del changes[name]
        if free:
            stands.save(update_fields=free)
        if not changes:
            return None
        return asking.ask(
            wish=_wish(stands, {"changes": changes}, at), reason=reason, actor=actor, at=at
        )


def add(
    *, record: Model, actor: Actor, at: datetime, reason: str, called: Called | None = None
) -> Request:
    """Ask for a new record, which is written when somebody else grants it, under the number that
    the request names; with `called` under a name of a source system, too.

    Raises as `change` does.
    """
    require(actor, Action.EDIT_REFDATA)
    _fill(record)
    check(record)
    record.pk = next_ids(record._meta.db_table, 1)[0]
    content: dict[str, Any] = {"changes": _changes({}, _values(record))}
    if called is not None:
        content["called"] = list(called)
    wish = _wish(record, content, at, is_new=True)
    return asking.ask(wish=wish, reason=reason, actor=actor, at=at)


def add_alias(
    *, alias: PartyAlias | InstrumentAlias, actor: Actor, at: datetime, reason: str = ""
) -> Request | None:
    """Ask that a source system calls a record so; None: it does already, and what waits goes on.

    Raises as `change` does; UnableToSave where it calls another record so.
    """
    require(actor, Action.EDIT_REFDATA)
    said = _values(alias)
    if type(alias)._default_manager.filter(**said).exists():  # noqa: SLF001 - Django's public name for it
        with acting(actor=actor):
            naming.tell(alias, hand=actor.name)
        return None
    if find_asked(*naming.called_by(alias)) is not None:
        raise UnableToAsk(_("This is asked for already."))
    if not reason:
        reason = str(alias)
    return add(record=alias, actor=actor, at=at, reason=reason)


def find_asked(source_system: str, name: str) -> Request | None:
    """Return the open request that a source system calls something so, if there is one."""
    changes = {"source_system": [None, source_system]}
    so = Q(content__called=[source_system, name])
    for column in ("alias", "symbol"):
        so |= Q(content__changes__contains={**changes, column: [None, name]})
    open_ones = Request.objects.filter(
        kind=RequestKind.STATIC_DATA.value, state=RequestState.ASKED.value
    )
    return open_ones.filter(so).first()


def remove_alias(*, alias: Model, actor: Actor, at: datetime, reason: str) -> Request:
    """Ask that a source system no longer calls a record so. Raises Forbidden, UnableToAsk."""
    with acting(actor=actor, reason=reason):
        stands = _locked(type(alias), alias.pk)
        if stands is None:
            raise UnableToAsk(_("There is no such record."))
        content = {"changes": _changes(_values(stands), {}), "removed": True}
        return asking.ask(wish=_wish(stands, content, at), reason=reason, actor=actor, at=at)


def change_many(
    *, wanted: Iterable[tuple[Model, Values]], actor: Actor, at: datetime, reason: str
) -> int:
    """Ask for what a file says otherwise of records that stand, one by one; return how many.

    Of a record for which something is asked already nothing more is. Raises Forbidden, UnableToAsk.
    """
    wishes = [
        _wish(row, {"changes": _changes(_values(row), {**_values(row), **_said(values)})}, at)
        for row, values in wanted
    ]
    return len(asking.ask_many(wishes=wishes, reason=reason, actor=actor, at=at))


def still_asked(request: Request) -> bool:
    """Say whether the record stands as it stood when its change was asked for."""
    stands = _locked(RECORDS[request.subject_kind], request.subject_id)
    if stands is None:
        return all(before is None for before, _after in request.content["changes"].values())
    return _fingerprint(request, stands) == request.fingerprint


def carry_out(request: Request, actor: Actor, at: datetime) -> None:
    """Write what was asked for, and tell of it as of what is entered. Raises UnableToSave."""
    model = RECORDS[request.subject_kind]
    with acting(actor=actor, reason=request.reason):
        stands = _locked(model, request.subject_id)
        record = stands or model(pk=request.subject_id)
        if request.content.get("removed"):
            record.delete()
            return
        changes = request.content["changes"]
        for name, (_before, after) in changes.items():
            column = model._meta.get_field(name)
            setattr(record, name, column.to_python(after))  # type: ignore[union-attr]  # a column
        check(record)
        record.save(force_insert=True) if stands is None else record.save(update_fields=[*changes])
        naming.tell(record, hand=request.asked_by)
        if called := request.content.get("called"):
            _call(record, called, request.asked_by)


def _call(record: Model, called: Sequence[str], hand: str) -> None:
    """Have a source system call a new record as it was asked for with it."""
    source_system, name = called
    alias: Model
    if isinstance(record, Party):
        alias = PartyAlias(source_system=source_system, alias=name, party=record)
    else:
        alias = InstrumentAlias(source_system=source_system, symbol=name, instrument_id=record.pk)
    check(alias)
    alias.save()
    naming.tell(alias, hand=hand)


def _wish(
    record: Model, content: Mapping[str, Any], at: datetime, *, is_new: bool = False
) -> asking.Wish:
    """Return the wish for a record, bound to all that it says as it stands."""
    return asking.Wish(
        kind=RequestKind.STATIC_DATA,
        subject=Subject(
            kind=KINDS[type(record)],
            id=record.pk,
            reference=naming.reference_of(record),
            url=naming.page_of(record),
            due_at=evening_after(at),
        ),
        content={
            **content,
            "changes": {name: [*pair] for name, pair in content["changes"].items()},
        },
        seen=() if is_new else _seen(record, asked=content["changes"]),
    )


def _fingerprint(request: Request, stands: Model) -> str:
    """Return the digest of what was asked for, of the record as it stands now."""
    return asking.Wish(
        kind=RequestKind.STATIC_DATA,
        subject=Subject(kind=request.subject_kind, id=request.subject_id),
        content=request.content,
        seen=_seen(stands, asked=request.content["changes"]),
    ).fingerprint


def _seen(record: Model, *, asked: Mapping[str, Any]) -> tuple[str, ...]:
    kept_up = OF_REGISTERS.get(type(record), frozenset()) - asked.keys()
    free = AT_ONCE.get(type(record), frozenset()) | kept_up
    return tuple(f"{name}={said}" for name, said in _values(record).items() if name not in free)


def _changes(before: Values, after: Values) -> Changes:
    """Return column -> what it said and is to say; one side is None where a record is not there."""
    return {
        name: (before.get(name), after.get(name))
        for name in {**before, **after}
        if before.get(name) != after.get(name)
    }


def _fill(record: Model) -> None:
    """Say in a new record what the database would fill in: a second person sees all of it."""
    for column in record._meta.concrete_fields:
        if isinstance(getattr(record, column.attname), DatabaseDefault):
            filled = column.db_default
            setattr(record, column.attname, getattr(filled, "value", filled))


def _values(record: Model) -> dict[str, Any]:
    """Return what a record says but for its number, as JSON keeps it."""
    columns = [column.attname for column in record._meta.concrete_fields if not column.primary_key]
    return _said({name: getattr(record, name) for name in columns})


def _said(values: Values) -> dict[str, Any]:
    return {name: _kept(value) for name, value in values.items()}


def _kept(value: object) -> str | int | bool | None:
    """Write a value as JSON keeps it without loss: a decimal in plain digits, a day as in ISO."""
    if isinstance(value, Decimal):
        plain = f"{value:f}"
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int) else str(value)


def _locked(model: type[Model], key: int) -> Model | None:
    return model._default_manager.select_for_update().filter(pk=key).first()  # noqa: SLF001 - Django's public name for it
