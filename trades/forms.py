"""Forms of capture: a ticket by hand, a file, an instrument that was missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.pages.fields import DayField, FigureField, MomentField
from core.pages.upload import FileForm
from desk.forms import SettingForm
from refdata.forms import REMOTE, RemoteSelect
from refdata.models import Book, Currency, Instrument, Trader
from trades.models import FixSession, Trade, labelled
from trades.states import Capacity, Side


class TicketForm(forms.Form):
    """The terms of one trade; what the form does not know, the one check of messages does."""

    isin = forms.CharField(
        label="ISIN",
        max_length=12,
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
    book = forms.ChoiceField(label=_("Book"))
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
        books = Book.objects.order_by("code").values_list("code", "code")
        traders = Trader.objects.order_by("code").values_list("code", "name")
        self.fields["currency"].choices = list(currencies)  # type: ignore[attr-defined]  # choice
        self.fields["book"].choices = list(books)  # type: ignore[attr-defined]  # choice
        self.fields["trader"].choices = [("", "–"), *traders]  # type: ignore[attr-defined]  # choice

    def message(self) -> dict[str, Any]:
        """Return the fields of an execution: figures with the digits that were typed."""
        values = self.cleaned_data
        fields: dict[str, Any] = {
            name: f"{value:f}" if isinstance(value, Decimal) else value
            for name, value in values.items()
            if name not in ("traded_at", "settlement_date") and value not in (None, "")
        }
        for name in ("isin", "venue"):
            if name in fields:
                fields[name] = fields[name].upper().strip()
        fields["traded_at"] = values["traded_at"].isoformat()
        if values.get("settlement_date"):
            fields["settlement_date"] = values["settlement_date"].isoformat()
        return fields

    def amended(self, terms: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields of an amendment of `terms`: what the ticket does not ask for stays.

        It asks for whole seconds: who leaves the moment as it stands leaves its fractions, too.
        """
        fields = self.message()
        kept = {"account": terms["account_code"]}
        if fields.get("isin") == terms["isin"]:
            kept["symbol"] = terms["symbol"]
        stood = datetime.fromisoformat(terms["traded_at"])
        if self.cleaned_data["traded_at"] == stood.replace(microsecond=0):
            kept |= {name: terms[name] for name in ("traded_at", "trade_date")}
        return fields | {name: value for name, value in kept.items() if value}

    @classmethod
    def initial_of(cls, trade: Trade, terms: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of the form that say what stands now."""
        return {
            "isin": trade.isin,
            "side": trade.side,
            "quantity": trade.quantity,
            "price": trade.price,
            "currency": trade.currency,
            "traded_at": timezone.localtime(trade.traded_at),
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


class RuleForm(SettingForm):
    """Other numbers for a rule, or the rule switched on or off."""

    active = forms.BooleanField(label=pgettext_lazy("rule", "Active"), required=False)

    def __init__(
        self,
        *args: Any,
        parameters: Iterable[Mapping[str, Any]],
        active: bool = True,
        **kwargs: Any,
    ) -> None:
        figures = {
            one["name"]: FigureField(
                label=f"{capfirst(one['label'])} ({one['unit']})",
                min_value=Decimal(0),
                initial=one["value"],
            )
            for one in parameters
        }
        super().__init__(*args, figures=figures, **kwargs)
        self.initial = {"valid_from": timezone.localdate(), "active": active}


class TableForm(FileForm):
    """A table of executions: who it comes from, and which decimal sign it uses."""

    source_system = forms.RegexField(
        r"^[A-Z0-9][A-Z0-9._-]{0,29}$", label=_("Source system"), initial="FILE"
    )
    decimal_sign = forms.ChoiceField(
        label=_("Decimal sign"), choices=[(".", _("point 1234.5")), (",", _("comma 1234,5"))]
    )
    encoding = forms.ChoiceField(
        label=_("Encoding"),
        required=False,
        choices=[("", _("UTF-8")), ("cp1252", _("Windows 1252 (CSV of a French Excel)"))],
    )


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


class FixSessionForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A counterparty that may log on; the service checks and saves."""

    password = forms.CharField(
        label=_("Password"),
        required=False,
        max_length=100,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Empty: the one it has stays."),
    )

    class Meta:
        model = FixSession
        fields: ClassVar[list[str]] = [
            *("name", "begin_string", "sender_comp_id", "target_comp_id", "source_system"),
            *("default_appl_ver_id", "party_id", "addresses", "heartbeat_max", "username"),
            *("password", "opens_at", "closes_at", "dictionary"),
            *("reset_on_logon", "user_fields", "is_enabled"),
        ]
        help_texts: ClassVar[dict[str, Any]] = {
            "source_system": _("Empty: their CompID > ours, as in logs of the session."),
            "addresses": _("Networks that it may come from, separated by commas: 192.0.2.0/28."),
            "party_id": _("Which side of a trade report of two sides is ours."),
            "dictionary": _("A file of FIX_DICTIONARY_DIR; transport and application with +."),
            "default_appl_ver_id": _("FIXT.1.1 alone: 7, 8 or 9 for FIX 5.0, SP1, SP2."),
            "opens_at": _("Both hours or none; a new opening counts from one."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source_system"].required = False
        if not self.instance.pk:
            self.initial["addresses"] = "127.0.0.0/8,::1/128"


class FixResetForm(forms.Form):
    """The numbers that come next, and why."""

    next_in = forms.IntegerField(label=_("Expected next"), min_value=1)
    next_out = forms.IntegerField(label=_("Sent next"), min_value=1)
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2, "wide": True})
    )
