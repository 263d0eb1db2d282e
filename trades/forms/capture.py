"""Forms of capture: a ticket by hand, a file, an instrument that was missing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, cast

from django import forms
from django.forms.boundfield import BoundField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.pages.fields import DayField, FigureField, MomentField
from core.pages.mapping import CELL_MAX, MappingForm
from core.pages.upload import FileForm
from core.table_reading import UnreadableCell, pairs_in
from refdata.forms import REMOTE, RemoteSelect
from refdata.models import Book, Currency, Instrument, Party, Trader
from trades.formats.execution_checks import ISIN
from trades.formats.execution_table import FIELDS
from trades.models import ExecutionMapping, Trade, labelled
from trades.models.files import FOLDER_NAME
from trades.services.totals import ANY, Declared
from trades.states import Capacity, Side


class TicketForm(forms.Form):
    """The terms of one trade; what the form does not know, the one check of messages does.

    Tickets of other products are made of it: they say their `product`, and leave boxes out.
    """

    product: ClassVar[str] = ""
    isin = forms.CharField(
        label=_("ISIN or code"),
        max_length=40,
        widget=forms.TextInput(attrs={"list": "instruments", "autocomplete": "off"}),
    )
    side = forms.ChoiceField(label=_("Side"), choices=labelled(Side))
    quantity = FigureField(label=_("Quantity"))
    price = FigureField(label=_("Price"))
    currency = forms.ChoiceField(label=_("Currency"))
    traded_at = MomentField(label=_("Traded at"))
    settlement_date = DayField(
        label=_("Settlement date"), required=False, help_text=_("Empty: by the market's cycle")
    )
    venue = forms.CharField(label=_("Venue (MIC)"), max_length=4, required=False, initial="XPAR")
    counterparty = forms.CharField(
        label=_("Counterparty"),
        max_length=35,
        required=False,
        widget=forms.TextInput(attrs={"list": "counterparties", "autocomplete": "off"}),
    )
    book = forms.CharField(
        label=_("Book"),
        max_length=35,
        widget=forms.TextInput(attrs={"list": "books", "autocomplete": "off"}),
    )
    trader = forms.ChoiceField(label=_("Trader"), required=False)
    capacity = forms.ChoiceField(label=_("Capacity"), choices=labelled(Capacity))
    accrued_interest = FigureField(label=_("Accrued interest"), required=False)
    fees = FigureField(label=_("Fees"), required=False)
    comment = forms.CharField(
        label=_("Comment"), max_length=500, required=False, widget=forms.TextInput({"wide": "1"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        currencies = Currency.objects.order_by("code").values_list("code", "code")
        traders = Trader.objects.order_by("code").values_list("code", "name")
        self.fields["currency"].choices = list(currencies)  # type: ignore[attr-defined]  # choice
        self.fields["trader"].choices = [("", "–"), *traders]  # type: ignore[attr-defined]  # choice

    def clean_isin(self) -> str:
        """Take the ISIN of an instrument that was named by our code."""
        typed = str(self.cleaned_data["isin"]).strip()
        if re.fullmatch(ISIN, typed.upper()):
            return typed.upper()
        found = Instrument.objects.filter(code__iexact=typed).order_by("pk").first()
        return typed if found is None else found.isin or found.code

    def clean_book(self) -> str:
        """Take a book that exists, however its code was typed."""
        typed = str(self.cleaned_data["book"]).strip()
        if not typed:
            return ""
        found = Book.objects.filter(code__iexact=typed).order_by("pk").first()
        if found is None:
            raise forms.ValidationError(_("No book has this code."))
        return found.code

    def message(self) -> dict[str, Any]:
        """Return the fields of an execution: figures with the digits that were typed."""
        values = self.cleaned_data
        fields: dict[str, Any] = {
            name: f"{value:f}" if isinstance(value, Decimal) else value
            for name, value in values.items()
            if name not in ("traded_at", *DAY_BOXES) and value not in (None, "")
        }
        if self.product:
            fields["product"] = self.product
        if "venue" in fields:
            fields["venue"] = fields["venue"].upper().strip()
        if len(fields.get("isin", "")) not in (
            0,
            ISIN_LENGTH,
        ):  # an instrument without one, by its code
            fields["symbol"] = fields.pop("isin")
        fields["traded_at"] = values["traded_at"].isoformat()
        for name in DAY_BOXES:
            if values.get(name):
                fields[name] = values[name].isoformat()
        return fields

    def amended(self, terms: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields of an amendment of `terms`: what the ticket does not ask for stays.

        It asks for whole seconds: who leaves the moment as it stands leaves its fractions, too. And
        it asks for no gross and no net amount: who leaves all that amounts follow from leaves them
        as the message that stands `sent` them.
        """
        fields = self.message()
        if not self.product and AMOUNTS_FOLLOW.isdisjoint(self.changed_data):
            fields = {name: fields[name] for name in fields if name not in AMOUNTS}
            fields |= {name: sent[name] for name in AMOUNTS if sent.get(name)}
        kept = {"account": terms["account_code"]}
        if terms["isin"] and fields.get("isin") == terms["isin"]:
            kept["symbol"] = terms["symbol"]
        stood = datetime.fromisoformat(terms["traded_at"])
        if self.cleaned_data["traded_at"] == stood.replace(microsecond=0):
            kept |= {name: terms[name] for name in ("traded_at", "trade_date")}
        return fields | {name: value for name, value in kept.items() if value}

    @classmethod
    def copy_of(cls, trade: Trade, terms: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of a new ticket like this trade: all but what belongs to its day."""
        of_its_day = ("traded_at", *DAY_BOXES, "accrued_interest", "counter_amount", "end_cash")
        values = cls.initial_of(trade, terms)
        return {name: value for name, value in values.items() if name not in of_its_day}

    @classmethod
    def initial_of(cls, trade: Trade, terms: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of the form that say what stands now."""
        return {
            "isin": trade.isin or trade.symbol,
            "side": trade.side,
            "quantity": trade.quantity,
            "price": trade.price,
            "currency": trade.currency,
            "traded_at": timezone.localtime(trade.traded_at).replace(microsecond=0),
            "settlement_date": trade.settlement_date,
            "venue": trade.venue,
            "counterparty": trade.counterparty_code,
            "book": trade.book_code,
            "trader": trade.trader_code,
            "capacity": trade.capacity,
            "accrued_interest": trade.accrued_interest or None,
            "fees": None if terms.get("charges") else trade.fees or None,
            "comment": terms["comment"],
        }


AMOUNTS = ("gross_amount", "accrued_interest", "fees", "net_amount")
AMOUNTS_FOLLOW = frozenset(
    {"isin", "side", "quantity", "price", "currency", "traded_at", "settlement_date"}
    | {"venue", "counterparty", "accrued_interest", "fees"}
)
ISIN_LENGTH = 12
DAY_BOXES = ("settlement_date", "end_date")


class ExecutionMappingForm(MappingForm):
    """How a source system's table of executions reads."""

    mapped = FIELDS

    source_system = forms.RegexField(
        r"^[A-Z0-9][A-Z0-9._-]{0,29}$", label=_("Source system"), initial="FILE"
    )
    is_whole = forms.BooleanField(
        label=_("All or nothing"),
        required=False,
        help_text=_("With one bad row nothing of the file is booked."),
    )
    trailer_rows = forms.IntegerField(
        min_value=1, max_value=CELL_MAX, required=False, label=_("Rows, in its cell")
    )
    trailer_quantity = forms.IntegerField(
        min_value=1, max_value=CELL_MAX, required=False, label=_("Quantity, in its cell")
    )
    trailer_gross = forms.IntegerField(
        min_value=1, max_value=CELL_MAX, required=False, label=_("Gross amount, in its cell")
    )
    field_order: Sequence[str] = (
        *("source_system", "decimal_mark", "date_format", "encoding", "separator"),
    )


class TableForm(ExecutionMappingForm, FileForm):
    """A table of executions: how it reads, by a saved mapping or its header, and what it counts."""

    mapping = forms.ModelChoiceField(
        ExecutionMapping.objects.none(),
        required=False,
        label=_("Column mapping"),
        empty_label=_("learned from the header"),
        help_text=_("A saved mapping says everything below but the control totals."),
    )
    declared_rows = forms.IntegerField(min_value=0, required=False, label=_("Rows, declared"))
    declared_quantity = FigureField(required=False, label=_("Quantity, declared"))
    declared_gross = forms.CharField(
        max_length=200,
        required=False,
        label=_("Gross amount, declared"),
        help_text=_("One figure, or one of each currency: EUR=10; USD=20"),
    )
    mapping_name = forms.RegexField(
        FOLDER_NAME,
        max_length=80,
        required=False,
        label=_("Save the mapping as"),
        help_text=_("Also the name of its folder in the drop folder."),
    )
    field_order: Sequence[str] = (
        *("file", "mapping", "source_system", "decimal_mark", "date_format", "encoding"),
        *("declared_rows", "declared_quantity", "declared_gross"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mapping"].queryset = ExecutionMapping.objects.all()  # type: ignore[attr-defined]  # a ModelChoiceField
        for name in ("date_format", "decimal_mark", "source_system"):
            self.fields[name].required = False
        self.fields["date_format"].initial = HOUSE_DATES
        self.is_bound_to_columns = "columns" in (self.data or {})

    def first_options(self) -> list[BoundField]:
        """Return the boxes that a sender's first file needs."""
        return [box for box in self.options() if box.name in FIRST]

    def more_options(self) -> list[BoundField]:
        """Return the boxes that most files leave as they are."""
        kept_back = {*FIRST, "file", "mapping_name"}
        return [box for box in self.options() if box.name not in kept_back]

    def clean(self) -> dict[str, Any]:
        """Complete what was left open, and read the declared figures."""
        said = super().clean()
        said["date_format"] = said.get("date_format") or HOUSE_DATES
        said["decimal_mark"] = said.get("decimal_mark") or "."
        if not said.get("mapping") and not said.get("source_system"):
            self.add_error("source_system", _("Say whose file it is, or choose a saved mapping."))
        said["declared"] = self._declared(said)
        said["has_columns"] = self.is_bound_to_columns
        said["reading"] = None if self.errors else self.reading()
        return said

    def _declared(self, said: Mapping[str, Any]) -> Declared:
        gross: dict[str, Decimal] = {}
        try:
            gross = _amounts(said.get("declared_gross", ""))
        except UnreadableCell:
            self.add_error("declared_gross", _("Write it as EUR=10; USD=20."))
        except forms.ValidationError as error:
            self.add_error("declared_gross", error)
        quantity = said.get("declared_quantity")
        return Declared(rows=said.get("declared_rows"), quantity=quantity, gross=gross)


FIRST = frozenset(
    {"mapping", "source_system", "decimal_mark", "date_format", "encoding"}
    | {"declared_rows", "declared_quantity", "declared_gross"}
)
HOUSE_DATES = "%d/%m/%Y"


def _amounts(text: str) -> dict[str, Decimal]:
    """Return one amount, or one of each currency, in the reader's notation.

    Raises UnreadableCell for what is no pair, ValidationError for what is no figure.
    """
    figure = FigureField(required=False)
    said = pairs_in(text) if "=" in text else {ANY: text.strip()}
    found = {code.upper(): figure.clean(amount) for code, amount in said.items()}
    return {code: amount for code, amount in found.items() if amount is not None}


class InstrumentForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """The little that a missing instrument needs before its trades can go on."""

    class Meta:
        model = Instrument
        fields = ("isin", "code", "name", "asset_class", "currency", "price_type", "venue")
        widgets: ClassVar = {"venue": RemoteSelect(REMOTE["venue"])}


class AliasForm(forms.Form):
    """Which known instrument a symbol means."""

    instrument = forms.CharField(
        label=_("Known instrument (ISIN or code)"),
        max_length=40,
        widget=forms.TextInput(attrs={"list": "instruments", "autocomplete": "off"}),
    )


class CounterpartyForm(forms.Form):
    """Which known counterparty a name means."""

    counterparty = forms.CharField(
        label=_("Known counterparty (code)"),
        max_length=20,
        widget=forms.TextInput(attrs={"list": "counterparties", "autocomplete": "off"}),
    )


class PartyForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """The little that a missing counterparty needs before its trades can go on."""

    class Meta:
        model = Party
        fields = ("code", "name", "lei", "bic", "country", "language", "confirmation_channel",
                  "confirmation_email")  # fmt: skip

    def save(self, commit: bool = True) -> Party:  # noqa: FBT001, FBT002 - as Django has it
        self.instance.is_counterparty = True
        return cast("Party", super().save(commit=commit))
