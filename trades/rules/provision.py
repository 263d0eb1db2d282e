"""TRD-117 to 119: does our account have what the trade delivers or pays (contrôle de provision)?"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from kernel.findings import Finding, Severity
from trades.facts import TradeFacts
from trades.rules.context import RuleContext, Shortfall
from trades.rules.families import Owner
from trades.rules.rule import DAYS, N_, Limits, Parameter, Rule, rule

RECEIPTS: Final = Parameter(
    "receipts", Decimal(1), N_("1: receipts due by then count, 0: they do not")
)
ON_ACCOUNT: Final = ("account_code", "trade_date")


@rule(
    "TRD-117",
    Severity.WARNING,
    owner=Owner.SETTLEMENT,
    title=N_("Securities to deliver are available"),
    message=N_("{found} are to be delivered; {expected} of them are free on the account."),
    source=N_("CSDR art. 6 and 7; T2S: provision check; French practice: contrôle de provision"),
    rationale=N_("What is not there on the day is not delivered: a fail, a penalty, a buy-in."),
    fix=N_("Load the holdings of the account, borrow what lacks, or deliver from another account."),
    parameters=(RECEIPTS,),
)
def check_securities(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """What a sale, a repo or a loan delivers is free on its settlement date and after it: held, not
    blocked, not pledged, with the receipts that count, less what others deliver that passed.

    An account of which no securities are stated is not judged.
    """
    short = context.short_of_securities.get(facts.trade_id)
    if short is not None:
        yield _finding(check_securities, "quantity", facts, short)


@rule(
    "TRD-118",
    Severity.WARNING,
    owner=Owner.SETTLEMENT,
    title=N_("Cash to pay is available"),
    message=N_("{found} are to be paid; {expected} of them are free on the account."),
    source=N_("CSDR art. 6 and 7; T2S: provision check; French practice: contrôle de provision"),
    rationale=N_("What is not there on the day is not paid: a fail, or credit that nobody agreed."),
    fix=N_("Load the balances of the account, fund it, or pay from another account."),
    parameters=(RECEIPTS,),
)
def check_cash(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """What a purchase or an exchange pays is free in its currency, as TRD-117 says of securities.

    An account of which no cash is stated is not judged.
    """
    short = context.short_of_cash.get(facts.trade_id)
    if short is not None:
        yield _finding(check_cash, "net_amount", facts, short)


@rule(
    "TRD-119",
    Severity.INFO,
    owner=Owner.SETTLEMENT,
    title=N_("Holdings of the account are recent"),
    message=N_("The holdings of the account are those of {found}."),
    source=N_("Market practice: positions are reconciled daily (CSDR art. 37)"),
    rationale=N_("Yesterday's securities may be gone: availability by an old statement is a hope."),
    fix=N_("Load the holdings of the account."),
    parameters=(Parameter("maximum_age", Decimal(4), DAYS),),
    reads=ON_ACCOUNT,
)
def check_statement(facts: TradeFacts, context: RuleContext, limits: Limits) -> Iterator[Finding]:
    """The holdings by which the account is judged are not too old on the trade date."""
    day = context.stated_on.get(facts.account_code) if facts.account_code else None
    if day is not None and (facts.trade_date - day).days > limits["maximum_age"]:
        yield check_statement.finding(
            "day",
            expected=f"{limits['maximum_age']}",
            found=day.isoformat(),
            evidence={"account": facts.account_code},
        )


def _finding(by: Rule, field: str, facts: TradeFacts, short: Shortfall) -> Finding:
    """Say what is needed and what is free; what others took of it is evidence, which may change
    while the finding that somebody waives stays the same.
    """
    evidence = {
        "account": facts.account_code,
        "what": short.what,
        "available": f"{short.available.normalize():f}",
        "day": short.day.isoformat(),
        "blocked": f"{short.blocked.normalize():f}" if short.blocked else "",
        "pledged": f"{short.pledged.normalize():f}" if short.pledged else "",
    }
    return by.finding(
        field,
        expected=f"{short.free.normalize():f}",
        found=f"{short.needs.normalize():f}",
        evidence={name: value for name, value in evidence.items() if value},
    )


RULES: Final = (check_securities, check_cash, check_statement)
