"""Where what several exceptions have in common is put right: the sheet of the thing, its prices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Final

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _t

from backoffice.links import link
from core import access
from desk.states import CauseKind
from kernel.actors import Actor
from refdata.models import Book, Calendar, Currency, Instrument, Party, Trader, Venue

Alike = tuple[str, str, str]
Place = tuple[str, str]

SHEETS: Final[Mapping[str, tuple[type[Model], str, str]]] = {
    CauseKind.INSTRUMENT: (Instrument, "code", "refdata:instruments"),
    CauseKind.COUNTERPARTY: (Party, "code", "refdata:parties"),
    CauseKind.TRADER: (Trader, "code", "refdata:traders"),
    CauseKind.BOOK: (Book, "code", "refdata:books"),
    CauseKind.VENUE: (Venue, "mic", "refdata:venues"),
    CauseKind.CURRENCY: (Currency, "code", "refdata:currencies"),
    CauseKind.CALENDAR: (Calendar, "code", "refdata:calendars"),
}
"""The model of each kind of thing, the column that names it, and the list to seek it in."""
PRICES: Final = "TRD-4"
SETTLING: Final = frozenset({"TRD-113", "TRD-114", "TRD-631", "TRD-632"})
RATES: Final = frozenset({"TRD-608", "TRD-803", "TRD-807"})
CYCLES: Final = "TRD-204"
BETWEEN: Final = ", "
"""What stands between the calendars that are asked together."""
SENT: Final = (
    ("DROP-", ("trades:mappings", "trades:arrivals")),
    ("FIX-", ("trades:fix_sessions",)),
    ("CAP-1", ("trades:executions",)),
    ("CAP-2", ("trades:executions",)),
    ("", ("trades:files", "trades:mappings")),
)
"""Where what a sender does wrong is put right, by the beginning of the rule: it sends again, or how
it is read is changed.
"""
CALLED: Final[Mapping[str, str | Promise]] = {
    "trades:arrivals": _t("Drop folder"),
    "trades:executions": _t("Messages"),
    "trades:files": _t("Files of executions"),
    "trades:fix_sessions": _t("FIX sessions"),
    "trades:mappings": _t("Mappings of executions"),
}


def places_of(causes: Collection[Alike], *, actor: Actor) -> dict[Alike, list[Place]]:
    """Return (address, what it is called) of where each cause is put right, the likeliest first.

    No reference data for who may not see it. One query for each kind of thing.
    """
    sent = {one: _senders(one) for one in causes if one[1] == CauseKind.SOURCE}
    if not access.allows(actor, access.Action.VIEW_REFDATA):
        return sent
    codes: defaultdict[str, set[str]] = defaultdict(set)
    for _rule, kind, code in causes:
        codes[kind].update(code.split(BETWEEN))
    sheets = {kind: _sheets(kind, wanted) for kind, wanted in codes.items()}
    return sent | {one: _places(one, sheets[one[1]]) for one in causes if one not in sent}


def _senders(one: Alike) -> list[Place]:
    rule, _kind, code = one
    pages = next(pages for begins, pages in SENT if rule.startswith(begins))
    named = [(link(name, q=code), str(CALLED[name])) for name in pages]
    return [place for place in named if place[0]]


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


def _places(one: Alike, sheets: Mapping[str, str]) -> list[Place]:
    rule, kind, code = one
    named = _lists(rule, kind, code)
    if kind == CauseKind.CALENDAR:
        named += [(sheets.get(each, ""), each) for each in code.split(BETWEEN)]
    elif code in sheets:
        named.append((sheets[code], _("Its sheet")))
    elif kind in SHEETS:
        named.append((link(SHEETS[kind][2], q=code), _("Reference data")))
    return [place for place in named if place[0]]


def _lists(rule: str, kind: str, code: str) -> list[Place]:
    """Return the lists of what a rule compares with."""
    named: list[Place] = []
    if rule.startswith(PRICES) and kind == CauseKind.INSTRUMENT:
        named.append((link("refdata:prices", q=code), _("Prices")))
    if rule in SETTLING:
        named.append((link("refdata:instructions", q=code), _("Settlement instructions")))
    if rule in RATES:
        named.append((link("refdata:rates", q=code[-3:]), _("Exchange rates")))
    if rule == CYCLES:
        named.append((link("refdata:cycles"), _("Settlement cycles")))
    if kind == CauseKind.COUNTRY:
        named.append((link("refdata:restrictions", q=code), _("Restrictions")))
    return named
