"""What one repair puts right for all reports that have it."""

from __future__ import annotations

import pytest

from desk.facts import Cause
from desk.states import CauseKind
from reporting.rules.causes import cause_of
from reporting.rules.eligibility import UNDECIDED_FINDINGS
from reporting.rules.rts22 import RULE_BOOK
from tests.unit.reporting.samples import trade

ISIN = Cause(CauseKind.INSTRUMENT, "FR0000131104")
BANK = Cause(CauseKind.COUNTERPARTY, "BANK")


@pytest.mark.parametrize(
    ("code", "side", "cause"),
    [
        ("R22-00-1", "BUY", ISIN),
        ("R22-00-2", "BUY", Cause(CauseKind.VENUE, "XPAR")),
        ("R22-00-3", "BUY", ISIN),
        ("R22-41-1", "BUY", ISIN),
        ("R22-54-1", "BUY", ISIN),
        ("R22-16-2", "BUY", BANK),
        ("R22-16-2", "SELL", None),
        ("R22-07-2", "SELL", BANK),
        ("R22-07-2", "BUY", None),
        ("R22-59-1", "BUY", Cause(CauseKind.TRADER, "T-ANA")),
        ("R22-04-2", "BUY", None),
        ("R22-33-1", "BUY", None),
    ],
)
def test_a_rule_of_the_reports_points_at_what_is_wrong(
    code: str, side: str, cause: Cause | None
) -> None:
    assert cause_of(trade(side=side), code) == cause


def test_what_the_trade_does_not_name_is_no_cause() -> None:
    assert cause_of(trade(isin=""), "R22-41-2") is None
    assert cause_of(trade(counterparty=None), "R22-16-1") is None


def test_every_rule_can_be_asked() -> None:
    for code in [rule.code for rule in RULE_BOOK] + [c for c, *_ in UNDECIDED_FINDINGS.values()]:
        cause_of(trade(), code)
