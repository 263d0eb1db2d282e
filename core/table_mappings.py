"""Saved mappings: how a sender's table reads, kept under a name. Each room has its own table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from core.acts import acting
from core.columns import NAME_LENGTH, known
from core.table_reading import DATE_FORMATS, HOUSE_ZONE, Encoding, Reading
from core.text import visible
from kernel.actors import Actor
from kernel.findings import Refusal

if TYPE_CHECKING:
    from django.utils.functional import Promise

MappingT = TypeVar("MappingT", bound="TableMapping")
ENCODINGS: Final[list[tuple[str, str | Promise]]] = [
    (Encoding.WINDOWS.value, _("Windows 1252 (CSV of a French Excel)"))
]


class UnableToSaveMapping(Refusal):
    """A mapping without a name, or whose name stands for another sender."""

    code = "UNABLE_TO_SAVE_MAPPING"


class TableMapping(models.Model):
    """How one sender's table reads (`core.table_reading.Reading`); saved once, used for each file.

    Rooms subclass it, add whose table it is, and constrain it with `mapping_constraints`.
    """

    name = models.CharField(_("name"), max_length=80, unique=True)
    columns = models.JSONField(_("columns"), default=dict)
    date_format = models.CharField(_("date format"), max_length=12, default=DATE_FORMATS[0])
    decimal_mark = models.CharField(_("decimal mark"), max_length=1, default=".")
    encoding = models.CharField(
        _("encoding"), max_length=6, choices=ENCODINGS, blank=True, default="", db_default=""
    )
    zone = models.CharField(
        _("time zone"), max_length=40, default=HOUSE_ZONE, db_default=HOUSE_ZONE
    )
    separator = models.CharField(
        _("separator"), max_length=1, blank=True, default="", db_default=""
    )
    header_row = models.PositiveIntegerField(_("header row"), default=1, db_default=1)
    constants = models.JSONField(_("constants"), default=dict, db_default={}, blank=True)
    translations = models.JSONField(_("translations"), default=dict, db_default={}, blank=True)
    trailer_mark = models.CharField(
        _("trailer mark"), max_length=20, blank=True, default="", db_default=""
    )
    trailer = models.JSONField(_("trailer"), default=dict, db_default={}, blank=True)
    saved_by = models.CharField(_("saved by"), max_length=NAME_LENGTH)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def reading(self) -> Reading:
        """How its tables read."""
        return Reading(**{name: getattr(self, name) for name in Reading.__dataclass_fields__})


def mapping_constraints(prefix: str) -> list[models.CheckConstraint]:
    """Return what PostgreSQL checks of every table of mappings."""
    return [known("encoding", Encoding, name=f"{prefix}_encoding_known", blank=True)]


def keep_mapping(
    model: type[MappingT], *, name: str, reading: Reading, actor: Actor, more: Mapping[str, Any]
) -> MappingT:
    """Create the mapping of this name, or replace what it says; the caller has checked the right.

    Raises UnableToSaveMapping without a name.
    """
    written = visible(name)
    if not written:
        raise UnableToSaveMapping(_t("A mapping needs a name."))
    with acting(actor=actor, reason=written):
        said = reading.as_dict() | dict(more) | {"saved_by": actor.name}
        mapping, _created = model._default_manager.update_or_create(name=written, defaults=said)  # noqa: SLF001 - Django's public name for it
    return mapping
