"""Pairs first, matches second; never a guess, and the order of what comes in changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from settlement.facts import Deal, Matching
from settlement.rules.matching import CANDIDATES_MAX, Terms, match_confirmations, paired_by_hand
from settlement.rules.products import keys_of as minimum
from tests.unit.settlement.deals import DAY, deal

EUR = Terms(rates={"EUR": Decimal(1)})
Row = dict[str, Any]


def matched(
    ours: Sequence[Row], theirs: Sequence[Row], terms: Terms = EUR
) -> tuple[list[tuple[int, int, str, tuple[str, ...]]], Matching]:
    """Match ours (1, 2, …) with theirs (101, 102, …)."""
    found = match_confirmations(
        [deal(n, **row) for n, row in enumerate(ours, start=1)],
        [deal(n, **row) for n, row in enumerate(theirs, start=101)],
        terms,
    )
    return [(p.ours, p.theirs, p.basis, p.differs) for p in found.pairs], found


@pytest.mark.parametrize(
    ("case", "ours", "theirs", "expected"),
    [
        ("agree", [{}], [{}], [(1, 101, "AGREES", ())]),
        ("differ in price", [{}], [{"price": "10.2"}], [(1, 101, "CLOSE", ("price",))]),
        ("differ in amount", [{}], [{"amount": "1030"}], [(1, 101, "CLOSE", ("amount",))]),
        ("too far in both", [{}], [{"price": "12", "amount": "1200"}], []),
        ("another party", [{}], [{"party_id": 2}], []),
        ("another ISIN", [{}], [{"isin": "FR0000120271"}], []),
        ("the same side", [{}], [{"side": "SELL"}], []),
        ("another day", [{}], [{"trade_date": DAY + timedelta(days=1)}], []),
        ("another quantity", [{}], [{"quantity": "101"}], []),
        ("settles later", [{}], [{"settlement_date": date(2026, 11, 25)}],
         [(1, 101, "CLOSE", ("settlement_date",))]),
        ("two of ours", [{}, {}], [{}], []),
        ("two of theirs", [{}], [{}, {}], []),
        ("two and two alike", [{}, {}], [{}, {}], []),
        ("two prices", [{}, {"price": "10.1", "amount": "1010"}],
         [{"price": "10.1", "amount": "1010"}, {}],
         [(1, 102, "AGREES", ()), (2, 101, "AGREES", ())]),
        ("what is left is close", [{}, {"price": "10.1", "amount": "1010"}],
         [{}, {"price": "10.2", "amount": "1020"}],
         [(1, 101, "AGREES", ()), (2, 102, "CLOSE", ("price", "amount"))]),
        ("quoted", [{"quoted": "T1"}, {"quoted": "T2"}], [{"quoted": "T2"}, {"quoted": "T1"}],
         [(1, 102, "REFERENCE", ()), (2, 101, "REFERENCE", ())]),
        ("quoted, differs", [{"quoted": "T1"}, {"quoted": "T2"}],
         [{"quoted": "T2", "price": "20", "amount": "2000"}],
         [(2, 101, "REFERENCE", ("price", "amount"))]),
        ("quotes what it is not", [{"quoted": "T1"}, {"quoted": "T2", "quantity": "7"}],
         [{"quoted": "T2"}], []),
        ("quotes nothing of ours", [{"quoted": "T1"}], [{"quoted": "THEIRS"}],
         [(1, 101, "AGREES", ())]),
        ("quoted twice", [{"quoted": "T1"}], [{"quoted": "T1"}, {"quoted": "T1"}], []),
    ],
)  # fmt: skip
def test_pairs(case: str, ours: list[Row], theirs: list[Row], expected: list[Any]) -> None:
    assert matched(ours, theirs)[0] == expected, case


def test_what_stays_alone_names_its_candidates() -> None:
    pairs, found = matched([{}, {}], [{}])

    assert (pairs, found.alone) == ([], {101: (1, 2)})


def test_a_pair_names_its_rivals() -> None:
    found = matched([{}, {"price": "10.2", "amount": "1020"}], [{}])[1]

    assert [(p.ours, p.rivals_ours, p.rivals_theirs) for p in found.pairs] == [(1, (2,), ())]


def test_what_a_person_took_apart_stays_apart() -> None:
    terms = replace(EUR, apart={(1, 101)})

    assert matched([{}], [{}], terms)[0] == []
    assert [p[:2] for p in matched([{}, {}], [{}], terms)[0]] == [(2, 101)]


def test_a_hand_pairs_what_the_rules_would_not() -> None:
    found = paired_by_hand(deal(1), deal(101, side="SELL", quantity="90", amount="900"), EUR)

    assert (found.basis, found.differs) == ("BY_HAND", ("side", "quantity", "amount"))


def test_of_many_that_are_alike_only_those_that_are_named_pair() -> None:
    many = [{"quoted": f"T{n}"} for n in range(CANDIDATES_MAX * 20)]
    named = [*many[::-1], {}]

    pairs, _found = matched(many, named)

    assert len(pairs) == len(many)
    assert {basis for _ours, _theirs, basis, _differs in pairs} == {"REFERENCE"}


ROWS = st.fixed_dictionaries(
    {
        "party_id": st.sampled_from([1, 2]),
        "side": st.sampled_from(["BUY", "SELL"]),
        "quantity": st.sampled_from(["100", "200"]),
        "price": st.sampled_from(["10", "10.0005", "10.2", "11"]),
        "amount": st.sampled_from(["1000", "1001", "1030", "2000"]),
        "quoted": st.sampled_from(["", "T1", "T2", "X"]),
    }
)


def _deals(rows: list[Row], first: int) -> list[Deal]:
    return [deal(n, **row) for n, row in enumerate(rows, start=first)]


@settings(max_examples=200, deadline=None)
@given(st.lists(ROWS, max_size=8), st.lists(ROWS, max_size=8), st.randoms())
def test_properties_of_every_matching(ours: list[Row], theirs: list[Row], dice: Any) -> None:
    one, other = _deals(ours, 1), _deals(theirs, 101)
    found = match_confirmations(one, other, EUR)
    dice.shuffle(one)
    dice.shuffle(other)

    assert match_confirmations(one, other, EUR) == found, "the order changes nothing"
    assert len({pair.ours for pair in found.pairs}) == len(found.pairs), "one pair at most"
    assert len({pair.theirs for pair in found.pairs}) == len(found.pairs), "one pair at most"
    by_id = {row.id: row for row in (*one, *other)}
    for pair in found.pairs:
        our, their = by_id[pair.ours], by_id[pair.theirs]
        assert minimum(our) == minimum(their), "the minimum fields are equal"
        alike = [row for row in one if row == replace(our, id=row.id)]
        assert len(alike) == 1 or pair.basis == "REFERENCE", "what is twice the same is no pair"
