"""From the days and trades of all traders and parties to the facts that conduct rules judge."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db.models import Q

from conduct import selectors
from conduct.facts import Deal, Measures, PartyConduct, TraderConduct
from conduct.models import TraderDay
from conduct.rules import Settings, numbers_of
from conduct.selectors import Window
from conduct.services import finding_trades
from conduct.services.measuring import Terms
from kernel.calendars import BusinessCalendar
from refdata.models import Party, Trader
from refdata.states import PartyNature
from trades.rules import RULE_BY_CODE as TRADE_RULES
from trades.rules.context import HOUSE_ZONE

HUNDRED: Final = 100
NAMED_MAX: Final = 60
SINGLE: Final = "TRD-601"
"""The rule that knows the limit of one trade."""


def terms_of(day: date, settings: Settings, calendar: BusinessCalendar) -> Terms:
    """Return what the measures of a day depend on, as the rules are set.

    What came and was decided on days that are closed belongs to the business day after them.
    """
    hours, near = numbers_of("CND-108", settings), numbers_of("CND-110", settings)
    single = {**TRADE_RULES[SINGLE].defaults(), **(settings.get(SINGLE) or {})}
    begins = calendar.add(day, -1) + timedelta(days=1)
    return Terms(
        day=day,
        start=datetime.combine(begins, time.min, tzinfo=HOUSE_ZONE),
        end=datetime.combine(day + timedelta(days=1), time.min, tzinfo=HOUSE_ZONE),
        zone=HOUSE_ZONE.key,
        eve=calendar.add(day, int(numbers_of("CND-103", settings)["eve"])),
        night_from=int(hours["night_from"]),
        night_to=int(hours["night_to"]),
        limit=single["maximum"],
        near=single["maximum"] * near["share"] / HUNDRED,
    )


@dataclass(frozen=True, slots=True)
class Gathered:
    """Every trader and every party of a day, with the keys that exceptions need."""

    traders: list[TraderConduct]
    parties: list[PartyConduct]
    day_ids: Mapping[int, int]


def gather(terms: Terms, settings: Settings, calendar: BusinessCalendar) -> Gathered:
    """Load the facts of a day that was measured, in as many statements whatever their number."""
    days = selectors.trader_days(day=terms.day)
    people = selectors.traders()
    standing = finding_trades.standing(terms.day, calendar)
    before = calendar.add(terms.day, -int(numbers_of("CND-202", settings)["age"]))
    waiting = finding_trades.unconfirmed(terms.day, before=before, calendar=calendar)
    return Gathered(
        traders=_traders(terms, settings, people, days, by_trader(standing), by_trader(waiting)),
        parties=_parties(terms.day, standing),
        day_ids={trader: row.pk for trader, row in days.items()},
    )


def by_trader(deals: Collection[Deal]) -> dict[str, list[Deal]]:
    """Group trades by who dealt them."""
    found: defaultdict[str, list[Deal]] = defaultdict(list)
    for deal in deals:
        found[deal.trader_code].append(deal)
    return found


def _traders(
    terms: Terms,
    settings: Settings,
    people: Sequence[Trader],
    days: Mapping[int, TraderDay],
    standing: Mapping[str, list[Deal]],
    unconfirmed: Mapping[str, list[Deal]],
) -> list[TraderConduct]:
    numbers = numbers_of("CND-105", settings)
    since = terms.day - timedelta(days=int(numbers["within"]))
    window = Window.before(terms.day)
    before = selectors.history(window=window)
    absent = selectors.absences(day=terms.day)
    cancelled = finding_trades.cancelled(terms)
    offset = finding_trades.offsets(terms, away=numbers["away"], since=since)
    put_off = finding_trades.put_off(terms)
    checked = selectors.checkers(first=window.first, last=terms.day)
    of_desks = selectors.checkers_of_desks(first=window.first, last=terms.day)
    return [
        TraderConduct(
            trader_id=one.pk,
            code=one.code,
            desk=one.desk.code,
            day=terms.day,
            user=one.user.username if one.user else "",
            absence=str(absent[one.pk].span) if one.pk in absent else "",
            absence_kind=absent[one.pk].kind if one.pk in absent else "",
            today=selectors.measures_of(days[one.pk]) if one.pk in days else Measures(),
            before=[day for day in before.get(one.pk, ()) if day.trades],
            cancelled=cancelled.get(one.code, ()),
            offsets=offset.get(one.code, ()),
            put_off=put_off.get(one.code, ()),
            standing=standing.get(one.code, ()),
            unconfirmed=unconfirmed.get(one.code, ()),
            checkers=checked.get(one.pk, {}),
            checkers_of_desk=of_desks.get(one.desk.code, 0),
        )
        for one in people
    ]


def _parties(day: date, standing: Sequence[Deal]) -> list[PartyConduct]:
    """Return the parties dealt with in the window, and those that nobody outside answers for."""
    totals = selectors.party_totals(first=Window.before(day).first, last=day)
    open_with: defaultdict[str, list[Deal]] = defaultdict(list)
    for deal in standing:
        open_with[deal.counterparty_code].append(deal)
    dealt = sum(of_party[0] for of_party in totals.values())
    cancelled = sum(of_party[1] for of_party in totals.values())
    known = Party.objects.filter(Q(pk__in=totals) | ~Q(nature=PartyNature.OUTSIDE.value))
    return [
        PartyConduct(
            party_id=pk,
            code=code,
            day=day,
            nature=nature,
            standing=open_with.get(code, ()),
            dealt=totals.get(pk, (0, 0))[0],
            cancelled=totals.get(pk, (0, 0))[1],
            house_dealt=dealt,
            house_cancelled=cancelled,
        )
        for pk, code, nature in known.order_by("pk").values_list("pk", "code", "nature")
    ]


def named(terms: Terms, traders: Sequence[TraderConduct]) -> list[TraderConduct]:
    """Return these traders with the references of the trades behind their measures."""
    found = finding_trades.names(terms, [one.code for one in traders], most=NAMED_MAX)
    return [replace(one, names=found.get(one.code, {})) for one in traders]
