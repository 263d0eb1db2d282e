"""Which depository a trade settles at when its instruction does not say: a table, read as one."""

from __future__ import annotations

from datetime import date

import pytest

from refdata.facts import PlaceFacts
from refdata.rules.places import Dealt, PlaceBook

DAY = date(2026, 11, 24)


def line(number: int, place: str, **changes: object) -> PlaceFacts:
    terms: dict[str, object] = {
        "line_id": number,
        "venue": "",
        "issuer_country": "",
        "asset_class": "",
        "place": place,
        "valid_from": date(2026, 1, 1),
        "valid_to": None,
    }
    return PlaceFacts(**(terms | changes))  # type: ignore[arg-type]  # a table of terms


ANY = line(1, "ANY")
FR = line(2, "FR", issuer_country="FR")
FR_BOND = line(3, "FR-BOND", issuer_country="FR", asset_class="BOND")
BOND = line(4, "BOND", asset_class="BOND")
XPAR = line(5, "XPAR", venue="XPAR")
LATER = line(6, "FR-LATER", issuer_country="FR", valid_from=date(2026, 6, 1))
ENDED = line(7, "US-ENDED", issuer_country="US", valid_to=date(2026, 6, 30))
EVERY = (ANY, FR, FR_BOND, BOND, XPAR, LATER, ENDED)


@pytest.mark.parametrize(
    ("case", "dealt", "place"),
    [
        ("venue_first", Dealt("XPAR", "US", "EQUITY", DAY), "XPAR"),
        ("country_then", Dealt("XOFF", "FR", "BOND", DAY), "FR-BOND"),
        ("the_one_that_began_last", Dealt("", "FR", "EQUITY", DAY), "FR-LATER"),
        ("before_it_began", Dealt("", "FR", "EQUITY", date(2026, 5, 31)), "FR"),
        ("class_alone", Dealt("", "XS", "BOND", DAY), "BOND"),
        ("what_ended_counts_no_more", Dealt("", "US", "EQUITY", DAY), "ANY"),
        ("until_its_last_day", Dealt("", "US", "EQUITY", date(2026, 6, 30)), "US-ENDED"),
        ("before_all", Dealt("XPAR", "FR", "EQUITY", date(2025, 12, 31)), None),
    ],
)
def test_the_most_specific_in_force_counts(case: str, dealt: Dealt, place: str | None) -> None:
    for order in (EVERY, EVERY[::-1]):
        found = PlaceBook(order).place(dealt)
        assert (found.place if found else None) == place, case


def test_without_lines_there_is_no_place() -> None:
    assert PlaceBook(()).place(Dealt("XPAR", "FR", "EQUITY", DAY)) is None
