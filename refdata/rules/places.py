"""Where a trade settles when its instruction does not say: at the depository of its home market."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from refdata.facts import PlaceFacts


class Dealt(NamedTuple):
    """What the lines look at in a trade."""

    venue: str
    issuer_country: str
    asset_class: str
    settlement_date: date


@dataclass(slots=True)
class PlaceBook:
    """The approved lines; what applies to a kind of trade is sought once."""

    lines: Sequence[PlaceFacts]
    _found: dict[Dealt, PlaceFacts | None] = field(default_factory=dict)

    def place(self, dealt: Dealt) -> PlaceFacts | None:
        """Return the line that applies, None when none does.

        A line fits when each criterion that it names agrees and it is in force on the settlement
        date. The venue counts more than the country, the country more than the asset class: what is
        dealt abroad settles there. Among equals the one that began last, then the latest.
        """
        if not self.lines:
            return None
        if dealt not in self._found:
            fitting = [line for line in self.lines if _fits(line, dealt)]
            self._found[dealt] = max(fitting, key=_specificity, default=None)
        return self._found[dealt]


def _fits(line: PlaceFacts, dealt: Dealt) -> bool:
    return (
        line.venue in ("", dealt.venue)
        and line.issuer_country in ("", dealt.issuer_country)
        and line.asset_class in ("", dealt.asset_class)
        and line.valid_from <= dealt.settlement_date
        and (line.valid_to is None or dealt.settlement_date <= line.valid_to)
    )


def _specificity(line: PlaceFacts) -> tuple[bool, bool, bool, date, int]:
    return (
        bool(line.venue),
        bool(line.issuer_country),
        bool(line.asset_class),
        line.valid_from,
        line.line_id,
    )
