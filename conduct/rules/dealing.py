"""CND-101 to 114: what a trader did in a day, beside what he usually does.

A count is unlike him when it is far above the median of his own days, as far as these lie apart;
what has no honest use at all is found at its first time.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from conduct.facts import TraderConduct
from conduct.rules.robust import usual
from conduct.rules.rule import (
    COUNT,
    EUR,
    HISTORY,
    NO_NAMES,
    TIMES,
    TraderRule,
    about_traders,
    merged,
    naming,
    number,
    plain,
    referring,
)
from kernel.findings import Finding, Severity
from trades.rules.families import Owner
from trades.rules.rule import DAYS, N_, Limits

ONE: Final = Decimal(1)
CENT: Final = Decimal("0.01")
PATTERNS: Final = N_("MAR art. 16(2); Delegated Regulation (EU) 2016/957; reports on rogue trading")


def _unlike(
    rule: TraderRule, facts: TraderConduct, limits: Limits, measure: str, *, money: bool = False
) -> Iterator[Finding]:
    """Find a measure that is far above the trader's own days, and above what matters at all."""
    value = Decimal(getattr(facts.today, measure))
    known = usual(Decimal(getattr(day, measure)) for day in facts.before)
    if value < limits["least"] or known.days < limits["days"]:
        return
    bound = known.bound(limits["times"], limits["least"] / 10 if money else ONE)
    if value > bound:
        yield rule.finding(
            measure,
            expected=_said(known.middle, money=money),
            found=_said(value, money=money),
            evidence=merged(
                {
                    "unlike_above": _said(bound, money=money),
                    "days_compared": str(known.days),
                    "isin": facts.today.top_isin if measure == "top_eur" else "",
                },
                referring(facts.names.get(measure, NO_NAMES)),
            ),
        )


def _said(value: Decimal, *, money: bool) -> str:
    return f"{value.quantize(CENT):f}" if money else plain(value)


UNUSUAL: Final = (number("times", 6, TIMES), number("days", 10, HISTORY))
RARE: Final = (number("times", 2, TIMES), number("days", 10, HISTORY))
"""Of what hardly ever happens: the least spread is one, and a few of a day are many."""


@about_traders(
    "CND-101",
    Severity.WARNING,
    title=N_("Cancellations are those of a usual day"),
    message=N_("Trades of the trader cancelled in a day: {found}; usually {expected}."),
    source=PATTERNS,
    rationale=N_("What was never dealt has to go again: fictitious trades end as cancellations."),
    parameters=(number("least", 4, COUNT), *UNUSUAL),
)
def check_cancellations(facts: TraderConduct, limits: Limits) -> Iterator[Finding]:
    """Not many more of his trades were cancelled than on his own days."""
    yield from _unlike(check_cancellations, facts, limits, "cancelled")


@about_traders(
    "CND-102",
    Severity.WARNING,
    title=N_("Amendments are those of a usual day"),
    message=N_("Trades of the trader amended in a day: {found}; usually {expected}."),
    source=PATTERNS,
    rationale=N_("Terms that change after the deal move results and positions from day to day."),
    parameters=(number("least", 5, COUNT), *UNUSUAL),
)
def check_amendments(facts: TraderConduct, limits: Limits) -> Iterator[Finding]:
    """Not many more of his trades were amended than on his own days."""
    yield from _unlike(check_amendments, facts, limits, "amended")


@about_traders(
    "CND-103",
    Severity.WARNING,
    title=N_("Trades are not cancelled on the eve of settlement, unconfirmed"),
    message=N_("Trades cancelled just before settlement, before anybody confirmed them: {found}."),
    source=N_("Société Générale, Mission Green report (2008): cancelled before any control"),
    rationale=N_(
        "A trade that nobody outside ever confirmed and that goes before it must be paid."
    ),
    parameters=(
        number("count", 3, COUNT),
        number("within", 5, N_("days dealt on")),
        number("eve", 1, N_("business days before settlement")),
    ),
)
def check_cancelled_early(facts: TraderConduct, limits: Limits) -> Iterator[Finding]:
    """In the last days few trades went so; one of today is among them."""
    days = [facts.today, *facts.before[: int(limits["within"]) - 1]]
    found = sum(day.early for day in days)
    if facts.today.early and found >= limits["count"]:
        yield check_cancelled_early.finding(
            "early",
            expected=f"< {plain(limits['count'])}",
            found=found,
            evidence=merged(
                {"of_today": str(facts.today.early)}, referring(facts.names.get("early", NO_NAMES))
            ),
        )


