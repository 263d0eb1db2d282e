"""Reference data on the administration site: edited by administrators, inside an act.

What needs two people (settlement instructions, parties, instruments, what these are called) and
files, which are evidence, can only be read here.
"""

from __future__ import annotations

from core.access import Action
from core.administration import register_tables
from refdata import models

register_tables(
    models.Currency,
    models.Calendar,
    models.CalendarDay,
    models.SettlementCycle,
    models.Venue,
    models.Desk,
    models.Book,
    models.Trader,
    models.Absence,
    models.Account,
    view_action=Action.VIEW_REFDATA,
    edit_action=Action.CONFIGURE,
)
register_tables(
    models.Instrument,
    models.InstrumentAlias,
    models.Party,
    models.PartyAlias,
    models.SettlementInstruction,
    models.Agreement,
    models.BeneficialOwner,
    models.CutOff,
    models.FeeSchedule,
    models.SettlementPlace,
    models.InstrumentListing,
    models.Holding,
    models.Price,
    models.FxRate,
    models.FileImport,
    view_action=Action.VIEW_REFDATA,
)
