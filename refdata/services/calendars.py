"""Calendars, currencies and settlement cycles from well-kept sources, dated and re-loadable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, time, timedelta
from typing import Final

from core.access import Action, require
from core.acts import acting
from kernel.actors import Actor
from kernel.calendars import SATURDAY
from kernel.money import minor_units
from refdata.models import Calendar, CalendarDay, Currency, SettlementCycle
from refdata.services.upsert import apply, plan_upsert
from refdata.states import CalendarKind

EXCHANGES: Final = {
    "XPAR": "Euronext Paris",
    "XAMS": "Euronext Amsterdam",
    "XBRU": "Euronext Brussels",
    "XLIS": "Euronext Lisbon",
    "XDUB": "Euronext Dublin",
    "XMIL": "Borsa Italiana",
    "XMAD": "Bolsa de Madrid",
    "XETR": "Xetra",
    "XLON": "London Stock Exchange",
    "XSWX": "SIX Swiss Exchange",
    "XSTO": "Nasdaq Stockholm",
    "XNYS": "New York Stock Exchange",
    "XNAS": "Nasdaq",
    "XTSE": "Toronto Stock Exchange",
    "XTKS": "Tokyo Stock Exchange",
    "XHKG": "Hong Kong Stock Exchange",
}
#: Hours of the continuous session with its auctions, in the time of the exchange.
SESSIONS: Final = {
    **dict.fromkeys(("XPAR", "XAMS", "XBRU", "XMIL", "XMAD", "XETR"), (time(9), time(17, 30))),
    **dict.fromkeys(("XSWX", "XSTO"), (time(9), time(17, 30))),
    **dict.fromkeys(("XLIS", "XLON"), (time(8), time(16, 30))),
    "XDUB": (time(8), time(16, 28)),
    **dict.fromkeys(("XNYS", "XNAS", "XTSE"), (time(9, 30), time(16))),
    "XTKS": (time(9), time(15, 30)),
    "XHKG": (time(9, 30), time(16)),
}
PAYMENTS: Final = {
    # calendar: (name, market of the library, currency)
    "TARGET": ("T2, euro area (ECB)", "ECB", "EUR"),
    "US": ("Federal Reserve", "FED", "USD"),
    "GB": ("England, CHAPS", "GB", "GBP"),
    "CH": ("SIX Interbank Clearing", "SIX", "CHF"),
    "SE": ("Sweden, RIX", "SE", "SEK"),
    "JP": ("Japan, BOJ-NET", "JP", "JPY"),
    "CA": ("Canada, Lynx", "CA", "CAD"),
    "HK": ("Hong Kong, CHATS", "HK", "HKD"),
    "TR": ("Türkiye, EFT", "TR", "TRY"),
}
CURRENCIES: Final = {
    "EUR": "Euro",
    "USD": "US dollar",
    "GBP": "Pound sterling",
    "CHF": "Swiss franc",
    "SEK": "Swedish krona",
    "NOK": "Norwegian krone",
    "DKK": "Danish krone",
    "JPY": "Yen",
    "CAD": "Canadian dollar",
    "AUD": "Australian dollar",
    "HKD": "Hong Kong dollar",
    "SGD": "Singapore dollar",
    "PLN": "Zloty",
    "CZK": "Czech koruna",
    "HUF": "Forint",
    "TND": "Tunisian dinar",
    "TRY": "Turkish lira",
    "KWD": "Kuwaiti dinar",
}
CYCLES: Final = (
    ("", "", date(2014, 10, 6), 2, "T+2, CSDR article 5"),
    ("", "DERIVATIVE", date(2014, 10, 6), 1, "T+1: premiums and fees of listed derivatives"),
    ("US", "", date(2024, 5, 28), 1, "T+1, SEC rule 15c6-1"),
    ("CA", "", date(2024, 5, 27), 1, "T+1, NI 24-101"),
    ("EU", "", date(2027, 10, 11), 1, "T+1, CSDR as amended in 2025"),
    ("UK", "", date(2027, 10, 11), 1, "T+1"),
    ("CH", "", date(2027, 10, 11), 1, "T+1"),
    ("FX", "", date(1999, 1, 1), 2, "spot of every other pair"),
    ("USD/CAD", "", date(1999, 1, 1), 1, "spot by convention"),
    ("USD/TRY", "", date(1999, 1, 1), 1, "spot by convention"),
    ("USD/PHP", "", date(1999, 1, 1), 1, "spot by convention"),
    ("USD/KZT", "", date(1999, 1, 1), 1, "spot by convention"),
)


def load_calendars(
    *,
    first_year: int,
    last_year: int,
    actor: Actor,
    codes: tuple[str, ...] = (),
    told: Mapping[str, Mapping[date, str]] | None = None,
) -> dict[str, int]:
    """Write the closed weekdays of every known calendar (or of `codes`) for these years.

    Sources: exchange_calendars for sessions, holidays for payment systems, unless `told` carries
    what they said by calendar. Safe to repeat; a day that is no longer closed is removed.
    """
    require(actor, Action.IMPORT_FILE)
    span = (date(first_year, 1, 1), date(last_year, 12, 31))
    wanted = codes or (*EXCHANGES, *PAYMENTS)
    with acting(actor=actor, reason=f"calendars {first_year} to {last_year}"):
        return {
            code: _load_calendar(code, span, told[code] if told else closed_days(code, span))
            for code in wanted
        }


def load_currencies(*, actor: Actor) -> int:
    """Write the usual currencies with their decimals and payment calendars; safe to repeat."""
    require(actor, Action.IMPORT_FILE)
    calendars = {currency: code for code, (_name, _market, currency) in PAYMENTS.items()}
    known = Calendar.objects.in_bulk(field_name="code")
    wanted = {
        (code,): {
            "name": name,
            "minor_units": minor_units(code),
            "calendar_id": known[calendars[code]].pk if calendars.get(code) in known else None,
        }
        for code, name in CURRENCIES.items()
    }
    with acting(actor=actor, reason="currencies"):
        plan = plan_upsert(Currency, key=("code",), wanted=wanted)
        apply(plan)
    return len(plan.new) + len(plan.changed)


def load_settlement_cycles(*, actor: Actor) -> int:
    """Write the known cycles; a cycle that someone has changed since stays as it is."""
    require(actor, Action.IMPORT_FILE)
    wanted: dict[tuple[str, str, date], dict[str, object]] = {
        (market, asset_class, valid_from): {}
        for market, asset_class, valid_from, _days, _note in CYCLES
    }
    terms = {row[:3]: row for row in CYCLES}
    with acting(actor=actor, reason="settlement cycles"):
        plan = plan_upsert(
            SettlementCycle, key=("market", "asset_class", "valid_from"), wanted=wanted
        )
        for cycle in plan.new:
            _, _, _, cycle.days, cycle.note = terms[
                (cycle.market, cycle.asset_class, cycle.valid_from)
            ]
        apply(plan)
    return len(plan.new)


def _load_calendar(code: str, span: tuple[date, date], closed: Mapping[date, str]) -> int:
    kind = CalendarKind.EXCHANGE if code in EXCHANGES else CalendarKind.PAYMENT
    name = EXCHANGES[code] if code in EXCHANGES else PAYMENTS[code][0]
    source = "exchange_calendars" if code in EXCHANGES else "holidays"
    values: dict[str, object] = {
        "name": name,
        "kind": kind.value,
        "first_day": span[0],
        "last_day": span[1],
        "source": source,
    }
    if code in SESSIONS:
        values["opens_at"], values["closes_at"] = SESSIONS[code]
    apply(plan_upsert(Calendar, key=("code",), wanted={(code,): values}))
    calendar = Calendar.objects.get(code=code)
    wanted = {(calendar.pk, day): {"name": label[:120]} for day, label in closed.items()}
    calendar.days.exclude(day__in=closed).delete()
    apply(plan_upsert(CalendarDay, key=("calendar_id", "day"), wanted=wanted))
    return len(closed)


def closed_days(code: str, span: tuple[date, date]) -> dict[date, str]:
    """Return the closed weekdays of a known calendar by its source, each with its name there."""
    return dict(_exchange_closed(code, span) if code in EXCHANGES else _payment(code, span))


def _exchange_closed(code: str, span: tuple[date, date]) -> Iterator[tuple[date, str]]:
    import exchange_calendars  # noqa: PLC0415 - it brings pandas: a second, only where needed

    sessions = exchange_calendars.get_calendar(code, start=span[0], end=span[1]).sessions
    open_days = {moment.date() for moment in sessions}
    for day in _weekdays(span):
        if day not in open_days:
            yield day, ""


def _payment(code: str, span: tuple[date, date]) -> Iterator[tuple[date, str]]:
    import holidays  # noqa: PLC0415 - only where needed

    market = PAYMENTS[code][1]
    years = range(span[0].year, span[1].year + 1)
    if market in holidays.list_supported_financial():
        known = holidays.financial_holidays(market, years=years)
    else:
        known = holidays.country_holidays(market, years=years, subdiv=_subdivision(market))
    for day, name in sorted(known.items()):
        if day.weekday() < SATURDAY:
            yield day, name


def _subdivision(market: str) -> str | None:
    return "ENG" if market == "GB" else None


def _weekdays(span: tuple[date, date]) -> Iterator[date]:
    for offset in range((span[1] - span[0]).days + 1):
        day = span[0] + timedelta(days=offset)
        if day.weekday() < SATURDAY:
            yield day
