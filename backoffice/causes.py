"""Where what several exceptions have in common is put right: the sheet of the thing, its prices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Final

from django.db.models import Model
from django.utils.translation import gettext as _

from backoffice.links import link
from core import access
from desk.states import CauseKind
from kernel.actors import Actor
from refdata.models import Book, Currency, Instrument, Party, Trader, Venue

Alike = tuple[str, str, str]
Place = tuple[str, str]

SHEETS: Final[Mapping[str, tuple[type[Model], str, str]]] = {
    CauseKind.INSTRUMENT: (Instrument, "code", "refdata:instruments"),
    CauseKind.COUNTERPARTY: (Party, "code", "refdata:parties"),
    CauseKind.TRADER: (Trader, "code", "refdata:traders"),
    CauseKind.BOOK: (Book, "code", "refdata:books"),
    CauseKind.VENUE: (Venue, "mic", "refdata:venues"),
    CauseKind.CURRENCY: (Currency, "code", "refdata:currencies"),
}
"""The model of each kind of thing, the column that names it, and the list to seek it in."""
PRICES: Final = "TRD-4"
SETTLING: Final = frozenset({"TRD-113", "TRD-114", "TRD-631", "TRD-632"})
RATES: Final = frozenset({"TRD-608", "TRD-803", "TRD-807"})


def places_of(causes: Collection[Alike], *, actor: Actor) -> dict[Alike, list[Place]]:
    """Return (address, what it is called) of where each cause is put right, the likeliest first.

    Nothing for who may not see reference data. One query for each kind of thing.
    """
    if not access.allows(actor, access.Action.VIEW_REFDATA):
        return {}
    codes: defaultdict[str, set[str]] = defaultdict(set)
    for _rule, kind, code in causes:
        codes[kind].add(code)
    sheets = {kind: _sheets(kind, wanted) for kind, wanted in codes.items()}
    return {one: _places(one, sheets[one[1]].get(one[2], "")) for one in causes}


def _sheets(kind: str, codes: Collection[str]) -> dict[str, str]:
    """Return the addresses of the sheets of these things, by code; what nobody knows is absent."""
    if kind not in SHEETS:
        return {}
    model, column, _list = SHEETS[kind]
    rows = model._default_manager.filter(**{f"{column}__in": codes})  # noqa: SLF001 - Django's public name for it
    found = {str(getattr(row, column)): _address(row) for row in rows}
    if kind == CauseKind.INSTRUMENT:
        found |= {
            str(row.isin): row.get_absolute_url()
            for row in Instrument.objects.filter(isin__in=codes)
        }
    return found


def _address(row: Model) -> str:
    return str(row.get_absolute_url())  # type: ignore[attr-defined]  # every thing of SHEETS has one


def _places(one: Alike, sheet: str) -> list[Place]:
    rule, kind, code = one
    named: list[Place] = []
    if rule.startswith(PRICES) and kind == CauseKind.INSTRUMENT:
        named.append((link("refdata:prices", q=code), _("Prices")))
    if rule in SETTLING:
        named.append((link("refdata:instructions", q=code), _("Settlement instructions")))
    if rule in RATES:
        named.append((link("refdata:rates", q=code[-3:]), _("Exchange rates")))
    if sheet:
        named.append((sheet, _("Its sheet")))
    elif kind in SHEETS:
        named.append((link(SHEETS[kind][2], q=code), _("Reference data")))
    return [place for place in named if place[0]]
