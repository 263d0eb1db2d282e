"""Which trade versions are reported under MiFIR article 26, and why, also when the answer is no."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kernel.findings import Finding
from reporting.facts import OFF_VENUE, InstrumentSource, TradeSource
from reporting.rules.book import N_

ELIGIBILITY_VERSION: Final = "2026.2"

EEA_COUNTRIES: Final = (
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
)
EEA: Final = frozenset(EEA_COUNTRIES.split())
OUT_OF_SCOPE_CLASSES: Final = frozenset({"CASH", "FX"})


FX: Final = "FX"
FINANCING: Final = frozenset({"REPO", "LENDING"})


class Eligibility(StrEnum):
    REPORTABLE = "REPORTABLE"
    NOT_REPORTABLE = "NOT_REPORTABLE"
    UNDECIDED = "UNDECIDED"


class Reason(StrEnum):
    """Why; the codes are stable, the sentences are in the pages."""

    EXECUTED_ON_EEA_VENUE = "EXECUTED_ON_EEA_VENUE"
    ADMITTED_ON_EEA_VENUE = "ADMITTED_ON_EEA_VENUE"
    NOT_ADMITTED = "NOT_ADMITTED"
    ADMISSION_UNKNOWN = "ADMISSION_UNKNOWN"
    INSTRUMENT_UNKNOWN = "INSTRUMENT_UNKNOWN"
    VENUE_UNKNOWN = "VENUE_UNKNOWN"
    CANCELS_ITS_TRADE = "CANCELS_ITS_TRADE"
    SUPERSEDED = "SUPERSEDED"
    TRADE_CANCELLED = "TRADE_CANCELLED"
    TRADE_ALLOCATED = "TRADE_ALLOCATED"
    NOT_A_FINANCIAL_INSTRUMENT = "NOT_A_FINANCIAL_INSTRUMENT"
    NOT_AN_INVESTMENT_FIRM = "NOT_AN_INVESTMENT_FIRM"
    SECURITIES_FINANCING = "SECURITIES_FINANCING"
    FX_OFF_VENUE = "FX_OFF_VENUE"


UNDECIDED_FINDINGS: Final = {
    Reason.INSTRUMENT_UNKNOWN: (
        "R22-00-1",
        "41 Instrument",
        N_("The instrument is not in reference data."),
    ),
    Reason.VENUE_UNKNOWN: ("R22-00-2", "36 Venue", N_("The venue is not in reference data.")),
    Reason.ADMISSION_UNKNOWN: (
        "R22-00-3",
        "41 Instrument",
        N_("No reference data says where this ISIN is admitted."),
    ),
}


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer, its reason and the article behind it."""

    eligibility: Eligibility
    reason: Reason
    source: str


def decide(trade: TradeSource) -> Decision:
    """Decide one validated version; every version gets an answer, and unknown is never `no`.

    First what the version is (it cancels, or a later one stands), then who executes, then what was
    dealt: a product that is left out, executed on an EEA venue, or admitted to one on the trade
    date (article 26(2)).
    """
    return _by_version(trade) or _by_product(trade) or _by_instrument(trade)


def undecided(decision: Decision, trade: TradeSource) -> tuple[Finding, ...]:
    """Return what must be entered before a version can be answered; nothing once it is decided."""
    known = UNDECIDED_FINDINGS.get(decision.reason)
    if known is None:
        return ()
    code, field, message = known
    found = trade.venue if decision.reason is Reason.VENUE_UNKNOWN else trade.isin
    return (Finding(code=code, field=field, message=message, found=found),)


def _by_version(trade: TradeSource) -> Decision | None:
    if trade.action == "CANCEL":
        return _no(Reason.CANCELS_ITS_TRADE, "RTS 22 annex I, field 1: CANC, not a transaction")
    if trade.is_cancelled:
        return _no(Reason.TRADE_CANCELLED, "RTS 22 article 15: what no longer stands is not sent")
    if trade.is_allocated:
        return _no(Reason.TRADE_ALLOCATED, "RTS 22 article 15: its shares are reported, once")
    if not trade.is_current:
        return _no(Reason.SUPERSEDED, "RTS 22 article 15: the terms that stand are reported")
    if not trade.firm.is_investment_firm:
        return _no(Reason.NOT_AN_INVESTMENT_FIRM, "MiFIR article 26(1)")
    return None


def _by_product(trade: TradeSource) -> Decision | None:
    """Leave out spot, and forwards off venue, which nothing admits; and what is only lent.

    An exchange of currencies is spot up to the spot date of its pair. A forward that was executed
    on a venue is answered once its instrument is known.
    """
    if trade.product in FINANCING:
        return _no(Reason.SECURITIES_FINANCING, "RTS 22 article 2(5)(a); reported under SFTR")
    if trade.product != FX:
        return None
    if trade.is_spot:
        return _no(
            Reason.NOT_A_FINANCIAL_INSTRUMENT,
            "Delegated Regulation (EU) 2017/565 article 10(1)(a): spot",
        )
    if trade.venue in OFF_VENUE:
        return _no(Reason.FX_OFF_VENUE, "MiFIR article 26(2): dealt and admitted nowhere")
    return _unknown(Reason.INSTRUMENT_UNKNOWN, "MiFIR article 26(2)(a)")


def _by_instrument(trade: TradeSource) -> Decision:
    instrument = trade.instrument
    if instrument is None:
        return _unknown(Reason.INSTRUMENT_UNKNOWN, "MiFIR article 26(2)")
    if instrument.asset_class in OUT_OF_SCOPE_CLASSES:
        return _no(Reason.NOT_A_FINANCIAL_INSTRUMENT, "MiFID II annex I, section C")
    if trade.venue not in OFF_VENUE:
        if not trade.venue_country:
            return _unknown(Reason.VENUE_UNKNOWN, "MiFIR article 26(2)(a)")
        if trade.venue_country in EEA:
            return _yes(Reason.EXECUTED_ON_EEA_VENUE, "MiFIR article 26(2)(a)")
    return _by_admission(instrument)


def _by_admission(instrument: InstrumentSource) -> Decision:
    if instrument.listings:
        return _yes(Reason.ADMITTED_ON_EEA_VENUE, "MiFIR article 26(2)(a), RTS 23 reference data")
    if instrument.is_listing_known:
        return _no(Reason.NOT_ADMITTED, "MiFIR article 26(2)(a), RTS 23 reference data")
    return _unknown(Reason.ADMISSION_UNKNOWN, "MiFIR article 26(2)(a), RTS 23 reference data")


def _yes(reason: Reason, source: str) -> Decision:
    return Decision(Eligibility.REPORTABLE, reason, source)


def _no(reason: Reason, source: str) -> Decision:
    return Decision(Eligibility.NOT_REPORTABLE, reason, source)


def _unknown(reason: Reason, source: str) -> Decision:
    return Decision(Eligibility.UNDECIDED, reason, source)
