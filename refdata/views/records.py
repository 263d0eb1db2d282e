"""The page of one record, whatever the noun: its facts, what hangs on it, its trail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import BooleanField, DateField, DateTimeField, DecimalField, Field, Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core import access
from core.access import Action
from core.pages import DetailPage, formats, status, words
from core.pages.trail import changes_of
from desk.selectors import find_request
from refdata.services.static_data import KINDS

HIDDEN = ("id", "sha256", "stored", "findings", "counts")
PERSONAL = ("birth_date", "national_id")


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the record: its name, its value as people read it, and where it leads."""

    label: str | Promise
    value: str
    url: str = ""
    state: str = ""
    of: str = ""


def facts_of(record: Model, *, hidden: tuple[str, ...] = ()) -> Iterator[Fact]:
    """Yield every filled column of a record in the reader's language."""
    for column in record._meta.concrete_fields:
        value = getattr(record, column.name)
        if column.name not in HIDDEN and column.name not in hidden and value not in (None, ""):
            yield _fact(column, value)


def _fact(column: Field[Any, Any], value: Any) -> Fact:
    label = str(column.verbose_name)
    label = label[:1].upper() + label[1:]
    if isinstance(value, Model):
        url = value.get_absolute_url() if hasattr(value, "get_absolute_url") else ""
        return Fact(label, str(value), url=url)
    if column.choices:
        of = str(column.model._meta.model_name)
        return Fact(label, str(status.look(value, of=of).label), state=str(value), of=of)
    if column.name in words.CODED:
        of = str(column.model._meta.model_name)
        return Fact(label, str(status.look(value, of=of).label))
    return Fact(label, _written(column, value))


def _written(column: Field[Any, Any], value: Any) -> str:
    if isinstance(column, BooleanField):
        return str(_("yes") if value else _("no"))
    if isinstance(column, DateTimeField):
        return formats.moment(value)
    if isinstance(column, DateField):
        return formats.day(value)
    if isinstance(column, DecimalField):
        return formats.price(value)
    return str(value)


class RecordPage(DetailPage):
    """Subclasses name the model; `entity` is the chain of its audit trail."""

    action = Action.VIEW_REFDATA
    template_name = "refdata/record.html"
    entity: ClassVar[str] = ""
    edit_url: ClassVar[str] = ""

    def extra_context(self) -> dict[str, Any]:
        may_edit = bool(self.edit_url) and access.allows(self.request.actor, Action.EDIT_REFDATA)
        hidden = () if access.allows(self.request.actor, Action.EDIT_REFDATA) else PERSONAL
        return {
            "title": str(self.object),
            "subtitle": self.title,
            "facts": list(facts_of(self.object, hidden=hidden)),
            "entity": self.entity or self.object.audit.entity,
            "edit_url": self.edit_url.format(pk=self.object.pk) if may_edit else "",
            **self.waiting(),
            **self.sections(),
        }

    def waiting(self) -> dict[str, Any]:
        """Return the change of this record that waits for a second person, if one does."""
        kind = KINDS.get(type(self.object))
        asked = find_request(subject_kind=kind, subject_id=self.object.pk) if kind else None
        if asked is None:
            return {}
        return {
            "asked": asked,
            "asked_changes": changes_of(type(self.object), asked.content["changes"]),
        }

    def sections(self) -> dict[str, Any]:
        """Return what the page's own template shows below the facts."""
        return {}
