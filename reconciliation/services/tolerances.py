"""How far amounts and dates may differ: dated settings, proposed by one and approved by another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _

from core import access
from desk import selectors as desk_selectors
from desk.models import ControlRule
from desk.services import settings
from desk.states import SettingState
from kernel.actors import Actor
from kernel.money import UnreadableDecimal, decimal_from_text
from reconciliation.frames import CASH_RULES, TRADE_RULES, MatchRules
from reconciliation.frames.items import ONE
from reconciliation.states import Kind

CODES: Final[dict[Kind, str]] = {Kind.CASH: "REC-CASH", Kind.TRADES: "REC-TRADES"}
DEFAULTS: Final[dict[Kind, MatchRules]] = {Kind.CASH: CASH_RULES, Kind.TRADES: TRADE_RULES}
AMOUNT: Final = "amount"
DAYS: Final = "days"
MOST: Final[dict[str, Decimal]] = {AMOUNT: Decimal(1_000), DAYS: Decimal(31)}


def rules_in_force(*, kind: Kind, day: date) -> MatchRules:
    """Return the rules of that day; the version names the setting that they come from."""
    rules = DEFAULTS[kind]
    setting = (
        desk_selectors.list_settings()
        .filter(code=CODES[kind], state=SettingState.APPROVED.value, valid_from__lte=day)
        .order_by("-valid_from", "-id")
        .first()
    )
    if setting is None:
        return rules
    return replace(
        rules,
        version=f"{rules.version}/{setting.pk}",
        amount_tolerance=int(Decimal(setting.parameters[AMOUNT]) * ONE),
        day_lag=int(setting.parameters[DAYS]),
    )


def propose_tolerances(
    *,
    kind: Kind,
    parameters: Mapping[str, str],
    valid_from: date,
    reason: str,
    actor: Actor,
    at: datetime,
) -> ControlRule:
    """Ask for other tolerances from a day on: an amount of the currency and a number of days.

    Both are plain decimals. Raises UnableToPropose, Forbidden.
    """
    access.require(actor, access.Action.MATCH)
    said = {name: parameters.get(name, "") for name in MOST}
    for name, most in MOST.items():
        _require_size(said[name], most, whole=name == DAYS)
    return settings.propose_setting(
        code=CODES[kind],
        active=True,
        parameters=said,
        valid_from=valid_from,
        reason=reason,
        actor=actor,
        at=at,
    )


def _require_size(text: str, most: Decimal, *, whole: bool) -> None:
    try:
        value = decimal_from_text(text)
    except UnreadableDecimal as error:
        raise settings.UnableToPropose(_("%(text)s is not a number.") % {"text": text}) from error
    if not 0 <= value <= most or (whole and value != int(value)) or value * ONE % 1:
        raise settings.UnableToPropose(
            _("%(text)s is out of range: 0 to %(most)s.") % {"text": text, "most": most}
        )
