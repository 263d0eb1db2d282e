"""Limits that are used up: what is seen at a glance is what counting one by one finds."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.trades.rule_world import facts
from trades.facts import TradeFacts
from trades.services import consumption
from trades.services.consumption import LimitTerms, Uses, crossings_of

DAY = date(2026, 11, 20)
AMOUNTS = st.none() | st.integers(-20, 60).map(Decimal)
LIMITS = st.none() | st.integers(0, 200).map(Decimal)


@st.composite
def chunks(draw: st.DrawFn) -> tuple[list[TradeFacts], Uses, dict[int, LimitTerms]]:
    """Some trades of two traders with two counterparties on two days, and what others use."""
    scopes = [LimitTerms(draw(LIMITS), draw(LIMITS)) for _n in range(2)]
    chunk, terms = [], {}
    for number in range(draw(st.integers(1, 8))):
        day = DAY + timedelta(days=draw(st.integers(0, 1)))
        chunk.append(
            facts(
                trade_id=number,
                trader_code=draw(st.sampled_from("ab")),
                counterparty_code=draw(st.sampled_from("xy")),
                trade_date=day,
                settlement_date=draw(st.none() | st.just(day + timedelta(days=2))),
                risk_amount_eur=draw(AMOUNTS),
            )
        )
        terms[number] = draw(st.sampled_from(scopes))
    uses = Uses()
    for code, kind in (("a", "TRADER"), ("x", "COUNTERPARTY")):
        used = Decimal(draw(st.integers(-5, 150)))
        uses.read([(kind, code, DAY + timedelta(days=draw(st.integers(0, 3))), used, 0)])
    return chunk, uses, terms


@given(chunks())
def test_what_fits_together_fits_one_by_one(
    made: tuple[list[TradeFacts], Uses, dict[int, LimitTerms]],
) -> None:
    chunk, uses, terms = made

    with pytest.MonkeyPatch.context() as patch:
        at_a_glance = crossings_of(chunk, uses, terms)
        patch.setattr(consumption, "_all_fit", lambda *_told: False)
        one_by_one = crossings_of(chunk, uses, terms)

    assert dataclasses.astuple(at_a_glance) == dataclasses.astuple(one_by_one)


def test_a_chunk_that_fits_is_seen_at_a_glance() -> None:
    one = facts(risk_amount_eur=Decimal(5))

    assert consumption._all_fit([one], Uses(), {one.trade_id: LimitTerms(Decimal(5), Decimal(5))})
    assert not consumption._all_fit([one], Uses(), {one.trade_id: LimitTerms(Decimal(4))})
