"""The front page of the reference data: what there is, what waits, what came in last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core import access
from core.access import Action
from core.pages import PageView
from refdata import models
from refdata.states import InstructionState

IMPORTS_SHOWN: Final = 8
Line = tuple[str | Promise, str, type[Model]]
SHELVES: Final[tuple[tuple[str | Promise, tuple[Line, ...]], ...]] = (
    (
        _("What is dealt"),
        (
            (_("Instruments"), "instruments", models.Instrument),
            (_("Listings (FIRDS)"), "listings", models.InstrumentListing),
            (_("Prices"), "prices", models.Price),
            (_("Exchange rates"), "rates", models.FxRate),
        ),
    ),
    (
        _("With whom"),
        (
            (_("Parties"), "parties", models.Party),
            (_("Settlement instructions"), "instructions", models.SettlementInstruction),
            (_("Beneficial owners"), "owners", models.BeneficialOwner),
            (_("Agreements"), "agreements", models.Agreement),
            (_("Fee schedules"), "fees", models.FeeSchedule),
            (_("Sanctions lists"), "sanctions", models.ListVersion),
            (_("Hits of sanctions lists"), "hits", models.ScreeningHit),
            (_("Restrictions"), "restrictions", models.Restriction),
        ),
    ),
    (
        _("Our house"),
        (
            (_("Desks"), "desks", models.Desk),
            (_("Books"), "books", models.Book),
            (_("Traders"), "traders", models.Trader),
            (_("Absences"), "absences", models.Absence),
            (_("Accounts"), "accounts", models.Account),
            (_("Holdings"), "holdings", models.Holding),
        ),
    ),
    (
        _("Where and when"),
        (
            (_("Venues"), "venues", models.Venue),
            (_("Calendars"), "calendars", models.Calendar),
            (_("Settlement cycles"), "cycles", models.SettlementCycle),
            (_("Places of settlement"), "places", models.SettlementPlace),
            (_("Cut-offs"), "cut_offs", models.CutOff),
            (_("Currencies"), "currencies", models.Currency),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Entry:
    label: str | Promise
    url: str
    rows: int


class Home(PageView):
    title = _("Reference data")
    action = Action.VIEW_REFDATA
    template_name = "refdata/home.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        shelves = [
            (label, [_entry(name, noun, model) for name, noun, model in entries])
            for label, entries in SHELVES
        ]
        pending = models.SettlementInstruction.objects.filter(state=InstructionState.PENDING)
        return self.render(
            {
                "shelves": shelves,
                "pending": pending.select_related("party").order_by("proposed_at")[:20],
                "imports": models.FileImport.objects.order_by("-pk")[:IMPORTS_SHOWN],
                "may_import": access.allows(self.request.actor, Action.IMPORT_FILE),
            }
        )


def _entry(label: str | Promise, noun: str, model: type[Model]) -> Entry:
    rows = model._default_manager.count()  # noqa: SLF001 - Django's public name for it
    return Entry(label, reverse(f"refdata:{noun}"), rows)
