"""A sanctions list of the market: a party on it, and parties behind which somebody on it stands."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from benchmarks.market import BESIDE, SET_UP, Market, lei, party_called
from benchmarks.planting import Planted, changed, fault
from core import jobs
from kernel.actors import SYSTEM
from refdata import models as refdata
from refdata import services
from refdata.states import SanctionsList

OWNER, LISTED = "Ivan Borealov", "Polar Star Trading House"
LIST = (
    "schema,name,programKey,measure,nationality\n"
    f"Person,{OWNER},EU-RUS,Asset freeze,Russian\n"
    f"LegalEntity,{LISTED},EU-RUS,Asset freeze,\n"
)


def _listed(_market: Market) -> None:
    """Write a list, who is on it, and whom somebody on it owns; all of them are screened."""
    party_called("LISTED-1", lei=lei(940), name=LISTED)
    for code, number, share in (("VEILED-1", 941, 60), ("MINOR-1", 942, 10)):
        refdata.BeneficialOwner.objects.create(
            party=party_called(code, lei=lei(number)), name=OWNER, kind="PERSON", country="RU",
            share=Decimal(share), valid_from=date(2026, 1, 1), state="APPROVED", reason="register",
            proposed_by="ann", proposed_at=SET_UP, decided_by="ben", decided_at=SET_UP,
        )  # fmt: skip
    services.load_list(
        code=SanctionsList.EU_JOURNAL, name="list.csv", content=LIST.encode(), is_meant=True,
        actor=SYSTEM, at=SET_UP,
    )  # fmt: skip
    jobs.run_pending()


BESIDE.append(_listed)


@fault("sanctions", "TRD-620")
def _with_a_listed_party(market: Market, day: date, name: str) -> Planted:
    return changed(market, day, name, counterparty="LISTED-1")


@fault("sanctions", "TRD-623")
def _with_a_party_that_a_listed_person_owns(market: Market, day: date, name: str) -> Planted:
    return changed(market, day, name, counterparty="VEILED-1")


@fault("sanctions", "TRD-624")
def _with_a_party_of_which_a_listed_person_owns_a_tenth(
    market: Market, day: date, name: str
) -> Planted:
    return changed(market, day, name, counterparty="MINOR-1")
