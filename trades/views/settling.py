"""Why a trade settles where it does: the instruction that was chosen, and why its rivals lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core import access
from core.access import Action
from core.pages import status
from core.pages.base import ActedRequest
from refdata import selectors as refdata
from refdata.facts import InstructionFacts, PlaceFacts
from refdata.rules.instructions import Fate, Judged
from refdata.rules.places import Dealt
from refdata.states import AssetClass
from trades.models import Trade

SHOWN: Final = 20
DAY: Final = timedelta(days=1)
FATES: Final[Mapping[Fate, str | Promise]] = {
    Fate.CHOSEN: _("taken: it fits, and none that fits names more of the trade"),
    Fate.LESS_SPECIFIC: _("fits, but names less of the trade"),
    Fate.BEGAN_EARLIER: _("fits and names as much, but began earlier"),
    Fate.OTHER_ACCOUNT: _("is for another account of ours"),
    Fate.OTHER_CURRENCY: _("is for another currency"),
    Fate.OTHER_ASSET_CLASS: _("is for another asset class"),
    Fate.NOT_YET: _("begins after the settlement date"),
    Fate.ENDED: _("ended before the settlement date"),
    Fate.PENDING: _("fits, but nobody has approved it yet"),
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
    pending: bool = False
    proposal: str = ""


def shown_on_trade(request: ActedRequest, trade: Trade) -> dict[str, Any]:
    """Return what the page says of the choice as it would be made today.

    `choice_changed`: the version of the trade was made with another one; static data changed since.
    Where none fits, each that the counterparty has is what a proposal can start from.
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
    may_propose = taken is None and access.allows(request.actor, Action.EDIT_REFDATA)
    return {
        "instructions": [
            Rival(
                instruction=one.instruction,
                named=[NAMES[name] for name in one.named],
                is_taken=one.fate is Fate.CHOSEN,
                why=FATES[one.fate],
                pending=one.fate is Fate.PENDING,
                proposal=proposal(trade, one) if may_propose else "",
            )
            for one in judged[:SHOWN]
        ],
        "none_fits": taken is None,
        "new_instruction": proposal(trade) if may_propose else "",
        "choice_changed": taken != trade.settlement_instruction_id,
    }


def place_on_trade(trade: Trade, terms: Mapping[str, Any]) -> dict[str, Any]:
    """Return where a trade settles: as its instruction says, or at its home market, and by which
    line; `place_changed` names what would be taken today, where that is another.
    """
    stands = place_then(trade, terms)
    if "place_of_settlement" not in terms and stands:
        return {"place": stands}
    line = _home(trade)
    today = line.place if line else ""
    return {
        "place": stands,
        "place_line": line if stands and stands == today else None,
        "place_names": _criteria(line) if line else (),
        "place_changed": today if today != stands else "",
    }


def place_then(trade: Trade, terms: Mapping[str, Any]) -> str:
    """Return where a trade as it stood was to be settled."""
    named = trade.settlement_instruction
    return (named.place_of_settlement if named else "") or terms.get("place_of_settlement", "")


def _home(trade: Trade) -> PlaceFacts | None:
    instrument, settles = trade.instrument, trade.settlement_date
    if instrument is None or settles is None or instrument.asset_class == AssetClass.DERIVATIVE:
        return None
    venue = trade.venue or (instrument.venue.mic if instrument.venue else "")
    dealt = Dealt(venue, trade.isin[:2], instrument.asset_class, settles)
    return refdata.place_book().place(dealt)


def _criteria(line: PlaceFacts) -> list[str | Promise]:
    """Return what a line names of the trade, each with its value."""
    told = ((_("venue"), line.venue), (_("country of the ISIN"), line.issuer_country))
    named: list[str | Promise] = [f"{label} {value}" for label, value in told if value]
    if line.asset_class:
        named.append(status.word(line.asset_class, line.asset_class))
    return named


def proposal(trade: Trade, near: Judged | None = None) -> str:
    """Return the address of the form that proposes what the trade lacks: as `near`, but fitting.

    Each criterion that `near` names is that of the trade; it begins when `near` has ended, and ends
    before `near` begins.
    """
    assert trade.instrument is not None  # noqa: S101 - the page asks for such trades alone
    settles = trade.settlement_date
    assert settles is not None  # noqa: S101 - the page asks for such trades alone
    first, last = min(timezone.localdate(), settles), None
    said: dict[str, object] = {"party": trade.counterparty_id}
    if near is None:
        said |= {"currency": trade.currency, "asset_class": trade.instrument.asset_class}
    else:
        like = near.instruction
        said |= {"like": like.instruction_id}
        if like.currency:
            said["currency"] = trade.currency
        if like.asset_class:
            said["asset_class"] = trade.instrument.asset_class
        if near.fate is Fate.ENDED and like.valid_to is not None:
            first = max(first, like.valid_to + DAY)
        if near.fate is Fate.NOT_YET:
            last = like.valid_from - DAY
        if near.fate is Fate.OTHER_ACCOUNT:
            said["any_account"] = 1
    said["valid_from"] = first.isoformat()
    if last is not None:
        said["valid_to"] = last.isoformat()
    return f"{reverse('refdata:instruction_new')}?{urlencode(said)}"
