"""A rogue trader among honest ones: two months lived day by day, and how soon the house sees it.

Run through `manage.py bench controls`. Honest traders make mistakes: they amend, cancel on the same
day and now and then on the next, have busy days, deal late, go on leave; one of them cancels a lot,
every day. From a day on one trader books what he never dealt, with parties that are codes:
cancelled before anybody confirms it and booked again, offset off the market, put off, dated far
ahead, at night and through his leave; it grows day by day (`escalation.py`). Each day comes in
through the real capture, is controlled, validated, confirmed by its counterparties and then
watched.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from time import perf_counter
from typing import Final

from django.db.models import Q

from benchmarks import escalation, market
from benchmarks.escalation import ASSISTANT, ROGUE
from benchmarks.market import CENT, CHRISTMAS, PARIS, Fields, Market, Sent
from conduct.models import TraderDay
from conduct.rules import RULE_BOOK
from conduct.services import watching
from core import jobs
from core.models import RoleGrant, User
from core.roles import Role
from desk.models import ControlException, SupervisorLimit
from kernel.actors import SYSTEM, Actor, ActorKind
from refdata import models as refdata
from settlement.facts import Told
from settlement.models import Confirmation
from settlement.rules.products import OPPOSITE
from settlement.services import receiving
from settlement.states import UNCONFIRMED, Door
from trades.models import Trade
from trades.services import validation

SEED: Final = 63
DAYS: Final = 42
QUIET_DAYS: Final = 20
"""Business days before the first fictitious trade: as long as the house has known him honest."""
TRADES_A_DAY: Final = 10
NOBODY: Final = "CODE-1"
CODES: Final = {"PENDING-1": "UNNAMED", "TECH-1": "TECHNICAL", "DESK-INT": "INTERNAL"}
FIRST: Final = date(2026, 11, 23)
EVENING: Final = time(20)
SESSION_S: Final = 4 * 3600
LATE: Final = time(21, 40)
EVERY_DAY: Final = 0.12
"""Of the trades of the one who cancels a lot; of the others one in a hundred."""


@dataclass(slots=True)
class Story:
    """Who is honest, who is not, and what the latter has to make disappear."""

    market: Market
    dice: random.Random
    days: list[date]
    begins: int
    a_day: int
    session_s: int = SESSION_S
    checkers: list[Actor] = field(default_factory=list)
    fictitious: list[tuple[int, Fields]] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    number: int = 0

    @property
    def begins_on(self) -> date:
        return self.days[self.begins]

    def reference(self) -> str:
        self.number += 1
        return f"R-{self.number}"

    def party(self, place: int) -> str:
        """Return the party at a place in the market."""
        return self.market.parties[place % len(self.market.parties)]

    def dealt_by(self, trader: str, day: date) -> Fields:
        """Return an honest trade of this trader."""
        books = dict(self.market.traders)[trader]
        message = market.clean(self.market, day, self.reference())
        opening = datetime.combine(day, market.OPENING, PARIS)
        at = opening + timedelta(seconds=self.dice.randrange(self.session_s))
        terms = {"trader": trader, "book": self.dice.choice(books), "traded_at": at.isoformat()}
        return message | terms


def told(dealt: Market, *, days: int, begins: int, a_day: int) -> Story:
    """Write what the story needs besides the market, and return it."""
    dice = random.Random(SEED)
    span = [day for day in market.business_days(days + 2, first=FIRST) if day != CHRISTMAS][:days]
    story = Story(dealt, dice, span, begins, a_day)
    _prolong(story)
    for code, nature in CODES.items():
        market.party_called(code, lei=market.lei(950 + len(code)), nature=nature)
    desk_of_rogue = refdata.Trader.objects.get(code=ROGUE).desk
    refdata.Trader.objects.create(code=ASSISTANT, name=ASSISTANT, desk=desk_of_rogue)
    for desk in range(market.DESKS):
        story.checkers += [_checker(f"checker-{desk}{n}") for n in range(3)]
    away = [code for code, _books in dealt.traders if code != ROGUE][:3]
    for n, code in enumerate(away):
        _leave(code, span[min(begins + n, days - 6)], span[min(begins + n + 4, days - 1)])
    _leave(ROGUE, span[min(begins + 15, days - 1)], span[-1])
    return story


def _prolong(story: Story) -> None:
    """Let the prices go on after the week of the market."""
    last = max(max(listed.closes) for listed in story.market.listed)
    known = refdata.Instrument.objects.in_bulk(field_name="code")
    rows = []
    for listed in story.market.listed:
        price = listed.closes[max(listed.closes)]
        step = 0.01 if listed.kind == "EQUITY" else 0.002
        for day in market.business_days(len(story.days) + 10, first=last + timedelta(days=1)):
            price = (price * Decimal(1 + story.dice.gauss(0, step))).quantize(CENT)
            listed.closes[day] = price
            rows.append(refdata.Price(instrument=known[listed.isin], day=day, source="BENCH",
                                      close=price))  # fmt: skip
    refdata.Price.objects.bulk_create(rows, batch_size=5_000)


def _checker(name: str) -> Actor:
    user = User.objects.create(username=name)
    RoleGrant.objects.create(user=user, role=Role.SUPERVISOR.value, desk_code="")
    SupervisorLimit.objects.create(user=user, amount_eur=Decimal(10**9), set_by="bench")
    return Actor(name=name, kind=ActorKind.PERSON, user_id=user.pk)


def _leave(code: str, first: date, last: date) -> None:
    trader = refdata.Trader.objects.get(code=code)
    refdata.Absence.objects.create(trader=trader, first_day=first, last_day=last)


# ---------------------------------------------------------------- what honest people do
def honest(story: Story, day: date) -> Iterator[Sent]:
    """Yield what the traders of the house deal on a day, with their mistakes."""
    away = set(
        refdata.Absence.objects.filter(first_day__lte=day, last_day__gte=day).values_list(
            "trader__code", flat=True
        )
    )
    busy = 2 if story.dice.random() < 0.04 else 1
    for place, (trader, _books) in enumerate(story.market.traders):
        if trader in away:
            continue
        for _n in range(max(1, round(story.dice.gauss(story.a_day * busy, 2)))):
            message = story.dealt_by(trader, day)
            if story.dice.random() < 0.004:
                message["traded_at"] = datetime.combine(day, LATE, PARIS).isoformat()
            yield Sent.soon(message)
            yield from _mistakes(story, message, often=place == 1)


def _mistakes(story: Story, message: Fields, *, often: bool) -> Iterator[Sent]:
    """Yield what becomes of a trade that was wrong: put right, or taken back, mostly at once."""
    came = datetime.fromisoformat(message["traded_at"])
    chance = story.dice.random()
    soon = came + timedelta(minutes=story.dice.randint(5, 40))
    if chance < (EVERY_DAY if often else 0.01):
        yield Sent(soon, cancelled(message))
    elif chance < 0.125 and chance > 0.12:
        yield Sent(came + timedelta(days=1), cancelled(message))
    elif chance > 0.98:
        quantity = str(int(message["quantity"]) + 1)
        yield Sent(soon, message | {"version": 2, "action": "AMEND", "quantity": quantity})


def cancelled(message: Fields, version: int = 2) -> Fields:
    """Return the message that takes a trade back."""
    reference = message["source_reference"]
    return {"source_reference": reference, "version": version, "action": "CANCEL"}


# ---------------------------------------------------------------- what the rogue does
def fictitious(story: Story, day: date, k: int) -> Iterator[Sent]:
    """Yield what he makes up on the k-th day of his story, and what he makes disappear."""
    for born, message in [one for one in story.fictitious if k - one[0] >= 2]:
        story.fictitious.remove((born, message))
        if k >= 12 and message["version"] < 4 and (born % 3 == 0 or message["version"] > 1):
            yield from _put_off(story, day, message, k)
        else:
            yield Sent(_moment(story, day, 17), cancelled(message, message["version"] + 1))
    for n in range(1 + k // 5):
        message = _made_up(story, day, k, n)
        story.fictitious.append((k, message))
        yield Sent.soon(message)
        if k >= 6 and n == 0:
            yield Sent.soon(_offset(story, message))


def _made_up(story: Story, day: date, k: int, n: int) -> Fields:
    """Return a position that nobody sold him: soon with codes, later dated far ahead and late."""
    message = story.dealt_by(ROGUE, day)
    party = list(CODES)[n % len(CODES)] if k >= 3 else "PENDING-1"
    terms: Fields = {"counterparty": party, "side": "BUY"}
    if k >= 10:
        far = market.business_days(25, first=day)[-1]
        terms["settlement_date"] = (far if far != CHRISTMAS else far + timedelta(3)).isoformat()
    if k >= 12:
        terms["traded_at"] = datetime.combine(day, time(21, 45 + n), PARIS).isoformat()
    return message | terms


def _offset(story: Story, message: Fields) -> Fields:
    """Return the sale that makes the position flat, at a price that makes the result he wants."""
    price = (Decimal(message["price"]) * Decimal("1.12")).quantize(CENT)
    terms = {"source_reference": story.reference(), "side": "SELL", "price": str(price)}
    return message | terms | {"counterparty": "TECH-1"}


def _put_off(story: Story, day: date, message: Fields, k: int) -> Iterator[Sent]:
    """Yield the amendment that settles later, and let the trade be dealt with again in two days."""
    due = date.fromisoformat(message.get("settlement_date", day.isoformat()))
    later = market.business_days(8, first=due)[-1]
    moved = message | {
        "version": message["version"] + 1,
        "action": "AMEND",
        "settlement_date": (later if later != CHRISTMAS else later + timedelta(3)).isoformat(),
    }
    story.fictitious.append((k, moved))
    yield Sent(_moment(story, day, 16), moved)


def _moment(story: Story, day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour, story.dice.randrange(60)), PARIS)


# ---------------------------------------------------------------- the days of the house
def lived(story: Story) -> list[float]:
    """Live every day: bring in, control, validate, confirm and watch it; return the seconds of
    each watch.
    """
    waiting: list[Sent] = []
    seconds = []
    for place, day in enumerate(story.days):
        waiting += honest(story, day)
        if place >= story.begins:
            waiting += fictitious(story, day, place - story.begins)
            waiting += escalation.grown(story, day, place - story.begins)
        ends = datetime.combine(day, EVENING, PARIS) + timedelta(hours=3)
        market.brought_in([one for one in waiting if one.at < ends])
        waiting = [one for one in waiting if one.at >= ends]
        jobs.run_pending()
        _validated(story, day)
        jobs.run_pending()
        _confirmed(story, day)
        jobs.run_pending()
        began = perf_counter()
        watching.watch_day(day=day, actor=SYSTEM, at=datetime.combine(day, time(22), UTC))
        seconds.append(perf_counter() - began)
    return seconds


def _validated(story: Story, day: date) -> None:
    """Have the trades of each desk validated by one of its three checkers, in turn; those of the
    assistant always by the first.
    """
    at = datetime.combine(day, EVENING, PARIS)
    rows = Trade.objects.filter(state="PENDING_VALIDATION", trade_date__gte=story.days[0])
    seen: dict[int, dict[int, str]] = {}
    found = rows.values_list("pk", "fingerprint", "desk_code", "trader_code")
    for pk, fingerprint, desk, trader in found:
        turn = story.dice.randrange(3)
        place = int(desk[-1]) * 3 + (0 if trader == ASSISTANT else turn)
        seen.setdefault(place, {})[pk] = fingerprint
    for place, of_checker in seen.items():
        validation.decide_many(
            seen=of_checker, approve=True, reason="", actor=story.checkers[place], at=at
        )


def _confirmed(story: Story, day: date) -> None:
    """Let the counterparties say what they know: what was made up is known to nobody."""
    rows = Confirmation.objects.filter(state__in=UNCONFIRMED, trade_date__gte=FIRST)
    messages = [
        Told(
            reference=f"C-{row.trade_id}-{row.version_no}", party=row.party.code,
            our_reference=row.reference, isin=row.isin, side=OPPOSITE[row.side],
            quantity=row.quantity, price=row.price, amount=row.amount, currency=row.currency,
            trade_date=row.trade_date, settlement_date=row.settlement_date,
        )
        for row in rows.exclude(party__code__in=CODES)
        .exclude(trade__source_reference__in=story.unknown)
        .select_related("party")
        .order_by("pk")
    ]  # fmt: skip
    if messages:
        at = datetime.combine(day, EVENING, PARIS)
        receiving.receive(told=messages, door=Door.API, actor=SYSTEM, at=at)


# ---------------------------------------------------------------- what was seen of it
def scored(story: Story) -> dict[str, object]:
    """Return how soon the rogue was seen, by which rules, and what was said of honest traders.

    A rule of trades counts if it speaks less often of honest trades than of his: what is said of
    everybody points at nobody.
    """
    days = {day: place for place, day in enumerate(story.days)}
    about = ControlException.objects.filter(kind="CONDUCT", subject_kind__startswith="trader")
    about = about.exclude(evidence__icontains=NOBODY)  # planted before the story, of any trader
    conduct = about.filter(subject_reference=ROGUE, day__gte=story.begins_on)
    early = about.filter(subject_reference=ROGUE, day__lt=story.begins_on)
    guilty = (ROGUE, ASSISTANT)
    others = about.exclude(subject_reference__in=guilty)
    wrong = {(row.subject_reference, row.day) for row in [*others, *early]}
    honest_days = TraderDay.objects.filter(day__in=story.days).filter(
        ~Q(trader__code__in=guilty) | Q(day__lt=story.begins_on)
    )
    of_codes = ControlException.objects.filter(kind="CONDUCT", subject_kind="party")
    raised = [days[row.raised_at.date()] for row in conduct]
    first_conduct = min(raised, default=None)
    seen = [one for one in (first_conduct, _first_control(story, days)) if one is not None]
    watched = honest_days.count()
    return {
        "rogue_trader_days": min(seen) - story.begins if seen else None,
        "rogue_trader_days_goal": 2,
        "rogue_conduct_days": None if first_conduct is None else first_conduct - story.begins,
        "rogue_rules": sorted(set(conduct.values_list("rule_code", flat=True))),
        "rogue_rules_silent": silent(story),
        "rogue_parties": sorted(
            set(of_codes.values_list("subject_reference", flat=True)) & set(CODES)
        ),
        "conduct_trader_days": watched,
        "conduct_false_alarms": len(wrong),
        "conduct_false_alarms_parties": of_codes.exclude(subject_reference__in=CODES).count(),
        "conduct_false_alarm_rate": round(len(wrong) / max(watched, 1), 4),
        "conduct_false_alarm_goal": 0.02,
        "conduct_false_alarms_by_rule": _counted([*others, *early]),
    }  # fmt: skip


def silent(story: Story) -> list[str]:
    """Return the rules of conduct that said nothing of the rogue, his assistant or their codes."""
    spoken = ControlException.objects.filter(
        kind="CONDUCT",
        subject_reference__in=[ROGUE, ASSISTANT, *CODES],
        raised_at__date__gte=story.begins_on,
    )
    known = set(spoken.values_list("rule_code", flat=True))
    return [rule.code for rule in RULE_BOOK if rule.code not in known]


def _counted(rows: Sequence[ControlException]) -> dict[str, int]:
    codes = [row.rule_code for row in rows]
    return {code: codes.count(code) for code in sorted(set(codes))}


def _first_control(story: Story, days: dict[date, int]) -> int | None:
    """Return the place of the first day of his story on which a rule of trades points at him."""
    trades = Trade.objects.filter(trade_date__in=story.days)
    his = set(trades.filter(trader_code=ROGUE, trade_date__gte=story.begins_on)
              .values_list("pk", flat=True))  # fmt: skip
    rows = ControlException.objects.filter(
        subject_kind="trade", severity__in=["WARNING", "BLOCKING"], day__in=story.days
    ).values_list("rule_code", "subject_id", "day")
    about_him: dict[str, list[date]] = {}
    others: dict[str, int] = {}
    for code, trade_id, day in rows:
        if trade_id in his:
            about_him.setdefault(code, []).append(day)
        else:
            others[code] = others.get(code, 0) + 1
    rest = max(trades.count() - len(his), 1)
    pointing = [
        min(found)
        for code, found in about_him.items()
        if len(found) / max(len(his), 1) > 2 * others.get(code, 0) / rest
    ]
    return min((days[day] for day in pointing), default=None)


def told_of_two_months(dealt: Market) -> dict[str, object]:
    """Live the whole story in this market; return what was seen of it and what a watch costs."""
    story = told(dealt, days=DAYS, begins=QUIET_DAYS, a_day=TRADES_A_DAY)
    seconds = lived(story)
    trades = Trade.objects.filter(trade_date__in=story.days).count()
    return scored(story) | {
        "conduct_trades": trades,
        "watch_s_of_a_day": round(sum(seconds) / len(seconds), 3),
    }
