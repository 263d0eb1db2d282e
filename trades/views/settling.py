"""Why a trade settles where it does: the instruction that was chosen, and why its rivals lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from refdata import selectors as refdata
from refdata.facts import InstructionFacts
from refdata.rules.instructions import Fate
from trades.models import Trade

SHOWN: Final = 20
FATES: Final[Mapping[Fate, str | Promise]] = {
    Fate.CHOSEN: _("taken: it fits, and none that fits names more of the trade"),
    Fate.LESS_SPECIFIC: _("fits, but names less of the trade"),
    Fate.BEGAN_EARLIER: _("fits and names as much, but began earlier"),
    Fate.OTHER_ACCOUNT: _("is for another account of ours"),
    Fate.OTHER_CURRENCY: _("is for another currency"),
    Fate.OTHER_ASSET_CLASS: _("is for another asset class"),
    Fate.NOT_YET: _("begins after the settlement date"),
    Fate.ENDED: _("ended before the settlement date"),
}
NAMES: Final[Mapping[str, str | Promise]] = {
    "account": _("our account"),
    "currency": _("currency"),
    "asset_class": _("asset class"),
}


@dataclass(frozen=True, slots=True)
class Rival:
    """One instruction of the counterparty on the page of a trade."""

    instruction: InstructionFacts
    named: Sequence[str | Promise]
    is_taken: bool
    why: str | Promise


def shown_on_trade(trade: Trade) -> dict[str, Any]:
    """Return what the page says of the choice as it would be made today.

    `choice_changed`: the version of the trade was made with another one; static data changed since.
    """
    if trade.counterparty_id is None or trade.settlement_date is None or not trade.instrument:
        return {"instructions": None}
    accounts = refdata.accounts_by_code({trade.account_code}) if trade.account_code else {}
    account = accounts.get(trade.account_code)
    judged = refdata.explained_choice(
        party_id=trade.counterparty_id,
        currency=trade.currency,
        asset_class=trade.instrument.asset_class,
        settlement_date=trade.settlement_date,
        account_id=account.account_id if account else None,
    )
    taken = next((j.instruction.instruction_id for j in judged if j.fate is Fate.CHOSEN), None)
    return {
        "instructions": [
            Rival(
                instruction=one.instruction,
                named=[NAMES[name] for name in one.named],
                is_taken=one.fate is Fate.CHOSEN,
                why=FATES[one.fate],
            )
            for one in judged[:SHOWN]
        ],
        "choice_changed": taken != trade.settlement_instruction_id,
    }
