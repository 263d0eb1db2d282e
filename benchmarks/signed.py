"""Agreements of the market, and trades that none of them covers."""

from __future__ import annotations

from datetime import date, timedelta

from benchmarks.market import BESIDE, FIRST, SET_UP, Fields, Market, Sent, clean, lei, party_called
from benchmarks.planting import Planted, fault
from refdata import models as refdata

LAPSED = "LAPSED-2"
FOR_REPOS = "REPOS-1"
UNSIGNED = "UNSIGNED-1"


def _agreements(market: Market) -> None:
    """Write what the parties of clean trades signed; one agreement ended, one covers only repos."""
    all_of = dict.fromkeys(
        ("covers_repo", "covers_lending", "covers_forward", "covers_otc", "covers_securities"), True
    )
    ended = party_called(LAPSED, lei=lei(930))
    for_repos = party_called(FOR_REPOS, lei=lei(931))
    party_called(UNSIGNED, lei=lei(932))
    _sign(*refdata.Party.objects.filter(code__in=market.parties).order_by("code"), **all_of)
    _sign(ended, valid_to=FIRST - timedelta(days=1), **all_of)
    _sign(for_repos, covers_repo=True)


BESIDE.append(_agreements)


def _sign(*parties: refdata.Party, **terms: object) -> None:
    refdata.Agreement.objects.bulk_create(
        refdata.Agreement(
            party=party, kind="GMRA", reference=f"GMRA-{party.code}", valid_from=date(2026, 1, 1),
            state="APPROVED", reason="signed", proposed_by="ann", proposed_at=SET_UP,
            decided_by="ben", decided_at=SET_UP, **terms,
        )
        for party in parties
    )  # fmt: skip


def _financing(market: Market, day: date, name: str, **terms: object) -> Planted:
    """Return a bond sold and bought back a week later, or lent."""
    listed = market.dice.choice(market.bonds)
    message: Fields = clean(market, day, name) | {
        "product": "REPO", "isin": listed.isin, "price": f"{listed.close_before(day)}",
        "side": "SELL", "quantity": "100000", "repo_rate": "1.94", "haircut": "2",
        "settlement_date": f"{day + timedelta(days=1)}", "end_date": f"{day + timedelta(days=8)}",
    }  # fmt: skip
    del message["venue"], message["capacity"]
    wanted = {term: value for term, value in (message | terms).items() if value is not None}
    return [Sent.soon(wanted)]


@fault("complete", "TRD-116")
def _repo_without_agreement(market: Market, day: date, name: str) -> Planted:
    return _financing(market, day, name, counterparty=UNSIGNED)


@fault("complete", "TRD-116")
def _repo_after_the_agreement_ended(market: Market, day: date, name: str) -> Planted:
    return _financing(market, day, name, counterparty=LAPSED)


@fault("complete", "TRD-116")
def _loan_under_an_agreement_for_repos(market: Market, day: date, name: str) -> Planted:
    return _financing(
        market, day, name, counterparty=FOR_REPOS, product="LENDING", repo_rate=None, haircut=None,
        lending_fee="35", collateral="CASH", margin="105",
    )  # fmt: skip
