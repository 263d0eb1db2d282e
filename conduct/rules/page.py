"""The rules of conduct as a part of the page `docs/rule-book.md`."""

from __future__ import annotations

from typing import Final

from conduct.rules import RULE_BOOK
from trades.rules.page import families_of

HEAD: Final = """
# Conduct

What the days of a trader, and the trades with a counterparty, say together (CND). A day is watched
when it is over (decision 63): what somebody did on it (CND-1) is found once and stands until a
supervisor decides who had no part in it; what stands open (CND-2, CND-3) ends with it. The owner,
the numbers and their changes are on the page *Rule book*, as those of trades.
"""


def conduct_section() -> str:
    """Return the section in Markdown."""
    return HEAD + families_of(RULE_BOOK)
