"""Tickets of trades of two legs: an exchange of currencies, a repo, a loan of securities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Final

import msgspec
from django import forms
from django.utils.translation import gettext_lazy as _

from core.pages.fields import DayField, FigureField
from trades.facts import Collateral, DealTerms, Product
from trades.formats.execution_checks import DAY_COUNTS
from trades.forms.capture import TicketForm
from trades.models import Trade
from trades.rules import legs
from trades.states import Side

OF_LEGS: Final = ("counter_amount", "end_cash", "collateral_amount")


def figure_of_deal(terms: Mapping[str, Any], name: str) -> Decimal | None:
    """Return an amount of a deal that was agreed, None for one that follows from its terms."""
    deal = msgspec.convert(terms["deal"], DealTerms)
    first, last = (abs(leg.amount) if leg.amount is not None else None for leg in deal.legs)
    if name == "counter_amount" and first is not None:
        usual = legs.counter_amount(
            deal.pair, str(terms["currency"]), first, Decimal(terms["price"])
        )
        return last if last != usual else None
    if name == "end_cash" and last is not None:
        usual = Decimal(terms["net_amount"]) + (deal.interest or Decimal(0))
        return last if last != usual else None
    return deal.collateral_amount if name == "collateral_amount" else None


class DealForm(TicketForm):
    """What the tickets of deals share: no venue and no capacity are asked for."""

    venue = None  # type: ignore[assignment]  # Django's way to leave out a box of the base
    capacity = None  # type: ignore[assignment]  # Django's way to leave out a box of the base
    fees = None  # type: ignore[assignment]  # Django's way to leave out a box of the base
    sides: ClassVar[Mapping[str, Any]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.sides:
            self.fields["side"].choices = list(self.sides.items())  # type: ignore[attr-defined]  # choice

    @classmethod
    def initial_of(cls, trade: Trade, terms: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of the form that say what stands now, those of the deal too."""
        deal = dict(terms["deal"])
        values = super().initial_of(trade, terms) | {
            name: figure_of_deal(terms, name) if name in OF_LEGS else deal.get(name)
            for name in cls.declared_fields
            if name in OF_LEGS or name in DEAL_BOXES
        }
        ends = deal["legs"][-1].get("settlement_date")
        return values | {"end_date": date.fromisoformat(ends) if ends else None}


DEAL_BOXES: Final = frozenset(
    {"pair", "forward_points", "repo_rate", "lending_fee", "day_count", "haircut", "margin"}
    | {"collateral", "notice_days"}
)


class FxForm(DealForm):
    """An exchange of currencies: the dealt amount, the pair and its rate."""

    product = Product.FX.value
    isin = None  # type: ignore[assignment]  # Django's way to leave out a box of the base
    accrued_interest = None  # type: ignore[assignment]  # Django's way to leave out a box of the base
    pair = forms.RegexField(
        r"^[A-Za-z]{3}/[A-Za-z]{3}$", label=_("Pair of currencies"), initial="EUR/USD"
    )
    quantity = FigureField(label=_("Dealt amount"))
    currency = forms.ChoiceField(label=_("Dealt currency"))
    price = FigureField(label=_("Rate"), help_text=_("The outright: of a forward with its points."))
    forward_points = FigureField(
        label=_("Forward points"), required=False, help_text=_("Part of the rate, in its unit.")
    )
    counter_amount = FigureField(
        label=_("Counter-amount"), required=False, help_text=_("Empty: amount and rate give it")
    )
    settlement_date = DayField(label=_("Value date"), required=False, help_text=_("Empty: spot"))
    field_order: Sequence[str] = (
        *("pair", "side", "quantity", "currency", "price", "forward_points", "counter_amount"),
        *("traded_at", "settlement_date", "counterparty", "book", "trader", "comment"),
    )

    def clean_pair(self) -> str:
        """Take a pair in capitals, however it was typed."""
        return str(self.cleaned_data["pair"]).upper()


class FinancingForm(DealForm):
    """What a repo and a loan share: the security, two dates, a day count, a notice."""

    settlement_date = DayField(
        label=_("Start date"), required=False, help_text=_("Empty: by the market's cycle")
    )
    end_date = DayField(label=_("End date"), required=False, help_text=_("Empty: open"))
    notice_days = forms.RegexField(
        r"^[0-9]{1,3}$", label=_("Notice (business days)"), required=False
    )
    day_count = forms.ChoiceField(
        label=_("Day count"),
        required=False,
        choices=[("", _("of the money market")), *((one, one) for one in DAY_COUNTS)],
    )


class RepoForm(FinancingForm):
    """A repo: what is lent against securities, at which rate, until when."""

    product = Product.REPO.value
    sides: ClassVar[Mapping[str, Any]] = {
        Side.SELL.value: _("Repo (we borrow cash)"),
        Side.BUY.value: _("Reverse repo (we lend cash)"),
    }
    price = FigureField(label=_("Price of the security"))
    repo_rate = FigureField(label=_("Repo rate, percent"))
    haircut = FigureField(label=_("Haircut, percent"), required=False)
    end_cash = FigureField(
        label=_("End cash"), required=False, help_text=_("Empty: start cash and interest")
    )
    field_order: Sequence[str] = (
        *("isin", "side", "quantity", "price", "currency", "haircut", "repo_rate", "day_count"),
        *("traded_at", "settlement_date", "end_date", "notice_days", "end_cash"),
        *("accrued_interest", "counterparty", "book", "trader", "comment"),
    )


class LoanForm(FinancingForm):
    """A loan of securities: its fee, and what the borrower leaves for it."""

    product = Product.LENDING.value
    sides: ClassVar[Mapping[str, Any]] = {
        Side.SELL.value: _("We lend"),
        Side.BUY.value: _("We borrow"),
    }
    price = FigureField(label=_("Price of the security"))
    lending_fee = FigureField(label=_("Lending fee (bp)"))
    collateral = forms.ChoiceField(
        label=_("Collateral"),
        required=False,
        choices=[
            ("", _("none")),
            (Collateral.CASH.value, _("Cash")),
            (Collateral.SECURITIES.value, _("Securities")),
        ],
    )
    margin = FigureField(label=_("Margin, percent"), required=False)
    collateral_amount = FigureField(
        label=_("Amount of collateral"), required=False, help_text=_("Empty: value and margin")
    )
    field_order: Sequence[str] = (
        *("isin", "side", "quantity", "price", "currency", "lending_fee", "day_count"),
        *("collateral", "margin", "collateral_amount", "traded_at", "settlement_date"),
        *("end_date", "notice_days", "accrued_interest", "counterparty", "book", "trader"),
        "comment",
    )


TICKETS: Final[Mapping[str, type[TicketForm]]] = {
    form.product: form for form in (TicketForm, FxForm, RepoForm, LoanForm)
}
"""The ticket of each product; that of securities and contracts has none."""
