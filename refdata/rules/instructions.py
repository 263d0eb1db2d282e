"""Which standing settlement instruction applies: the most specific one in force."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from refdata.facts import InstructionFacts


def choose_instruction(
    instructions: Iterable[InstructionFacts],
    *,
    party_id: int,
    currency: str,
    asset_class: str,
    settlement_date: date,
    account_id: int | None = None,
) -> InstructionFacts | None:
    """Return the instruction to settle with, or None when the party has none that fits.

    An instruction fits when each criterion it names agrees and it is in force on the settlement
    date. Our account counts more than the currency, the currency more than the asset class; among
    equals the one that began last, then the highest id, so that two runs agree.
    """
    fitting = [
        found
        for found in instructions
        if found.party_id == party_id
        and found.account_id in (None, account_id)
        and found.currency in ("", currency)
        and found.asset_class in ("", asset_class)
        and found.valid_from <= settlement_date
        and (found.valid_to is None or settlement_date <= found.valid_to)
    ]
    return max(fitting, key=_specificity, default=None)


def _specificity(found: InstructionFacts) -> tuple[bool, bool, bool, date, int]:
    return (
        found.account_id is not None,
        bool(found.currency),
        bool(found.asset_class),
        found.valid_from,
        found.instruction_id,
    )
