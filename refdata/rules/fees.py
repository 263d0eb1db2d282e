"""What a trade is charged: of each name the most specific line in force, and all names together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from kernel.money import EXACT, rounded
from refdata.facts import FeeFacts

PERCENT: Final = Decimal(100)
Deal = tuple[int | None, str, str, str, str, str, date]
"""Party, venue, country of the ISIN, asset class, side, currency, trade date."""


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
            Charge(line.schedule_id, line.name, line.kind, charged(line, quantity, gross, deal[5]))
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


def _criteria(line: FeeFacts) -> tuple[object, ...]:
    return (
        line.party_id,
        line.venue,
        line.issuer_country,
        line.asset_class,
        line.side,
        line.currency,
    )


def _fits(line: FeeFacts, deal: Deal) -> bool:
    day = deal[6]
    return (
        line.valid_from <= day
        and (line.valid_to is None or day <= line.valid_to)
        and all(
            wanted in (None, "", found)
            for wanted, found in zip(_criteria(line), deal[:6], strict=True)
        )
    )


def _rank(line: FeeFacts) -> tuple[object, ...]:
    named = tuple(criterion not in (None, "") for criterion in _criteria(line))
    return (*named, line.valid_from, line.schedule_id)
