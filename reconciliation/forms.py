"""The form of the tolerances: how far amounts and dates may differ."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.pages.fields import FigureField
from desk.forms import SettingForm
from reconciliation.services.tolerances import AMOUNT, DAYS, MOST
from reconciliation.states import Kind

AMOUNT_DECIMALS = 4


class ToleranceForm(SettingForm):
    """Other tolerances for one kind of reconciliation; two kinds stand on one page."""

    def __init__(
        self, *args: Any, kind: Kind, amount: Decimal | None = None, days: int = 0, **kwargs: Any
    ) -> None:
        self.kind = kind
        figures = {
            AMOUNT: FigureField(
                label=_("Amount may differ by"),
                min_value=Decimal(0),
                max_value=MOST[AMOUNT],
                decimal_places=AMOUNT_DECIMALS,
                initial=amount,
            ),
            DAYS: FigureField(
                label=_("Dates may differ by"),
                min_value=Decimal(0),
                max_value=MOST[DAYS],
                decimal_places=0,
                initial=Decimal(days),
            ),
        }
        super().__init__(*args, figures=figures, auto_id=f"{kind.lower()}-%s", **kwargs)
        self.initial = {"valid_from": timezone.localdate()}