@about_traders(
    "CND-104",
    Severity.WARNING,
    title=N_("Far-dated trades are not cancelled unconfirmed"),
    message=N_("Trades to be settled far ahead that were cancelled, never confirmed: {found}."),
    source=N_("Société Générale, Mission Green report (2008): deferred start dates"),
    rationale=N_("A far date keeps a fictitious trade away from confirmation and payment."),
    parameters=(number("ahead", 20, DAYS),),
)
def check_cancelled_far_dated(facts: TraderConduct, limits: Limits) -> Iterator[Finding]:
    """No trade of that kind was cancelled on the day."""
    far = [d for d in facts.cancelled if not d.confirmed and d.days_ahead >= limits["ahead"]]
    if far:
        yield check_cancelled_far_dated.finding(
            "settlement_date",
            expected=0,
            found=len(far),
            evidence=merged({"days_ahead": str(max(d.days_ahead for d in far))}, naming(far)),
        )


@about_traders(
    "CND-105",
    Severity.WARNING,
    title=N_("Trades do not offset each other off the market"),
    message=N_("Trades off the market that others of the trader offset: {found}."),
    source=N_("Société Générale, Mission Green report (2008): pairs of trades off the market"),
    rationale=N_("The position is flat and the price makes the result that is to be shown."),
    parameters=(
        number("away", 5, N_("% off the last close")),
        number("within", 5, N_("days between the two")),
    ),
)
def check_offsets(facts: TraderConduct, limits: Limits) -> Iterator[Finding]:
    """No trade of the day at such a price has its opposite among the last days."""
    if facts.offsets:
        deals = [deal for pair in facts.offsets for deal in (pair.first, pair.second)]
        yield check_offsets.finding(
            "price",
            expected=0,
            found=len(facts.offsets),
            evidence=merged(
                {"percent_away": plain(max(pair.away for pair in facts.offsets).quantize(CENT))},
                naming(deals),
            ),
        )


@about_traders(
    "CND-106",
    Severity.WARNING,
    title=N_("Nothing is bought and sold again with one party at one price"),
    message=N_("Purchases sold back to the same party at the same price in a day: {found}."),
    source=N_("MAR art. 12(1)(a); Annex I A(c): no change of beneficial ownership (wash trades)"),
    rationale=N_("Turnover without a change of ownership gives a false picture of the market."),
    parameters=(number("count", 1, COUNT),),
)
def check_wash_trades(facts: TraderConduct, limits: Limits) -> Iterator[Finding]:
    """Less such pairs than the set count on the day."""
    if facts.today.washes >= max(limits["count"], ONE):
        yield check_wash_trades.finding(
            "washes",
            expected=0,
            found=facts.today.washes,
            evidence=referring(facts.names.get("washes", NO_NAMES)),
        )


@about_traders(
    "CND-107",
    Severity.WARNING,
    title=N_("Round trips are those of a usual day"),
    message=N_("Purchases sold again in the same quantity: {found}; usually {expected}."),
    source=PATTERNS,
    rationale=N_("Round trips build turnover, commissions or a result that nobody asked for."),
    parameters=(number("least", 3, COUNT), *RARE),
)
def check_round_trips(facts: TraderConduct, limits: Limits) -> Iterator[Finding]:
    """Not many more than on his own days."""
    yield from _unlike(check_round_trips, facts, limits, "round_trips")


@about_traders(
    "CND-108",
    Severity.WARNING,
    title=N_("Trades outside the hours are those of a usual day"),
    message=N_("Trades dealt outside the hours of the house: {found}; usually {expected}."),
    source=N_("RTS 6 art. 13 (surveillance); house policy on hours"),
    rationale=N_("At night nobody looks: who deals then out of habit is known by his own days."),
    parameters=(
        number("least", 3, COUNT),
        *RARE,
        number("night_from", 21, N_("h, local time")),
        number("night_to", 7, N_("h, local time")),
    ),
)
def check_outside_hours(facts: TraderConduct, limits: Limits) -> Iterator[Finding]:
    """Not many more than on his own days."""
    yield from _unlike(check_outside_hours, facts, limits, "outside")


@about_traders(
    "CND-109",
    Severity.WARNING,
    title=N_("Nobody deals during his leave"),
    message=N_("Trades dealt, amended or cancelled while the trader is away: {found}."),
    source=N_("CEBS guidelines on operational risks in market activities (2010): two weeks away"),
    rationale=N_("In a leave others see the books; who deals through it lets nobody look."),
    parameters=(number("least", 1, COUNT),),
)
def check_absent(facts: TraderConduct, limits: Limits) -> Iterator[Finding]:
    """Nothing happens in the name of a trader on a day of his absence."""
    acts = facts.today.trades + facts.today.amended + facts.today.cancelled
    if facts.absence and acts >= max(limits["least"], ONE):
        yield check_absent.finding(
            "absence",
            expected=0,
            found=acts,
            evidence=merged(
                {"absence": facts.absence, "kind": facts.absence_kind},
                referring(facts.names.get("trades", NO_NAMES)),
            ),
        )


