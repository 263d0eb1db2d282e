"""Which settlement instruction applies."""

from __future__ import annotations

from datetime import date

import pytest

from refdata.facts import InstructionFacts
from refdata.rules.instructions import choose_instruction


def instruction(number: int, **changes: object) -> InstructionFacts:
    terms: dict[str, object] = {
        "instruction_id": number,
        "party_id": 7,
        "account_id": None,
        "currency": "",
        "asset_class": "",
        "place_of_settlement": "SICVFRPP",
        "agent_bic": "BNPAFRPP",
        "account_number": f"ACC{number}",
        "valid_from": date(2026, 1, 1),
        "valid_to": None,
    }
    return InstructionFacts(**(terms | changes))  # type: ignore[arg-type]  # a table of terms


ANY = instruction(1)
EUR = instruction(2, currency="EUR")
EUR_BOND = instruction(3, currency="EUR", asset_class="BOND")
BOND = instruction(4, asset_class="BOND")
OURS = instruction(5, account_id=9)
LATER = instruction(6, currency="EUR", valid_from=date(2026, 6, 1))
ENDED = instruction(7, currency="EUR", asset_class="EQUITY", valid_to=date(2026, 3, 31))
OTHER = instruction(8, party_id=8, currency="EUR", asset_class="EQUITY")


@pytest.mark.parametrize(
    ("case", "among", "currency", "asset_class", "day", "chosen"),
    [
        ("any_when_nothing_better", [ANY, BOND], "USD", "EQUITY", date(2026, 2, 2), 1),
        ("currency_before_any", [ANY, EUR], "EUR", "EQUITY", date(2026, 2, 2), 2),
        ("both_before_one", [EUR, EUR_BOND, BOND], "EUR", "BOND", date(2026, 2, 2), 3),
        ("currency_before_class", [EUR, BOND], "EUR", "BOND", date(2026, 2, 2), 2),
        ("account_before_all", [EUR_BOND, OURS], "EUR", "BOND", date(2026, 2, 2), 5),
        ("latest_in_force", [EUR, LATER], "EUR", "EQUITY", date(2026, 6, 1), 6),
        ("not_yet_in_force", [EUR, LATER], "EUR", "EQUITY", date(2026, 5, 31), 2),
        ("last_day", [ANY, ENDED], "EUR", "EQUITY", date(2026, 3, 31), 7),
        ("ended", [ANY, ENDED], "EUR", "EQUITY", date(2026, 4, 1), 1),
        ("another_party", [OTHER], "EUR", "EQUITY", date(2026, 2, 2), None),
        ("before_the_beginning", [ANY], "EUR", "EQUITY", date(2025, 12, 31), None),
    ],
)
def test_the_most_specific_instruction_in_force_is_chosen(
    case: str,
    among: list[InstructionFacts],
    currency: str,
    asset_class: str,
    day: date,
    chosen: int | None,
) -> None:
    for order in (among, among[::-1]):
        found = choose_instruction(
            order,
            party_id=7,
            currency=currency,
            asset_class=asset_class,
            settlement_date=day,
            account_id=9,
        )
        assert (found.instruction_id if found else None) == chosen, case
