from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reporting.rules.eligibility import decide
from tests.unit.reporting.samples import trade

SHARE = trade().instrument
assert SHARE is not None
LISTED = replace(SHARE, listings=frozenset({"XPAR"}), is_listing_known=True)
UNLISTED = replace(SHARE, is_listing_known=True)
US = {"venue": "XNYS", "venue_country": "US"}
CASES: list[tuple[str, dict[str, Any], str, str]] = [
    ("on an EEA venue", {}, "REPORTABLE", "EXECUTED_ON_EEA_VENUE"),
    ("abroad, admitted here", US | {"instrument": LISTED}, "REPORTABLE", "ADMITTED_ON_EEA_VENUE"),
    ("abroad, admitted nowhere", US | {"instrument": UNLISTED}, "NOT_REPORTABLE", "NOT_ADMITTED"),
    ("abroad, nothing loaded", US, "UNDECIDED", "ADMISSION_UNKNOWN"),
    (
        "off venue, admitted",
        {"venue": "XOFF", "instrument": LISTED},
        "REPORTABLE",
        "ADMITTED_ON_EEA_VENUE",
    ),
    (
        "off venue, unlisted",
        {"venue": "XXXX", "instrument": UNLISTED},
        "NOT_REPORTABLE",
        "NOT_ADMITTED",
    ),
    ("unknown instrument", {"instrument": None}, "UNDECIDED", "INSTRUMENT_UNKNOWN"),
    ("unknown venue", {"venue_country": ""}, "UNDECIDED", "VENUE_UNKNOWN"),
    ("a cancellation", {"action": "CANCEL"}, "NOT_REPORTABLE", "CANCELS_ITS_TRADE"),
    ("cancelled", {"is_cancelled": True}, "NOT_REPORTABLE", "TRADE_CANCELLED"),
    ("allocated", {"is_allocated": True}, "NOT_REPORTABLE", "TRADE_ALLOCATED"),
    ("an older version", {"is_current": False}, "NOT_REPORTABLE", "SUPERSEDED"),
    (
        "foreign exchange spot",
        {"instrument": replace(SHARE, asset_class="FX")},
        "NOT_REPORTABLE",
        "NOT_A_FINANCIAL_INSTRUMENT",
    ),
    (
        "spot of a pair",
        {"product": "FX", "is_spot": True, "venue": "XXXX", "instrument": None},
        "NOT_REPORTABLE",
        "NOT_A_FINANCIAL_INSTRUMENT",
    ),
    (
        "forward off venue",
        {"product": "FX", "venue": "XXXX", "instrument": None},
        "NOT_REPORTABLE",
        "FX_OFF_VENUE",
    ),
    (
        "forward on a venue",
        {"product": "FX", "instrument": None},
        "UNDECIDED",
        "INSTRUMENT_UNKNOWN",
    ),
    ("repo", {"product": "REPO"}, "NOT_REPORTABLE", "SECURITIES_FINANCING"),
    ("loan", {"product": "LENDING"}, "NOT_REPORTABLE", "SECURITIES_FINANCING"),
    (
        "a cancelled repo",
        {"product": "REPO", "is_cancelled": True},
        "NOT_REPORTABLE",
        "TRADE_CANCELLED",
    ),
    (
        "no investment firm",
        {"firm": replace(trade().firm, is_investment_firm=False)},
        "NOT_REPORTABLE",
        "NOT_AN_INVESTMENT_FIRM",
    ),
]


@pytest.mark.parametrize(
    ("case", "changes", "eligibility", "reason"), CASES, ids=[case[0] for case in CASES]
)
def test_decision(case: str, changes: dict[str, Any], eligibility: str, reason: str) -> None:
    decision = decide(trade(**changes))

    assert (decision.eligibility, decision.reason) == (eligibility, reason), case
    assert decision.source, "every answer names its article"
