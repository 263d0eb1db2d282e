"""What a trade is charged: of each name the most specific line in force, and all names together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from kernel.money import EXACT, rounded
from refdata.facts import FeeFacts

PERCENT: Final = Decimal(100)
CRITERIA: Final = ("party_id", "venue", "issuer_country", "asset_class", "side", "currency")
"""What a line may name of a deal; of two lines the one counts that names an earlier one alone."""


class Deal(NamedTuple):
    """What the lines look at in a trade; `day` is its trade date."""

    party_id: int | None
    venue: str
    issuer_country: str
    asset_class: str
    side: str
    currency: str
    day: date


@dataclass(frozen=True, slots=True)
class Charge:
    """What one line of a schedule asks of a trade, in its currency."""

    schedule_id: int
    name: str
    kind: str
    amount: Decimal


@dataclass(slots=True)
class FeeBook:
    """The approved lines; what applies to a kind of deal is sought once."""

    lines: Sequence[FeeFacts]
    _applying: dict[Deal, tuple[FeeFacts, ...]] = field(default_factory=dict)

    def charges(self, deal: Deal, *, quantity: Decimal, gross: Decimal) -> tuple[Charge, ...]:
        """Return what a trade of this kind is charged, in the order of the names.

        Each amount is rounded half up to the minor unit of the currency; one of nothing is left
        out.
        """
        if not self.lines:
            return ()
        if deal not in self._applying:
            self._applying[deal] = tuple(applying(self.lines, deal))
        asked = (
            Charge(
                line.schedule_id,
                line.name,
                line.kind,
                charged(line, quantity, gross, deal.currency),
            )
            for line in self._applying[deal]
        )
        return tuple(charge for charge in asked if charge.amount)


def applying(lines: Iterable[FeeFacts], deal: Deal) -> list[FeeFacts]:
    """Return the line of each name that applies, by name.

    A line applies when each criterion that it names agrees and it is in force on the trade date.
    The counterparty counts more than the venue, then the country of the ISIN, the asset class, the
    side, the currency; among equals the one that began last, then the latest.
    """
    best: dict[str, FeeFacts] = {}
    for line in lines:
        if _fits(line, deal) and (line.name not in best or _rank(line) > _rank(best[line.name])):
            best[line.name] = line
    return [best[name] for name in sorted(best)]


def charged(line: FeeFacts, quantity: Decimal, gross: Decimal, currency: str) -> Decimal:
    """Return rate x gross + per unit x quantity + the fixed part, between the bounds, rounded."""
    amount = EXACT.divide(EXACT.multiply(abs(gross), line.rate), PERCENT)
    amount = EXACT.add(amount, EXACT.multiply(quantity, line.per_unit)) + line.fixed
    amount = max(amount, line.minimum)
    if line.maximum is not None:
        amount = min(amount, line.maximum)
    return rounded(amount, currency)


def _fits(line: FeeFacts, deal: Deal) -> bool:
    return (
        line.valid_from <= deal.day
        and (line.valid_to is None or deal.day <= line.valid_to)
        and all(getattr(line, name) in (None, "", getattr(deal, name)) for name in CRITERIA)
    )


def _rank(line: FeeFacts) -> tuple[object, ...]:
    named = (getattr(line, name) not in (None, "") for name in CRITERIA)
    return (*named, line.valid_from, line.schedule_id)