@about_traders(
    "CND-110",
    Severity.WARNING,
    owner=Owner.MARKET_RISK,
    title=N_("Trades just under the limit are those of a usual day"),
    message=N_("Trades just under the limit of one trade: {found}; usually {expected}."),
    source=N_("RTS 6 art. 15 (pre-trade limits); house policy on limits"),
    rationale=N_("What is cut so that no part needs a second look is one trade."),
    parameters=(
        number("least", 3, COUNT),
        *RARE,
        number("share", 90, N_("% of the limit of one trade")),
    ),
)
def check_near_limit(facts: TraderConduct, limits: Limits) -> Iterator[Finding]:
    """Not many more than on his own days."""
    yield from _unlike(check_near_limit, facts, limits, "near")


@about_traders(
    "CND-111",
    Severity.WARNING,
    title=N_("The number of trades is that of a usual day"),
    message=N_("Trades in a day: {found}; the trader usually has {expected}."),
    source=PATTERNS,
    rationale=N_("A day unlike all others of the same person has a reason that can be told."),
    parameters=(number("least", 20, COUNT), number("times", 8, TIMES), number("days", 15, HISTORY)),
)
def check_number_of_trades(facts: TraderConduct, limits: Limits) -> Iterator[Finding]:
    """Not many more than on his own days."""
    yield from _unlike(check_number_of_trades, facts, limits, "trades")


@about_traders(
    "CND-112",
    Severity.WARNING,
    owner=Owner.MARKET_RISK,
    title=N_("Turnover is that of a usual day"),
    message=N_("{found} EUR were dealt in a day; the trader usually deals {expected} EUR."),
    source=PATTERNS,
    rationale=N_("A day unlike all others of the same person has a reason that can be told."),
    parameters=(
        number("least", 5_000_000, EUR),
        number("times", 8, TIMES),
        number("days", 15, HISTORY),
    ),
)
def check_turnover(facts: TraderConduct, limits: Limits) -> Iterator[Finding]:
    """Not far above his own days."""
    yield from _unlike(check_turnover, facts, limits, "gross_eur", money=True)


@about_traders(
    "CND-113",
    Severity.WARNING,
    owner=Owner.MARKET_RISK,
    title=N_("No instrument has far more turnover than the largest of a usual day"),
    message=N_("{found} EUR were dealt in one instrument; usually {expected} EUR in the largest."),
    source=PATTERNS,
    rationale=N_("Frauds grow in one instrument, where the trader believes to know better."),
    parameters=(
        number("least", 2_000_000, EUR),
        number("times", 8, TIMES),
        number("days", 15, HISTORY),
    ),
)
def check_one_instrument(facts: TraderConduct, limits: Limits) -> Iterator[Finding]:
    """The most dealt in one instrument is not far above that of his own days."""
    yield from _unlike(check_one_instrument, facts, limits, "top_eur", money=True)


@about_traders(
    "CND-114",
    Severity.WARNING,
    title=N_("Settlement is not put off again and again"),
    message=N_("Trades whose settlement was put off more than once: {found}."),
    source=N_("FSA final notice, UBS AG (2012): settlement put off by amendments"),
    rationale=N_("What must never be settled, paid or margined is moved ahead before it is due."),
    parameters=(number("times_put_off", 2, N_("times")),),
)
def check_put_off(facts: TraderConduct, limits: Limits) -> Iterator[Finding]:
    """No trade amended on the day has had its settlement date moved to a later day so often."""
    found = [one for one in facts.put_off if one.times >= limits["times_put_off"]]
    if found:
        yield check_put_off.finding(
            "settlement_date",
            expected=0,
            found=len(found),
            evidence=merged(
                {"times_put_off": str(max(one.times for one in found))},
                naming(one.deal for one in found),
            ),
        )


RULES: Final = (
    check_cancellations,
    check_amendments,
    check_cancelled_early,
    check_cancelled_far_dated,
    check_offsets,
    check_wash_trades,
    check_round_trips,
    check_outside_hours,
    check_absent,
    check_near_limit,
    check_number_of_trades,
    check_turnover,
    check_one_instrument,
    check_put_off,
)
