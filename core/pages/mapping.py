"""Column mappings in the browser: the form that says how a table reads, and its page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Generic

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.text import capfirst
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from core.pages import words
from core.pages.base import PageView
from core.table_mappings import ENCODINGS, MappingT
from core.table_reading import (
    DATE_FORMATS,
    HOUSE_ZONE,
    ZONES,
    Reading,
    UnreadableCell,
    pairs_in,
    pairs_text,
)

EXAMPLES: Final = {"%Y-%m-%d": "2026-11-20", "%d/%m/%Y": "20/11/2026", "%m/%d/%Y": "11/20/2026",
            "%d.%m.%Y": "20.11.2026", "%Y%m%d": "20261120"}  # fmt: skip
SEPARATORS: Final = [("", _("as the header shows")), (",", ","), (";", ";"), ("\t", _("tabulator")),
                     ("|", "|")]  # fmt: skip
DECLARED: Final = ("rows", "quantity", "gross")
"""What a trailer may declare, each in a cell of its own."""
HEADER_ROW_MAX: Final = 50
CELL_MAX: Final = 200


def _select() -> forms.Select:
    return forms.Select(attrs={"class": "form-select"})


class ReadingForm(forms.Form):
    """How a sender writes a table: its dates, numbers, characters, and where its header stands."""

    date_format = forms.ChoiceField(
        choices=[(pattern, EXAMPLES[pattern]) for pattern in DATE_FORMATS],
        label=_("Dates look like"),
        widget=_select(),
    )
    decimal_mark = forms.ChoiceField(
        choices=[(".", "1234.56"), (",", "1234,56")], label=_("Numbers look like"), widget=_select()
    )
    encoding = forms.ChoiceField(
        choices=[("", _("UTF-8")), *ENCODINGS],
        required=False,
        label=_("Encoding"),
        widget=_select(),
    )
    separator = forms.ChoiceField(
        choices=SEPARATORS, required=False, label=_("Separator"), widget=_select()
    )
    header_row = forms.IntegerField(
        min_value=1,
        max_value=HEADER_ROW_MAX,
        initial=1,
        required=False,
        label=_("Header in row"),
    )

    def clean_header_row(self) -> int:
        """Nothing said is the first row."""
        return int(self.cleaned_data.get("header_row") or 1)


@dataclass(frozen=True, slots=True)
class MappedField:
    """One line of the form: what a field is called, and the three boxes that say where it is."""

    name: str
    label: str
    column: BoundField
    always: BoundField
    values: BoundField

    def __iter__(self) -> Iterator[BoundField]:
        return iter((self.column, self.always, self.values))


class MappingForm(ReadingForm):
    """How the table reads, and which column gives which field; subclasses name the fields.

    With `headers` a column is chosen among them, else its header is written.
    """

    mapped: ClassVar[Sequence[str]] = ()

    zone = forms.ChoiceField(
        choices=[(zone, zone) for zone in ZONES],
        initial=HOUSE_ZONE,
        required=False,
        label=_("Hours without a zone are of"),
        widget=_select(),
    )
    trailer_mark = forms.CharField(
        max_length=20,
        required=False,
        label=_("The last row starts with"),
        help_text=_("Only where the file ends with a row that counts the others, as TOTAL."),
    )

    def __init__(self, *args: Any, headers: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.mapped:
            label = capfirst(words.named(name))
            self.fields[f"column-{name}"] = _column_field(label, headers)
            self.fields[f"always-{name}"] = forms.CharField(
                max_length=CELL_MAX, required=False, label=_("%(field)s, always") % {"field": label}
            )
            self.fields[f"values-{name}"] = forms.CharField(
                max_length=CELL_MAX, required=False, label=_("%(field)s, values") % {"field": label}
            )

    def clean(self) -> dict[str, Any]:
        """Read the pairs of values; what is none is said at its box."""
        super().clean()
        said: dict[str, Any] = self.cleaned_data
        for name in self.mapped:
            try:
                said[f"values-{name}"] = pairs_in(said.get(f"values-{name}", ""))
            except UnreadableCell as found:
                told = _t("“%(part)s” is not a pair such as B=BUY.") % {"part": found}
                self.add_error(f"values-{name}", ValidationError(told))
        return said

    def lines(self) -> Iterator[MappedField]:
        """Yield the lines of the table of fields."""
        for name in self.mapped:
            boxes = (self[f"{box}-{name}"] for box in ("column", "always", "values"))
            yield MappedField(name, capfirst(words.named(name)), *boxes)

    def options(self) -> list[BoundField]:
        """Return the boxes that are not of one field."""
        every = tuple(f"{box}-" for box in ("column", "always", "values"))
        return [box for box in self if not box.name.startswith(every)]

    def reading(self) -> Reading:
        """Return what a valid form says."""
        said = self.cleaned_data
        return Reading(
            columns={n: said[f"column-{n}"] for n in self.mapped if said.get(f"column-{n}")},
            constants={
                n: said[f"always-{n}"].strip() for n in self.mapped if said.get(f"always-{n}")
            },
            translations={n: said[f"values-{n}"] for n in self.mapped if said.get(f"values-{n}")},
            decimal_mark=said["decimal_mark"],
            date_format=said["date_format"],
            zone=said["zone"] or HOUSE_ZONE,
            encoding=said["encoding"],
            separator=said["separator"],
            header_row=said["header_row"],
            trailer_mark=said["trailer_mark"].strip(),
            trailer={n: said[f"trailer_{n}"] for n in DECLARED if said.get(f"trailer_{n}")},
        )

    @classmethod
    def initial_of(cls, reading: Reading) -> dict[str, Any]:
        """Return the values of the form that say this reading."""
        lines: dict[str, Any] = {}
        for name in cls.mapped:
            lines[f"column-{name}"] = reading.columns.get(name, "")
            lines[f"always-{name}"] = reading.constants.get(name, "")
            lines[f"values-{name}"] = pairs_text(reading.translations.get(name, {}))
        plain = ("date_format", "decimal_mark", "encoding", "separator", "header_row", "zone")
        return {
            **{name: getattr(reading, name) for name in (*plain, "trailer_mark")},
            **{f"trailer_{name}": reading.trailer.get(name) for name in DECLARED},
            **lines,
        }


def _column_field(label: str, headers: Sequence[str]) -> forms.Field:
    if not headers:
        return forms.CharField(max_length=CELL_MAX, required=False, label=label)
    choices = [("", "–"), *((header, header) for header in headers)]
    return forms.ChoiceField(choices=choices, required=False, label=label)


class MappingPage(PageView, Generic[MappingT]):
    """One saved mapping, to look at and to correct; subclasses write `save`."""

    title = _("Column mapping")
    template_name = "core/mapping.html"
    model: ClassVar[type[Any]]
    form_class: ClassVar[type[MappingForm]]
    entity: ClassVar[str]

    def save(self, mapping: MappingT, form: MappingForm) -> None:
        """Keep what a valid form says."""
        raise NotImplementedError

    def form_of(self, mapping: MappingT) -> type[MappingForm]:
        """Return the form of a mapping: of another one where its table holds something else."""
        return self.form_class

    def more(self, mapping: MappingT) -> Mapping[str, Any]:
        """Return the values of the form that the reading does not hold."""
        return {}

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        mapping = get_object_or_404(self.model, pk=pk)
        form_class = self.form_of(mapping)
        form = form_class(initial={**form_class.initial_of(mapping.reading), **self.more(mapping)})
        return self._shown(mapping, form)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        mapping = get_object_or_404(self.model, pk=pk)
        form = self.form_of(mapping)(request.POST)
        if not form.is_valid():
            return self._shown(mapping, form, status=422)
        self.save(mapping, form)
        messages.success(request, _t("The mapping is saved."))
        return redirect(request.path)

    def _shown(self, mapping: MappingT, form: MappingForm, status: int = 200) -> HttpResponse:
        context = {"object": mapping, "form": form, "entity": self.entity}
        return self.render(context, status=status)
