"""The shape of a content rule and the context in which it judges."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Final

from kernel.findings import Finding, Severity
from kernel.identifiers import is_isin, is_lei
from reporting.facts import TransactionFacts

Judgement = Iterator[tuple[str, str]]

ISO_3166: Final = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR "
    "BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ "
    "EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW "
    "GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY "
    "KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV "
    "MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY "
    "QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG "
    "TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM "
    "ZW"
)
COUNTRIES: Final = frozenset(ISO_3166.split())
"""ISO 3166-1 alpha-2."""

LIVE_LEI: Final = frozenset({"", "ISSUED", "PENDING_TRANSFER", "PENDING_ARCHIVAL"})
"""Statuses of an LEI in force; empty is not known, and not judged."""


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for a marked text
    """Mark a text for translation; it is translated where a person reads it."""
    return text


@dataclass(frozen=True, slots=True)
class RuleContext:
    """What the rules may know besides the report.

    `live_transaction_ids` are those already sent for the firm and not cancelled; `listings` gives
    the venues of an ISIN on the trade date, and has no entry for an ISIN about which nothing was
    loaded.
    """

    reported_at: datetime
    currencies: frozenset[str]
    live_transaction_ids: frozenset[str] = frozenset()
    listings: dict[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """One content rule: `check` yields an (expected, found) pair per failure.

    `esma_code` is the number in ESMA's validation rules where it is confirmed, otherwise None: it
    is never guessed.
    """

    code: str
    field: str
    message: str
    check: Callable[[TransactionFacts, RuleContext], Judgement]
    severity: Severity = Severity.BLOCKING
    esma_code: str | None = None

    def judge(self, facts: TransactionFacts, context: RuleContext) -> Iterator[Finding]:
        """Yield a finding per failure; the evidence names the ESMA rule when there is one."""
        for expected, found in self.check(facts, context):
            yield Finding(
                code=self.code,
                field=self.field,
                message=self.message,
                expected=expected,
                found=found,
                severity=self.severity,
                evidence={"esma": self.esma_code} if self.esma_code else {},
            )


@lru_cache(maxsize=65_536)
def lei_is_valid(lei: str) -> bool:
    """`is_lei`, remembered: a day has many records and few parties."""
    return is_lei(lei)


@lru_cache(maxsize=65_536)
def isin_is_valid(isin: str) -> bool:
    """`is_isin`, remembered for the same reason."""
    return is_isin(isin)
