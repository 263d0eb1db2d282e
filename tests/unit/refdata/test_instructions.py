"""Which settlement instruction applies."""

from __future__ import annotations

from datetime import date

import pytest

from refdata.facts import InstructionFacts
from refdata.rules.instructions import Fate, choose_instruction, explain_choice


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


EVERY = [ANY, EUR, EUR_BOND, BOND, OURS, LATER, ENDED]


@pytest.mark.parametrize(
    ("case", "currency", "asset_class", "day", "account", "fates"),
    [
        ("account_wins", "EUR", "BOND", date(2026, 2, 2), 9,
         {5: "CHOSEN", 3: "LESS_SPECIFIC", 2: "LESS_SPECIFIC", 4: "LESS_SPECIFIC",
          1: "LESS_SPECIFIC", 6: "NOT_YET", 7: "OTHER_ASSET_CLASS"}),
        ("no_account_of_ours", "EUR", "BOND", date(2026, 2, 2), None,
         {3: "CHOSEN", 2: "LESS_SPECIFIC", 4: "LESS_SPECIFIC", 1: "LESS_SPECIFIC",
          6: "NOT_YET", 7: "OTHER_ASSET_CLASS", 5: "OTHER_ACCOUNT"}),
        ("the_later_of_equals", "EUR", "EQUITY", date(2026, 6, 1), None,
         {6: "CHOSEN", 2: "BEGAN_EARLIER", 1: "LESS_SPECIFIC", 7: "ENDED",
          3: "OTHER_ASSET_CLASS", 4: "OTHER_ASSET_CLASS", 5: "OTHER_ACCOUNT"}),
        ("another_currency", "USD", "EQUITY", date(2026, 2, 2), None,
         {1: "CHOSEN", 4: "OTHER_ASSET_CLASS", 7: "OTHER_CURRENCY", 3: "OTHER_CURRENCY",
          6: "OTHER_CURRENCY", 2: "OTHER_CURRENCY", 5: "OTHER_ACCOUNT"}),
        ("none_fits", "EUR", "EQUITY", date(2025, 12, 31), 9,
         {5: "NOT_YET", 7: "NOT_YET", 6: "NOT_YET", 2: "NOT_YET", 1: "NOT_YET",
          3: "OTHER_ASSET_CLASS", 4: "OTHER_ASSET_CLASS"}),
    ],
)  # fmt: skip
def test_each_instruction_says_why_it_was_taken_or_not(
    case: str,
    currency: str,
    asset_class: str,
    day: date,
    account: int | None,
    fates: dict[int, str],
) -> None:
    judged = explain_choice(
        EVERY, currency=currency, asset_class=asset_class, settlement_date=day, account_id=account
    )

    found = [(one.instruction.instruction_id, str(one.fate)) for one in judged]
    assert found == list(fates.items()), case
    chosen = choose_instruction(
        EVERY,
        party_id=7,
        currency=currency,
        asset_class=asset_class,
        settlement_date=day,
        account_id=account,
    )
    winners = [one.instruction for one in judged if one.fate is Fate.CHOSEN]
    assert winners == ([chosen] if chosen else []), case


def test_what_an_instruction_names_is_said() -> None:
    judged = explain_choice(
        [instruction(9, account_id=9, currency="EUR", asset_class="BOND"), ANY],
        currency="EUR",
        asset_class="BOND",
        settlement_date=date(2026, 2, 2),
        account_id=9,
    )

    assert [one.named for one in judged] == [("account", "currency", "asset_class"), ()]


def test_what_nobody_approved_is_nearest_and_never_chosen() -> None:
    pending = instruction(9, currency="EUR", asset_class="EQUITY", approved=False)
    asked = {"currency": "EUR", "asset_class": "EQUITY", "settlement_date": date(2026, 6, 1)}

    assert choose_instruction([pending], party_id=7, **asked) is None  # type: ignore[arg-type]  # terms by name
    judged = explain_choice([ENDED, pending], **asked)  # type: ignore[arg-type]  # terms by name

    assert [str(one.fate) for one in judged] == ["PENDING", "ENDED"]
