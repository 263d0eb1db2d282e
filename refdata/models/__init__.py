"""Columns and constraints of the reference data; no decisions are taken here."""

from refdata.models.absences import Absence
from refdata.models.agreements import Agreement
from refdata.models.cut_offs import CutOff
from refdata.models.fees import FeeSchedule
from refdata.models.holdings import Holding
from refdata.models.imports import FileImport
from refdata.models.instruments import Instrument, InstrumentAlias, InstrumentListing
from refdata.models.markets import Calendar, CalendarDay, Currency, SettlementCycle, Venue
from refdata.models.organisation import Account, Book, Desk, Trader
from refdata.models.owners import BeneficialOwner
from refdata.models.parties import Party, PartyAlias, SettlementInstruction
from refdata.models.places import SettlementPlace
from refdata.models.prices import FxRate, Price
from refdata.models.restrictions import Restriction
from refdata.models.sanctions import ListedEntry, ListVersion
from refdata.models.screening import FalseHit, Screening, ScreeningHit

__all__ = [
    "Absence",
    "Account",
    "Agreement",
    "BeneficialOwner",
    "Book",
    "Calendar",
    "CalendarDay",
    "Currency",
    "CutOff",
    "Desk",
    "FalseHit",
    "FeeSchedule",
    "FileImport",
    "FxRate",
    "Holding",
    "Instrument",
    "InstrumentAlias",
    "InstrumentListing",
    "ListVersion",
    "ListedEntry",
    "Party",
    "PartyAlias",
    "Price",
    "Restriction",
    "Screening",
    "ScreeningHit",
    "SettlementCycle",
    "SettlementInstruction",
    "SettlementPlace",
    "Trader",
    "Venue",
]
